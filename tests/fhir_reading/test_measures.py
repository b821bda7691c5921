"""Totals and whole responses become scores; what gives no safe score stays sealed, and contradictions are refused."""

import copy
import json
from typing import Any

import pytest

from careteam import questionnaires
from careteam.fhir_reading import Reading, ReadMeasure, UnreadableBundle
from tests.fhir_reading.samples import Resource, observation, patient, practitioner, read

LOINC = "http://loinc.org"
WHEN = {"effectiveDateTime": "2024-03-05T23:30:00-05:00"}
OPTIONS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")


def total(value: Any = 7, **change: Any) -> Resource:
    """A GAD-7 total with its day."""
    return observation(**{"valueQuantity": {"value": value}, **WHEN, **change})


def coded(value: int) -> Resource:
    return {"valueCoding": {"system": LOINC, "code": OPTIONS[value]}}


def response(values: Any = (1,) * 9, *more: Resource, **change: Any) -> Resource:
    """A PHQ-9 with these answers."""
    asked = questionnaires.current()["phq-9"].questions
    items = [{"linkId": f"/{q.code}", "answer": [coded(v)]} for q, v in zip(asked, values, strict=False)]
    made: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": "q1",
        "status": "completed",
        "subject": {"reference": "Patient/p1"},
        "authored": "2024-03-05",
        "item": [*items, *more],
    }
    return {k: v for k, v in copy.deepcopy({**made, **change}).items() if v is not None}


def summed(value: Any, kind: str = "valueDecimal") -> Resource:
    return {"linkId": "/44261-6", "answer": [{kind: value}]}


def only(*resources: Resource) -> ReadMeasure:
    """The one measure of a file."""
    (found,) = reading(*resources).measures
    return found


def reading(*resources: Resource) -> Reading:
    return read(patient(), practitioner(), *resources)


def test_a_total_becomes_a_score_with_its_band_and_no_answers() -> None:
    found = only(total(15))
    assert (found.questionnaire, found.score, found.band, found.answers) == ("gad-7", 15, "severe", None)
    assert (found.recorded and found.recorded.text, found.flagged) == ("2024-03-05T23:30:00-05:00", False)


VALUES: list[dict[str, Any]] = [
    {"valueQuantity": {"value": 7.0, "unit": "{score}"}},
    {"valueQuantity": None, "valueInteger": 7},
    {"valueQuantity": None, "valueString": "7"},
]


@pytest.mark.parametrize("value", VALUES)
def test_a_total_may_be_written_in_several_ways(value: dict[str, Any]) -> None:
    assert only(total(**value)).score == 7


SEALED: list[Resource] = [
    total(7.5),
    total(22),
    total(-1),
    total(effectiveDateTime=None),
    total(effectiveDateTime="2024-03"),
    total(status="preliminary"),
    total(status="cancelled"),
    total(valueQuantity={"value": 7, "comparator": ">="}),
    total(valueQuantity=None),
    total(valueQuantity=None, valueString="seven"),
    total(valueQuantity=None, valueString="٧"),
    total(modifierExtension=[{"url": "urn:not", "valueBoolean": True}]),
    total(code={"coding": [{"system": LOINC, "code": "69725-0"}]}),
    total(code={"coding": [{"system": LOINC, "code": "44249-1"}]}),
    response((1,) * 8),
    response((1,) * 9, {"linkId": "/99999-9", "answer": [{"valueString": "And another thing."}]}),
    response((1,) * 9, {"linkId": "/44250-9", "answer": [coded(2)]}),
    response((1,) * 9, authored=None),
    response((1,) * 9, authored="2024"),
    response((1,) * 9, status="in-progress"),
    response((1,) * 9, modifierExtension=[{"url": "urn:not", "valueBoolean": True}]),
    response(item=None),
    response(item=[{"linkId": "1", "answer": [{"valueString": "Fine."}]}]),
]


