"""Writes the facts of the case table and the items of the grid as rows, in a few statements for all of them.

Every row of the table gets a patient of its own, so that all stand side by side and nobody's facts may
reach another's items.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from careteam import models
from careteam.models.types import new_id
from careteam.policy.facts import (
    Consent,
    Discloser,
    EmergencySession,
    Recipient,
    Release,
    Representation,
    Restriction,
)
from careteam.policy.vocabulary import (
    ConsentStatus,
    ItemClass,
    MedicationSource,
    NoteStatus,
    Power,
    RepresentationBasis,
)
from tests.policy.cast import BO, ELM, NEIGHBOUR, OAK, PATIENT, PAUL, PIA, RECORD, STRANGER, TESS, THEO, Case
from tests.policy.grid import GRID
from tests.policy.matching import ItemFact
from tests.policy.reference import Question

T = TypeVar("T")
EVERYWHERE = (TESS, PAUL, THEO, PIA, BO, STRANGER)
PRACTICES = (OAK, ELM)
THEN = datetime(2020, 1, 1, tzinfo=UTC)
OTHER_RECORD, OTHER_PATIENT = UUID(int=0x9000), UUID(int=0x9001)
DECOY = 0x900000


def moved(value: T, n: int) -> T:
    """Return the facts with every id but the clinicians' and practices' its own for the n-th row of the table."""
    made: Any = value
    if isinstance(value, UUID):
        made = value if value in EVERYWHERE + PRACTICES else UUID(int=value.int + (n << 32))
    elif isinstance(value, (tuple, frozenset)):
        made = type(value)(moved(part, n) for part in value)
    elif is_dataclass(value):
        made = replace(value, **{f.name: moved(getattr(value, f.name), n) for f in fields(value)})  # type: ignore[type-var]
    result: T = made
    return result


def of_one_row(one: UUID, other: UUID) -> bool:
    """Say whether two ids were moved to the same row of the table."""
    return one.int >> 32 == other.int >> 32


def write_cases(session: Session, cases: Iterable[Case]) -> list[Case]:
    """Write all the rows, and return the table as it was written."""
    written = [moved(case, n) for n, case in enumerate(cases, 1)]
    questions = [case.question for case in written]
    add(session, models.User, (user(u) for u in (*EVERYWHERE, *(moved(PATIENT, n + 1) for n in range(len(written))))))
    add(session, models.Practice, map(practice, PRACTICES))
    add(session, models.Patient, (patient(q.team.patient_id, q.team.patient_user_id) for q in questions))
    add(session, models.Membership, (row for q in questions for row in memberships(q)))
    add(session, models.Consent, (consent(q.team.patient_id, c) for q in questions for c in q.consents))
    add(session, models.Item, (item(i) for n, case in enumerate(written, 1) for i in beside(case, n)))
    add(session, models.Direction, (row for case in written for row in directions(case.item)))
    grounds = [(q, q.grounds) for q in questions]
    add(session, models.Representation, (representation(*r) for q in questions for r in _represented(q)))
    add(session, models.SpecialRelease, (release(q, r) for q, g in grounds for r in g.releases))
    add(session, models.EmergencySession, (emergency(q, e) for q, g in grounds for e in g.emergencies))
    add(session, models.Restriction, (restriction(q, r) for q in questions for r in q.restrictions))
    return written


def _represented(q: Question) -> Iterator[tuple[UUID, Representation]]:
    """The representations of a row, and whoever a restriction of it names besides."""
    yield from ((q.team.patient_id, r) for r in q.grounds.representations)
    here = {r.id for r in q.grounds.representations}
    for named in {r.against.representation_id for r in q.restrictions} - here - {None}:
        none, power = frozenset[Any](), frozenset({Power.READ})
        assert named
        other = Representation(named, BO, RepresentationBasis.GUARDIAN, none, none, power, THEN, agreed=False)
        yield q.team.patient_id, other


def write_grid(session: Session) -> None:
    """Write the grid as notes and medications, and some of it in another patient's record besides."""
    decoys = [replace(i, id=UUID(int=i.id.int + DECOY), patient_id=OTHER_RECORD) for i in GRID[::7]]
    both = [*GRID, *decoys]
    add(session, models.User, map(user, (*EVERYWHERE, PATIENT, OTHER_PATIENT)))
    add(session, models.Patient, (patient(RECORD, PATIENT), patient(OTHER_RECORD, OTHER_PATIENT)))
    add(session, models.Item, map(item, both))
    add(session, models.Medication, (medication(i) for i in both if i.item_class is ItemClass.MEDICATION))
    add(session, models.Note, (note(i) for i in both if i.item_class is not ItemClass.MEDICATION))
    add(session, models.Direction, (row for i in both for row in directions(i)))


