"""What a request is about, where only one's own record counts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Invitation, Membership


def is_named(session: Session, actor: Actor, ids: Mapping[str, Any]) -> bool:
    """Say whether the ids of an address name the actor's own record, or a place in its team, or an invitation to one.

    `ids` are those of the address, by their names in it. Whatever is absent is nobody's.
    """
    if actor.patient_id is None:
        return False
    if "patient_id" in ids:
        return bool(ids["patient_id"] == actor.patient_id)
    for name, model in (("membership_id", Membership), ("invitation_id", Invitation)):
        if name in ids:
            about = select(model.patient_id).where(model.id == ids[name])
            return session.execute(about).scalar_one_or_none() == actor.patient_id
    return False
