"""Words of a newer version, or of a damaged row, open nothing: they are skipped, or the read is refused."""

from typing import Any

import pytest
from sqlalchemy import text

from careteam import access
from careteam.errors import Unavailable
from careteam.models import Item, Note
from careteam.policy.facts import Reader, Verification
from careteam.policy.vocabulary import ItemClass, Label, Role
from tests.world import Person, World

ALL: dict[str, Any] = {"classes": ItemClass, "labels": Label}


def opened(world: World, person: Person, patient: Person, *roles: Role) -> list[Any]:
    """The ids that the gate opens to this person."""
    assert patient.patient_id
    reader = Reader(person.user_id, frozenset(Verification(role, person.practice_id) for role in roles))
    _, scope = access.scopes(world.session, reader, [patient.patient_id], at=world.now)[patient.patient_id]
    return list(world.session.scalars(access.visible(Item, scope, Item.id)))


def damage(world: World, statement: str) -> None:
    """Change rows behind the application's back."""
    world.session.execute(text(statement))
    world.session.commit()


@pytest.mark.parametrize("bits", [32, 33, 64 + 2, 1 << 30])
def test_a_label_that_is_not_known_keeps_an_item_from_everybody_it_is_shared_with(world: World, bits: int) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, kind=ItemClass.PROGRESS_NOTE)
    world.consent(patient, **ALL)
    assert opened(world, prescriber, patient, Role.PRESCRIBER) == [note.id]
    damage(world, f"UPDATE item SET labels = {bits}")
    assert opened(world, prescriber, patient, Role.PRESCRIBER) == []
    assert opened(world, therapist, patient, Role.THERAPIST) == [note.id]
    assert opened(world, patient, patient) == [note.id]


def test_a_label_that_is_not_known_in_a_consent_lists_nothing(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    world.consent(patient)
    damage(world, "UPDATE consent SET labels = 32")
    assert opened(world, prescriber, patient, Role.PRESCRIBER) == [note.id]
    damage(world, "UPDATE item SET labels = 32")
    assert opened(world, prescriber, patient, Role.PRESCRIBER) == []


def test_a_class_that_is_not_known_is_not_shared(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.consent(patient, **ALL)
    damage(world, "UPDATE item SET item_class = 'genome'")
    assert opened(world, prescriber, patient, Role.PRESCRIBER) == []


def test_a_class_that_is_not_known_in_a_consent_opens_nothing_and_the_others_stay(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, _ = world.note(patient, therapist), world.note(patient, therapist, kind=ItemClass.COORDINATION_NOTE)
    world.consent(patient)
    damage(world, """UPDATE consent SET classes = '["genome", "progress_note"]'""")
    assert opened(world, prescriber, patient, Role.PRESCRIBER) == [note.id]


@pytest.mark.parametrize(
    "change",
    [
        "consent SET status = 'paused'",
        "consent SET status = 'expired'",
        "consent SET status = 'lapsed'",
    ],
)
def test_a_consent_in_a_state_that_is_not_active_opens_nothing(world: World, change: str) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.consent(patient)
    damage(world, f"UPDATE {change}")
    assert opened(world, prescriber, patient, Role.PRESCRIBER) == []


@pytest.mark.parametrize(
    "change",
    [
        "consent SET purpose = 'marketing'",
        "consent SET kind = 'genomes'",
        """consent SET recipients = '["role:lawyer"]'""",
        """consent SET recipients = '["everybody"]'""",
        """consent SET disclosers = '["practice"]'""",
        """consent SET disclosers = '["member:"]'""",
        """consent SET except_holders = '["nobody"]'""",
        """consent SET except_items = '["all"]'""",
        "restriction SET item_class = 'genome'",
        "restriction SET label = 'genetic'",
        "restriction SET against_role = 'lawyer'",
        "restriction SET holder = 'practice'",
        "membership SET role = 'lawyer'",
    ],
)
def test_facts_that_cannot_be_read_are_a_refusal(world: World, change: str) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.consent(patient)
    world.restriction(patient, item_class=ItemClass.MEDICATION)
    damage(world, f"UPDATE {change}")
    with pytest.raises(Unavailable):
        opened(world, prescriber, patient, Role.PRESCRIBER)


def test_a_note_of_a_class_that_is_not_known_is_not_listed_to_others(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    world.consent(patient, **ALL)
    damage(world, "UPDATE item SET item_class = 'genome'")
    assert patient.patient_id
    reader = Reader(prescriber.user_id, frozenset({Verification(Role.PRESCRIBER, prescriber.practice_id)}))
    _, scope = access.scopes(world.session, reader, [patient.patient_id], at=world.now)[patient.patient_id]
    query = access.visible(Note, scope, Note.id).where(Note.id == note.id)
    assert world.session.execute(query).all() == []
