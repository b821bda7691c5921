"""An imported entry of the medication list: its events add up to the status that the source gives."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.fhir_reading import ReadMedication
from careteam.models import Medication, MedicationEvent
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, MedicationChange, MedicationSource, MedicationStatus
from careteam.services.importing.dates import Dated, dated
from careteam.services.importing.doses import dose_of
from careteam.services.importing.words import NAME, NOT_STATED, clipped
from careteam.vault import seal

DRUG = 300
ROUTE = 100
IN_ERROR = "The source marks this entry as entered in error."
LATER = {MedicationStatus.ON_HOLD: MedicationChange.HOLD, MedicationStatus.STOPPED: MedicationChange.STOP}
"""The event that follows the start where the source no longer calls an entry active."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its events, ready to be written."""

    medication: Medication
    events: list[MedicationEvent] = field(default_factory=list)


def entry(
    session: Session, read: ReadMedication, patient_id: UUID, patient_name: str, prescriber_id: UUID, *, at: datetime
) -> Entry:
    """Return what the file says was prescribed, held by the prescriber, or what was reported, held by the patient."""
    medication_id = new_id()
    start = dated(read.started or read.recorded, at=at)
    in_error = read.status is MedicationStatus.ENTERED_IN_ERROR
    medication = Medication(
        id=medication_id,
        patient_id=patient_id,
        item_class=ItemClass.MEDICATION,
        outside_author=clipped(_author(read, patient_name), NAME),
        holder_id=None if read.reported else prescriber_id,
        date=start.day,
        awaits_review=True,
        source=MedicationSource.IMPORTED,
        prescribed=not read.reported,
        drug_name=clipped(read.name, DRUG),
        rxnorm_code=read.rxnorm,
        route=_route(read),
        reason=seal(session, Medication.reason, medication_id, "; ".join(read.reasons) or None),
        error_at=at if in_error else None,
        error_reason=seal(session, Medication.error_reason, medication_id, IN_ERROR if in_error else None),
        created_at=at,
        updated_at=at,
    )
    events = [_start(session, read, medication, start)]
    if read.status in LATER:
        events.append(_later(session, read, medication, start))
    return Entry(medication, events)


def _author(read: ReadMedication, patient_name: str) -> str:
    if read.reported:
        return read.informant.name if read.informant else patient_name
    wrote = read.requester or read.informant
    return wrote.name if wrote else NOT_STATED


def _route(read: ReadMedication) -> str | None:
    routes = {dosage.route for dosage in read.dosages}
    route = routes.pop() if len(routes) == 1 else None
    return clipped(route, ROUTE) if route else None


def _start(session: Session, read: ReadMedication, medication: Medication, start: Dated) -> MedicationEvent:
    event_id = new_id()
    whole_name = [f"Full name: {read.name}"] if medication.drug_name != read.name else []
    dose = dose_of(read.dosages, before=whole_name)
    return MedicationEvent(
        id=event_id,
        medication_id=medication.id,
        position=1,
        kind=MedicationChange.START,
        effective_on=start.day,
        outside_author=medication.outside_author,
        created_at=medication.created_at,
        dose_value=dose.value,
        dose_unit=dose.unit,
        dose_text=seal(session, MedicationEvent.dose_text, event_id, dose.text),
        timing=seal(session, MedicationEvent.timing, event_id, dose.timing),
        as_needed=dose.as_needed,
        reason=seal(session, MedicationEvent.reason, event_id, _remarks(read, start)),
    )


def _remarks(read: ReadMedication, start: Dated) -> str | None:
    """Return what a reader has to know about the start, and about a status that nothing else shows."""
    statement = read.kind == "MedicationStatement" and not read.reported
    going_on = read.status is MedicationStatus.ACTIVE
    said = (
        start.remark,
        "The source records this as taken, not as an order." if statement else None,
        "The source calls this a plan, not an order." if read.intent == "plan" and not read.reported else None,
        "The source does not know whether this is still taken." if read.source_status == "unknown" else None,
        f"The source gives {read.ended.text} as the end." if going_on and read.ended else None,
        read.status_reason if read.status not in LATER else None,
    )
    return " ".join(sentence for sentence in said if sentence) or None


def _later(session: Session, read: ReadMedication, medication: Medication, start: Dated) -> MedicationEvent:
    event_id = new_id()
    since, remark = _since(read, start, at=medication.created_at)
    reason = " ".join(words for words in (read.status_reason, remark) if words) or None
    return MedicationEvent(
        id=event_id,
        medication_id=medication.id,
        position=2,
        kind=LATER[read.status],
        effective_on=since,
        outside_author=medication.outside_author,
        created_at=medication.created_at,
        reason=seal(session, MedicationEvent.reason, event_id, reason),
    )


def _since(read: ReadMedication, start: Dated, *, at: datetime) -> tuple[date, str | None]:
    """Return the day from which the source no longer calls the entry active: its end, else the last day that the
    source dates it by. Never before the start, which would turn the two events round."""
    if read.ended is not None and read.status is MedicationStatus.STOPPED:
        end = dated(read.ended, at=at)
        return max(start.day, end.day), end.remark
    told = dated(read.recorded, at=at).day if read.recorded else start.day
    state = "on hold" if read.status is MedicationStatus.ON_HOLD else "stopped"
    return max(start.day, told), f"The source calls this {state} ({read.source_status}) and does not say since when."
