"""The medication entries that one viewer may read of several patients, with their events and what they add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.models import Medication
from careteam.policy.medication import holding, state_on
from careteam.policy.signals import Step
from careteam.policy.vocabulary import MedicationChange, MedicationStatus
from careteam.services.medications import medication_events
from careteam.services.medications.medication_events import Event
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record
from careteam.services.signals.many import by_patient

COLUMNS = (
    Medication.id,
    Medication.patient_id,
    Medication.item_class,
    Medication.author_id,
    Medication.holder_id,
    Medication.labels,
    Medication.version,
    Medication.date,
    Medication.created_at,
    Medication.source,
    Medication.prescribed,
    Medication.drug_name,
    Medication.rxnorm_code,
    Medication.route,
    Medication.error_at,
    Medication.awaits_review,
)


@dataclass(frozen=True, slots=True)
class Medicine:
    """One entry, with the events that the viewer may see of it, in order."""

    row: Any
    events: Sequence[Event]

    @property
    def stands(self) -> bool:
        """False for what was entered in error."""
        return self.row.error_at is None

    def taken_on(self, day: date) -> bool:
        """Say whether it is active on a day."""
        status = state_on(day, (event.change for event in self.events)).status
        return self.stands and self.row.date <= day and status is MedicationStatus.ACTIVE

    def held(self) -> list[Event]:
        """Return the events that hold, in their order, confirmations aside."""
        positions = {change.position for change in holding(event.change for event in self.events)}
        said = (e for e in self.events if e.change.kind is not MedicationChange.CONFIRM)
        return [event for event in said if event.change.position in positions]


Medicines = Mapping[UUID, Mapping[UUID, Medicine]]
"""By patient, then by entry."""


def load(session: Session, records: Sequence[Record]) -> Medicines:
    """Return every readable entry of each of these patients: two statements. None of them is a former member's."""
    rows = by_patient(session, records, lambda record: record.rows(Medication, *COLUMNS))
    ids = [row.id for found in rows.values() for row in found]
    events = medication_events.of(session, records[0], ids) if records else {}
    return {
        patient_id: {row.id: Medicine(row, events.get(row.id, ())) for row in found}
        for patient_id, found in rows.items()
    }


def steps(record: Record, medicines: Iterable[Medicine]) -> list[Step]:
    """Return the changes in effect of what is prescribed: start, dose, hold, resumption and end alike."""
    today = patient_day(record).today
    prescribed = (m for m in medicines if m.row.prescribed and m.stands)
    return [
        Step(one.row.id, one.row.drug_name, event.change.effective_on)
        for one in prescribed
        for event in one.held()
        if event.change.effective_on <= today
    ]
