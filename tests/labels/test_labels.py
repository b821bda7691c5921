"""Labels of any item: who adds, who removes, who sees it, and that adding one never opens anything."""

from itertools import combinations
from typing import Any

import pytest

from careteam.models import Item
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label, NoteStatus, Role
from tests.labels.acts import delete, history, item_place, put
from tests.world import LONG_AGO, Person, World

SUBSTANCE_USE, HIV = Label.SUBSTANCE_USE, Label.HIV


def people(world: World) -> dict[str, Person]:
    patient, therapist, prescriber = world.trio()
    former = world.therapist("Fran Former")
    world.join(patient, former, Role.THERAPIST, ended_at=LONG_AGO)
    stranger = world.therapist("Sam Stranger")
    return {
        "patient": patient,
        "therapist": therapist,
        "prescriber": prescriber,
        "former": former,
        "stranger": stranger,
    }


WHO_MAY = [
    # who acts, on whose note; with a consent that lets the prescriber read: add, remove, see the history
    ("therapist", "therapist", 200, 200, 200),
    ("patient", "therapist", 200, 403, 200),
    ("prescriber", "therapist", 403, 403, 403),
    ("former", "former", 403, 403, 403),
    ("former", "therapist", 403, 403, 403),
    ("stranger", "therapist", 404, 404, 404),
]


@pytest.mark.parametrize(("who", "whose", "adds", "removes", "sees"), WHO_MAY)
def test_who_labels_a_signed_note(world: World, who: str, whose: str, adds: int, removes: int, sees: int) -> None:
    cast = people(world)
    patient, client = cast["patient"], world.client(cast[who])
    world.consent(patient, labels=[HIV])
    note = world.note(patient, cast[whose], labels=frozenset({HIV}))
    assert put(client, patient, note, "violence").status_code == adds
    version = world.session.get_one(Item, note.id).version
    assert delete(client, patient, note, "hiv", version=version).status_code == removes
    assert history(client, patient, note).status_code == sees


def test_the_patient_removes_labels_from_what_they_hold(world: World) -> None:
    patient, _, _ = world.trio()
    entry = world.medication(patient, patient, labels=frozenset({HIV}))
    assert delete(world.client(patient), patient, entry, "hiv").json["labels"] == []


def test_the_author_of_what_another_holds_adds_and_does_not_remove(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, therapist, holder_id=prescriber.user_id)
    assert put(world.client(therapist), patient, entry, "hiv").status_code == 200
    assert delete(world.client(therapist), patient, entry, "hiv", version=2).status_code == 403
    assert delete(world.client(prescriber), patient, entry, "hiv", version=2).status_code == 200


