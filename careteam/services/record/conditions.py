"""Diagnoses and problems: recorded by clinicians and the patient, each held by its writer, changed by it alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, not_, or_
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid
from careteam.models import Condition
from careteam.policy.vocabulary import ConditionStatus, ConditionVerification, ItemClass, Label
from careteam.services.record import entry_changes, reading
from careteam.services.record.entries import beginning, listed, own, take_back, unlisted
from careteam.services.record.item_changes import touch
from careteam.services.record.items import heading, item_columns
from careteam.services.record.partial_dates import fitting, in_order
from careteam.services.record.patient_days import patient_day
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record, open_to_report
from careteam.vault import seal, unseal

COLUMNS = (
    *item_columns(Condition),
    Condition.name,
    Condition.codes,
    Condition.clinical_status,
    Condition.verification_status,
    Condition.severity,
    Condition.onset,
    Condition.abatement,
    Condition.note,
    Condition.error_reason,
    Condition.error_at,
)
OVER = frozenset({ConditionStatus.INACTIVE, ConditionStatus.REMISSION, ConditionStatus.RESOLVED})
"""What a condition with an abatement is (FHIR R4, constraint con-4); the others, and what is not said, go on."""


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    **filters: Any,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the entries that the actor may read, newest first, and the next cursor.

    Filters: `clinical_status`, `verification_status`, `current`, `author_id`, `from_date` and `through_date` (days,
    inclusive). Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    return reading.page_of(session, record, CONDITIONS, _filters(record, **filters), limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, condition_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one entry, whole. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), CONDITIONS, condition_id)


def record_condition(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    name: str,
    codes: Sequence[Mapping[str, str]] = (),
    clinical_status: ConditionStatus = ConditionStatus.ACTIVE,
    date: date | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
    **said: Any,
) -> dict[str, Any]:
    """Record a diagnosis or problem; the writer becomes its author and holder.

    `said` are `verification_status`, `severity`, `onset`, `abatement` and `note`. Raises NotPermitted to former
    members, Conflict when the patient has died, Invalid on a date before birth or in the future, or an abatement
    that does not fit the onset or the status.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.CONDITION, at=at)
    made = Condition(**beginning(record, ItemClass.CONDITION, on=date, labels=labels, part2=part2))
    made.name = seal(session, Condition.name, made.id, name)
    made.codes = seal(session, Condition.codes, made.id, listed(codes))
    _say(session, record, made, {"clinical_status": clinical_status, **said})
    session.add(made)
    return reading.changed(session, record, CONDITIONS, "record-condition", made.id)


def change(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    condition_id: UUID,
    *,
    version: int,
    reason: str | None = None,
    at: datetime,
    **changes: Any,
) -> dict[str, Any]:
    """Change what one's own entry says, but for its name and codes; what it said before stays with it.

    Raises NotFound, NotPermitted on another's, Stale, Conflict on what is entered in error, Invalid as
    `record_condition` does and when nothing would change.
    """
    record, entry = own(session, actor, patient_id, CONDITIONS, condition_id, at=at)
    if entry.error_at is not None:
        raise Conflict("This entry is marked as entered in error: nothing of it changes.")
    before = stated(session, entry)
    touch(entry, version=version, at=at)
    _say(session, record, entry, changes)
    if stated(session, entry) == before:
        raise Invalid("This says what the entry says already.", {"changes": ["Change something."]})
    entry_changes.keep(session, entry, before, by=actor.user_id, reason=reason, at=at)
    return reading.changed(session, record, CONDITIONS, "change-condition", entry.id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, condition_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own entry as entered in error; also possible after leaving the team. It stays readable."""
    ids = (patient_id, CONDITIONS, condition_id, "condition-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the entries of these gate rows (`COLUMNS`), each whole."""
    changes = entry_changes.of(session, rows)
    died = patient_day(record).died
    return [_entry(session, record, row, changes.get(row.id, []), died=died) for row in rows]


CONDITIONS = Kind(Condition, COLUMNS, "read-condition", "read-conditions", present)


def stated(session: Session, row: Any) -> dict[str, Any]:
    """Return what an entry (a row, or the object) says and a change may change."""
    return {
        "clinical_status": row.clinical_status,
        "verification_status": row.verification_status,
        "severity": row.severity,
        "onset": row.onset,
        "abatement": row.abatement,
        "note": unseal(session, Condition.note, row.id, row.note),
    }


def _entry(
    session: Session, record: Record, row: Any, changes: Sequence[Mapping[str, Any]], *, died: bool
) -> dict[str, Any]:
    says = stated(session, row)
    in_error = row.error_at is not None
    marked = {"clinical_status": None, "verification_status": ConditionVerification.ENTERED_IN_ERROR}
    refuted = row.verification_status is ConditionVerification.REFUTED
    return {
        **heading(record, row),
        "name": unseal(session, Condition.name, row.id, row.name),
        "codes": unlisted(unseal(session, Condition.codes, row.id, row.codes)),
        **says,
        **(marked if in_error else {}),
        "current": row.clinical_status not in OVER and not (refuted or in_error or died),
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, Condition.error_reason, row.id, row.error_reason),
        "changes": entry_changes.told(changes, says),
    }


def _say(session: Session, record: Record, entry: Condition, said: Mapping[str, Any]) -> None:
    """Write what is said into the entry; what is not said stays as it is."""
    day = patient_day(record)
    for name in ("clinical_status", "verification_status", "severity"):
        if name in said:
            setattr(entry, name, said[name])
    for name in ("onset", "abatement"):
        if name in said:
            setattr(entry, name, fitting(said[name], name, day))
    if "note" in said:
        entry.note = seal(session, Condition.note, entry.id, said["note"])
    if entry.abatement is not None and entry.clinical_status not in OVER:
        raise Invalid(
            "What has abated is inactive, in remission or resolved.",
            {"clinical_status": ["Give one of these, or leave abatement out."]},
        )
    if not in_order(entry.onset, entry.abatement):
        raise Invalid("It cannot end before it began.", {"abatement": ["Choose the onset or a later date."]})


def _filters(
    record: Record,
    *,
    clinical_status: ConditionStatus | None = None,
    verification_status: ConditionVerification | None = None,
    current: bool | None = None,
    author_id: UUID | None = None,
    from_date: date | None = None,
    through_date: date | None = None,
) -> list[ColumnElement[bool]]:
    in_error = Condition.error_at.is_not(None)
    over = and_(Condition.clinical_status.is_not(None), Condition.clinical_status.in_(OVER))
    refuted = Condition.verification_status.is_not_distinct_from(ConditionVerification.REFUTED)
    counts = not_(or_(in_error, over, refuted, literal(patient_day(record).died)))
    return [
        *([Condition.clinical_status == clinical_status, not_(in_error)] if clinical_status else []),
        *([_verified(verification_status)] if verification_status else []),
        *([] if current is None else [counts if current else not_(counts)]),
        *([Condition.author_id == author_id] if author_id else []),
        *([Condition.date >= from_date] if from_date else []),
        *([Condition.date <= through_date] if through_date else []),
    ]


def _verified(status: ConditionVerification) -> ColumnElement[bool]:
    """Say in SQL what is shown: an entry marked as entered in error is that, whatever it said before."""
    in_error = Condition.error_at.is_not(None)
    if status is ConditionVerification.ENTERED_IN_ERROR:
        return in_error
    return and_(not_(in_error), Condition.verification_status == status)
