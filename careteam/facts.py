"""Reads what the policy decides on: teams, consents and restrictions, as immutable facts.

One statement for each of the three, whatever the number of patients; always fresh.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from careteam import models
from careteam.errors import NotFound, Unavailable
from careteam.models.types import UtcDateTime
from careteam.policy.facts import (
    NO_GROUNDS,
    Against,
    Consent,
    Discloser,
    EmergencySession,
    Exceptions,
    Grounds,
    Limit,
    Membership,
    Recipient,
    Release,
    Representation,
    Restriction,
    Team,
)
from careteam.policy.grounds import majority
from careteam.policy.vocabulary import ConsentStatus, ItemClass, Power, RepresentationBasis, Role


@dataclass(frozen=True, slots=True)
class Person:
    """Whose record it is: what a membership opens besides the team."""

    name: str
    birth_date: date | None
    death_date: date | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides who reads one patient's record, and the names that go with it."""

    person: Person
    names: Mapping[UUID, str]
    team: Team
    consents: tuple[Consent, ...]
    restrictions: tuple[Restriction, ...]
    """Lifted ones too: they stop nothing now."""
    grounds: Grounds = NO_GROUNDS
    """Ended and withdrawn ones too: they open nothing now."""
    read_locked: bool = False
    """A restored database waits for its review: nobody reads but patients their own record."""


def of_patients(session: Session, patient_ids: Iterable[UUID]) -> Mapping[UUID, Facts]:
    """Return the facts of each patient. Raises NotFound when one of them does not exist."""
    ids = frozenset(patient_ids)
    try:
        return _of_patients(session, ids)
    except (LookupError, ValueError) as error:
        raise Unavailable("The consents of this record cannot be read, so that nothing is shown.") from error


def _of_patients(session: Session, ids: frozenset[UUID]) -> Mapping[UUID, Facts]:
    found = _teams(session, ids)
    if found.keys() != ids:
        raise NotFound
    consents = _grouped(session.execute(_ACTIVE, {"ids": ids}), consent_fact)
    restrictions = _grouped(session.execute(_RESTRICTIONS, {"ids": ids}), restriction_fact)
    grounds = _grounds(session, {i: f.person for i, f in found.items() if f.has_grounds})
    return {
        i: Facts(
            f.person,
            f.names,
            f.team,
            tuple(consents[i]),
            tuple(restrictions[i]),
            grounds.get(i, NO_GROUNDS),
            f.read_locked,
        )
        for i, f in found.items()
    }


def closed_since(session: Session, patient_ids: Iterable[UUID], since: datetime) -> Mapping[UUID, list[Consent]]:
    """Return the consents of each patient that were revoked, or ended by an event, after this instant.

    They open nothing now; they tell what stood before.
    """
    ids = frozenset(patient_ids)
    return _grouped(session.execute(_CLOSED, {"ids": ids, "since": since}), consent_fact)


_CLASSES = {c.value: c for c in ItemClass}
_PATIENT, _MEMBERSHIP, _USER, _CONSENT, _RESTRICTION = (
    models.Base.metadata.tables[name] for name in ("patient", "membership", "user", "consent", "restriction")
)
"""Plain tables: these statements run for every answer, and entities would cost them a fifth of their time."""
_P, _M, _U, _C, _R = _PATIENT.c, _MEMBERSHIP.c, _USER.c, _CONSENT.c, _RESTRICTION.c


_GROUNDS = tuple(
    models.Base.metadata.tables[name] for name in ("special_release", "emergency_session", "representation")
)
_LOCK = models.Base.metadata.tables["read_lock"]


def _ids(column: Any) -> Any:
    return column.in_(bindparam("ids", expanding=True))


