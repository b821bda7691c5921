"""Imported allergies and conditions: what they say, who holds them, and that they wait like every import."""

from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import Allergy, Condition, ImportSource
from careteam.policy.vocabulary import ItemClass, Label
from tests.fhir_reading.allergy_codes import NONE, coded
from tests.fhir_reading.samples import ACT_CODE, SNOMED, allergy, bundle, condition, made, patient, practitioner
from tests.importing.kit import count, linked, post, rows
from tests.record.acts import change, listed, place, record
from tests.world import Person, World

DOCTOR = {"recorder": {"reference": "Practitioner/d1"}}


def imported(world: World, *resources: Any, **query: Any) -> tuple[Person, Person, Person]:
    """Import these resources over the API, as the therapist."""
    person, therapist, prescriber = linked(world)
    given: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id, **query}
    answer = post(world, therapist, bundle(patient(), practitioner(), *resources), **given)
    assert answer.status_code == 201, answer.json
    return person, therapist, prescriber


def test_an_allergy_says_what_the_source_says(world: World) -> None:
    said: dict[str, Any] = {
        "category": ["medication"],
        "criticality": "high",
        "onsetDateTime": "2019-04-01T10:00:00-05:00",
        "reaction": [{"manifestation": [{"text": "Hives"}], "severity": "severe", "onset": "2150"}],
        "note": [{"text": "Her mother too."}],
    }
    person, *_ = imported(world, allergy(**said, **DOCTOR))
    (entry,) = listed(world, person, person)
    assert (entry["substance"], entry["category"], entry["criticality"]) == ("Penicillin V", ["medication"], "high")
    assert (entry["date"], entry["onset"], entry["current"]) == ("2024-03-03", "2019-04-01", True)
    assert entry["reactions"] == [{"manifestation": "Hives", "severity": "severe", "onset": None}]
    late = "The source gives the onset of a reaction as 2150, which has not come."
    assert entry["note"] == f"Her mother too.\n{late}"
    assert (entry["author_id"], entry["outside_author"]) == (None, "Dr. Emily Garcia")
    assert (entry["clinical_status"], entry["verification_status"]) == (None, None)


def test_a_condition_says_what_the_source_says(world: World) -> None:
    said: dict[str, Any] = {"onsetDateTime": "2019", "abatementDateTime": "2020-05", "recordedDate": None}
    person, *_ = imported(world, condition(**said, severity=coded(SNOMED, "6736007")))
    (entry,) = listed(world, person, person, "conditions")
    assert (entry["name"], entry["severity"]) == ("Generalized anxiety disorder", "moderate")
    assert (entry["onset"], entry["abatement"], entry["date"]) == ("2019", "2020-05", "2019-01-01")
    assert entry["codes"] == [{"system": SNOMED, "code": "21897009"}]
    assert (entry["note"], entry["outside_author"]) == (
        "The source gives the date only as 2019.",
        "Not stated in the imported file",
    )


HOLDERS: list[tuple[dict[str, Any], bool, str | None, str]] = [
    (DOCTOR, False, None, "Dr. Emily Garcia"),
    (DOCTOR, True, "therapist", "Dr. Emily Garcia"),
    ({}, True, None, "Not stated in the imported file"),
    ({"asserter": {"reference": "Patient/p1"}, **DOCTOR}, True, None, "Ada Okafor"),
]


@pytest.mark.parametrize(("given", "named", "holder", "author"), HOLDERS)
def test_the_member_named_for_the_author_holds_it_else_the_patient(
    world: World, given: dict[str, Any], named: bool, holder: str | None, author: str
) -> None:
    person, therapist, prescriber = linked(world)
    query: dict[str, Any] = {"author": [f"Practitioner/d1={therapist.user_id}"]} if named else {}
    file = bundle(patient(), practitioner(), allergy(**given), condition(**given))
    pair: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id}
    assert post(world, therapist, file, **pair, **query).status_code == 201
    expected = therapist.user_id if holder else None
    for model in (Allergy, Condition):
        (item,) = world.session.scalars(select(model))
        assert (item.holder_id, item.outside_author, item.author_id) == (expected, author, None)
        assert item.awaits_review


def test_what_somebody_close_told_is_the_patients_whoever_is_named_for_them(world: World) -> None:
    person, therapist, prescriber = linked(world)
    told = {"asserter": {"reference": "RelatedPerson/r", "display": "A niece"}}
    given: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id}
    named = [f"A niece={therapist.user_id}"]
    assert post(world, therapist, bundle(patient(), allergy(**told)), author=named, **given).status_code == 201
    (item,) = world.session.scalars(select(Allergy))
    assert (item.holder_id, item.outside_author) == (None, "A niece")


@pytest.mark.parametrize(("code", "covers"), NONE)
def test_that_none_is_known_is_an_unsigned_statement_of_somebody_outside(
    world: World, code: dict[str, Any], covers: str
) -> None:
    person, *_ = imported(world, allergy(code=code, **DOCTOR))
    (entry,) = listed(world, person, person)
    assert (entry["kind"], entry["covers"], entry["signed_at"]) == ("no_known_allergies", covers, None)
    assert (entry["outside_author"], entry["current"], entry["reactions"]) == ("Dr. Emily Garcia", True, [])


