"""Sends an item that the patient holds: a permit for that one item and those members, and word of who is not reached.

Whoever cannot read it gets no permit: a restriction that is lifted later delivers nothing that was stopped.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from careteam import access
from careteam.errors import Conflict, Invalid
from careteam.models import Direction, Item
from careteam.models.types import new_id
from careteam.policy.scope import Scope
from careteam.policy.sharing import readable
from careteam.policy.team import current
from careteam.policy.vocabulary import NoticeKind
from careteam.services.notices.telling import tell
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record
from careteam.services.team.readers import readers

INSTEAD: Mapping[str, str] = {
    "not_verified": "Their practice has not verified them here yet. Ask somebody else of your team, or call them.",
    "restricted": "A restriction of yours stops it. Lift it, send it to somebody else, or call them.",
    "cannot_read": "They cannot read it now. Send it to somebody else of the team, or call them.",
}
"""What to do where somebody is not reached."""
SOMEBODY = "somebody who was in the team"
"""Whoever the team does not know any more."""
NOBODY = "Nobody but you can read this. Send it to somebody of your care team, share it by a consent, or call them."


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whom an item reaches: those it was sent to now, those of them who cannot read it and why, and who reads it."""

    sent: frozenset[UUID]
    unreached: Mapping[UUID, str]
    read_by: frozenset[UUID]


def send(session: Session, record: Record, item: Item, to: Collection[UUID]) -> Delivery:
    """Send the item to these members and tell them; call it after the item is flushed, before the act is logged.

    Raises Invalid when somebody named is no current member, Conflict when the patient has died. Sending it again to
    somebody changes nothing.
    """
    if to and patient_day(record).died:
        raise Conflict("The patient has died: nothing is sent any more.")
    scopes = member_scopes(session, record)
    strangers = set(to) - scopes.keys()
    if strangers:
        raise Invalid("Send it to current members of the care team.", {"send_to": sorted(map(str, strangers))})
    already = set(session.scalars(_open(item.id)))
    new = sorted(set(to) - already)
    if new:
        _mark(session, item)
    session.add_all(
        Direction(id=new_id(), item_id=item.id, user_id=user, sent_by=record.actor.user_id, sent_at=record.at)
        for user in new
    )
    session.flush()
    reached = access.read_by(session, scopes, item.id)
    unreached = {user: _why(record, scopes[user]) for user in new if user not in reached}
    if unreached:
        to_nobody = (Direction.item_id == item.id, Direction.user_id.in_(unreached), Direction.revoked_at.is_(None))
        session.execute(delete(Direction).where(*to_nobody))
    sent = frozenset(new) - unreached.keys()
    tell(session, sorted(sent), NoticeKind.SENT_TO_YOU, patient_id=record.patient_id, target=item.id, at=record.at)
    return Delivery(sent, unreached, reached)


def take_back(session: Session, record: Record, item_id: UUID, users: Collection[UUID] | None) -> frozenset[UUID]:
    """Take the permit back from these people, or from everybody; return from whom it was taken now."""
    of = _open(item_id) if users is None else _open(item_id).where(Direction.user_id.in_(users))
    taken = frozenset(session.scalars(of))
    ended = update(Direction).where(Direction.item_id == item_id, Direction.user_id.in_(taken))
    values = {"revoked_at": record.at, "revoked_by": record.actor.user_id}
    session.execute(ended.where(Direction.revoked_at.is_(None)).values(values))
    return taken


def shown(record: Record, delivery: Delivery) -> dict[str, Any]:
    """Return the delivery as its sender sees it at once."""
    names = record.facts.names
    return {
        "sent_to": [{"user_id": user, "name": names[user]} for user in sorted(delivery.sent)],
        "not_reached": [
            {"user_id": user, "name": names[user], "reason": why, "instead": INSTEAD[why]}
            for user, why in sorted(delivery.unreached.items())
        ],
        "read_by": [{"user_id": user, "name": names[user]} for user in sorted(delivery.read_by)],
        "note": None if delivery.read_by else NOBODY,
    }


def sent_to(session: Session, record: Record, item_ids: Sequence[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return to whom these items are sent now, to the patient and who acts for them; to others nothing is said."""
    if not item_ids or not (record.is_patient or record.representation):
        return {}
    query = select(Direction.item_id, Direction.user_id, Direction.sent_at).where(
        Direction.item_id.in_(item_ids), Direction.revoked_at.is_(None)
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in session.execute(query.order_by(Direction.id)):
        name = record.facts.names.get(row.user_id, SOMEBODY)
        one = {"user_id": row.user_id, "name": name, "sent_at": row.sent_at}
        found.setdefault(row.item_id, []).append(one)
    return found


def member_scopes(session: Session, record: Record) -> Mapping[UUID, Scope]:
    """Return what each current member may read now. One statement, whatever their number."""
    facts = record.facts
    members = {m.user_id for m in facts.team.memberships if current(m, record.at)}
    return {
        user: readable(reader, facts.team, facts.consents, facts.restrictions, facts.grounds, at=record.at)
        for user, reader in readers(session, members).items()
    }


def _mark(session: Session, item: Item) -> None:
    """Say that the item was sent at some time: others who read it notice nothing, so its version stays what it was.

    It is said each time: who sends it at the same moment comes second, and finds the permit that is there by then.
    """
    mark = update(Item).where(Item.id == item.id).values(directed=True)
    session.execute(mark.execution_options(synchronize_session=False))
    set_committed_value(item, "directed", True)


def _open(item_id: UUID) -> Any:
    return select(Direction.user_id).where(Direction.item_id == item_id, Direction.revoked_at.is_(None))


def _why(record: Record, scope: Scope) -> str:
    if not scope.permits or scope.former:
        return "not_verified"
    return "restricted" if record.is_patient else "cannot_read"
