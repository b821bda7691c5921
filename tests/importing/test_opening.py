"""What earlier imports kept sealed becomes items: by the command, or when the same file comes again."""

from typing import Any

import pytest
from sqlalchemy import select

from careteam.fhir_reading import reader
from careteam.models import Allergy, Condition, ImportSource, Item
from careteam.policy.vocabulary import Role
from tests.fhir_reading.samples import allergy, bundle, condition, observation, patient, practitioner
from tests.importing.kit import BORN, command, count, linked, post, rows, written
from tests.record.acts import listed
from tests.world import Person, World

DOCTOR = {"recorder": {"reference": "Practitioner/d1", "display": "Dr. Garcia"}}
FILE = bundle(patient(), practitioner(), allergy(**DOCTOR), condition(**DOCTOR), observation())


@pytest.fixture
def people(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Person, Person, Person]:
    """A linked team after an import of the time when allergies and conditions were kept unread."""
    person, therapist, prescriber = linked(world)
    with monkeypatch.context() as before:
        before.setattr(reader, "entry_of", lambda *_: None)
        assert imported(world, (person, therapist, prescriber)).status_code == 201
    assert count(world, Item) == 0
    assert count(world, ImportSource, item_id=None) == 4
    return person, therapist, prescriber


def imported(world: World, people: tuple[Person, Person, Person], **query: Any) -> Any:
    person, therapist, prescriber = people
    given: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id, **query}
    return post(world, therapist, FILE, **given)


def opened(world: World) -> Any:
    world.session.rollback()
    return world.app.test_cli_runner().invoke(args=["open-kept"])


def test_the_command_makes_items_of_what_was_kept(world: World, people: tuple[Person, Person, Person]) -> None:
    person, therapist, _ = people
    done = opened(world)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "2 resources became items")
    for model in (Allergy, Condition):
        (item,) = world.session.scalars(select(model))
        assert (item.holder_id, item.outside_author, item.awaits_review) == (None, "Dr. Garcia", True)
    assert [a["substance"] for a in listed(world, person, person)] == ["Penicillin V"]
    assert listed(world, therapist, person, "conditions") == []


def test_the_command_run_again_changes_nothing(world: World, people: tuple[Person, Person, Person]) -> None:
    opened(world)
    before = rows(world)
    again = opened(world)
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "0 resources became items")
    assert rows(world) == before


def test_a_score_without_its_day_stays_sealed(world: World, people: tuple[Person, Person, Person]) -> None:
    opened(world)
    sources = {
        s.resource_type: (s.item_id is None, s.kept is None) for s in world.session.scalars(select(ImportSource))
    }
    assert sources == {
        "Patient": (True, False),
        "Observation": (True, False),
        "AllergyIntolerance": (False, True),
        "Condition": (False, True),
    }


def test_importing_the_file_again_opens_it_with_its_authors(
    world: World, people: tuple[Person, Person, Person]
) -> None:
    _, therapist, _ = people
    told = imported(world, people, author=[f"Practitioner/d1={therapist.user_id}"]).json
    taken = {part["resource_type"]: (part["taken"], part["unchanged"]) for part in told["resources"]}
    assert (taken["AllergyIntolerance"], taken["Condition"], taken["Observation"]) == ((1, 0), (1, 0), (0, 1))
    for model in (Allergy, Condition):
        (item,) = world.session.scalars(select(model))
        assert (item.holder_id, item.outside_author) == (therapist.user_id, "Dr. Emily Garcia")
    before = rows(world)
    assert {p["resource_type"]: p["unchanged"] for p in imported(world, people).json["resources"]}["Condition"] == 1
    assert rows(world) == before


def test_a_file_that_changed_at_the_source_opens_nothing(world: World, people: tuple[Person, Person, Person]) -> None:
    person, therapist, prescriber = people
    given: dict[str, Any] = {"pair": (therapist, prescriber), "patient_id": person.patient_id}
    told = post(world, therapist, bundle(patient(), allergy(**DOCTOR, criticality="low")), **given).json
    found = {part["resource_type"]: part for part in told["resources"]}["AllergyIntolerance"]
    assert (found["taken"], found["changed"]) == (0, ["Bundle.entry[1].resource"])
    assert count(world, Item) == 0
    opened(world)
    assert [a["criticality"] for a in listed(world, person, person)] == [None]


@pytest.mark.parametrize("first", ["command", "import"])
def test_it_becomes_an_item_once_in_either_order(
    world: World, people: tuple[Person, Person, Person], first: str
) -> None:
    acts = [lambda: opened(world), lambda: imported(world, people)]
    for act in acts if first == "command" else reversed(acts):
        act()
    assert (count(world, Allergy), count(world, Condition)) == (1, 1)
    assert count(world, ImportSource) == 4


def test_what_opens_is_what_the_import_makes_today(world: World, people: tuple[Person, Person, Person]) -> None:
    opened(world)
    person = people[0]
    (kept,) = listed(world, person, person)
    other = world.patient("Ada Ellison", birth_date=BORN)
    world.join(other, people[1], Role.THERAPIST)
    world.join(other, people[2], Role.PRESCRIBER)
    assert imported(world, (other, people[1], people[2])).status_code == 201
    unlike = {"id", "created_at", "updated_at", "outside_author"}
    fresh = listed(world, other, other)
    assert [{k: v for k, v in e.items() if k not in unlike} for e in fresh] == [
        {k: v for k, v in kept.items() if k not in unlike}
    ]


def test_the_patient_reads_that_it_was_opened(world: World, people: tuple[Person, Person, Person]) -> None:
    person = people[0]
    opened(world)
    told: Any = world.client(person).get(f"{person.record}/access-log").json["items"][0]
    assert told["sentence"] == (
        "The operator of this service read into your record what was imported before and kept sealed."
    )


def test_a_resource_that_nobody_can_read_stays_sealed(
    world: World, people: tuple[Person, Person, Person], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    odd = condition(id="c2", modifierExtension=[{"url": "urn:not", "valueBoolean": True}])
    file = written(tmp_path, bundle(patient(), odd))
    assert command(world, file, pair=people[1:], patient=people[0].email).exit_code == 0
    done = opened(world)
    assert "2 resources became items" in done.stdout
    assert "Still sealed: may mean the opposite" in done.stdout
    assert count(world, ImportSource, resource_type="Condition", item_id=None) == 1
    assert opened(world).exit_code == 0