def test_an_imported_allergy_contradicts_a_statement_and_ends_none(world: World) -> None:
    person, therapist, prescriber = linked(world)
    said = record(world, person, person, "no-known-allergies")
    pair: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id}
    post(world, therapist, bundle(patient(), allergy()), **pair)
    found = {entry["kind"]: entry for entry in listed(world, person, person)}
    assert found["no_known_allergies"]["current"]
    assert found["no_known_allergies"]["contradicted_by"] == [found["allergy"]["id"]]
    assert found["allergy"]["contradicted_by"] == [said["id"]]


def test_the_holder_changes_what_was_imported_for_them_and_nobody_else(world: World) -> None:
    person, therapist, _ = imported(world, allergy(), condition())
    for what in ("allergies", "conditions"):
        (entry,) = listed(world, person, person, what)
        assert change(world, therapist, person, entry, note="x").status_code == 404
        ended = change(world, person, person, entry, clinical_status="inactive", reason="Long over.").json
        assert (ended["clinical_status"], ended["outside_author"]) == ("inactive", entry["outside_author"])
        where = f"{place(person, entry)}/entered-in-error"
        assert world.client(person).post(where, {"reason": "Not mine."}, version=2).status_code == 200


def test_it_waits_and_the_review_says_what_it_is_about(world: World) -> None:
    tags = {"meta": {"security": [{"system": ACT_CODE, "code": "HIV"}]}}
    person, therapist, prescriber = imported(world, made(allergy(), tags), made(condition(), tags))
    world.consent(person, disclosers=["patient"], classes=[ItemClass.ALLERGY, ItemClass.CONDITION], labels=list(Label))
    for what in ("allergies", "conditions"):
        assert listed(world, prescriber, person, what) == listed(world, therapist, person, what) == []
    waiting: Any = world.client(person).get(f"{person.record}/label-reviews").json["items"]
    assert {item["about"] for item in waiting} == {"Penicillin V", "Generalized anxiety disorder"}
    for item in waiting:
        assert "hiv" in str(item["suggested_labels"])
        review = f"{person.record}/items/{item['id']}/label-review"
        assert world.client(person).post(review, {"labels": ["hiv"]}, version=1).status_code == 200
    assert len(listed(world, prescriber, person)) == len(listed(world, therapist, person, "conditions")) == 1


def test_what_the_source_marks_as_wrong_is_marked(world: World) -> None:
    allergy_system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
    condition_system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    person, *_ = imported(
        world,
        allergy(verificationStatus=coded(allergy_system, "entered-in-error")),
        condition(verificationStatus=coded(condition_system, "entered-in-error")),
    )
    for what in ("allergies", "conditions"):
        (entry,) = listed(world, person, person, what)
        assert (entry["verification_status"], entry["current"]) == ("entered_in_error", False)
        assert entry["entered_in_error_reason"] == "The source marks this entry as entered in error."


def test_importing_again_changes_nothing_and_a_change_at_the_source_is_reported(world: World) -> None:
    person, therapist, prescriber = imported(world, allergy(), condition())
    given: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id}
    before = rows(world)
    again = post(world, therapist, bundle(patient(), practitioner(), allergy(), condition()), **given).json
    assert rows(world) == before
    assert {p["resource_type"]: p["unchanged"] for p in again["resources"]}["Condition"] == 1
    other = post(world, therapist, bundle(patient(), allergy(criticality="low"), condition()), **given).json
    found = {part["resource_type"]: part for part in other["resources"]}
    assert found["AllergyIntolerance"]["changed"] == ["Bundle.entry[1].resource"]
    assert count(world, Allergy) == count(world, Condition) == 1


def test_what_cannot_be_read_safely_is_kept_sealed_and_said_so(world: World) -> None:
    person, therapist, prescriber = linked(world)
    odd = allergy(modifierExtension=[{"url": "urn:not", "valueBoolean": True}])
    given: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id}
    told = post(world, therapist, bundle(patient(), odd), **given).json
    assert {p["resource_type"]: p["kept"] for p in told["resources"]}["AllergyIntolerance"] == 1
    assert [w for w in told["warnings"] if w.startswith("Bundle.entry[1].resource: may mean the opposite")]
    assert (count(world, Allergy), count(world, ImportSource, item_id=None, resource_type="AllergyIntolerance")) == (
        0,
        1,
    )


def test_a_malformed_entry_refuses_the_whole_file_with_its_place(world: World) -> None:
    person, therapist, prescriber = linked(world)
    before = rows(world)
    given: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id}
    answer = post(world, therapist, bundle(patient(), condition(), allergy(criticality="fatal")), **given)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["Bundle.entry[2].resource.criticality"]
    assert rows(world) == before
