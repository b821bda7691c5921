"""What waits is nowhere else for others: every address of the record answers them as if it were not there."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, AccessEventItem, Item
from careteam.policy.vocabulary import SHAREABLE_CLASSES, Label
from tests.labels.acts import confirm, one, put, waiting_condition, waiting_entry
from tests.world import Client, Person, World

Waits = Callable[[World, Person, Person], Item]

KINDS: dict[str, Waits] = {
    "medication": lambda w, p, h: waiting_entry(w, p, h, "CANARY methadone", tagged=[Label.HIV]),
    "condition": lambda w, p, h: waiting_condition(w, p, h, "F11.20", name="CANARY opioid use"),
    "allergy": lambda w, p, h: w.allergy(p, h, substance="CANARY penicillin", awaits_review=True),
    "note": lambda w, p, h: w.note(p, h, title="CANARY letter", body="CANARY text", awaits_review=True),
}


@pytest.fixture
def people(world: World) -> tuple[Person, Person, Person]:
    """A linked team whose patient shares everything with everybody."""
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=SHAREABLE_CLASSES, disclosers=["team", "patient"], labels=Label)
    for person in (therapist, prescriber):
        world.note(patient, person)
        world.medication(patient, person)
    return patient, therapist, prescriber


def read_all(client: Client, world: World, patient: Person) -> dict[str, tuple[int, Any]]:
    """What this person gets from every address that can be read, of this record and over all records."""
    rules = [r for r in world.app.url_map.iter_rules() if "GET" in (r.methods or ()) and r.rule.startswith("/api/v1/")]
    asked = {r.rule for r in rules if r.arguments <= {"patient_id"}} - UNLIKE
    places = [rule.replace("<uuid:patient_id>", str(patient.patient_id)) for rule in sorted(asked)]
    assert sum(str(patient.patient_id) in place for place in places) > 8
    found = {place: client.get(place) for place in places}
    return {place: (answer.status_code, answer.data) for place, answer in found.items()}


UNLIKE = {
    "/api/v1/openapi.json",
    "/api/v1/tokens",
    "/api/v1/session",
    "/api/v1/sessions",
    "/api/v1/patients/<uuid:patient_id>/access-log",
}
"""They tell of the asking itself, so that no two answers are the same; what the log says is asked about below."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("holder", ["prescriber", "patient"])
def test_every_address_answers_others_as_before(
    world: World, people: tuple[Person, Person, Person], kind: str, holder: str
) -> None:
    patient, therapist, prescriber = people
    client = world.client(therapist)
    read_all(client, world, patient)
    before = read_all(client, world, patient)
    item = KINDS[kind](world, patient, patient if holder == "patient" else prescriber)
    after = read_all(client, world, patient)
    assert {place: after[place] for place in after if after[place] != before.get(place)} == {}
    absent = {}
    for suffix in ("labels", "label-review"):
        absent[suffix] = client.get(f"{patient.record}/items/{item.id}/{suffix}").status_code
    assert set(absent.values()) <= {404, 405}
    assert put(client, patient, item, "violence").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_the_holder_and_the_patient_read_it_and_after_the_review_everybody(
    world: World, people: tuple[Person, Person, Person], kind: str
) -> None:
    patient, therapist, prescriber = people
    item = KINDS[kind](world, patient, prescriber)
    seen = {
        who.name: any(b"CANARY" in data for _, data in read_all(world.client(who), world, patient).values())
        for who in people
    }
    assert seen == {patient.name: True, prescriber.name: True, therapist.name: False}
    assert confirm(world.client(prescriber), patient, one(item, as_suggested=True)).status_code == 200
    assert any(b"CANARY" in data for _, data in read_all(world.client(therapist), world, patient).values())


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_to_another_is_logged_as_disclosing_it(
    world: World, people: tuple[Person, Person, Person], kind: str
) -> None:
    patient, therapist, prescriber = people
    item = KINDS[kind](world, patient, prescriber)
    disclosed = select(AccessEvent.actor_id).join(AccessEventItem).where(AccessEventItem.item_id == item.id)
    read_all(world.client(therapist), world, patient)
    assert list(world.session.scalars(disclosed)) == []
    read_all(world.client(prescriber), world, patient)
    assert set(world.session.scalars(disclosed)) == {prescriber.user_id}


@pytest.mark.parametrize("kind", KINDS)
def test_a_suggestion_labels_nothing_and_opens_nothing(
    world: World, people: tuple[Person, Person, Person], kind: str
) -> None:
    patient, therapist, prescriber = people
    item = KINDS[kind](world, patient, prescriber)
    world.client(prescriber).get(f"{patient.record}/label-reviews")
    stored = world.session.get_one(Item, item.id)
    assert (stored.labels, stored.part2, stored.awaits_review, stored.version) == (
        frozenset(),
        False,
        True,
        item.version,
    )
    assert "CANARY" not in world.client(therapist).get(f"{patient.record}/shared-record").text