_TEAMS = (
    select(
        _P.id.label("patient_id"),
        _P.user_id.label("patient_user_id"),
        _P.name.label("patient_name"),
        _P.birth_date,
        _P.death_date,
        _P.time_zone,
        _U.name.label("member_name"),
        _M.user_id,
        _M.practice_id,
        _M.role,
        _M.kind,
        _M.patient_agreed_at,
        _M.clinician_accepted_at,
        _M.declined_at,
        _M.ended_at,
        _M.valid_from,
        _M.valid_until,
        or_(*(exists().where(table.c.patient_id == _P.id) for table in _GROUNDS)).label("has_grounds"),
        exists().where(_LOCK.c.lifted_at.is_(None)).label("read_locked"),
    )
    .select_from(
        _PATIENT.outerjoin(_MEMBERSHIP, _M.patient_id == _P.id).outerjoin(_USER, _U.id == _M.user_id),
    )
    .where(_ids(_P.id))
)
_CONSENTS = select(
    _C.patient_id,
    _C.id,
    _C.kind,
    _C.purpose,
    _C.status,
    _C.disclosers,
    _C.recipients,
    _C.classes,
    _C.labels,
    _C.except_items,
    _C.except_holders,
    _C.valid_from,
    _C.valid_until,
    _C.superseded_at,
    _C.data_from,
    _C.data_through,
    _C.signed_at,
    _C.closed_at,
).where(_ids(_C.patient_id))
_ACTIVE = _CONSENTS.where(_C.status == ConsentStatus.ACTIVE)
_CLOSED = _CONSENTS.where(
    _C.status.in_([ConsentStatus.REVOKED, ConsentStatus.EXPIRED]), _C.closed_at > bindparam("since", type_=UtcDateTime)
)
_RESTRICTIONS = select(
    _R.patient_id,
    _R.id,
    _R.against_user_id,
    _R.against_role,
    _R.against_representation_id,
    _R.item_class,
    _R.label,
    _R.holder,
    _R.item_id,
    _R.emergency,
    _R.created_at,
    _R.lifted_at,
).where(_ids(_R.patient_id))


_RELEASES, _EMERGENCIES, _REPRESENTATIONS = (select(table).where(_ids(table.c.patient_id)) for table in _GROUNDS)


@dataclass(frozen=True, slots=True)
class _Found:
    """What one statement tells of a patient; `has_grounds` says that three more have something to tell."""

    person: Person
    names: Mapping[UUID, str]
    team: Team
    has_grounds: bool
    read_locked: bool


def _teams(session: Session, ids: frozenset[UUID]) -> dict[UUID, _Found]:
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(_TEAMS, {"ids": ids}):
        rows[row.patient_id].append(row)
    return {patient_id: _team(patient_id, found) for patient_id, found in rows.items()}


def _team(patient_id: UUID, rows: Sequence[Any]) -> _Found:
    first = rows[0]
    members = [row for row in rows if row.user_id is not None]
    return _Found(
        Person(first.patient_name, first.birth_date, first.death_date, first.time_zone),
        {row.user_id: row.member_name for row in members},
        Team(patient_id, first.patient_user_id, tuple(map(membership_fact, members))),
        bool(first.has_grounds),
        bool(first.read_locked),
    )


def _grouped(rows: Iterable[Row[Any]], fact: Any) -> dict[UUID, list[Any]]:
    grouped: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.patient_id].append(fact(row))
    return grouped


