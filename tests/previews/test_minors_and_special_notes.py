"""Documents that need more than the patient's yes: a minor's, and those about special notes."""

from datetime import date
from typing import Any

from careteam.models import Note, SpecialRelease
from careteam.policy.vocabulary import ItemClass, Role
from careteam.services.previews.words import NOT_ALONE, SPECIAL
from tests.consent.acts import DOCUMENT, member
from tests.previews.acts import ids, preview, reader
from tests.world import Person, World


def released(world: World, patient: Person, note: Note, author: Person, to: Person | None) -> None:
    """Let the author release a special note to a reader, or to the patient."""
    row = SpecialRelease(
        patient_id=patient.patient_id,
        item_id=note.id,
        reader_id=to.user_id if to else None,
        released_by=author.user_id,
        released_at=world.now,
    )
    world.add(row)


def test_a_minor_is_told_that_it_waits_for_a_parent(world: World) -> None:
    child, therapist = world.patient(birth_date=date(world.now.year - 15, 1, 1)), world.therapist()
    world.join(child, therapist, Role.THERAPIST)
    assert NOT_ALONE in preview(world, child, "consents", DOCUMENT)["summary"]


def test_an_adult_signs_alone(world: World) -> None:
    patient, _, _ = world.trio()
    assert NOT_ALONE not in preview(world, patient, "consents", DOCUMENT)["summary"]


def test_of_special_notes_only_those_are_counted_that_were_released_to_the_patient_too(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    both, one = (world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE) for _ in range(2))
    released(world, patient, both, therapist, prescriber)
    released(world, patient, both, therapist, None)
    released(world, patient, one, therapist, prescriber)
    document: dict[str, Any] = {
        "kind": "psychotherapy_notes",
        "disclosers": [member(therapist)],
        "recipients": [member(prescriber)],
        "classes": ["psychotherapy_note"],
    }
    shown = preview(world, patient, "consents", document)
    assert ids(reader(shown, prescriber)["changes"][0]["gained"]) == {str(both.id)}
    assert str(one.id) not in str(shown)
    assert SPECIAL in shown["summary"]
