"""The accounting of disclosures: what was given to whom, when, for what and by what right.

The columns are those of 45 CFR 164.528(b)(2) (date; who received it and, if known, their address; what, briefly; for
what) and what 42 CFR 2.25 asks for besides. Everything that somebody else was shown is listed, for treatment too, which
both would let a practice leave out; what authors and holders read of their own is no disclosure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid, NotFound
from careteam.models import AccessEvent, AccessEventItem, Item, LabelChange, Membership, Practice, User
from careteam.services.log import access_log
from careteam.services.log.access_words import counted
from careteam.services.log.patients_rows import told_items
from careteam.services.log.spreadsheet import as_csv
from careteam.services.paging import page
from careteam.services.record.records import Record, open_record
from careteam.services.team.folding import folded_into

YEARS = 6
"""How far back it goes unless said otherwise (45 CFR 164.528(a)(1); 42 CFR 2.25(a) asks for three years)."""
PART2 = "part2"
"""The word that changes of the flag are kept under."""
OWN = ("own_record", "author", "holder")
COLUMNS = (
    "at",
    "recipient_name",
    "recipient_affiliation",
    "recipient_address",
    "on_behalf",
    "description",
    "purpose",
    "basis",
    "part2",
    "event_id",
)
_BASIS = {
    "consent": "under your consent {consent}",
    "directed": "sent by you",
    "release": "under your consent {consent}, released by its author",
    "emergency": "in a stated emergency (42 CFR 2.51)",
    "representation": "by somebody who acts for you",
}


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **which: Any
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the disclosures, newest first, to the patient. Raises NotFound to everybody else, and Invalid.

    `limit`, `cursor`; `since` and `through` are days where the patient lives, both included.
    """
    record = _open(session, actor, patient_id, at=at)
    found = _page(session, record, **which)
    access_log.disclosed(session, record.actor, patient_id, "read-accounting", [], at=at)
    return found


def export(session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **which: Any) -> tuple[str, str | None]:
    """Return the same as CSV with a header row, and the cursor of what did not fit. Raises as `page_of`."""
    record = _open(session, actor, patient_id, at=at)
    rows, cursor = _page(session, record, **which)
    access_log.disclosed(session, record.actor, patient_id, "export-accounting", [], at=at)
    return as_csv(COLUMNS, (_flat(row) for row in rows)), cursor


def printable(session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **which: Any) -> dict[str, Any]:
    """Return what the printed page shows: whose accounting it is, the period, and its rows. Raises as `page_of`."""
    record = _open(session, actor, patient_id, at=at)
    rows, cursor = _page(session, record, **which)
    access_log.disclosed(session, record.actor, patient_id, "print-accounting", [], at=at)
    since, through = _days(record, which.get("since"), which.get("through"))
    person = record.facts.person
    return {
        "name": person.name,
        "birth_date": person.birth_date,
        "since": since,
        "through": through,
        "made_at": at,
        "zone": ZoneInfo(person.time_zone),
        "rows": rows,
        "more": cursor is not None,
    }


