"""What an entry of the medication list says, and which requests are none."""

from decimal import Decimal
from typing import Any

import pytest

from careteam.fhir_reading import Dosage, Precision
from careteam.policy.vocabulary import MedicationStatus
from tests.fhir_reading.samples import RXNORM, Resource, patient, practitioner, read, request, statement

DAILY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
TABLET = [{"doseQuantity": {"value": 1.50, "unit": "tablet"}}]

STATUSES = [
    (request, "active", MedicationStatus.ACTIVE),
    (request, "on-hold", MedicationStatus.ON_HOLD),
    (request, "cancelled", MedicationStatus.STOPPED),
    (request, "completed", MedicationStatus.STOPPED),
    (request, "stopped", MedicationStatus.STOPPED),
    (request, "entered-in-error", MedicationStatus.ENTERED_IN_ERROR),
    (request, "unknown", MedicationStatus.ACTIVE),
    (statement, "active", MedicationStatus.ACTIVE),
    (statement, "on-hold", MedicationStatus.ON_HOLD),
    (statement, "completed", MedicationStatus.STOPPED),
    (statement, "stopped", MedicationStatus.STOPPED),
    (statement, "not-taken", MedicationStatus.STOPPED),
    (statement, "entered-in-error", MedicationStatus.ENTERED_IN_ERROR),
    (statement, "unknown", MedicationStatus.ACTIVE),
]

NO_ENTRIES = {
    "draft": (request(status="draft"), "a draft or an intention"),
    "draft without its Medication": (
        request(status="draft", medicationCodeableConcept=None, medicationReference={"reference": "#x"}),
        "a draft",
    ),
    "intended": (statement(status="intended"), "a draft or an intention"),
    "proposal": (request(intent="proposal"), "a proposal or an option"),
    "option": (request(intent="option"), "a proposal or an option"),
    "do not give": (request(doNotPerform=True), "not given"),
    "modifier": (request(modifierExtension=[{"url": "urn:not", "valueBoolean": True}]), "modifier extension"),
    "implicit rules": (request(implicitRules="urn:rules"), "implicit rules"),
    "deep modifier": (
        request(dosageInstruction=[{"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}]),
        "modifier extension",
    ),
    "administration": ({"resourceType": "MedicationAdministration", "id": "a"}, "a single administration"),
}


@pytest.mark.parametrize(("make", "code", "status"), STATUSES)
def test_each_status_of_the_source_has_one_of_ours(make: Any, code: str, status: MedicationStatus) -> None:
    (entry,) = read(patient(), make(status=code)).medications
    assert (entry.status, entry.source_status) == (status, code)


@pytest.mark.parametrize(("resource", "reason"), NO_ENTRIES.values(), ids=NO_ENTRIES.keys())
def test_what_is_no_entry_is_skipped_with_the_reason(resource: Resource, reason: str) -> None:
    reading = read(patient(), resource)
    assert reading.medications == ()
    (skipped,) = next(part for part in reading.tally if part.resource_type == resource["resourceType"]).skipped
    assert reason in skipped.reason
    assert skipped.first_path == "Bundle.entry[1].resource"


def dosage(**dosage: Any) -> Dosage:
    (entry,) = read(patient(), request(dosageInstruction=[dosage])).medications
    return entry.dosages[0]


DOSAGES: list[tuple[dict[str, Any], str]] = [
    ({"text": "10 mL bid", "timing": DAILY}, "10 mL bid"),
    ({"doseAndRate": TABLET, "timing": DAILY}, "1.5 tablet, 1 time every day"),
    ({"doseAndRate": [{"doseQuantity": {"value": 1}}], "timing": DAILY}, "1 per dose, 1 time every day"),
    ({"timing": {"repeat": {"frequency": 1, "frequencyMax": 2, "period": 6, "periodUnit": "h"}}},
     "1-2 times every 6 hours"),
    ({"timing": {"code": {"coding": [{"code": "BID"}]}}, "asNeededBoolean": True}, "BID, as needed"),
    ({"asNeededCodeableConcept": {"text": "panic"}}, "as needed for panic"),
    ({"timing": {"repeat": {"when": ["HS"]}}, "route": {"text": "oral"}}, "HS, oral"),
    ({"doseAndRate": [{"doseRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "mg"}}}]}, "1-2 mg"),
    ({"sequence": 1}, ""),
    ({"text": "<script>alert(1)</script>"}, "<script>alert(1)</script>"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), DOSAGES)
def test_a_dosage_can_be_said_in_words(given: dict[str, Any], words: str) -> None:
    assert dosage(**given).in_words == words


def test_the_numbers_of_a_dosage_are_exact() -> None:
    found = dosage(doseAndRate=TABLET, timing=DAILY, asNeededBoolean=False)
    assert (found.dose, found.dose_unit) == (Decimal("1.5"), "tablet")
    assert (found.frequency, found.period, found.period_unit, found.as_needed) == (1, Decimal(1), "d", False)


def test_only_an_rxnorm_coding_gives_the_code() -> None:
    other = {"system": "http://snomed.info/sct", "code": "372594008", "display": "Sertraline"}
    for coding, code in (([other], None), ([other, {"system": RXNORM, "code": "36437"}], "36437")):
        (entry,) = read(patient(), request(medicationCodeableConcept={"coding": coding})).medications
        assert (entry.name, entry.rxnorm) == ("Sertraline", code)


def test_the_code_chosen_by_a_user_comes_first() -> None:
    coding = [{"system": RXNORM, "code": "1"}, {"system": RXNORM, "code": "2", "userSelected": True}]
    (entry,) = read(patient(), request(medicationCodeableConcept={"coding": coding})).medications
    assert (entry.name, entry.rxnorm) == (f"code 1 of {RXNORM}", "2")


TOLD: list[tuple[Resource, bool, str | None]] = [
    (request(), False, None),
    (request(reportedBoolean=True), True, None),
    (request(reportedReference={"reference": "Patient/p1"}), True, None),
    (request(reportedReference={"reference": "Practitioner/d1"}), True, "Dr. Emily Garcia"),
    (statement(), False, None),
    (statement(informationSource={"reference": "Patient/p1"}), True, None),
    (statement(informationSource={"reference": "RelatedPerson/x", "display": "His sister"}), True, "His sister"),
    (statement(informationSource={"reference": "Practitioner/d1"}), False, "Dr. Emily Garcia"),
]


@pytest.mark.parametrize(("resource", "reported", "informant"), TOLD)
def test_who_told_it(resource: Resource, reported: bool, informant: str | None) -> None:
    (entry,) = read(patient(), practitioner(), resource).medications
    assert (entry.reported, entry.informant and entry.informant.name) == (reported, informant)


def test_dates_are_as_precise_as_the_source() -> None:
    (entry,) = read(
        patient(), statement(effectivePeriod={"start": "2023", "end": "2024-05"}, dateAsserted="2024-06-01")
    ).medications
    assert entry.started is not None
    dates = (entry.started, entry.ended, entry.recorded)
    assert [when.precision for when in dates if when] == [
        Precision.YEAR, Precision.MONTH, Precision.DAY,
    ]  # fmt: skip
    assert entry.started.earliest.isoformat() == "2023-01-01T00:00:00+00:00"


def test_reasons_are_words_and_never_taken_from_a_condition() -> None:
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "code": {"text": "Alcohol use disorder"},
    }
    given = request(reasonReference=[{"reference": "Condition/c1"}], reasonCode=[{"text": "Low mood"}])
    reading = read(patient(), condition, given)
    assert reading.medications[0].reasons == ("Low mood",)
    assert "Alcohol" not in str(reading.medications)