@pytest.mark.parametrize("resource", SEALED, ids=range(len(SEALED)))
def test_what_gives_no_safe_score_stays_sealed_whole(resource: Resource) -> None:
    found = reading(resource)
    assert found.measures == ()
    assert [json.loads(kept.document) for kept in found.kept] == [resource]


def test_a_response_gives_its_answers_and_the_score_that_they_add_up_to() -> None:
    found = only(response((3, 2, 1, 0, 3, 2, 1, 0, 0), summed(12)))
    assert (found.questionnaire, found.score, found.band) == ("phq-9", 12, "moderate")
    assert found.answers == tuple(zip("123456789", (3, 2, 1, 0, 3, 2, 1, 0, 0), strict=True))


def test_the_unscored_question_is_taken_too_and_groups_are_opened() -> None:
    hard = {"linkId": "/69722-7", "answer": [{"valueCoding": {"system": LOINC, "code": "LA6573-5"}}]}
    items = response((1,) * 9, hard)["item"]
    found = only(response(item=[{"linkId": "group", "item": items}]))
    assert (found.score, dict(found.answers or ())["difficulty"]) == (9, 1)


@pytest.mark.parametrize("value", [0, 1, 3])
def test_the_ninth_question_raises_the_flag(value: int) -> None:
    assert only(response((0,) * 8 + (value,))).flagged is (value > 0)


@pytest.mark.parametrize("kind", ["valueDecimal", "valueInteger"])
@pytest.mark.parametrize("said", [8, 10])
def test_a_total_that_its_answers_contradict_is_refused_with_its_place(said: int, kind: str) -> None:
    with pytest.raises(UnreadableBundle, match="add up to") as refused:
        reading(response((1,) * 9, summed(said, kind)))
    assert refused.value.path == f"Bundle.entry[2].resource.item[9].answer[0].{kind}"


DERIVED = {"derivedFrom": [{"reference": "QuestionnaireResponse/q1"}], "code": {"coding": [
    {"system": LOINC, "code": "44261-6"}]}}  # fmt: skip


def test_the_total_of_a_response_in_the_same_file_is_no_second_score() -> None:
    found = reading(total(9, **DERIVED), response((1,) * 9))
    assert [m.resource_type for m in found.measures] == ["QuestionnaireResponse"]
    skipped = {t.resource_type: t.skipped for t in found.tally}["Observation"]
    assert [("taken with its answers" in part.reason, part.count) for part in skipped] == [(True, 1)]


def test_the_total_of_a_response_that_stays_sealed_is_taken() -> None:
    found = reading(total(9, **DERIVED), response((1,) * 8))
    assert [(m.resource_type, m.score) for m in found.measures] == [("Observation", 9)]


def test_a_total_that_contradicts_its_response_is_refused() -> None:
    with pytest.raises(UnreadableBundle, match="add up to") as refused:
        reading(total(8, **DERIVED), response((1,) * 9))
    assert refused.value.path == "Bundle.entry[2].resource"


WROTE: list[tuple[dict[str, Any], bool, list[str]]] = [
    ({}, False, []),
    ({"author": {"reference": "Practitioner/d1"}}, False, ["Dr. Emily Garcia"]),
    ({"author": {"reference": "Patient/p1"}}, True, []),
    ({"author": {"reference": "RelatedPerson/r1", "display": "Her son"}}, True, ["Her son"]),
]


@pytest.mark.parametrize(("said", "reported", "names"), WROTE)
def test_who_answered_or_took_it_down_is_known(said: dict[str, Any], reported: bool, names: list[str]) -> None:
    found = only(response(**said))
    assert (found.reported, [author.name for author in found.authors]) == (reported, names)


def test_what_is_marked_as_entered_in_error_says_so() -> None:
    marked = (total(status="entered-in-error"), response(status="entered-in-error"))
    assert [only(resource).entered_in_error for resource in marked] == [True, True]
