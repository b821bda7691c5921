"""The sharing matrix: who reads which class of whose items, until when, by which consents, and what narrows it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Item
from careteam.models.types import new_id
from careteam.policy.facts import Consent, Membership, Reader, Team
from careteam.policy.joining import as_member
from careteam.policy.matrix import Asked, Cell, Opening, cells
from careteam.policy.scope import Shared
from careteam.policy.sharing import in_force
from careteam.policy.team import ever_members, roles_now, state
from careteam.policy.vocabulary import CLINICAL_ROLES, SHAREABLE_CLASSES, SPECIAL_CLASSES, MembershipState, Role
from careteam.services.emergency.marking import open_sessions
from careteam.services.log import access_log
from careteam.services.record.records import Record, open_record
from careteam.services.representations.in_matrix import reading_now
from careteam.services.team.readers import readers

SOON = timedelta(days=30)
"""How long before its end a consent is named (`domain.md`, "Alignment")."""

THE_PATIENT = "the patient"
Named = Mapping[UUID, tuple[UUID | None, str]]
"""Of single items that a consent or restriction names: whose, and of which class."""


@dataclass(frozen=True, slots=True)
class Row:
    """One reader of the matrix: the question to ask the rule, who they are, for what they are vouched, as which
    members they read, or which role nobody has.
    """

    asked: Asked
    name: str | None = None
    vouched: Reader | None = None
    memberships: tuple[Membership, ...] = ()
    role: Role | None = None


def read(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the matrix to the patient; to a current member their own row, without what narrows it.

    Others who may open the record find no rows. The number of statements does not depend on that of the rows.
    Raises NotFound.
    """
    record = open_record(session, actor, patient_id, at=at)
    access_log.disclosed(session, record.actor, patient_id, "read-sharing", [], at=at)
    if record.is_patient:
        return {**_whole(session, record), "representations": reading_now(session, record)}
    own = [_own_row(record)] if record.is_member else []
    acting = reading_now(session, record)
    return {**_matrix(record, own, [], [], {}, open_sessions(session, record)), "representations": acting}


def _whole(session: Session, record: Record) -> dict[str, Any]:
    people = readers(session, {m.user_id for m in record.team.memberships})
    now = list(_current(record, people))
    taken = {role for row in now for role in roles_now(row.asked.reader, record.team, record.at)}
    roles = [_nobody(record, role) for role in sorted(CLINICAL_ROLES - taken)]
    coming, emergencies = list(_coming(record, people)), open_sessions(session, record)
    return _matrix(record, now, coming, roles, _named(session, record), emergencies)


def _matrix(
    record: Record,
    now: Sequence[Row],
    coming: Sequence[Row],
    roles: Sequence[Row],
    named: Named,
    emergencies: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "readers": [_reader(record, row, named) for row in now],
        "upcoming": [_reader(record, row, named) for row in coming],
        "roles": [{"role": row.role, "holders": _holders(record, row, named)} for row in roles],
        "author_only": sorted(SPECIAL_CLASSES),
        "ending": _ending(record),
        "emergencies": emergencies,
    }


def _asked(record: Record, reader: Reader, team: Team, at: datetime) -> Asked:
    return Asked(reader, team, record.facts.consents, record.facts.restrictions, at)


def _own_row(record: Record) -> Row:
    who = record.actor
    return next(_rows(record, {who.user_id: who.reader}, [who.user_id]))


def _current(record: Record, people: Mapping[UUID, Reader]) -> Iterator[Row]:
    here = {m.user_id for m in record.team.memberships if state(m, record.at) is MembershipState.CURRENT}
    yield from _rows(record, people, sorted(here, key=lambda i: (record.facts.names[i], i)))


def _rows(record: Record, people: Mapping[UUID, Reader], user_ids: Iterable[UUID]) -> Iterator[Row]:
    for user_id in user_ids:
        mine = (m for m in record.team.memberships if m.user_id == user_id)
        places = tuple(m for m in mine if state(m, record.at) is MembershipState.CURRENT)
        asked = _asked(record, people[user_id], record.team, record.at)
        yield Row(asked, record.facts.names[user_id], people[user_id], places)


def _coming(record: Record, people: Mapping[UUID, Reader]) -> Iterator[Row]:
    """Yield who has not begun or is only asked to join: each membership by itself, from when it would begin."""
    waiting = {MembershipState.UPCOMING, MembershipState.PROPOSED}
    for membership in sorted(record.team.memberships, key=lambda m: (record.facts.names[m.user_id], m.user_id, m.role)):
        if state(membership, record.at) in waiting:
            reader, team = as_member(record.team, membership)
            asked = _asked(record, reader, team, max(record.at, membership.valid_from or record.at))
            user_id = membership.user_id
            yield Row(asked, record.facts.names[user_id], people[user_id], (membership,))


