"""A prescriber says that they went through the whole list; who learns of it."""

import pytest

from careteam.models import Consent, MedicationReview
from careteam.policy.vocabulary import ConsentStatus, ItemClass, Role
from tests.world import LONG_AGO, Person, World


def last_reviewed(world: World, who: Person, patient: Person) -> dict[str, str] | None:
    found: dict[str, str] | None = world.client(who).get(f"{patient.record}/medications").json["last_reviewed"]
    return found


def test_a_prescriber_reviews_what_they_can_see(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber)
    world.medication(patient, patient)
    made = world.client(prescriber).post(f"{patient.record}/medication-reviews")
    assert made.status_code == 201
    assert (made.json["by"], made.json["entries"]) == (str(prescriber.user_id), 1)
    world.consent(patient, disclosers=["patient"])
    again = world.client(prescriber).post(f"{patient.record}/medication-reviews").json
    assert again["entries"] == 2
    assert last_reviewed(world, therapist, patient) is None
    shown = last_reviewed(world, patient, patient)
    assert shown == {"at": again["at"], "by": str(prescriber.user_id)}


@pytest.mark.parametrize(("who", "status"), [("patient", 403), ("therapist", 403), ("former", 403), ("stranger", 404)])
def test_nobody_else_reviews_the_list(world: World, who: str, status: int) -> None:
    patient, therapist, prescriber = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    people = {
        "patient": patient,
        "therapist": therapist,
        "former": former,
        "stranger": world.prescriber("Sam Stranger"),
    }
    assert world.client(people[who]).post(f"{patient.record}/medication-reviews").status_code == status
    assert last_reviewed(world, prescriber, patient) is None


def test_a_review_is_known_to_those_with_whom_the_reviewers_medications_are_shared(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.client(prescriber).post(f"{patient.record}/medication-reviews")
    assert last_reviewed(world, therapist, patient) is None
    world.consent(patient, classes=[ItemClass.PROGRESS_NOTE])
    world.consent(patient, disclosers=["patient"])
    assert last_reviewed(world, therapist, patient) is None
    consent = world.consent(patient, disclosers=[f"member:{prescriber.user_id}"])
    assert last_reviewed(world, therapist, patient) is not None
    restriction = world.restriction(patient, item_class=ItemClass.MEDICATION, against_user_id=therapist.user_id)
    assert last_reviewed(world, therapist, patient) is None
    restriction.lifted_at = world.now
    world.session.commit()
    assert last_reviewed(world, therapist, patient) is not None
    world.session.get_one(Consent, consent.id).status = ConsentStatus.REVOKED
    world.session.commit()
    assert last_reviewed(world, therapist, patient) is None


def test_the_latest_review_that_the_reader_may_know_of_is_shown(world: World) -> None:
    patient, _, prescriber = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    for who, at in ((former, LONG_AGO), (prescriber, world.now)):
        world.add(MedicationReview(patient_id=patient.patient_id, reviewed_by=who.user_id, reviewed_at=at, entries=0))
    by = {who.name: (last_reviewed(world, who, patient) or {})["by"] for who in (former, prescriber, patient)}
    assert by == {
        former.name: str(former.user_id),
        prescriber.name: str(prescriber.user_id),
        patient.name: str(prescriber.user_id),
    }


def test_a_review_of_another_patients_list_does_not_show(world: World) -> None:
    patient, _, prescriber = world.trio()
    other = world.patient("Otto Other")
    world.join(other, prescriber, Role.PRESCRIBER)
    world.client(prescriber).post(f"{patient.record}/medication-reviews")
    assert last_reviewed(world, prescriber, other) is None