def test_the_text_of_a_labelled_note_stays_as_it_was_signed(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    where = f"{patient.record}/notes/{note.id}"
    before = world.client(therapist).get(where).json
    labelled = put(world.client(therapist), patient, note, "hiv")
    assert labelled.headers["ETag"] == '"2"'
    after = world.client(therapist).get(where).json
    changed = {key for key, value in after.items() if value != before[key]}
    assert (changed - {"updated_at"}, after["labels"]) == ({"labels", "version"}, ["hiv"])


def test_adding_twice_and_removing_twice_is_once(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, client = world.note(patient, therapist), world.client(therapist)
    first = put(client, patient, note, "hiv", version=1)
    again = put(client, patient, note, "hiv", version=1)
    assert (again.status_code, again.json, again.headers["ETag"]) == (200, first.json, '"2"')
    assert delete(client, patient, note, "hiv", version=2).json["version"] == 3
    assert delete(client, patient, note, "hiv", version=2).json["version"] == 3
    assert len(history(client, patient, note).json["changes"]) == 2


@pytest.mark.parametrize(
    ("version", "reason", "status"),
    [
        (None, "x", 428),
        (2, "x", 412),
        (0, "x", 412),
        (1, None, 422),
        (1, " ", 422),
        (1, "x" * 1001, 422),
        (1, "x", 200),
    ],
)
def test_a_removal_needs_the_version_and_a_reason(
    world: World, version: int | None, reason: str | None, status: int
) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist, labels=frozenset({HIV}))
    answer = delete(world.client(therapist), patient, note, "hiv", reason=reason, version=version)
    assert answer.status_code == status
    left = history(world.client(therapist), patient, note).json["labels"]
    assert left == ([] if status == 200 else ["hiv"])


@pytest.mark.parametrize(("version", "status"), [(None, 428), (2, 412), (1, 200)])
def test_adding_needs_the_version(world: World, version: int | None, status: int) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    assert put(world.client(therapist), patient, note, "hiv", version=version).status_code == status


def test_the_history_tells_who_added_and_removed_what_and_why(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    put(world.client(patient), patient, note, "violence")
    delete(world.client(therapist), patient, note, "violence", reason="agreed in session", version=2)
    shown = history(world.client(patient), patient, note)
    assert [(c["label"], c["added"], c["author_id"], c["reason"]) for c in shown.json["changes"]] == [
        ("violence", True, str(patient.user_id), None),
        ("violence", False, str(therapist.user_id), "agreed in session"),
    ]
    assert (shown.json["labels"], shown.headers["ETag"]) == ([], '"3"')


PART2 = [
    # what is done in turn, the labels and the flag after it, and what the history keeps
    (["+substance_use"], ["substance_use"], True, "+substance_use +part2"),
    (["+substance_use", "-part2"], ["substance_use"], False, "+substance_use +part2 -part2"),
    (["+substance_use", "-part2", "+part2"], ["substance_use"], True, "+substance_use +part2 -part2 +part2"),
    (["+substance_use", "-substance_use"], [], False, "+substance_use +part2 -substance_use -part2"),
    (["+substance_use", "-part2", "-substance_use"], [], False, "+substance_use +part2 -part2 -substance_use"),
    (["+substance_use", "-part2", "+hiv"], ["hiv", "substance_use"], False, "+substance_use +part2 -part2 +hiv"),
    (["+hiv"], ["hiv"], False, "+hiv"),
    (["-part2"], [], False, ""),
]


@pytest.mark.parametrize(("acts", "labels", "part2", "kept"), PART2)
def test_substance_use_counts_as_part2_until_the_holder_says_otherwise(
    world: World, acts: list[str], labels: list[str], part2: bool, kept: str
) -> None:
    patient, therapist, _ = world.trio()
    note, client, version = world.note(patient, therapist), world.client(therapist), 1
    for act in acts:
        doing = put if act[0] == "+" else delete
        answer = doing(client, patient, note, act[1:], version=version)
        assert answer.status_code == 200, answer.json
        version = answer.json["version"]
    shown = history(client, patient, note).json
    assert (shown["labels"], shown["part2"]) == (labels, part2)
    assert " ".join(f"{'+' if c['added'] else '-'}{c['label']}" for c in shown["changes"]) == kept


def test_part2_needs_its_label_and_only_the_holder_denies_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    plain = world.note(patient, therapist)
    assert put(world.client(patient), patient, plain, "part2").status_code == 409
    note = world.note(patient, therapist, labels=frozenset({SUBSTANCE_USE}), part2=False)
    assert put(world.client(patient), patient, note, "part2").json["part2"] is True
    assert delete(world.client(patient), patient, note, "part2", version=2).status_code == 403
    assert delete(world.client(therapist), patient, note, "part2", reason=None, version=2).status_code == 422
    assert delete(world.client(therapist), patient, note, "part2", version=9).status_code == 412
    assert delete(world.client(therapist), patient, note, "part2", version=2).json["part2"] is False


@pytest.mark.parametrize("label", ["unknown", "HIV", "part3", "hiv "])
def test_a_label_that_does_not_exist_is_no_address(world: World, label: str) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    assert put(world.client(therapist), patient, note, label).status_code == 404
    assert delete(world.client(therapist), patient, note, label).status_code == 404


@pytest.mark.parametrize("who", ["patient", "prescriber"])
def test_a_psychotherapy_note_is_labelled_by_its_author_and_unknown_to_others(world: World, who: str) -> None:
    cast = people(world)
    patient, therapist = cast["patient"], cast["therapist"]
    world.consent(patient, classes=ItemClass)
    note = world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    assert put(world.client(therapist), patient, note, "hiv").status_code == 200
    other = world.client(cast[who])
    absent = other("PUT", f"{patient.record}/items/{new_id()}/labels/hiv", version=2)
    hidden = put(other, patient, note, "violence", version=2)
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    assert history(other, patient, note).status_code == 404
    assert world.client(patient).get(f"{patient.record}/access-log").json["items"][-1]["outcome"] == "refused"


def test_a_draft_is_labelled_by_its_author(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist, status=NoteStatus.DRAFT, signed_at=None)
    assert put(world.client(patient), patient, note, "hiv").status_code == 404
    assert put(world.client(therapist), patient, note, "hiv").json["labels"] == ["hiv"]


def test_an_item_of_another_patient_is_not_found_here(world: World) -> None:
    patient, therapist, _ = world.trio()
    other = world.patient("Otto Other")
    world.join(other, therapist, Role.THERAPIST)
    note, client = world.note(patient, therapist), world.client(therapist)
    answer = client("PUT", f"{other.record}/items/{note.id}/labels/hiv", version=1)
    assert (answer.status_code, history(client, patient, note).json["labels"]) == (404, [])


SETS = [frozenset(s) for size in range(3) for s in combinations((HIV, Label.VIOLENCE, Label.SEXUAL_HEALTH), size)]


@pytest.mark.parametrize("granted", SETS, ids=lambda s: "+".join(sorted(s)) or "none")
def test_adding_a_label_never_opens_an_item(world: World, granted: frozenset[Label]) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, labels=granted)
    world.restriction(patient, label=Label.SEXUAL_HEALTH)
    notes = [world.note(patient, therapist, labels=labels) for labels in SETS]
    reading, adding = world.client(prescriber), world.client(therapist)
    for label in (HIV, Label.VIOLENCE, Label.SEXUAL_HEALTH):
        before = _read(reading, patient)
        for note in notes:
            answer = put(adding, patient, note, label, version=world.session.get_one(Item, note.id).version)
            assert answer.status_code == 200
        assert _read(reading, patient) <= before
    assert _read(reading, patient) == set()


def _read(client: Any, patient: Person) -> set[str]:
    return {n["id"] for n in client.get(f"{patient.record}/notes?limit=100").json["items"]}


def test_removing_a_label_opens_what_the_consent_covers(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    note = world.note(patient, therapist, labels=frozenset({HIV}))
    assert _read(world.client(prescriber), patient) == set()
    delete(world.client(therapist), patient, note, "hiv")
    assert _read(world.client(prescriber), patient) == {str(note.id)}


def test_labelling_is_told_to_the_patient(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    put(world.client(therapist), patient, note, "hiv")
    delete(world.client(therapist), patient, note, "hiv", version=2)
    told = [e["sentence"] for e in world.client(patient).get(f"{patient.record}/access-log").json["items"]]
    assert told == [
        "Tess Okafor removed a label from an item of your record: 1 progress note of Tess Okafor.",
        "Tess Okafor labelled an item of your record: 1 progress note of Tess Okafor.",
    ]


def test_the_heading_that_labelling_answers_is_the_items_own(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    heading = put(world.client(patient), patient, note, "hiv").json
    whole = world.client(patient).get(f"{patient.record}/notes/{note.id}").json
    assert heading.items() <= whole.items()
    assert item_place(patient, note).endswith(heading["id"])
