"""The number of statements does not grow with the list."""

import pytest

from careteam.policy.vocabulary import MedicationChange
from tests.medications.acts import ago, event, listed, read
from tests.queries import statements
from tests.world import Person, World


def fill(world: World, patient: Person, prescriber: Person, entries: int) -> None:
    for n in range(entries):
        entry = world.medication(patient, prescriber, drug=f"drug {n}")
        for days in range(n % 4):
            event(world, entry, MedicationChange.CONFIRM, ago(world, days))
        other = world.medication(patient, prescriber, drug=f"other {n}")
        event(world, entry, MedicationChange.SWITCH, ago(world, 1), switched_to_id=other.id)


@pytest.mark.parametrize(("query", "most"), [("?limit=100", 11), ("?limit=100&status=active", 10)])
def test_a_list_takes_as_many_statements_for_one_entry_as_for_many(world: World, query: str, most: int) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    client, sent_by_size = world.client(therapist), []
    for entries in (1, 20):
        fill(world, patient, prescriber, entries)
        world.session.expire_all()
        world.session.commit()
        with statements(world.app) as sent:
            assert listed(client, patient, query)
        sent_by_size.append(len(sent))
    assert sent_by_size[0] == sent_by_size[1] <= most


def test_one_entry_takes_as_many_statements_with_one_event_as_with_many(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = world.medication(patient, prescriber), world.client(prescriber)
    counted = []
    for _ in range(2):
        world.session.expire_all()
        world.session.commit()
        with statements(world.app) as sent:
            read(client, patient, entry)
        counted.append(len(sent))
        for days in range(10):
            event(world, entry, MedicationChange.CONFIRM, ago(world, days))
    assert counted[0] == counted[1]
