"""Allergies and conditions as other systems write them: one row for each thing that is read."""

import json
from dataclasses import replace
from typing import Any

import pytest

from careteam.fhir_reading import ReadAllergy, ReadCondition, UnreadableBundle, read_kept
from careteam.fhir_reading.allergies import CLINICAL, IPS, NONE_KNOWN, VERIFICATION
from careteam.fhir_reading.conditions import CLINICAL as CONDITION_CLINICAL
from careteam.fhir_reading.conditions import VERIFICATION as CONDITION_VERIFICATION
from careteam.policy.vocabulary import (
    AllergyScope,
    AllergyStatus,
    AllergyVerification,
    ConditionStatus,
    ConditionVerification,
    Criticality,
    Severity,
)
from tests.fhir_reading.samples import SNOMED, Resource, allergy, condition, patient, practitioner, read


def coded(system: str, code: str, **more: Any) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], **more}


def one_allergy(**change: Any) -> ReadAllergy:
    (found,) = read(patient(), practitioner(), allergy(**change)).allergies
    return found


def one_condition(**change: Any) -> ReadCondition:
    (found,) = read(patient(), practitioner(), condition(**change)).conditions
    return found


def test_an_allergy_is_read_whole() -> None:
    reaction = {
        "manifestation": [{"text": "Hives"}, {"text": "Swelling"}],
        "description": "after an hour",
        "severity": "moderate",
        "onset": "2019-04-01",
        "exposureRoute": {"text": "by mouth"},
        "note": [{"text": "once"}],
    }
    found = one_allergy(
        clinicalStatus=coded(CLINICAL, "active"),
        verificationStatus=coded(VERIFICATION, "confirmed"),
        category=["medication", "food"],
        criticality="unable-to-assess",
        onsetDateTime="2019-04",
        reaction=[reaction],
        note=[{"text": "Her mother too."}],
        type="intolerance",
        lastOccurrence="2020",
    )
    assert (found.substance, found.codes) == (
        "Penicillin V",
        (("http://www.nlm.nih.gov/research/umls/rxnorm", "7984"),),
    )
    assert (found.covers, found.category, found.criticality) == (
        None,
        ("medication", "food"),
        Criticality.UNABLE_TO_ASSESS,
    )
    assert (found.clinical_status, found.verification_status) == (AllergyStatus.ACTIVE, AllergyVerification.CONFIRMED)
    assert found.onset
    assert found.onset.text == "2019-04"
    (told,) = found.reactions
    assert told.manifestation == "Hives, Swelling; after an hour; exposure: by mouth; once"
    assert (told.severity, told.onset and told.onset.text) == (Severity.MODERATE, "2019-04-01")
    assert found.remarks == (
        "The source calls this an intolerance.",
        "The source gives the last reaction as 2020.",
        "Her mother too.",
    )


def test_a_condition_is_read_whole() -> None:
    found = one_condition(
        clinicalStatus=coded(CONDITION_CLINICAL, "remission"),
        verificationStatus=coded(CONDITION_VERIFICATION, "provisional"),
        severity=coded(SNOMED, "24484000"),
        onsetDateTime="2019",
        abatementDateTime="2020-05-01T10:00:00-05:00",
        bodySite=[{"text": "Left knee"}],
        stage=[{"summary": {"text": "II"}}],
        evidence=[{"code": [{"text": "X-ray"}]}],
        note=[{"text": "Second episode."}],
    )
    assert (found.name, found.codes) == ("Generalized anxiety disorder", ((SNOMED, "21897009"),))
    assert (found.clinical_status, found.verification_status) == (
        ConditionStatus.REMISSION,
        ConditionVerification.PROVISIONAL,
    )
    assert found.severity is Severity.SEVERE
    assert found.abatement
    assert found.abatement.text.startswith("2020-05-01")
    assert found.remarks == ("Body site: Left knee.", "Stage: II.", "Evidence: X-ray.", "Second episode.")


@pytest.mark.parametrize(("pair", "scope"), NONE_KNOWN.items())
def test_a_code_that_none_is_known_is_a_statement(pair: tuple[str, str], scope: AllergyScope) -> None:
    found = one_allergy(code=coded(*pair, text="None known"))
    assert (found.covers, found.codes) == (scope, (pair,))
    assert found.substance == ("None known" if scope is AllergyScope.OTHER else None)


