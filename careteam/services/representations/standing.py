"""For whom somebody acts at this instant, by the rule and from fresh facts."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.models import Representation
from careteam.policy import grounds
from careteam.policy.facts import Representation as RepresentationFact
from careteam.policy.team import roles_now
from careteam.policy.vocabulary import Power


def representing(session: Session, actor: Actor | None, patient_id: UUID | None, *, at: datetime) -> UUID | None:
    """Return the representation by which the actor acts for this patient; None for everybody who does not."""
    if actor is None or patient_id is None:
        return None
    found = acting_for(session, actor, [patient_id], at=at).get(patient_id)
    return found.id if found else None


def on_behalf(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Actor:
    """Return the actor as the access log knows them in this patient's record."""
    return replace(actor, representation_id=representing(session, actor, patient_id, at=at))


def acting_for(
    session: Session, actor: Actor, patient_ids: Iterable[UUID] | None = None, *, at: datetime
) -> Mapping[UUID, RepresentationFact]:
    """Return for which patients (of these, or of all) the actor acts now, and by what.

    Not where they are the patient or a current member, as in `Record.representation`. One statement for somebody who
    represents nobody.
    """
    accepted = (Representation.accepted_at.is_not(None), Representation.ended_at.is_(None))
    query = select(Representation.patient_id).where(Representation.user_id == actor.user_id, *accepted)
    if patient_ids is not None:
        query = query.where(Representation.patient_id.in_(list(patient_ids)))
    ids = set(session.scalars(query))
    known = facts.of_patients(session, ids) if ids else {}
    found = {i: _acting(actor, one, at) for i, one in known.items()}
    return {i: by for i, by in found.items() if by is not None}


def who_may(found: facts.Facts, power: Power, *, at: datetime) -> list[UUID]:
    """Return who holds this power for the patient now: whom to tell beside them of what waits for a signature."""
    standing = (r for r in found.grounds.representations if grounds.stands(r, at))
    return sorted({r.user_id for r in standing if power in r.powers})


def _acting(actor: Actor, found: facts.Facts, at: datetime) -> RepresentationFact | None:
    if found.team.patient_user_id == actor.user_id or roles_now(actor.reader, found.team, at):
        return None
    return next(iter(grounds.acting(actor.reader, found.grounds, at)), None)
