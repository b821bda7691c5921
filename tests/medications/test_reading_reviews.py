"""The reviews of a whole medication list, read: by whom `last_reviewed` is shown to, and no count to the others."""

from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, MedicationReview
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Role
from tests.queries import statements
from tests.world import LONG_AGO, Person, World


def reviewed(world: World, patient: Person, prescriber: Person, entries: int = 2) -> MedicationReview:
    made = MedicationReview(
        patient_id=patient.patient_id, reviewed_by=prescriber.user_id, reviewed_at=world.now, entries=entries
    )
    world.add(made)
    return made


def listed(world: World, who: Person, patient: Person) -> Any:
    return world.client(who).get(f"{patient.record}/medication-reviews").json["items"]


def test_a_review_is_read_where_it_was_made(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber)
    made = world.client(prescriber).post(f"{patient.record}/medication-reviews")
    place = f"{patient.record}/medication-reviews/{made.json['id']}"
    assert made.headers["Location"] == place
    for reader in (prescriber, patient):
        assert world.client(reader).get(place).json == made.json
        assert listed(world, reader, patient) == [made.json]
    acts = world.session.scalars(select(AccessEvent).order_by(AccessEvent.id)).all()
    assert [row.act for row in acts[1:3]] == ["read-medication-review", "read-medication-reviews"]
    assert {(row.patient_id, row.items) for row in acts[1:]} == {(patient.patient_id, 0)}


def test_to_others_a_review_is_what_the_list_says_of_it_and_never_how_many_entries(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = reviewed(world, patient, prescriber)
    place, client = f"{patient.record}/medication-reviews/{made.id}", world.client(therapist)
    assert (client.get(place).status_code, listed(world, therapist, patient)) == (404, [])
    world.consent(patient, disclosers=[f"member:{prescriber.user_id}"])
    shown = client.get(f"{patient.record}/medications").json["last_reviewed"]
    assert client.get(place).json == {"id": str(made.id), **shown, "entries": None}
    assert listed(world, therapist, patient) == [{"id": str(made.id), **shown, "entries": None}]
    world.restriction(patient, item_class=ItemClass.MEDICATION, against_user_id=therapist.user_id)
    hidden, absent = client.get(place), client.get(f"{patient.record}/medication-reviews/{new_id()}")
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    assert listed(world, therapist, patient) == []


@pytest.mark.parametrize(("who", "status"), [("former", 200), ("stranger", 404), ("another patient", 404)])
def test_who_is_not_in_the_team_reads_no_review_of_others(world: World, who: str, status: int) -> None:
    patient, _, prescriber = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.consent(patient)
    people = {"former": former, "stranger": world.prescriber("Sam Stranger"), "another patient": world.patient("Otto")}
    made = reviewed(world, patient, prescriber)
    client = world.client(people[who])
    assert client.get(f"{patient.record}/medication-reviews").status_code == status
    assert client.get(f"{patient.record}/medication-reviews/{made.id}").status_code == 404
    own_review = reviewed(world, patient, former)
    found = client.get(f"{patient.record}/medication-reviews/{own_review.id}")
    assert found.status_code == (200 if who == "former" else 404)


def test_a_review_of_another_patients_list_is_absent(world: World) -> None:
    patient, _, prescriber = world.trio()
    other = world.patient("Otto Other")
    world.join(other, prescriber, Role.PRESCRIBER)
    made = reviewed(world, other, prescriber)
    assert world.client(prescriber).get(f"{patient.record}/medication-reviews/{made.id}").status_code == 404
    assert listed(world, prescriber, patient) == []


def test_a_list_of_reviews_takes_as_many_statements_for_one_as_for_many(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    counts = []
    for more in (1, 20):
        for _ in range(more):
            reviewed(world, patient, prescriber)
        with statements(world.app) as sent:
            assert len(listed(world, therapist, patient)) >= more
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8