def _nobody(record: Record, role: Role) -> Row:
    """Return what anybody who joins in this role would read."""
    reader, team = as_member(record.team, Membership(new_id(), role))
    return Row(_asked(record, reader, team, record.at), role=role)


def _reader(record: Record, row: Row, named: Named) -> dict[str, Any]:
    return {
        "user_id": row.asked.reader.user_id,
        "name": row.name,
        "memberships": [
            {
                "role": m.role,
                "kind": m.kind,
                "state": state(m, record.at),
                "verified": row.vouched is not None and row.vouched.verified_for(m),
                "valid_from": m.valid_from,
                "valid_until": m.valid_until,
            }
            for m in row.memberships
        ],
        "reads_from": row.asked.at if row.asked.at > record.at else None,
        "holders": _holders(record, row, named),
    }


def _holders(record: Record, row: Row, named: Named) -> list[dict[str, Any]]:
    """Return the cells by holder: the patient first, then every member past or present but the reader."""
    names = record.facts.names
    others = sorted(ever_members(record.team) - {row.asked.reader.user_id}, key=lambda i: (names[i], i))
    made = cells(row.asked, [None, *others], sorted(SHAREABLE_CLASSES))
    return [
        {
            "holder": {"kind": "member", "user_id": holder_id} if holder_id else {"kind": "patient"},
            "name": names[holder_id] if holder_id else THE_PATIENT,
            "classes": [_cell(record, row, cell, named) for cell in found],
        }
        for holder_id, found in groupby(made, key=lambda cell: cell.holder_id)
    ]


def _cell(record: Record, row: Row, cell: Cell, named: Named) -> dict[str, Any]:
    consents = [_opening(record, opening) for opening in cell.openings]
    return {
        "class": cell.item_class,
        "shared": bool(cell.openings),
        "labels": sorted({label for consent in consents for label in consent["labels"]}),
        "until": cell.until,
        "consents": consents,
        "narrowed_by": _narrowed(row, cell, named) if record.is_patient else None,
    }


def _opening(record: Record, opening: Opening) -> dict[str, Any]:
    """Return one consent's part. A clinician sees the labels granted to them, and no limit of any kind."""
    consent = next(c for c in record.facts.consents if c.id == opening.permit.consent_id)
    return {
        "id": consent.id,
        "labels": sorted(opening.labels if record.is_patient else opening.permit.labels),
        "until": _end(consent),
        "data_from": consent.data_from if record.is_patient else None,
        "data_through": consent.data_through if record.is_patient else None,
    }


def _narrowed(row: Row, cell: Cell, named: Named) -> dict[str, Any]:
    """Return what keeps a part of this section, or all of it, from the reader."""
    here = (cell.holder_id, cell.item_class)
    items = [
        {"consent_id": opening.permit.consent_id, "item_id": item_id}
        for opening in cell.openings
        for item_id in sorted(opening.permit.except_items)
        if named.get(item_id) == here
    ]
    single = [r for r in row.asked.standing() if r.limit.item_id and named.get(r.limit.item_id) == here]
    return {
        "excepted_holder": [consent.id for consent in cell.left_out],
        "excepted_items": items,
        "restrictions": sorted(r.id for r in (*cell.stopped, *single)),
    }


def _named(session: Session, record: Record) -> Named:
    """Return of which class and whose the items are that consents and restrictions name."""
    ids = {i for c in record.facts.consents for i in c.exceptions.items}
    ids |= {r.limit.item_id for r in record.facts.restrictions if r.limit.item_id and not r.lifted}
    query = record.rows(Item, Item.id, Item.holder_id, Item.item_class).where(Item.id.in_(ids))
    return {row.id: (row.holder_id, row.item_class) for row in session.execute(query)} if ids else {}


def _ending(record: Record) -> list[dict[str, Any]]:
    """Return the consents in force (to a clinician: those that open something to them) that end within 30 days."""
    mine = {p.consent_id for p in record.scope.permits if isinstance(p, Shared)}
    known = [c for c in record.facts.consents if (in_force(c, record.at) if record.is_patient else c.id in mine)]
    ends = sorted((_end(c), c.id, c.superseded_at is not None) for c in known if _end(c) <= record.at + SOON)
    return [{"id": consent_id, "until": end, "superseded": superseded} for end, consent_id, superseded in ends]


def _end(consent: Consent) -> datetime:
    return min(consent.valid_until, consent.superseded_at or consent.valid_until)
