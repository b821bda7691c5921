"""Which practice answers for an access."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from careteam.models import AccessCase, AccessEvent, Membership, Staff
from careteam.policy.vocabulary import Role
from careteam.services.log import access_log
from tests.cases.acts import events, looked, question
from tests.world import LONG_AGO, Person, World

DAY = timedelta(days=1)


def answers(world: World, patient: Person, event_id: Any) -> Any:
    """Question an event; return which practice answers."""
    made = question(world, patient, event_id)
    assert made.status_code == 201, made.json
    return world.session.scalars(select(AccessCase.practice_id).where(AccessCase.id == UUID(made.json["id"]))).one()


def test_that_of_the_membership_under_which_they_looked(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.add(Staff(user_id=prescriber.user_id, practice_id=world.therapist("Elsa").practice_id, role=Role.PRESCRIBER,
                    created_at=LONG_AGO - DAY))  # fmt: skip
    assert answers(world, patient, looked(world, prescriber, patient)["id"]) == prescriber.practice_id


def test_that_of_the_membership_of_that_time_also_after_a_change_of_practice(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    event = looked(world, therapist, patient)
    later = world.now + DAY
    world.session.execute(update(Membership).values(ended_at=later))
    world.session.commit()
    elm = world.therapist("Elsa").practice_id
    moved = Person(therapist.user_id, "", "", "", practice_id=elm)
    world.join(patient, moved, Role.THERAPIST, patient_agreed_at=later, clinician_accepted_at=later)
    assert answers(world, patient, event["id"]) == therapist.practice_id
    world.session.execute(update(AccessEvent).where(AccessEvent.id == UUID(event["id"])).values(at=later + DAY))
    world.session.execute(update(AccessCase).values(closed=True))
    world.session.commit()
    assert answers(world, patient, event["id"]) == elm


def test_that_in_which_they_worked_then_also_when_they_have_left(world: World) -> None:
    patient, _, _ = world.trio()
    stranger = world.therapist("Sam Stranger")
    world.client(stranger).get(f"{patient.record}/notes")
    event = events(world, patient)[0]
    world.session.execute(update(Staff).where(Staff.user_id == stranger.user_id).values(ended_at=world.now + DAY))
    world.session.commit()
    assert answers(world, patient, event["id"]) == stranger.practice_id


def test_of_somebody_without_a_practice_that_of_who_holds_most_of_what_was_shown(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    for author in (therapist, prescriber, prescriber):
        world.note(patient, author)
    world.consent(patient)
    event = looked(world, therapist, patient)
    world.session.execute(update(AccessEvent).where(AccessEvent.id == UUID(event["id"])).values(actor_id=None))
    world.session.commit()
    assert answers(world, patient, event["id"]) == prescriber.practice_id


def test_of_the_operator_that_which_has_treated_the_patient_longest(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, world.prescriber(), Role.PRESCRIBER)
    before = {"patient_agreed_at": LONG_AGO - DAY, "clinician_accepted_at": LONG_AGO - DAY}
    world.join(patient, therapist, Role.THERAPIST, **before)
    access_log.changed(world.session, None, patient.patient_id, "import", at=world.now)
    world.session.commit()
    assert answers(world, patient, events(world, patient)[0]["id"]) == therapist.practice_id


def test_without_any_practice_the_patient_is_told_whom_to_write_to(world: World) -> None:
    patient = world.patient()
    access_log.changed(world.session, None, patient.patient_id, "import", at=world.now)
    world.session.commit()
    answer = question(world, patient, events(world, patient)[0]["id"])
    assert (answer.status_code, "whoever runs this service" in answer.json["detail"]) == (409, True)