@pytest.mark.parametrize(
    ("words", "scope"),
    [
        ("No known allergies", AllergyScope.EVERYTHING),
        ("NO KNOWN ALLERGY (situation)", AllergyScope.EVERYTHING),
        ("No known drug allergies.", AllergyScope.MEDICATION),
        ("No known food allergy", AllergyScope.FOOD),
        ("No known reason for the rash", None),
        ("Known allergies", None),
    ],
)
def test_words_without_a_code_say_it_too(words: str, scope: AllergyScope | None) -> None:
    assert one_allergy(code={"text": words}).covers is scope


def test_the_code_decides_where_the_words_say_otherwise() -> None:
    found = one_allergy(code=coded(SNOMED, "764146007", text="No known allergies"))
    assert (found.covers, found.substance) == (None, "No known allergies")


def test_that_there_is_no_information_is_neither_and_stays_sealed() -> None:
    reading = read(patient(), allergy(code=coded(IPS, "no-allergy-info")))
    assert (reading.allergies, [kept.resource_type for kept in reading.kept]) == ((), ["AllergyIntolerance"])


@pytest.mark.parametrize("resource", [allergy(), condition()])
def test_what_may_mean_the_opposite_stays_sealed(resource: Resource) -> None:
    reading = read(patient(), resource | {"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]})
    assert (reading.allergies, reading.conditions, len(reading.kept)) == ((), (), 1)
    assert [part.kept for part in reading.tally if part.resource_type == resource["resourceType"]] == [1]


@pytest.mark.parametrize("code", ["unconfirmed", "presumed", "confirmed", "refuted", "entered-in-error"])
def test_how_sure_the_source_is_of_an_allergy(code: str) -> None:
    found = one_allergy(verificationStatus=coded(VERIFICATION, code))
    expected = {"presumed": "unconfirmed", "entered-in-error": None}.get(code, code)
    assert (found.verification_status, found.entered_in_error) == (expected, code == "entered-in-error")


@pytest.mark.parametrize("code", [*(word.value for word in ConditionStatus)])
def test_every_status_of_a_condition(code: str) -> None:
    assert one_condition(clinicalStatus=coded(CONDITION_CLINICAL, code)).clinical_status == code


@pytest.mark.parametrize("code", ["unconfirmed", "provisional", "differential", "confirmed", "refuted"])
def test_how_sure_the_source_is_of_a_condition(code: str) -> None:
    assert one_condition(verificationStatus=coded(CONDITION_VERIFICATION, code)).verification_status == code


def test_a_status_in_words_only_is_a_remark_and_leaves_the_status_open() -> None:
    found = one_condition(clinicalStatus={"text": "Quiescent"}, severity={"text": "Rather bad"})
    assert (found.clinical_status, found.severity) == (None, None)
    assert found.remarks == ("Quiescent", "Severity: Rather bad.")


ONSETS: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({}, None, None),
    ({"onsetDateTime": "2019-04-01"}, "2019-04-01", None),
    ({"onsetString": "childhood"}, None, "The source gives the onset as childhood."),
    ({"onsetAge": {"value": 34, "unit": "years"}}, None, "The source gives the onset as 34 years of age."),
    (
        {"onsetRange": {"low": {"value": 5}, "high": {"value": 7, "unit": "a"}}},
        None,
        "The source gives the onset as 5-7 a of age.",
    ),
    (
        {"onsetPeriod": {"start": "2019", "end": "2020"}},
        "2019",
        "The source gives the onset as from 2019 to 2020.",
    ),
]


@pytest.mark.parametrize(("given", "date", "remark"), ONSETS)
def test_an_onset_is_as_exact_as_the_source(given: dict[str, Any], date: str | None, remark: str | None) -> None:
    for found in (one_allergy(**given), one_condition(**given)):
        assert (found.onset and found.onset.text, found.remarks) == (date, (remark,) if remark else ())


PATIENT, DOCTOR = {"reference": "Patient/p1"}, {"reference": "Practitioner/d1"}
WRITERS: list[tuple[dict[str, Any], bool, list[str], list[str]]] = [
    ({}, False, [], []),
    ({"recorder": DOCTOR}, False, ["Dr. Emily Garcia"], []),
    ({"recorder": DOCTOR, "asserter": DOCTOR}, False, ["Dr. Emily Garcia"], []),
    ({"recorder": DOCTOR, "asserter": PATIENT}, True, [], ["Taken down by Dr. Emily Garcia."]),
    ({"asserter": PATIENT}, True, [], []),
    ({"asserter": {"reference": "RelatedPerson/r", "display": "A niece"}}, True, ["A niece"], []),
    ({"recorder": {"display": "Dr. Away"}}, False, ["Dr. Away"], []),
]


@pytest.mark.parametrize(("given", "reported", "names", "remarks"), WRITERS)
def test_who_wrote_it(given: dict[str, Any], reported: bool, names: list[str], remarks: list[str]) -> None:
    for found in (one_allergy(**given), one_condition(**given)):
        assert (found.reported, [a.name for a in found.authors], list(found.remarks)) == (reported, names, remarks)


def test_a_nameless_entry_is_read_and_says_so() -> None:
    reaction = [{"substance": {"text": "Peanut"}, "manifestation": [{"text": "Hives"}]}]
    assert one_allergy(code=None, reaction=reaction).substance == "Peanut"
    assert one_allergy(code=None).substance == one_condition(code=None).name == "Not named in the imported file"
    assert one_condition(code=coded(SNOMED, "21897009")).name == f"code 21897009 of {SNOMED}"


REFUSED = {
    "clinicalStatus.coding[0].code": [
        allergy(clinicalStatus=coded(CLINICAL, "relapse")),
        condition(clinicalStatus=coded(CONDITION_CLINICAL, "better")),
    ],
    "verificationStatus.coding[0].code": [
        allergy(verificationStatus=coded(VERIFICATION, "provisional")),
        condition(verificationStatus=coded(CONDITION_VERIFICATION, "sure")),
    ],
    "category": [allergy(category=["pets"])],
    "criticality": [allergy(criticality="fatal")],
    "type": [allergy(type="dislike")],
    "reaction": [
        allergy(code=coded(SNOMED, "716186003"), reaction=[{"manifestation": [{"text": "Hives"}]}]),
    ],
    "reaction[0].severity": [allergy(reaction=[{"manifestation": [{"text": "Hives"}], "severity": "fatal"}])],
    "onsetDateTime": [allergy(onsetDateTime="soon"), condition(onsetDateTime="2019-02-30")],
    "abatementDateTime": [condition(abatementDateTime="2019-13")],
    "recordedDate": [allergy(recordedDate="yesterday"), condition(recordedDate=20240301)],
    "patient": [allergy(patient={"reference": "Patient/p2"}), allergy(patient=None)],
    "subject": [condition(subject={"reference": "Patient/p2"}), condition(subject=None)],
}


@pytest.mark.parametrize(("where", "resource"), [(path, r) for path, rs in REFUSED.items() for r in rs])
def test_what_is_malformed_is_refused_with_its_place(where: str, resource: Resource) -> None:
    with pytest.raises(UnreadableBundle) as refused:
        read(patient(), resource)
    assert refused.value.path.removeprefix("Bundle.entry[1].resource.").startswith(where.partition("[")[0])


@pytest.mark.parametrize("resource", [allergy(asserter=PATIENT), condition(recorder={"display": "Dr. Away"})])
def test_a_kept_document_reads_like_the_file_it_came_from(resource: Resource) -> None:
    reading = read(patient(), resource)
    found: list[Any] = [*reading.allergies, *reading.conditions]
    (whole,) = found
    again = read_kept(json.dumps(resource))
    assert again is not None
    assert replace(again, path=whole.path) == whole


@pytest.mark.parametrize("document", ["{}", "[]", '{"resourceType":"Patient"}', '{"resourceType":"Condition"}'])
def test_a_kept_document_of_another_kind_is_refused(document: str) -> None:
    with pytest.raises(UnreadableBundle):
        read_kept(document)
