"""Medications that were tried before: told by the patient or a clinician, each held by who told it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import PriorTrial
from careteam.policy.treatment_words import TrialEffect
from careteam.policy.vocabulary import ItemClass, Label
from careteam.services.record import reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.items import heading, item_columns
from careteam.services.record.partial_dates import fitting
from careteam.services.record.patient_days import patient_day
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record, open_to_report
from careteam.vault import seal, unseal

COLUMNS = (
    *item_columns(PriorTrial),
    PriorTrial.drug_name,
    PriorTrial.dose_reached,
    PriorTrial.started,
    PriorTrial.weeks,
    PriorTrial.effect,
    PriorTrial.why_stopped,
    PriorTrial.note,
    PriorTrial.error_reason,
    PriorTrial.error_at,
)


def record_trial(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    drug_name: str,
    effect: TrialEffect = TrialEffect.UNKNOWN,
    dose_reached: str | None = None,
    started: str | None = None,
    weeks: int | None = None,
    why_stopped: str | None = None,
    note: str | None = None,
    date: date | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Record what was tried: the drug and dose in words, when it began as exactly as it is known, for how many weeks.

    Raises NotPermitted to former members, Conflict when the patient has died, Invalid on a beginning before birth or
    in the future.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.INTAKE, at=at)
    begun = beginning(record, ItemClass.INTAKE, on=date, labels=labels, part2=part2)
    made = PriorTrial(**begun, started=fitting(started, "started", patient_day(record)), weeks=weeks, effect=effect)
    made.drug_name = seal(session, PriorTrial.drug_name, made.id, drug_name)
    made.dose_reached = seal(session, PriorTrial.dose_reached, made.id, dose_reached)
    made.why_stopped = seal(session, PriorTrial.why_stopped, made.id, why_stopped)
    made.note = seal(session, PriorTrial.note, made.id, note)
    session.add(made)
    return reading.changed(session, record, PRIOR_TRIALS, "record-prior-trial", made.id)


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    effect: TrialEffect | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the trials that the actor may read, newest first, and the next cursor."""
    record = open_record(session, actor, patient_id, at=at)
    where = [PriorTrial.effect == effect] if effect else []
    return reading.page_of(session, record, PRIOR_TRIALS, where, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, trial_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one trial. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), PRIOR_TRIALS, trial_id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, trial_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own as entered in error; also after leaving the team. It stays readable, marked."""
    ids = (patient_id, PRIOR_TRIALS, trial_id, "prior-trial-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) as they are shown."""
    return [
        {
            **heading(record, row),
            "drug_name": unseal(session, PriorTrial.drug_name, row.id, row.drug_name),
            "dose_reached": unseal(session, PriorTrial.dose_reached, row.id, row.dose_reached),
            "started": row.started,
            "weeks": row.weeks,
            "effect": row.effect,
            "why_stopped": unseal(session, PriorTrial.why_stopped, row.id, row.why_stopped),
            "note": unseal(session, PriorTrial.note, row.id, row.note),
            "entered_in_error_at": row.error_at,
            "entered_in_error_reason": unseal(session, PriorTrial.error_reason, row.id, row.error_reason),
        }
        for row in rows
    ]


PRIOR_TRIALS = Kind(PriorTrial, COLUMNS, "read-prior-trial", "read-prior-trials", present)
