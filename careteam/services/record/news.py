"""What is new to one person since they last looked: counted and named from what the gate opens to them now.

New is what somebody else made or changed since that look, and what the person could not read then. The second
is the rule itself asked about the instant of the look, so that a renewed consent makes nothing new again. Drafts
and one's own acts are never new.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, not_, or_, select
from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.facts import Facts
from careteam.models import AccessEvent, AccessEventItem, Item
from careteam.policy.scope import Scope
from careteam.policy.vocabulary import ItemClass
from careteam.services.log.access_log import Disclosed
from careteam.services.medications.reconciliation_rows import may_be_known
from careteam.services.record.looks import SITTING, Look, last_looks
from careteam.services.record.records import Record

LONGEST = 100
"""How many new items are named; the counts hold all of them."""

AT_ONCE = 400
"""Of how many patients one statement asks; a caseload is hardly ever longer."""

OVERLAP = timedelta(minutes=1)
"""How long a change may take to be committed: a look may have missed what is dated before it by less than this.
What it did show, as it is now, is known by the log.
"""

Known = Mapping[UUID, tuple[Facts, Scope]]
_ITEM, _EVENT, _SHOWN = Item.__table__.c, AccessEvent.__table__.c, AccessEventItem.__table__.c
_NAMED = (_ITEM.id, _ITEM.item_class, _ITEM.holder_id, _ITEM.version, _ITEM.part2)
_COUNTED = (_ITEM.patient_id, _ITEM.item_class, func.count().label("count"))
_WHOSE = (_ITEM.patient_id,)
_IDS = (_ITEM.patient_id, _ITEM.id)


@dataclass(frozen=True, slots=True)
class News:
    """What is new in one record, and what saying so discloses."""

    shown: dict[str, Any]
    seen: list[Disclosed]


def of_record(session: Session, record: Record, *, since: datetime | None = None) -> News | None:
    """Return what is new in the record: since when, how many of each class, and the latest of them by id.

    The look that counts is the actor's latest at or before `since` (unset: one sitting ago). Only the patient, who
    acts for them and current members are told; to a former one it would tell of what others did.
    """
    if not (record.is_patient or record.is_member or record.representation):
        return None
    who, until = record.actor, record.at - SITTING if since is None else since
    known = {record.patient_id: (record.facts, record.scope)}
    _, look, condition = next(_conditions(session, who, known, until))
    query = record.rows(Item, *_NAMED).where(condition, not_(_known_already(who.user_id, [look])))
    rows = session.execute(query.order_by(_ITEM.updated_at.desc(), _ITEM.id.desc())).all()
    named = rows[:LONGEST]
    shown = {
        **_told(look, Counter(row.item_class for row in rows)),
        "items": [{"id": row.id, "class": row.item_class} for row in named],
    }
    return News(shown, record.seen(named))


def counts(session: Session, actor: Actor, known: Known, *, at: datetime) -> Mapping[UUID, dict[str, Any]]:
    """Return of each of these patients since when, and how many items of each class, are new to the actor.

    In as many statements for a page of patients as for one.
    """
    wanted = list(_conditions(session, actor, known, at - SITTING))
    found: dict[UUID, Counter[ItemClass]] = {scope.patient_id: Counter() for scope, _, _ in wanted}
    for row in _rows(session, actor, wanted, _COUNTED, _ITEM.patient_id, _ITEM.item_class):
        found[row.patient_id][row.item_class] = row.count
    return {scope.patient_id: _told(look, found[scope.patient_id]) for scope, look, _ in wanted}


def patients_with(session: Session, actor: Actor, known: Known, *, at: datetime) -> set[UUID]:
    """Return those of these patients in whose records something is new to the actor."""
    wanted = list(_conditions(session, actor, known, at - SITTING))
    return {row.patient_id for row in _rows(session, actor, wanted, _WHOSE, _ITEM.patient_id)}


def ids_of(
    session: Session, actor: Actor, known: Known, model: type[Item], *, at: datetime
) -> Mapping[UUID, tuple[datetime | None, frozenset[UUID]]]:
    """Return of each of these patients since when (None: never looked), and which items of a kind, are new.

    In as many statements for a page of patients as for one. They are the ids of what the gate opens now.
    """
    wanted = list(_conditions(session, actor, known, at - SITTING))
    of_kind = _ITEM.record_type == model.__mapper_args__["polymorphic_identity"]
    only = [(scope, look, and_(condition, of_kind)) for scope, look, condition in wanted]
    found: dict[UUID, set[UUID]] = {scope.patient_id: set() for scope, _, _ in wanted}
    for row in _rows(session, actor, only, _IDS, *_IDS):
        found[row.patient_id].add(row.id)
    return {s.patient_id: (look.at if look else None, frozenset(found[s.patient_id])) for s, look, _ in wanted}


Wanted = tuple[Scope, Look | None, ColumnElement[bool]]


def _conditions(session: Session, actor: Actor, known: Known, until: datetime) -> Iterator[Wanted]:
    """Yield of each patient what may be read, the look that counts, and what is new since then."""
    looks = last_looks(session, actor.user_id, known.keys(), until=until) if known else {}
    then = {i: look.at for i, look in looks.items()}
    past = access.scopes_then(session, actor.reader, known, then)
    for patient_id, (_, scope) in known.items():
        look = looks.get(patient_id)
        new = _is_new(scope, past[patient_id], look, actor.user_id) if look else not_(_ITEM.draft)
        yield scope, look, and_(new, _exists(scope, actor.user_id))


@lru_cache(maxsize=2048)
def _exists(scope: Scope, user_id: UUID) -> ColumnElement[bool]:
    """Return the wording of `may_be_known`, which is long; what is kept decides nothing (as in `careteam.access`)."""
    return may_be_known(scope, user_id)


def _is_new(scope: Scope, past: Scope, look: Look, user_id: UUID) -> ColumnElement[bool]:
    sent = and_(_ITEM.directed, access.sent_to(user_id, after=look.at - OVERLAP))
    new = or_(_ITEM.updated_at > look.at - OVERLAP, sent)
    if set(scope.permits) <= set(past.permits):
        return and_(not_(_ITEM.draft), new)
    return and_(not_(_ITEM.draft), or_(new, not_(access.opens(past))))


def _known_already(user_id: UUID, looks: Iterable[Look | None]) -> ColumnElement[bool]:
    """Say that an item is this person's own act, or that one of these looks showed it as it is now."""
    ids = [look.id for look in looks if look]
    if not ids:
        return _own(user_id)
    shown = (_SHOWN.event_id.in_(ids), _SHOWN.item_id == _ITEM.id, _SHOWN.version == _ITEM.version)
    return or_(_own(user_id), select(_SHOWN.item_id).where(*shown).correlate(Item.__table__).exists())