def _open(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    record = open_record(session, actor, patient_id, at=at)
    if not record.is_patient:
        raise NotFound
    return record


def _page(
    session: Session,
    record: Record,
    *,
    limit: int,
    cursor: str | None = None,
    since: date | None = None,
    through: date | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    days = _days(record, since, through)
    patients = [record.patient_id, *folded_into(session, record.patient_id)]
    query = _events(patients).where(*_within(record, *days)).order_by(AccessEvent.id.desc())
    found = page(session, query, limit=limit, cursor=cursor)
    what = _what(session, [row.id for row in found.rows])
    where = _affiliations(session, record.patient_id)
    return [_told(row, what[row.id], where) for row in found.rows], found.cursor


def _days(record: Record, since: date | None, through: date | None) -> tuple[date, date]:
    today = record.at.astimezone(ZoneInfo(record.facts.person.time_zone)).date()
    begin, end = since or _years_before(today), through or today
    if end < begin:
        raise Invalid("A period ends after it begins.", {"through": ["Give a day that is not before since."]})
    return begin, end


def _years_before(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - YEARS, day=28 if leap_day else day.day)


def _within(record: Record, since: date, through: date) -> list[ColumnElement[bool]]:
    zone = ZoneInfo(record.facts.person.time_zone)
    begin, end = (datetime.combine(day, time(), zone) for day in (since, through + timedelta(days=1)))
    return [AccessEvent.at >= begin, AccessEvent.at < end]


def _events(patient_ids: Sequence[UUID]) -> Any:
    columns = (
        AccessEvent.id,
        AccessEvent.at,
        AccessEvent.purpose,
        AccessEvent.actor_id,
        AccessEvent.representation_id,
        AccessEvent.notice_sha256,
        User.name.label("actor_name"),
    )
    shows = select(1).where(AccessEventItem.event_id == AccessEvent.id, _disclosed()).correlate(AccessEvent).exists()
    joined = select(*columns).join(User, User.id == AccessEvent.actor_id)
    return joined.where(AccessEvent.patient_id.in_(patient_ids), AccessEvent.items > 0, shows)


def _disclosed() -> ColumnElement[bool]:
    """Say that an item of an event was shown to somebody whose own it is not, and may be told to the patient."""
    return and_(AccessEventItem.clause.not_in(OWN), told_items())


def _what(session: Session, event_ids: Sequence[UUID]) -> Mapping[UUID, list[Any]]:
    """Return how many items of which class and holder each event disclosed, and by what right."""
    holder = User.name.label("holder")
    part = (
        AccessEventItem.event_id,
        AccessEventItem.item_class,
        AccessEventItem.clause,
        AccessEventItem.consent_id,
        holder,
    )
    query = (
        select(*part, func.count().label("count"), func.max(case((_was_part2(), 1), else_=0)).label("part2"))
        .join(AccessEvent, AccessEvent.id == AccessEventItem.event_id)
        .outerjoin(Item, Item.id == AccessEventItem.item_id)
        .outerjoin(User, User.id == AccessEventItem.holder_id)
        .where(AccessEventItem.event_id.in_(event_ids), _disclosed())
        .group_by(*part)
        .order_by(AccessEventItem.item_class, holder)
    )
    found: dict[UUID, list[Any]] = {}
    for row in session.execute(query) if event_ids else ():
        found.setdefault(row.event_id, []).append(row)
    return found


def _was_part2() -> ColumnElement[bool]:
    """Say that an item was `part2` when it was shown: as it is now, unless that was changed since."""
    since = (LabelChange.item_id == AccessEventItem.item_id, LabelChange.at > AccessEvent.at)
    changed = select(LabelChange.added).where(*since, LabelChange.label == PART2, LabelChange.left_out.is_(False))
    next_change = changed.order_by(LabelChange.id).limit(1).correlate(AccessEvent, AccessEventItem).scalar_subquery()
    return func.coalesce(case((next_change.is_(True), False), (next_change.is_(False), True)), Item.part2)


def _affiliations(session: Session, patient_id: UUID) -> Sequence[Any]:
    """Return every place in the team with its practice, to tell for which practice somebody read."""
    query = (
        select(Membership.user_id, Membership.clinician_accepted_at, Membership.ended_at, Practice.name)
        .join(Practice, Practice.id == Membership.practice_id)
        .where(Membership.patient_id == patient_id, Membership.clinician_accepted_at.is_not(None))
        .order_by(Membership.id)
    )
    return session.execute(query).all()


def _told(row: Any, items: Iterable[Any], places: Sequence[Any]) -> dict[str, Any]:
    listed = list(items)
    described = ", ".join(f"{counted(i.item_class, i.count)} of {i.holder or 'yours'}" for i in listed)
    basis = sorted({_basis(item) for item in listed})
    return {
        "event_id": row.id,
        "at": row.at,
        "recipient": {
            "user_id": row.actor_id,
            "name": row.actor_name,
            "affiliation": _affiliation(row, places),
            "address": None,
        },
        "on_behalf": row.representation_id is not None,
        "description": described,
        "purpose": row.purpose,
        "basis": "; ".join(basis),
        "part2": row.notice_sha256 is not None and any(i.part2 for i in listed),
    }


def _basis(item: Any) -> str:
    return _BASIS[item.clause].format(consent=item.consent_id)


def _affiliation(row: Any, places: Sequence[Any]) -> str | None:
    mine = [p for p in places if p.user_id == row.actor_id and p.clinician_accepted_at <= row.at]
    names = [p.name for p in mine if p.ended_at is None or row.at < p.ended_at]
    return names[-1] if names else None


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in COLUMNS if not name.startswith("recipient_")},
        **{f"recipient_{name}": row["recipient"][name] for name in ("name", "affiliation", "address")},
    }
