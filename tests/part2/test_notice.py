"""The notice of 42 CFR 2.32: with every answer that shows a Part 2 item, in body, header and log, and with no other."""

from datetime import date
from typing import Any

import pytest

from careteam.models import AccessEvent
from careteam.policy.vocabulary import ItemClass, Label, Role
from careteam.services.log.part2_notice import NOTICE
from tests.world import Person, World

SUBSTANCE_USE = frozenset({Label.SUBSTANCE_USE})
HEADER = "X-Part2-Notice"
PLACES = ("notes", "notes/{note}", "shared-record", "medications", "medications/{entry}", "medication-pairs")


def told(answer: Any) -> bool:
    """Say whether the notice goes with the answer: body and header, or neither."""
    assert answer.status_code == 200, answer.json
    body, header = answer.json.get("part2_notice"), answer.headers.get(HEADER)
    assert (body is None) is (header is None)
    if body is not None:
        assert (body["text"], body["sha256"], header) == (NOTICE.text, NOTICE.sha256, NOTICE.text)
    return body is not None


@pytest.fixture
def people(world: World) -> tuple[Person, Person, Person]:
    return world.trio()


@pytest.mark.parametrize("place", PLACES)
def test_every_answer_that_shows_a_part_2_item_carries_it(
    world: World, people: tuple[Person, Person, Person], place: str
) -> None:
    patient, therapist, prescriber = people
    marks: Any = {"labels": SUBSTANCE_USE, "part2": True}
    note, entry = world.note(patient, therapist, **marks), world.medication(patient, prescriber, **marks)
    world.consent(patient, labels=[Label.SUBSTANCE_USE])
    where = f"{patient.record}/{place.format(note=note.id, entry=entry.id)}"
    assert told(world.client(patient).get(where))
    reader = therapist if "medication" in place else prescriber
    assert told(world.client(reader).get(where))


@pytest.mark.parametrize("place", PLACES)
def test_no_other_answer_does(world: World, people: tuple[Person, Person, Person], place: str) -> None:
    patient, therapist, prescriber = people
    marks: Any = {"labels": SUBSTANCE_USE, "part2": True}
    note, entry = world.note(patient, therapist), world.medication(patient, prescriber)
    world.consent(patient)
    where = f"{patient.record}/{place.format(note=note.id, entry=entry.id)}"
    reader, other = (therapist, prescriber) if "medication" in place else (prescriber, therapist)
    world.note(patient, other, kind=ItemClass.PROGRESS_NOTE, **marks)
    world.medication(patient, other, drug="Methadone", **marks)
    assert not told(world.client(reader).get(where)), "what is hidden says nothing"


def test_it_says_the_scope_of_the_consent_and_the_log_keeps_its_hash(
    world: World, people: tuple[Person, Person, Person]
) -> None:
    patient, therapist, prescriber = people
    note = world.note(patient, therapist, labels=SUBSTANCE_USE, part2=True)
    consent = world.consent(patient, labels=[Label.SUBSTANCE_USE])
    answer = world.client(prescriber).get(f"{patient.record}/notes/{note.id}")
    (scope,) = answer.json["part2_notice"]["scope"]
    assert (scope["consent_id"], scope["labels"]) == (str(consent.id), ["substance_use"])
    assert "progress note" in scope["statement"]
    (event,) = world.session.query(AccessEvent).all()
    assert event.notice_sha256 == NOTICE.sha256


def test_a_former_member_is_not_told_of_a_label_by_it(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    membership = world.join(patient, therapist, Role.THERAPIST)
    note = world.note(patient, therapist, on=date(2026, 1, 5), labels=SUBSTANCE_USE, part2=True)
    membership.ended_at = world.now
    world.session.commit()
    assert not told(world.client(therapist).get(f"{patient.record}/notes/{note.id}"))


def test_the_answer_after_it_says_nothing_of_it(world: World, people: tuple[Person, Person, Person]) -> None:
    patient, therapist, prescriber = people
    hidden = world.note(patient, therapist, labels=SUBSTANCE_USE, part2=True)
    plain = world.note(patient, therapist)
    world.consent(patient, labels=[Label.SUBSTANCE_USE])
    client = world.client(prescriber)
    assert told(client.get(f"{patient.record}/notes/{hidden.id}"))
    assert not told(client.get(f"{patient.record}/notes/{plain.id}"))
