"""Allergies as somebody may read them: each whole, with what it said before and what contradicts it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, not_, or_
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Allergy
from careteam.policy.allergies import Stated, Statement, contradicts
from careteam.policy.vocabulary import (
    AllergyCategory,
    AllergyKind,
    AllergyStatus,
    AllergyVerification,
)
from careteam.services.record import entry_changes, reading
from careteam.services.record.entries import unlisted
from careteam.services.record.items import heading, item_columns
from careteam.services.record.patient_days import patient_day
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(Allergy),
    Allergy.kind,
    Allergy.covers,
    Allergy.substance,
    Allergy.codes,
    Allergy.category,
    Allergy.criticality,
    Allergy.clinical_status,
    Allergy.verification_status,
    Allergy.onset,
    Allergy.reactions,
    Allergy.note,
    Allergy.signed_at,
    Allergy.superseded_by_id,
    Allergy.error_reason,
    Allergy.error_at,
)
CHANGEABLE = ("category", "criticality", "clinical_status", "verification_status", "onset", "reactions", "note")
"""What a change may change; a wrong substance is entered in error and recorded anew."""

CAUTION = (
    "The patient decides what is shared: this list may not be complete. "
    "That no allergy is shown here does not say that there is none."
)
CONTRADICTION = "Some of these entries contradict each other: ask the patient before you rely on either."


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    **filters: Any,
) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """Return one page of the entries that the actor may read, newest first, the next cursor, and what every list
    says (`list_members`).

    Filters: `kind`, `clinical_status`, `current`, `author_id`, `from_date` and `through_date` (days,
    inclusive). Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    where = _filters(record, **filters)
    shown, following = reading.page_of(session, record, ALLERGIES, where, limit=limit, cursor=cursor)
    return shown, following, list_members(shown)


def read(session: Session, actor: Actor, patient_id: UUID, allergy_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one entry, whole. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), ALLERGIES, allergy_id)


def list_members(shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what every list of allergies says besides its entries."""
    contradicted = any(entry["contradicted_by"] for entry in shown)
    return {"caution": CAUTION, "contradiction": CONTRADICTION if contradicted else None}


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the entries of these gate rows (`COLUMNS`), each whole."""
    changes = entry_changes.of(session, rows)
    readable = _readable(session, record) if rows else ()
    against, replaced = _contradictions(session, readable), _superseded(readable, {row.id for row in rows})
    died = patient_day(record).died
    return [
        {**_entry(session, record, row, changes.get(row.id, []), died=died), **_related(row.id, against, replaced)}
        for row in rows
    ]


ALLERGIES = Kind(Allergy, COLUMNS, "read-allergy", "read-allergies", present)


def stated(session: Session, row: Any) -> dict[str, Any]:
    """Return what an entry (a row, or the object) says and a change may change."""
    return {
        "category": sorted(row.category),
        "criticality": row.criticality,
        "clinical_status": row.clinical_status,
        "verification_status": row.verification_status,
        "onset": row.onset,
        "reactions": unlisted(unseal(session, Allergy.reactions, row.id, row.reactions)),
        "note": unseal(session, Allergy.note, row.id, row.note),
    }


def statement(session: Session, row: Any) -> Statement:
    """Return what "no known allergies" covers."""
    return Statement(row.covers, unseal(session, Allergy.substance, row.id, row.substance))


def allergy(session: Session, row: Any) -> Stated:
    """Return of an allergy what decides whether a statement still agrees with it."""
    words = unseal(session, Allergy.substance, row.id, row.substance)
    return Stated(words or "", frozenset(map(AllergyCategory, row.category)))


def active() -> list[ColumnElement[bool]]:
    """Say in SQL what `policy.allergies.is_active` says, for rows of allergies; a test compares the two."""
    return [
        Allergy.error_at.is_(None),
        or_(Allergy.clinical_status.is_(None), Allergy.clinical_status == AllergyStatus.ACTIVE),
        or_(Allergy.verification_status.is_(None), Allergy.verification_status != AllergyVerification.REFUTED),
    ]


_ACTIVE = and_(*active()).label("active")


def _entry(
    session: Session, record: Record, row: Any, changes: Sequence[Mapping[str, Any]], *, died: bool
) -> dict[str, Any]:
    says = stated(session, row)
    in_error = row.error_at is not None
    marked = {"clinical_status": None, "verification_status": AllergyVerification.ENTERED_IN_ERROR}
    counts = row.clinical_status in {None, AllergyStatus.ACTIVE}
    refuted = row.verification_status is AllergyVerification.REFUTED
    return {
        **heading(record, row),
        "kind": row.kind,
        "covers": row.covers,
        "substance": unseal(session, Allergy.substance, row.id, row.substance),
        "codes": unlisted(unseal(session, Allergy.codes, row.id, row.codes)),
        **says,
        **(marked if in_error else {}),
        "current": counts and not refuted and not in_error and not died,
        "signed_at": row.signed_at,
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, Allergy.error_reason, row.id, row.error_reason),
        "changes": entry_changes.told(changes, says),
    }


def _related(item_id: UUID, against: Mapping[UUID, list[UUID]], replaced: Mapping[UUID, UUID]) -> dict[str, Any]:
    return {
        "contradicted_by": sorted(against.get(item_id, [])),
        "superseded_by": replaced.get(item_id),
        "supersedes": sorted(old for old, new in replaced.items() if new == item_id),
    }


def _readable(session: Session, record: Record) -> Sequence[Any]:
    """Return all that the reader may read, whoever holds it: what contradicts or replaces an entry is among them."""
    columns = (Allergy.id, Allergy.kind, Allergy.covers, Allergy.substance, Allergy.category, Allergy.superseded_by_id)
    return session.execute(record.rows(Allergy, *columns, _ACTIVE)).all()


def _contradictions(session: Session, readable: Sequence[Any]) -> Mapping[UUID, list[UUID]]:
    """Return which of these entries contradict which."""
    rows = [row for row in readable if row.active]
    statements = [row for row in rows if row.kind is AllergyKind.NO_KNOWN_ALLERGIES]
    recorded = [(row.id, allergy(session, row)) for row in rows if statements and row.kind is AllergyKind.ALLERGY]
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in statements if recorded else ():
        said = statement(session, row)
        for other in (other for other, facts in recorded if contradicts(said, facts)):
            found[row.id].append(other)
            found[other].append(row.id)
    return found


def _superseded(readable: Sequence[Any], shown: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Return which statements gave way to which entry, where the reader may read both and one is shown here.

    A statement whose successor is hidden reads like one that its holder took back.
    """
    given_way = {row.id: row.superseded_by_id for row in readable}
    return {old: new for old, new in given_way.items() if new in given_way and (old in shown or new in shown)}


def _filters(
    record: Record,
    *,
    kind: AllergyKind | None = None,
    clinical_status: AllergyStatus | None = None,
    current: bool | None = None,
    author_id: UUID | None = None,
    from_date: date | None = None,
    through_date: date | None = None,
) -> list[ColumnElement[bool]]:
    counts = and_(*active(), not_(literal(patient_day(record).died)))
    status = (Allergy.clinical_status == clinical_status, Allergy.error_at.is_(None)) if clinical_status else ()
    return [
        *([Allergy.kind == kind] if kind else []),
        *status,
        *([] if current is None else [counts if current else not_(counts)]),
        *([Allergy.author_id == author_id] if author_id else []),
        *([Allergy.date >= from_date] if from_date else []),
        *([Allergy.date <= through_date] if through_date else []),
    ]
