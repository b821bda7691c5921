"""What the patient keeps from a prescriber although it bears on what that prescriber reads: told to the patient alone.

Nothing of it is computed for, counted for or told to anybody else (`domain.md`, "Alignment").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam import access
from careteam.models import Medication
from careteam.policy.facts import Limit
from careteam.policy.interactions import Reminder, unseen_by
from careteam.policy.scope import Directed, Scope
from careteam.policy.team import current
from careteam.policy.treatment_words import Severeness
from careteam.policy.vocabulary import Role
from careteam.services.directing.sending import member_scopes
from careteam.services.record.records import Record


@dataclass(frozen=True, slots=True)
class Kept:
    """A reminder that a prescriber cannot have, for want of some entries, and how each could be shared with them."""

    reminder: Reminder
    prescriber: dict[str, Any]
    choices: list[dict[str, Any]]


def kept_from_prescribers(
    session: Session, record: Record, reminders: Sequence[Reminder], rows: Mapping[UUID, Any]
) -> list[Kept]:
    """Return, for each current prescriber, the reminders of which they read one half only. Two statements.

    Only for the patient's own record; `reminders` and `rows` are those of the patient. Minor ones are left out.
    """
    matter = [reminder for reminder in reminders if reminder.severity is not Severeness.MINOR]
    scopes = _prescribers(session, record) if matter else {}
    if not scopes:
        return []
    readable = _readable(session, record, scopes, frozenset().union(*(r.entries for r in matter)))
    return [
        Kept(reminder, {"user_id": user, "name": record.facts.names[user]}, _choices(hidden, rows, user, scope))
        for reminder in matter
        for user, scope in sorted(scopes.items())
        if (hidden := unseen_by(reminder, readable[user]))
    ]


def _prescribers(session: Session, record: Record) -> Mapping[UUID, Scope]:
    members = record.team.memberships
    prescribing = {m.user_id for m in members if m.role is Role.PRESCRIBER and current(m, record.at)}
    scopes = member_scopes(session, record) if prescribing else {}
    return {user: scope for user, scope in scopes.items() if user in prescribing and scope.permits and not scope.former}


def _readable(
    session: Session, record: Record, scopes: Mapping[UUID, Scope], entries: frozenset[UUID]
) -> Mapping[UUID, frozenset[UUID]]:
    """Return which of these entries each prescriber may read. One statement."""
    asked = [access.opens(scope).label(f"reader_{n}") for n, scope in enumerate(scopes.values())]
    query = record.rows(Medication, Medication.id).add_columns(*asked).where(Medication.id.in_(entries))
    found = session.execute(query).mappings().all()
    return {user: frozenset(row["id"] for row in found if row[f"reader_{n}"]) for n, user in enumerate(scopes)}


def _choices(hidden: frozenset[UUID], rows: Mapping[UUID, Any], user: UUID, scope: Scope) -> list[dict[str, Any]]:
    return [
        {"item_id": entry, "drug_name": rows[entry].drug_name, "how": _how(rows[entry], scope), "share_with": user}
        for entry in sorted(hidden)
    ]


def _how(row: Any, scope: Scope) -> str:
    """Return what would open the entry: sending it, a consent, or first lifting the restriction that stops both."""
    limits = (limit for permit in scope.permits if isinstance(permit, Directed) for limit in permit.less)
    if any(_stops(limit, row) for limit in limits):
        return "lift_restriction"
    return "send" if row.holder_id is None and not row.awaits_review else "consent"


def _stops(limit: Limit, row: Any) -> bool:
    return (
        limit.item_class in {None, row.item_class}
        and (limit.label is None or limit.label in row.labels)
        and (limit.holder_id is None or limit.holder_id == row.holder_id)
        and (not limit.of_patient or row.holder_id is None)
        and limit.item_id in {None, row.id}
    )
