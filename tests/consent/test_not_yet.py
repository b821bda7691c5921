"""What is not there yet says so to whoever may know the patient, and is absent to others."""

from uuid import uuid4

import pytest

from careteam.policy.vocabulary import Role
from tests.world import LONG_AGO, World


@pytest.mark.parametrize("what", ["emergency-access", "representations"])
def test_it_is_not_available_yet(world: World, what: str) -> None:
    patient, therapist, prescriber = world.trio()
    former = world.prescriber("Fran Hale")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    for person in (patient, therapist, prescriber, former):
        answer = world.client(person).post(f"{patient.record}/{what}", {"anything": True})
        assert answer.status_code == 501
        assert answer.json["type"].endswith("/not-yet-available")


@pytest.mark.parametrize("what", ["emergency-access", "representations"])
def test_to_strangers_the_patient_is_absent(world: World, what: str) -> None:
    patient, _, _ = world.trio()
    people = (world.prescriber("Sam Hill"), world.patient("Omar Vale"), world.therapist("Una Roe", verified=False))
    records = (patient.record, f"/api/v1/patients/{uuid4()}")
    answers = {world.client(person).post(f"{record}/{what}").data for person in people for record in records}
    assert len(answers) == 1
    assert world.client(None).post(f"{patient.record}/{what}").status_code == 401