def membership_fact(row: Any) -> Membership:
    """Return a membership row as a fact."""
    return Membership(
        user_id=row.user_id,
        role=row.role,
        kind=row.kind,
        patient_agreed=row.patient_agreed_at is not None,
        clinician_accepted=row.clinician_accepted_at is not None,
        declined=row.declined_at is not None,
        ended=row.ended_at is not None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        practice_id=row.practice_id,
        accepted_at=_later(row.patient_agreed_at, row.clinician_accepted_at),
        ended_at=row.ended_at,
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else None


def consent_fact(row: Any) -> Consent:
    """Return a consent row as a fact. A word that this version does not know opens nothing."""
    return Consent(
        id=row.id,
        disclosers=frozenset(map(discloser, row.disclosers)),
        recipients=frozenset(map(recipient, row.recipients)),
        classes=_known_classes(row.classes),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        labels=row.labels,
        exceptions=Exceptions(frozenset(map(UUID, row.except_items)), frozenset(map(holder, row.except_holders))),
        kind=row.kind,
        purpose=row.purpose,
        signed=row.status in {ConsentStatus.ACTIVE, ConsentStatus.REVOKED, ConsentStatus.SUPERSEDED},
        revoked=row.status is ConsentStatus.REVOKED,
        superseded_at=row.superseded_at,
        data_from=row.data_from,
        data_through=row.data_through,
        signed_at=row.signed_at,
        closed_at=row.closed_at,
    )


def restriction_fact(row: Any) -> Restriction:
    """Return a restriction row as a fact."""
    of_patient = row.holder == "patient"
    return Restriction(
        id=row.id,
        against=Against(row.against_user_id, row.against_role, row.against_representation_id),
        limit=Limit(
            item_class=row.item_class,
            label=row.label,
            holder_id=holder(row.holder) if row.holder else None,
            of_patient=of_patient,
            item_id=row.item_id,
        ),
        emergency=row.emergency,
        lifted=row.lifted_at is not None,
        made_at=row.created_at,
        lifted_at=row.lifted_at,
    )


def _grounds(session: Session, persons: Mapping[UUID, Person]) -> Mapping[UUID, Grounds]:
    """Return the grounds of these patients: three statements, sent only where somebody has any."""
    if not persons:
        return {}
    ids = {"ids": frozenset(persons)}
    releases = _grouped(session.execute(_RELEASES, ids), release_fact)
    emergencies = _grouped(session.execute(_EMERGENCIES, ids), emergency_fact)
    representations = _grouped(
        session.execute(_REPRESENTATIONS, ids), lambda row: representation_fact(row, persons[row.patient_id])
    )
    return {i: Grounds(tuple(releases[i]), tuple(emergencies[i]), tuple(representations[i])) for i in persons}


def release_fact(row: Any) -> Release:
    """Return a release row as a fact."""
    return Release(row.item_id, row.reader_id, row.withdrawn_at is not None, row.released_at, row.withdrawn_at)


def emergency_fact(row: Any) -> EmergencySession:
    """Return an emergency session row as a fact. A class that this version does not know opens nothing."""
    return EmergencySession(
        id=row.id,
        user_id=row.user_id,
        role=row.role,
        classes=_known_classes(row.classes),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        ended=row.ended_at is not None,
        ended_at=row.ended_at,
    )


def representation_fact(row: Any, person: Person) -> Representation:
    """Return a representation row as a fact: it stands once accepted, and agreed to or attested, and not declined.

    A parent's ends at majority by the clock; of somebody without a birth date nobody is the parent.
    """
    until, agreed_at = row.valid_until, _later(row.accepted_at, row.patient_agreed_at or row.attested_at)
    if row.basis is RepresentationBasis.PARENT:
        of_age = majority(person.birth_date, ZoneInfo(person.time_zone)) if person.birth_date else row.valid_from
        until = min(until, of_age) if until else of_age
    return Representation(
        id=row.id,
        user_id=row.user_id,
        basis=row.basis,
        classes=_known_classes(row.classes),
        labels=row.labels,
        powers=frozenset(map(Power, row.powers)),
        valid_from=row.valid_from,
        valid_until=until,
        agreed=agreed_at is not None and row.declined_at is None,
        ended=row.ended_at is not None,
        agreed_at=agreed_at,
        ended_at=row.ended_at,
    )


def _known_classes(words: Iterable[str]) -> frozenset[ItemClass]:
    return frozenset(_CLASSES[word] for word in words if word in _CLASSES)


def discloser(text: str) -> Discloser:
    """Read `team`, `patient` or `member:<uuid>`. Raises ValueError on anything else."""
    kind, _, user_id = text.partition(":")
    return Discloser(kind, UUID(user_id) if user_id else None)


def discloser_text(discloser: Discloser) -> str:
    """Write a discloser as it is stored."""
    return f"member:{discloser.user_id}" if discloser.user_id else discloser.kind


def recipient(text: str) -> Recipient:
    """Read `member:<uuid>` or `role:<role>`. Raises ValueError on anything else."""
    kind, _, rest = text.partition(":")
    match kind:
        case "member":
            return Recipient(user_id=UUID(rest))
        case "role":
            return Recipient(role=Role(rest))
        case _:
            raise ValueError(f"not a recipient: {text}")


def holder(text: str) -> UUID | None:
    """Read `patient` (which is `None`) or `member:<uuid>`. Raises ValueError on anything else."""
    return None if text == "patient" else discloser(text).user_id
