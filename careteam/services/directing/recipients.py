"""Says "this goes to ..." before anything is sent: whom an item would reach, whom not, and what to do instead."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.policy.directing import kept_from, shared_anyway
from careteam.policy.scope import Scope
from careteam.policy.team import current
from careteam.policy.vocabulary import ItemClass, Label
from careteam.services.directing.own import open_own
from careteam.services.directing.sending import INSTEAD, NOBODY, member_scopes
from careteam.services.log import access_log
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record

_REACHES = "This goes to {who}, and they read this one item by it until you take it back."
_ANYWAY = "{who} reads it without your sending it: a consent shares such items of yours with them."
_NOT = "This does not reach {who}. {instead}"


def foresee(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    item_class: ItemClass,
    labels: Collection[Label] = (),
    at: datetime,
) -> dict[str, Any]:
    """Return each current member, whether they would read an item of this class and with these labels if it were sent
    to them, whether a consent shares it with them anyway, and what to do instead. Nothing is written but the log.

    For the patient, and who reports for them. Raises NotFound to everybody else.
    """
    record = open_own(session, actor, patient_id, at=at)
    scopes = member_scopes(session, record)
    roles = _roles(record)
    found = [_recipient(record, user, scopes[user], roles[user], item_class, labels) for user in sorted(scopes)]
    access_log.disclosed(session, record.actor, patient_id, "read-recipients", [], at=at)
    reached = any(one["reached_if_sent"] or one["reads_anyway"] for one in found)
    return {
        "class": item_class,
        "labels": sorted(set(labels)),
        "recipients": sorted(found, key=lambda one: (one["name"], one["user_id"])),
        "note": None if reached else NOBODY,
    }


def _recipient(
    record: Record, user: UUID, scope: Scope, roles: list[str], item_class: ItemClass, labels: Collection[Label]
) -> dict[str, Any]:
    why = _told(record, kept_from(scope, item_class, labels))
    anyway = shared_anyway(scope, item_class, labels, on=patient_day(record).today)
    name = record.facts.names[user]
    who = f"{name} ({', '.join(roles)})"
    sentence = _NOT.format(who=who, instead=INSTEAD[why]) if why else (_ANYWAY if anyway else _REACHES).format(who=who)
    return {
        "user_id": user,
        "name": name,
        "roles": roles,
        "reached_if_sent": why is None,
        "reads_anyway": anyway,
        "reason": why,
        "instead": INSTEAD[why] if why else None,
        "sentence": sentence,
    }


def _told(record: Record, why: str | None) -> str | None:
    """Restrictions are the patient's to know: who acts for them learns only that somebody is not reached."""
    return "cannot_read" if why == "restricted" and not record.is_patient else why


def _roles(record: Record) -> Mapping[UUID, list[str]]:
    found: dict[UUID, set[str]] = {}
    for membership in record.team.memberships:
        if current(membership, record.at):
            found.setdefault(membership.user_id, set()).add(membership.role.value)
    return {user: sorted(roles) for user, roles in found.items()}
