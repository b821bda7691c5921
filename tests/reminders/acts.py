"""What the tests of reminders do: a list of drugs, and reading its reminders."""

from typing import Any

from careteam.models import Medication
from careteam.policy.vocabulary import MedicationSource
from tests.world import Person, World

PLACE = "medication-reminders"


def takes(world: World, patient: Person, drug: str, **values: Any) -> Medication:
    """An entry of the patient's own."""
    return world.medication(patient, patient, drug=drug, source=MedicationSource.PATIENT, **values)


def reminders(world: World, who: Person, patient: Person) -> dict[str, Any]:
    """What this person is told about this patient's list."""
    answer = world.client(who).get(f"{patient.record}/{PLACE}")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def told(found: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Severity and drugs of each reminder."""
    return [(one["severity"], [drug["name"] for drug in one["drugs"]]) for one in found["reminders"]]