def add(session: Session, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows of one table in one statement."""
    session.execute(insert(model.__table__), list(rows))


def beside(case: Case, n: int) -> Iterator[ItemFact]:
    """The row's item, and another that restrictions and exceptions may name."""
    yield case.item
    if case.item.id != (neighbour := moved(NEIGHBOUR, n)):
        yield replace(case.item, id=neighbour)


def user(user_id: UUID) -> dict[str, Any]:
    """An account."""
    email = f"{user_id}@example.org"
    return {
        "id": user_id,
        "email": email,
        "name": "-",
        "password_hash": "-",
        "created_at": THEN,
        "password_changed_at": THEN,
    }


def practice(practice_id: UUID) -> dict[str, Any]:
    """Where somebody works."""
    return {"id": practice_id, "name": "-", "created_at": THEN, "created_by": TESS}


def patient(patient_id: UUID, user_id: UUID | None) -> dict[str, Any]:
    """A record, with or without an account."""
    return {"id": patient_id, "user_id": user_id, "name": "-", "name_key": "-", "created_at": THEN}


def memberships(q: Question) -> Iterator[dict[str, Any]]:
    """Every membership of a team."""
    for m in q.team.memberships:
        yield {
            "id": new_id(),
            "patient_id": q.team.patient_id,
            "user_id": m.user_id,
            "role": m.role,
            "kind": m.kind,
            "proposed_by": m.user_id,
            "created_at": THEN,
            "patient_agreed_at": (m.accepted_at or THEN) if m.patient_agreed else None,
            "clinician_accepted_at": (m.accepted_at or THEN) if m.clinician_accepted else None,
            "declined_at": THEN if m.declined else None,
            "ended_at": THEN if m.ended else None,
            "valid_from": m.valid_from,
            "valid_until": m.valid_until,
            "practice_id": m.practice_id,
        }


def consent(patient_id: UUID, c: Consent) -> dict[str, Any]:
    """A consent as it stands now."""
    signed = ConsentStatus.REVOKED if c.revoked else ConsentStatus.ACTIVE
    return {
        "id": c.id,
        "patient_id": patient_id,
        "kind": c.kind,
        "purpose": c.purpose,
        "status": signed if c.signed else ConsentStatus.REQUESTED,
        "disclosers": [discloser(d) for d in c.disclosers],
        "recipients": [recipient(r) for r in c.recipients],
        "classes": [word.value for word in c.classes],
        "labels": c.labels,
        "except_items": [str(i) for i in c.exceptions.items],
        "except_holders": [holder(h) for h in c.exceptions.holders],
        "valid_from": c.valid_from,
        "valid_until": c.valid_until,
        "superseded_at": c.superseded_at,
        "data_from": c.data_from,
        "data_through": c.data_through,
        "created_at": THEN,
    }


def restriction(q: Question, r: Restriction) -> dict[str, Any]:
    """A standing no, or one that was lifted."""
    named = holder(r.limit.holder_id) if r.limit.holder_id else None
    return {
        "id": r.id,
        "patient_id": q.team.patient_id,
        "against_user_id": r.against.user_id,
        "against_role": r.against.role,
        "against_representation_id": r.against.representation_id,
        "item_class": r.limit.item_class,
        "label": r.limit.label,
        "holder": "patient" if r.limit.of_patient else named,
        "item_id": r.limit.item_id,
        "emergency": r.emergency,
        "created_at": THEN,
        "created_by": q.team.patient_user_id or TESS,
        "lifted_at": THEN if r.lifted else None,
    }


def release(q: Question, r: Release) -> dict[str, Any]:
    """An author's release."""
    return {
        "id": new_id(),
        "patient_id": q.team.patient_id,
        "item_id": r.item_id,
        "reader_id": r.reader_id,
        "released_by": TESS,
        "released_at": THEN,
        "withdrawn_at": THEN if r.withdrawn else None,
    }


def emergency(q: Question, e: EmergencySession) -> dict[str, Any]:
    """An emergency session."""
    return {
        "id": e.id,
        "patient_id": q.team.patient_id,
        "user_id": e.user_id,
        "role": e.role,
        "classes": [word.value for word in e.classes],
        "nature": b"-",
        "why_no_consent": b"-",
        "valid_from": e.valid_from,
        "valid_until": e.valid_until,
        "ended_at": THEN if e.ended else None,
    }


def representation(patient_id: UUID, r: Representation) -> dict[str, Any]:
    """A person who acts for the patient."""
    return {
        "id": r.id,
        "patient_id": patient_id,
        "user_id": r.user_id,
        "basis": RepresentationBasis.GUARDIAN,
        "classes": [word.value for word in r.classes],
        "labels": r.labels,
        "powers": [word.value for word in r.powers],
        "valid_from": r.valid_from,
        "valid_until": r.valid_until,
        "created_at": THEN,
        "created_by": TESS,
        "accepted_at": THEN,
        "attested_at": THEN if r.agreed else None,
        "ended_at": THEN if r.ended else None,
        "version": 1,
    }


def item(i: ItemFact) -> dict[str, Any]:
    """All that the gate looks at."""
    return {
        "id": i.id,
        "record_type": "medication" if i.item_class is ItemClass.MEDICATION else "note",
        "patient_id": i.patient_id,
        "item_class": i.item_class,
        "author_id": i.author_id,
        "outside_author": None if i.author_id else "Dr. Elsewhere",
        "holder_id": i.holder_id,
        "labels": i.labels,
        "date": i.date,
        "draft": i.draft,
        "awaits_review": i.awaits_review,
        "directed": True,
        "created_at": THEN,
        "updated_at": THEN,
    }


def directions(i: ItemFact) -> Iterator[dict[str, Any]]:
    """To whom it was sent; and to everybody else, which was taken back."""
    for user_id in {*EVERYWHERE, *i.sent_to}:
        taken_back = None if user_id in i.sent_to else THEN
        yield {
            "id": new_id(),
            "item_id": i.id,
            "user_id": user_id,
            "sent_by": TESS,
            "sent_at": THEN,
            "revoked_at": taken_back,
        }


def note(i: ItemFact) -> dict[str, Any]:
    """The rest of a note."""
    return {"id": i.id, "status": NoteStatus.SIGNED, "title": b"-", "body": b"-"}


def medication(i: ItemFact) -> dict[str, Any]:
    """The rest of a medication entry."""
    return {"id": i.id, "source": MedicationSource.PRESCRIBER, "prescribed": True, "drug_name": "-"}


def discloser(d: Discloser) -> str:
    """A discloser in words."""
    return f"member:{d.user_id}" if d.user_id else d.kind


def recipient(r: Recipient) -> str:
    """A recipient in words."""
    return f"role:{r.role}" if r.role else f"member:{r.user_id}"


def holder(user_id: UUID | None) -> str:
    """A holder in words."""
    return f"member:{user_id}" if user_id else "patient"
