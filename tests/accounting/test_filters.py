"""The access log can be asked: by class, by clause, by day, by person, by outcome."""

from typing import Any

import pytest

from tests.world import Person, World


@pytest.fixture
def told(world: World) -> Any:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.medication(patient, prescriber)
    world.consent(patient)
    for reader in (therapist, prescriber):
        client = world.client(reader)
        client.get(f"{patient.record}/notes")
        client.get(f"{patient.record}/medications")
        client.get(f"{patient.record}/restrictions")

    def asked(**query: Any) -> list[tuple[str, str]]:
        answer = world.client(patient).get(f"{patient.record}/access-log", query_string=query)
        assert answer.status_code == 200, answer.json
        names = {str(p.user_id): p.name for p in (patient, therapist, prescriber)}
        return [(names[e["actor"]["user_id"]], e["outcome"]) for e in answer.json["items"]]

    people: tuple[Person, ...] = (patient, therapist, prescriber)
    return asked, people


def test_by_class_and_clause_of_the_same_item(told: Any) -> None:
    asked, _ = told
    assert asked(**{"class": "progress_note"}) == [("Paul Reyes", "disclosed"), ("Tess Okafor", "disclosed")]
    assert asked(**{"class": "progress_note", "why": "consent"}) == [("Paul Reyes", "disclosed")]
    assert asked(**{"class": "medication", "why": "author"}) == [("Paul Reyes", "disclosed")]
    assert asked(**{"class": "allergy"}) == []


def test_by_person_and_outcome(told: Any) -> None:
    asked, (_, therapist, _) = told
    assert asked(actor_id=therapist.user_id, outcome="refused") == [("Tess Okafor", "refused")]


def test_by_day(told: Any) -> None:
    asked, _ = told
    assert asked(since="2099-01-01") == []
    assert asked(through="2020-01-01") == []
    assert len(asked(since="2020-01-01", through="2099-01-01")) >= 6


@pytest.mark.parametrize("query", [{"class": "novel"}, {"why": "luck"}, {"since": "yesterday"}])
def test_a_filter_that_says_nothing_is_refused(world: World, query: dict[str, str]) -> None:
    patient = world.patient()
    assert world.client(patient).get(f"{patient.record}/access-log", query_string=query).status_code == 422
