"""A special note is opened by its author's release, note by note and reader by reader, under a consent of its kind."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from careteam.models import Notice
from careteam.models.types import new_id
from careteam.policy.vocabulary import ConsentStatus, EmergencyRule, ItemClass, Label, NoteStatus, Role
from tests.consent.acts import member
from tests.consent.test_races import statuses, together
from tests.special.kit import (
    COUNSELING,
    LABELLED,
    PSYCHOTHERAPY,
    authorised,
    place,
    reads,
    release_row,
    released,
    special,
    withdrawn,
)
from tests.world import Person, World

People = tuple[Person, Person, Person]


@pytest.fixture
def people(world: World) -> People:
    return world.trio()


@pytest.mark.parametrize("kind", [PSYCHOTHERAPY, COUNSELING])
def test_a_member_reads_a_note_by_consent_and_release_and_by_neither_alone(
    world: World, people: People, kind: Any
) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist, kind=kind)
    other = special(world, patient, therapist, kind=kind)
    assert not reads(world, prescriber, patient, note)
    first = released(world, patient, therapist, note, prescriber)
    assert first["consent_in_force"] is False
    assert "It opens nothing" in first["meaning"]
    assert not reads(world, prescriber, patient, note)
    authorised(world, patient, therapist, prescriber, kind)
    assert reads(world, prescriber, patient, note)
    assert not reads(world, prescriber, patient, other)
    assert not reads(world, patient, patient, note)


def test_the_answer_says_that_a_consent_is_in_force(world: World, people: People) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist)
    authorised(world, patient, therapist, prescriber)
    made = released(world, patient, therapist, note, prescriber)
    assert (made["to"], made["consent_in_force"], made["withdrawn_at"]) == (member(prescriber), True, None)


@pytest.mark.parametrize("what", ["over", "revoked", "to another reader", "of another author", "of the other kind"])
def test_only_a_consent_of_its_kind_in_force_between_the_two_is_one(world: World, people: People, what: str) -> None:
    patient, therapist, prescriber = people
    other = world.therapist("Oda Other")
    world.join(patient, other, Role.THERAPIST)
    note, hour = special(world, patient, therapist), timedelta(hours=1)
    values: dict[str, dict[str, Any]] = {
        "over": {"valid_from": world.now - 2 * hour, "valid_until": world.now - hour},
        "revoked": {"status": ConsentStatus.REVOKED},
        "to another reader": {"recipients": [member(other)]},
        "of another author": {"disclosers": [member(other)]},
        "of the other kind": {"kind": COUNSELING},
    }
    authorised(world, patient, therapist, prescriber, **values[what])
    assert released(world, patient, therapist, note, prescriber)["consent_in_force"] is False
    assert not reads(world, prescriber, patient, note)


HIDDEN: dict[str, dict[str, Any]] = {
    "a label that is not listed": {"note": {"labels": frozenset({Label.HIV})}},
    "another data period": {"consent": {"data_from": date(2026, 5, 1)}},
    "a restriction": {"restriction": {"item_class": PSYCHOTHERAPY}},
    "a restriction that allows emergencies": {
        "restriction": {"item_class": PSYCHOTHERAPY, "emergency": EmergencyRule.ALLOW}
    },
    "an exception": {"except": True},
}


@pytest.mark.parametrize("what", HIDDEN)
def test_what_else_keeps_it_shut_is_not_told_to_the_author_nor_to_the_reader(
    world: World, people: People, what: str
) -> None:
    patient, therapist, prescriber = people
    shut = HIDDEN[what]
    plain, note = special(world, patient, therapist), special(world, patient, therapist, **shut.get("note", {}))
    exceptions = {"except_items": [str(note.id)]} if shut.get("except") else {}
    authorised(world, patient, therapist, prescriber, **shut.get("consent", {}), **exceptions)
    if "restriction" in shut:
        world.restriction(patient, against_user_id=prescriber.user_id, **shut["restriction"])
    told = {released(world, patient, therapist, n, prescriber)["meaning"] for n in (note, plain)}
    assert not reads(world, prescriber, patient, note)
    assert len(told) == 1
    assert not [n for n in notices(world, prescriber) if n.target == note.id]


def notices(world: World, person: Person) -> list[Notice]:
    world.session.rollback()
    return list(world.session.query(Notice).filter(Notice.user_id == person.user_id, Notice.kind == "note_released"))


def test_who_can_read_it_now_is_told_and_nobody_else(world: World, people: People) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist)
    released(world, patient, therapist, note, prescriber)
    assert notices(world, prescriber) == []
    authorised(world, patient, therapist, prescriber)
    another = special(world, patient, therapist)
    released(world, patient, therapist, another, prescriber)
    released(world, patient, therapist, another, "patient")
    assert [n.target for n in notices(world, prescriber)] == [another.id]
    assert [n.target for n in notices(world, patient)] == [another.id]


def test_the_patient_reads_what_is_released_to_them_with_its_addenda(world: World, people: People) -> None:
    patient, therapist, prescriber = people
    note, other = special(world, patient, therapist), special(world, patient, therapist)
    made = released(world, patient, therapist, note, "patient")
    assert (made["to"], made["consent_in_force"]) == ("patient", None)
    assert reads(world, patient, patient, note)
    assert not reads(world, patient, patient, other)
    assert not reads(world, prescriber, patient, note)
    world.client(therapist).post(f"{place(patient, note)}/addenda", {"body": "Later."}, version=1)
    assert world.client(patient).get(place(patient, note)).json["addenda"][0]["body"] == "Later."


@pytest.mark.parametrize("to", ["patient", "reader"])
def test_taking_it_back_shuts_it_at_once_and_again_changes_nothing(world: World, people: People, to: str) -> None:
    patient, therapist, prescriber = people
    note, reader = special(world, patient, therapist), patient if to == "patient" else prescriber
    authorised(world, patient, therapist, prescriber)
    made = released(world, patient, therapist, note, "patient" if to == "patient" else prescriber)
    assert reads(world, reader, patient, note)
    done = withdrawn(world, patient, therapist, note, made)
    assert withdrawn(world, patient, therapist, note, made) == done
    assert done["withdrawn_at"] is not None
    assert not reads(world, reader, patient, note)
    assert reads(world, therapist, patient, note)


def test_what_was_taken_back_can_be_released_again(world: World, people: People) -> None:
    patient, therapist, _ = people
    note = special(world, patient, therapist)
    withdrawn(world, patient, therapist, note, released(world, patient, therapist, note, "patient"))
    released(world, patient, therapist, note, "patient")
    assert reads(world, patient, patient, note)
    listed = world.client(therapist).get(f"{place(patient, note)}/releases").json["items"]
    assert [one["withdrawn_at"] is None for one in listed] == [True, False]


def test_a_note_is_released_once_to_each(world: World, people: People) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist)
    for to in (member(prescriber), "patient"):
        first, again = (world.client(therapist).post(f"{place(patient, note)}/releases", {"to": to}) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 409)


@pytest.mark.parametrize("status", [NoteStatus.DRAFT, NoteStatus.ENTERED_IN_ERROR])
def test_only_a_signed_note_is_released(world: World, people: People, status: NoteStatus) -> None:
    patient, therapist, _ = people
    note = special(world, patient, therapist, status=status)
    assert world.client(therapist).post(f"{place(patient, note)}/releases", {"to": "patient"}).status_code == 409


@pytest.mark.parametrize("who", ["nobody", "stranger", "former", "upcoming", "asked", "patient as a member", "myself"])
def test_it_is_released_to_current_members_and_every_other_is_one_answer(
    world: World, people: People, who: str
) -> None:
    patient, therapist, _ = people
    others = {name: world.prescriber(f"Pia {name}") for name in ("stranger", "former", "upcoming", "asked")}
    world.join(patient, others["former"], Role.PRESCRIBER, ended_at=world.now)
    world.join(patient, others["upcoming"], Role.PRESCRIBER, valid_from=world.now + timedelta(days=1))
    world.join(patient, others["asked"], Role.PRESCRIBER, patient_agreed_at=None)
    ids = {"nobody": new_id(), "patient as a member": patient.user_id, "myself": therapist.user_id}
    ids |= {name: person.user_id for name, person in others.items()}
    address = f"{place(patient, special(world, patient, therapist))}/releases"
    refused = world.client(therapist).post(address, {"to": f"member:{ids[who]}"})
    absent = world.client(therapist).post(address, {"to": f"member:{new_id()}"})
    assert (refused.status_code, refused.json["errors"]) == (422, absent.json["errors"])


@pytest.mark.parametrize("to", ["team", "role:prescriber", "member:", "anyone", None, 7])
def test_nobody_but_one_member_or_the_patient_is_named(world: World, people: People, to: Any) -> None:
    patient, therapist, _ = people
    note = special(world, patient, therapist)
    assert world.client(therapist).post(f"{place(patient, note)}/releases", {"to": to}).status_code == 422


def test_its_readers_release_nothing_and_see_no_releases(world: World, people: People) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist)
    authorised(world, patient, therapist, prescriber)
    one = release_row(world, patient, therapist, note, prescriber)
    release_row(world, patient, therapist, note, None)
    for person in (patient, prescriber):
        asking, at = world.client(person), f"{place(patient, note)}/releases"
        answers = [asking.post(at, {"to": "patient"}), asking.get(at), asking.get(f"{at}/{one.id}")]
        answers.append(asking.post(f"{at}/{one.id}/withdrawal"))
        assert [a.status_code for a in answers] == [403] * 4


def test_other_notes_are_not_released(world: World, people: People) -> None:
    patient, therapist, _ = people
    note = world.note(patient, therapist)
    assert world.client(therapist).post(f"{place(patient, note)}/releases", {"to": "patient"}).status_code == 403


def test_a_former_author_releases_nothing_more_and_can_take_back(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST, ended_at=world.now)
    note = special(world, patient, therapist)
    row = release_row(world, patient, therapist, note, None)
    address = f"{place(patient, note)}/releases"
    assert reads(world, patient, patient, note)
    assert world.client(therapist).post(address, {"to": "patient"}).status_code == 403
    assert world.client(therapist).get(address).json["items"][0]["id"] == str(row.id)
    withdrawn(world, patient, therapist, note, {"id": row.id})
    assert not reads(world, patient, patient, note)


def test_a_former_author_learns_nothing_of_consents(world: World) -> None:
    patient, therapist, reader = world.patient(), world.therapist(), world.prescriber()
    world.join(patient, therapist, Role.THERAPIST, ended_at=world.now)
    world.join(patient, reader, Role.PRESCRIBER)
    note = special(world, patient, therapist)
    release_row(world, patient, therapist, note, reader)
    before = world.client(therapist).get(f"{place(patient, note)}/releases")
    authorised(world, patient, therapist, reader)
    assert world.client(therapist).get(f"{place(patient, note)}/releases").data == before.data
    assert reads(world, reader, patient, note)


def test_a_reader_who_leaves_reads_no_more(world: World, people: People) -> None:
    patient, therapist, prescriber = people
    other = world.prescriber("Petra Leaves")
    place_ = world.join(patient, other, Role.PRESCRIBER)
    note = special(world, patient, therapist)
    authorised(world, patient, therapist, other)
    release_row(world, patient, therapist, note, other)
    assert reads(world, other, patient, note)
    place_.ended_at = world.now
    world.add(place_)
    assert not reads(world, other, patient, note)
    assert not reads(world, prescriber, patient, note)


def test_one_note_has_no_releases_of_another(world: World, people: People) -> None:
    patient, therapist, _ = people
    note, other = special(world, patient, therapist), special(world, patient, therapist)
    row = release_row(world, patient, therapist, note, None)
    wrong = f"{place(patient, other)}/releases/{row.id}"
    for answer in (world.client(therapist).get(wrong), world.client(therapist).post(f"{wrong}/withdrawal")):
        assert answer.status_code == 404
    assert reads(world, patient, patient, note)


def test_a_repeated_key_releases_once_and_shows_the_release(world: World, people: People) -> None:
    patient, therapist, _ = people
    note, key = special(world, patient, therapist), {"Idempotency-Key": "once"}
    sent = [
        world.client(therapist).post(f"{place(patient, note)}/releases", {"to": "patient"}, headers=key)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json == sent[1].json
    assert world.client(therapist).get(sent[0].headers["Location"]).json == sent[0].json


def test_a_labelled_counseling_note_needs_its_label_in_the_consent(world: World, people: People) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist, kind=COUNSELING, labels=LABELLED, part2=True)
    release_row(world, patient, therapist, note, prescriber)
    authorised(world, patient, therapist, prescriber, COUNSELING)
    assert not reads(world, prescriber, patient, note)
    authorised(world, patient, therapist, prescriber, COUNSELING, labels=[Label.SUBSTANCE_USE])
    assert reads(world, prescriber, patient, note)


@pytest.mark.parametrize("kind", [PSYCHOTHERAPY, COUNSELING])
def test_what_is_released_to_the_patient_is_not_released_to_who_acts_for_them(
    world: World, people: People, kind: Any
) -> None:
    patient, therapist, _ = people
    friend = world.user("Nora Ellison")
    world.acts_for(patient, friend, classes=list(ItemClass), labels=list(Label))
    note, plain = special(world, patient, therapist, kind=kind), world.note(patient, therapist)
    released(world, patient, therapist, note, "patient")
    assert reads(world, patient, patient, note)
    assert reads(world, friend, patient, plain)
    assert not reads(world, friend, patient, note)
    refused = world.client(therapist).post(f"{place(patient, note)}/releases", {"to": member(friend)})
    assert refused.status_code == 422


@pytest.mark.parametrize("to", ["patient", "reader"])
def test_releasing_twice_at_the_same_moment_releases_once(world: World, people: People, to: str) -> None:
    patient, therapist, prescriber = people
    note = special(world, patient, therapist)
    body = {"to": "patient" if to == "patient" else member(prescriber)}
    acting = [world.client(therapist) for _ in range(3)]
    answers = together(*(partial(c.post, f"{place(patient, note)}/releases", body) for c in acting))
    assert statuses(answers) == [201, 409, 409]


def test_two_moves_of_one_version_move_once(world: World, people: People) -> None:
    patient, therapist, _ = people
    note = special(world, patient, therapist, body="One. Two. Three.", status=NoteStatus.DRAFT, signed_at=None)
    acting = [world.client(therapist) for _ in range(3)]
    body = {"spans": [{"from": 0, "to": 4}]}
    answers = together(*(partial(c.post, f"{place(patient, note)}/moves", body, version=1) for c in acting))
    assert statuses(answers) == [201, 412, 412]
    assert len(world.client(therapist).get(f"{patient.record}/notes").json["items"]) == 2