def _own(user_id: UUID) -> ColumnElement[bool]:
    """Say that this person made the item or was the last to change it: at that very instant, by the access log,
    they changed something. (Of what was written without a log, the author counts.)
    """
    author = _ITEM.author_id.is_not_distinct_from(user_id)
    written = and_(author, _ITEM.updated_at == _ITEM.created_at, not_(_ITEM.awaits_review))
    acted = (
        _EVENT.actor_id == user_id,
        _EVENT.at == _ITEM.updated_at,
        _EVENT.outcome == bindparam(None, "changed", literal_execute=True),
    )
    return or_(written, select(_EVENT.id).where(*acted).correlate(Item.__table__).exists())


def _rows(
    session: Session, actor: Actor, wanted: Collection[Wanted], columns: tuple[Any, ...], *group: Any
) -> Iterator[Any]:
    pairs = [(scope, condition) for scope, _, condition in wanted]
    known = _known_already(actor.user_id, (look for _, look, _ in wanted))
    for start in range(0, len(pairs), AT_ONCE):
        query = access.visible_in_any(Item, pairs[start : start + AT_ONCE], *columns)
        yield from session.execute(query.where(not_(known)).group_by(*group))


def _told(look: Look | None, found: Mapping[ItemClass, int]) -> dict[str, Any]:
    return {
        "since": look.at if look else None,
        "counts": [{"class": item_class, "count": found[item_class]} for item_class in sorted(found)],
    }
