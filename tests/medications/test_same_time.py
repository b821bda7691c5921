"""Two changes of one entry at the same time: one is written, the other is told to read again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from careteam.actor import Actor, Post
from careteam.models import MedicationEvent
from careteam.models.types import new_id
from careteam.policy.vocabulary import MedicationChange, Role
from careteam.services.medications import medication_changes
from tests.medications.acts import change, event, today
from tests.races import during
from tests.world import Client, Person, World


def acting(person: Person) -> Actor:
    assert person.practice_id
    return Actor(person.user_id, person.name, person.email, (Post(person.practice_id, Role.PRESCRIBER, True),))


def test_of_two_changes_at_the_same_time_one_is_refused(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    assert patient.patient_id
    medication_changes.change(
        world.session,
        acting(prescriber),
        patient.patient_id,
        entry.id,
        kind=MedicationChange.HOLD,
        version=1,
        at=world.now,
    )
    assert during(world, change, client, patient, entry, "stop", version=1).status_code == 412
    kinds = world.session.scalars(select(MedicationEvent.kind).order_by(MedicationEvent.position))
    assert list(kinds) == [MedicationChange.START, MedicationChange.HOLD]


def test_of_many_changes_at_the_same_time_exactly_one_is_written(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    with ThreadPoolExecutor(4) as pool:
        doses = [
            pool.submit(change, Client(world.app, prescriber.token), patient, entry, "confirm", version=1)
            for _ in range(4)
        ]
        answers = sorted(done.result(timeout=60).status_code for done in doses)
    assert answers == [201, 412, 412, 412]
    world.session.rollback()
    assert len(list(world.session.scalars(select(MedicationEvent)))) == 2


def test_two_changes_of_one_instant_are_two_versions(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    with time_machine.travel(world.now, tick=False):
        versions = [change(client, patient, entry, "confirm", version=n).json.get("version") for n in (1, 2, 2)]
    assert versions == [2, 3, None]


def test_the_database_takes_a_position_once(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    event(world, entry, MedicationChange.HOLD, today(world))
    twice = MedicationEvent(
        id=new_id(),
        medication_id=entry.id,
        position=2,
        kind=MedicationChange.STOP,
        effective_on=today(world),
        created_at=world.now,
    )
    with pytest.raises(IntegrityError):
        world.add(twice)
