"""Imported scores: they wait for their holder like every import, then stand beside those that were entered here."""

from typing import Any

import pytest
from sqlalchemy import select

from careteam.fhir_reading import reader
from careteam.models import ImportSource, Item, Measure
from careteam.policy.vocabulary import Label
from tests.fhir_reading.samples import ACT_CODE, bundle, patient, practitioner
from tests.fhir_reading.test_measures import DERIVED, response, summed, total
from tests.importing.kit import count, linked, post, rows
from tests.labels.acts import confirm
from tests.measures.acts import MEASURE, listed, read, record
from tests.world import Person, World

DOCTOR = {"author": {"reference": "Practitioner/d1"}}
People = tuple[Person, Person, Person]


def imported(world: World, people: People, *resources: Any, status: int = 201, **query: Any) -> Any:
    person, therapist, prescriber = people
    given: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id, **query}
    answer = post(world, therapist, bundle(patient(), practitioner(), *resources), **given)
    assert answer.status_code == status, answer.json
    return answer.json


def test_a_score_is_the_patients_where_no_member_is_named(world: World) -> None:
    people = linked(world)
    imported(world, people, total(15), response((1,) * 9, summed(9)))
    shown = {m["questionnaire"]: m for m in listed(world, people[0], people[0])}
    gad, phq = shown["gad-7"], shown["phq-9"]
    assert (gad["source"], gad["score"], gad["band"], gad["answers"]) == ("imported", 15, "severe", None)
    assert (phq["score"], phq["date"], phq["safety_flag"], len(phq["answers"])) == (9, "2024-03-05", True, 9)
    assert (gad["date"], gad["awaits_label_review"], gad["holder"]) == ("2024-03-05", True, {"kind": "patient"})
    assert (gad["author_id"], gad["outside_author"]) == (None, "Not stated in the imported file")


def test_it_waits_until_its_holder_has_confirmed_its_labels(world: World) -> None:
    people = linked(world)
    person, therapist, prescriber = people
    world.consent(person, classes=MEASURE)
    imported(world, people, response(**DOCTOR), author=[f"Practitioner/d1={therapist.user_id}"])
    (made,) = listed(world, therapist, person)
    assert (made["holder"]["user_id"], made["outside_author"]) == (str(therapist.user_id), "Dr. Emily Garcia")
    read(world, prescriber, person, made, 404)
    reviewed = confirm(world.client(therapist), person, {"item_id": made["id"], "version": 1, "labels": []})
    assert reviewed.status_code == 200, reviewed.json
    assert read(world, prescriber, person, made)["safety"]["texts"]


def test_an_imported_score_is_a_baseline_for_one_entered_here(world: World) -> None:
    people = linked(world)
    imported(world, people, response((2,) * 9))
    made = record(world, people[0], people[0], 9)
    assert (made["since_baseline"]["score"], made["since_baseline"]["change"], made["response"]) == (18, -9, True)


def test_a_security_tag_suggests_a_label(world: World) -> None:
    people = linked(world)
    imported(world, people, total(15, meta={"security": [{"system": ACT_CODE, "code": "HIV"}]}))
    (source,) = world.session.scalars(select(ImportSource).where(ImportSource.resource_type == "Observation"))
    assert source.suggested_labels == {Label.HIV}


def test_a_file_whose_score_contradicts_its_answers_is_refused_whole(world: World) -> None:
    people = linked(world)
    told = imported(world, people, total(15), response((1,) * 9, summed(10)), status=422)
    assert "Bundle.entry[3].resource.item[9].answer[0].valueDecimal" in str(told)
    assert count(world, Item) == count(world, ImportSource) == 0


def test_what_stays_sealed_is_named_and_the_second_import_changes_nothing(world: World) -> None:
    people = linked(world)
    resources = (total(7.5), response((1,) * 9), total(9, id="o2", **DERIVED))
    told = imported(world, people, *resources)
    found = {part["resource_type"]: part for part in told["resources"]}
    assert (found["Observation"]["kept"], found["QuestionnaireResponse"]["taken"]) == (1, 1)
    assert sum(part["count"] for part in found["Observation"]["skipped"]) == 1
    assert [w for w in told["warnings"] if w.startswith("Bundle.entry[2].resource: no whole score")] != []
    before = rows(world)
    again = imported(world, people, *resources)
    assert {p["resource_type"]: p["unchanged"] for p in again["resources"]}["QuestionnaireResponse"] == 1
    assert rows(world) == before


def test_what_is_in_error_at_the_source_is_marked(world: World) -> None:
    people = linked(world)
    imported(world, people, response(status="entered-in-error"))
    (made,) = listed(world, people[0], people[0])
    assert (made["safety_flag"], made["entered_in_error_reason"]) == (
        False,
        "The source marks this entry as entered in error.",
    )


@pytest.mark.parametrize("way", ["command", "file"])
def test_what_an_earlier_version_kept_becomes_scores(world: World, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    people = linked(world)
    resources = (total(15), response((1,) * 9, summed(9)), total(7.5, id="o2"))
    with monkeypatch.context() as before:
        before.setattr(reader, "entry_of", lambda *_: None)
        imported(world, people, *resources)
    assert count(world, Measure) == 0
    if way == "file":
        imported(world, people, *resources)
    else:
        world.session.rollback()
        done = world.app.test_cli_runner().invoke(args=["open-kept"])
        assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "2 resources became items")
        assert "Still sealed: no whole score" in done.stdout
    assert sorted(world.session.scalars(select(Measure.score))) == [9, 15]
    assert count(world, ImportSource, resource_type="Observation", item_id=None) == 1
