"""What a holder finds who looks through what waits: what it is about, what is suggested and why, and how many."""

from datetime import date
from typing import Any

import pytest

from careteam.policy.vocabulary import Label, Role
from tests.labels.acts import waiting_condition, waiting_entry, waits
from tests.queries import statements
from tests.world import Person, World


@pytest.fixture
def people(world: World) -> tuple[Person, Person]:
    """A patient and their prescriber, for whom four entries, conditions and a note wait."""
    patient, _, prescriber = world.trio()
    waiting_entry(world, patient, prescriber, "Methadone 10 MG Oral Tablet", on=date(2026, 1, 5))
    waiting_entry(world, patient, prescriber, "Abacavir", tagged=[Label.VIOLENCE], on=date(2026, 1, 4))
    waiting_condition(world, patient, prescriber, "F11.20", name="Opioid use", date=date(2026, 1, 3))
    waiting_condition(world, patient, prescriber, None, name="Sore throat", date=date(2026, 1, 2))
    world.note(patient, prescriber, title="Letter", on=date(2026, 1, 1), awaits_review=True)
    return patient, prescriber


def test_each_item_says_what_it_is_about_and_what_is_suggested_why(world: World, people: tuple[Person, Person]) -> None:
    patient, prescriber = people
    found = waits(world.client(prescriber), patient)["items"]
    assert [(i["class"], i["about"], i["suggested_labels"], i["suggested_part2"]) for i in found] == [
        ("medication", "Methadone 10 MG Oral Tablet", ["substance_use"], True),
        ("medication", "Abacavir", ["hiv", "violence"], False),
        ("condition", "Opioid use", ["substance_use"], True),
        ("condition", "Sore throat", [], False),
        ("progress_note", "Letter", [], False),
    ]
    assert [(s["label"], s["source"], s["reason"]) for s in found[1]["suggestions"]] == [
        ("hiv", "drug", "Abacavir: ATC J05AF, nucleoside and nucleotide reverse transcriptase inhibitors."),
        ("hiv", "drug", "Abacavir: ATC J05AR, antivirals for treatment of HIV infections, combinations."),
        ("violence", "security_tag", "The source tags it so."),
    ]
    assert found[2]["suggestions"][0]["reason"] == "Code F11.20: Opioid related disorders."
    assert all(i["labels"] == [] and i["awaits_label_review"] for i in found)


def test_what_waits_is_counted_by_class_and_by_suggestion_whatever_the_filter(
    world: World, people: tuple[Person, Person]
) -> None:
    patient, prescriber = people
    counts = waits(world.client(prescriber), patient)["waiting"]
    assert counts == {
        "total": 5,
        "classes": [
            {"class": "condition", "count": 2},
            {"class": "medication", "count": 2},
            {"class": "progress_note", "count": 1},
        ],
        "suggested": [
            {"suggested": "hiv", "count": 1},
            {"suggested": "none", "count": 2},
            {"suggested": "substance_use", "count": 2},
            {"suggested": "violence", "count": 1},
        ],
    }
    for query in ("?limit=1", "?class=allergy", "?suggested=hiv"):
        assert waits(world.client(prescriber), patient, query)["waiting"] == counts


FILTERS = [
    ("?class=condition", ["Opioid use", "Sore throat"]),
    ("?class=allergy", []),
    ("?suggested=substance_use", ["Methadone 10 MG Oral Tablet", "Opioid use"]),
    ("?suggested=violence", ["Abacavir"]),
    ("?suggested=sexual_health", []),
    ("?suggested=none", ["Sore throat", "Letter"]),
    ("?suggested=none&class=condition", ["Sore throat"]),
    ("?suggested=hiv&class=condition", []),
]


@pytest.mark.parametrize(("query", "about"), FILTERS)
def test_filters(world: World, people: tuple[Person, Person], query: str, about: list[str]) -> None:
    patient, prescriber = people
    assert [i["about"] for i in waits(world.client(prescriber), patient, query)["items"]] == about


@pytest.mark.parametrize("query", ["?class=nothing", "?suggested=everything", "?suggested=", "?suggestion=hiv"])
def test_a_filter_that_is_none_is_refused(world: World, people: tuple[Person, Person], query: str) -> None:
    patient, prescriber = people
    assert world.client(prescriber).get(f"{patient.record}/label-reviews{query}").status_code == 422


@pytest.mark.parametrize("query", ["", "&suggested=none", "&class=condition"])
def test_pages_hold_every_item_once(world: World, people: tuple[Person, Person], query: str) -> None:
    patient, prescriber = people
    client = world.client(prescriber)
    whole = [i["id"] for i in waits(client, patient, f"?limit=100{query}")["items"]]
    found, following = [], ""
    while True:
        page = waits(client, patient, f"?limit=1{query}{following}")
        found += [i["id"] for i in page["items"]]
        if page["next"] is None:
            break
        following = f"&cursor={page['next']}"
    assert found == whole
    assert len(whole) >= 2


@pytest.mark.parametrize("who", ["patient", "therapist"])
def test_nobody_else_is_told_of_it_and_the_counts_are_of_ones_own(
    world: World, people: tuple[Person, Person], who: str
) -> None:
    patient, _ = people
    therapist = world.therapist("Tilda Other")
    world.join(patient, therapist, Role.THERAPIST)
    found: Any = waits(world.client(patient if who == "patient" else therapist), patient)
    assert (found["items"], found["waiting"]) == ([], {"total": 0, "classes": [], "suggested": []})
    assert (found["others"] is None) is (who == "therapist")


@pytest.mark.parametrize("who", ["patient", "prescriber"])
def test_the_number_of_statements_does_not_grow(world: World, who: str) -> None:
    patient, _, prescriber = world.trio()
    reader, counted = world.client(patient if who == "patient" else prescriber), []
    for size in (1, 7):
        for _ in range(size):
            waiting_entry(world, patient, prescriber, "Methadone", tagged=[Label.HIV])
            waiting_condition(world, patient, patient, "B20")
        world.session.expire_all()
        world.session.commit()
        with statements(world.app) as sent:
            waits(reader, patient, "?limit=100&suggested=hiv")
        counted.append(len(sent))
    assert counted[0] == counted[1]
    assert counted[0] <= 10, counted
