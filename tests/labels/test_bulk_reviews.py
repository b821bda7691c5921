"""Many items confirmed in one act: each named with the version that was seen, all of them or none."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from careteam.models import AccessEvent, Item, LabelChange
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label, Role
from tests.labels.acts import (
    changes,
    confirm,
    delete,
    history,
    one,
    put,
    source_of,
    waiting_condition,
    waiting_entry,
    waits,
)
from tests.queries import statements
from tests.world import LONG_AGO, Person, World

SUBSTANCE_USE, HIV = Label.SUBSTANCE_USE, Label.HIV


def test_several_items_are_confirmed_in_one_act_and_then_opened_by_consent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=ItemClass, labels=Label)
    entry = waiting_entry(world, patient, prescriber, "Methadone")
    problem = waiting_condition(world, patient, prescriber, "B20")
    answer = confirm(world.client(prescriber), patient, one(entry, "substance_use"), one(problem, "hiv", "violence"))
    assert answer.status_code == 200, answer.json
    shown = [(i["id"], i["labels"], i["part2"], i["awaits_label_review"], i["version"]) for i in answer.json["items"]]
    assert shown == [
        (str(entry.id), ["substance_use"], True, False, 2),
        (str(problem.id), ["hiv", "violence"], False, False, 2),
    ]
    assert waits(world.client(prescriber), patient)["waiting"]["total"] == 0
    assert world.client(therapist).get(f"{patient.record}/medications/{entry.id}").status_code == 200


def test_as_suggested_takes_what_is_suggested_and_what_is_there(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = waiting_entry(world, patient, prescriber, "Methadone", tagged=[Label.VIOLENCE])
    plain = waiting_entry(world, patient, prescriber, "Sertraline")
    assert put(world.client(patient), patient, entry, "hiv").status_code == 200
    client = world.client(prescriber)
    done = confirm(client, patient, one(entry, version=2, as_suggested=True), one(plain, as_suggested=True))
    assert done.status_code == 200, done.json
    assert [(i["labels"], i["part2"]) for i in done.json["items"]] == [
        (["hiv", "substance_use", "violence"], True),
        ([], False),
    ]
    assert changes(client, patient, entry) == "+hiv +substance_use +violence +part2"


def test_as_suggested_keeps_what_the_holder_said_about_part2(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = waiting_entry(world, patient, prescriber, "Methadone"), world.client(prescriber)
    put(client, patient, entry, "substance_use")
    delete(client, patient, entry, "part2", version=2, reason="A hospital, not a programme.")
    done = confirm(client, patient, one(entry, version=3, as_suggested=True)).json["items"]
    assert [(i["labels"], i["part2"]) for i in done] == [(["substance_use"], False)]


LEFT_OUT: list[tuple[dict[str, Any], int, str]] = [
    ({"labels": ["substance_use", "violence"]}, 200, "+substance_use +violence +part2"),
    ({"labels": ["substance_use"]}, 200, "~violence +substance_use +part2"),
    ({"labels": ["violence"]}, 422, ""),
    ({"labels": ["violence"], "reason": "for pain"}, 200, "~substance_use +violence"),
    ({"labels": []}, 422, ""),
    ({"labels": [], "reason": "for pain"}, 200, "~substance_use ~violence"),
    ({"labels": ["substance_use", "violence"], "part2": False}, 422, ""),
    (
        {"labels": ["substance_use", "violence"], "part2": False, "reason": "for pain"},
        200,
        "+substance_use +violence -part2",
    ),
    ({"labels": ["hiv", "substance_use", "violence"]}, 200, "+hiv +substance_use +violence +part2"),
    ({"labels": ["violence"], "part2": True, "reason": "for pain"}, 422, ""),
]


@pytest.mark.parametrize("way", ["one", "many"])
@pytest.mark.parametrize(("said", "status", "kept"), LEFT_OUT)
def test_a_suggestion_that_is_left_out_is_kept_and_substance_use_needs_a_reason(
    world: World, said: dict[str, Any], status: int, kept: str, way: str
) -> None:
    patient, _, prescriber = world.trio()
    client = world.client(prescriber)
    entry = waiting_entry(world, patient, prescriber, "Methadone", tagged=[Label.VIOLENCE])
    place = f"{patient.record}/items/{entry.id}/label-review"
    if way == "one":
        answer = client.post(place, said, version=1)
    else:
        answer = confirm(client, patient, {"item_id": str(entry.id), "version": 1, **said})
    assert answer.status_code == status, answer.json
    found = history(client, patient, entry).json
    assert changes(client, patient, entry) == kept
    assert found["awaits_label_review"] is (status != 200)
    dropped = [c for c in found["changes"] if not c["added"]]
    assert [c["reason"] for c in dropped] == [said.get("reason")] * len(dropped)


def test_a_label_that_was_left_out_can_be_added_later_and_removed_again(world: World) -> None:
    patient, _, prescriber = world.trio()
    client = world.client(prescriber)
    entry = waiting_entry(world, patient, prescriber, "Abacavir")
    assert confirm(client, patient, one(entry)).status_code == 200
    assert put(world.client(patient), patient, entry, "hiv", version=2).status_code == 200
    assert delete(world.client(patient), patient, entry, "hiv", version=3).status_code == 403
    assert delete(client, patient, entry, "hiv", version=3).status_code == 200
    assert changes(world.client(patient), patient, entry) == "~hiv +hiv -hiv"
    told = history(world.client(patient), patient, entry).json["changes"]
    assert [c["author_id"] == str(patient.user_id) for c in told] == [False, True, False]


Breaks = Callable[[World, Person, Person, Item], dict[str, Any]]
ABSENT = "There is nothing here that you can see: read the list again and leave this out."


def _of_another_patient(world: World, _patient: Person, prescriber: Person, _good: Item) -> dict[str, Any]:
    noor = world.patient("Noor Haddad")
    world.join(noor, prescriber, Role.PRESCRIBER)
    return one(waiting_entry(world, noor, prescriber, "Abacavir"))


def _hidden(world: World, patient: Person, _prescriber: Person, _good: Item) -> dict[str, Any]:
    return one(world.note(patient, _member(world, patient)))


def _seen(world: World, patient: Person, prescriber: Person, _good: Item) -> dict[str, Any]:
    world.consent(patient)
    return one(world.note(patient, _member(world, patient)))


def _member(world: World, patient: Person) -> Person:
    member = world.therapist(f"Mia Member {new_id()}")
    world.join(patient, member, Role.THERAPIST)
    return member


def _waits_for_another(world: World, patient: Person, _prescriber: Person, _good: Item) -> dict[str, Any]:
    world.consent(patient, classes=ItemClass, labels=Label)
    return one(waiting_entry(world, patient, _member(world, patient), "Abacavir"))


def _confirmed(world: World, patient: Person, prescriber: Person, _good: Item) -> dict[str, Any]:
    return one(world.medication(patient, prescriber))


def _stale(world: World, patient: Person, prescriber: Person, _good: Item) -> dict[str, Any]:
    return one(waiting_entry(world, patient, prescriber, "Abacavir"), version=2)


def _no_reason(world: World, patient: Person, prescriber: Person, _good: Item) -> dict[str, Any]:
    return one(waiting_entry(world, patient, prescriber, "Methadone"))


def _part2_alone(world: World, patient: Person, prescriber: Person, _good: Item) -> dict[str, Any]:
    return one(waiting_entry(world, patient, prescriber, "Abacavir"), "hiv", part2=True)


BROKEN: list[tuple[Breaks, str, str]] = [
    (lambda *_: {"item_id": str(new_id()), "version": 1, "labels": []}, "item_id", ABSENT),
    (_of_another_patient, "item_id", ABSENT),
    (_hidden, "item_id", ABSENT),
    (_waits_for_another, "item_id", ABSENT),
    (_seen, "item_id", "Only its holder confirms the labels of an imported item. Leave this out."),
    (lambda _w, _p, _h, good: one(good), "item_id", "Name every item once."),
    (
        _confirmed,
        "item_id",
        "The labels of this item are confirmed; add or remove single ones. Leave this out.",
    ),
    (_stale, "version", "It changed since you read it: read it again and repeat the review."),
    (_no_reason, "reason", "Leaving out a label or the Part 2 flag needs a reason. Say why."),
    (_part2_alone, "part2", "Add the label substance_use."),
]


@pytest.mark.parametrize(("breaks", "field", "sentence"), BROKEN)
def test_one_that_cannot_be_confirmed_keeps_all_of_them_waiting(
    world: World, breaks: Breaks, field: str, sentence: str
) -> None:
    patient, _, prescriber = world.trio()
    good = waiting_entry(world, patient, prescriber, "Sertraline")
    bad = breaks(world, patient, prescriber, good)
    answer = confirm(world.client(prescriber), patient, one(good), bad)
    assert answer.status_code == 422, answer.json
    assert answer.json["errors"]["reviews"]["1"] == {field: [sentence]}
    assert world.session.get_one(Item, good.id).awaits_review
    assert world.session.scalar(select(func.count()).select_from(LabelChange)) == 0
    assert confirm(world.client(prescriber), patient, one(good)).status_code == 200


def test_every_item_that_cannot_be_confirmed_is_named(world: World) -> None:
    patient, _, prescriber = world.trio()
    first, last = (waiting_entry(world, patient, prescriber, "Methadone") for _ in range(2))
    good = waiting_entry(world, patient, prescriber, "Sertraline")
    answer = confirm(world.client(prescriber), patient, one(first), one(good), one(last, version=7))
    assert {place: list(fields) for place, fields in answer.json["errors"]["reviews"].items()} == {
        "0": ["reason"],
        "2": ["version"],
    }


def test_absent_hidden_and_anothers_items_answer_alike(world: World) -> None:
    patient, _, prescriber = world.trio()
    good = waiting_entry(world, patient, prescriber, "Sertraline")
    answers = set()
    for breaks in (_hidden, _of_another_patient, _waits_for_another, BROKEN[0][0]):
        answer = confirm(world.client(prescriber), patient, breaks(world, patient, prescriber, good))
        answers.add((answer.status_code, answer.data))
    assert len(answers) == 1


def test_asking_for_what_is_hidden_leaves_a_trace(world: World) -> None:
    patient, _, prescriber = world.trio()
    confirm(world.client(prescriber), patient, {"item_id": str(new_id()), "version": 1, "labels": []})
    refused = select(func.count()).select_from(AccessEvent).where(AccessEvent.outcome == "refused")
    assert world.session.scalar(refused) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reviews": []},
        {"reviews": "all"},
        {"all": True},
        {"reviews": [{"as_suggested": True}]},
        {"reviews": [{"item_id": str(new_id()), "as_suggested": True}]},
        {"reviews": [{"item_id": str(new_id()), "version": 1}]},
        {"reviews": [{"item_id": str(new_id()), "version": 1, "as_suggested": False}]},
        {"reviews": [{"item_id": str(new_id()), "version": 1, "labels": [], "as_suggested": True}]},
        {"reviews": [{"item_id": str(new_id()), "version": 1, "as_suggested": True, "part2": False}]},
        {"reviews": [{"item_id": str(new_id()), "version": "1", "labels": []}]},
        {"reviews": [{"item_id": str(new_id()), "version": 0, "labels": []}]},
        {"reviews": [{"item_id": "all", "version": 1, "labels": []}]},
        {"reviews": [{"item_id": str(new_id()), "version": 1, "labels": ["any"]}]},
        {"reviews": [{"item_id": str(new_id()), "version": 1, "labels": [], "awaits_review": False}]},
        {"reviews": [{"item_id": str(new_id()), "version": 1, "labels": []}] * 101},
    ],
)
def test_nothing_is_confirmed_without_its_name_and_version(world: World, body: dict[str, Any]) -> None:
    patient, _, prescriber = world.trio()
    entry = waiting_entry(world, patient, prescriber, "Sertraline")
    assert world.client(prescriber).post(f"{patient.record}/label-reviews", body).status_code == 422
    assert world.session.get_one(Item, entry.id).awaits_review


@pytest.mark.parametrize(
    ("who", "status"), [("patient", 422), ("other", 422), ("former", 403), ("stranger", 404), ("nobody", 401)]
)
def test_only_the_holder_confirms_several(world: World, who: str, status: int) -> None:
    patient, other, prescriber = world.trio()
    former, stranger = world.prescriber("Fran Former"), world.prescriber("Sam Stranger")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    cast = {"patient": patient, "other": other, "former": former, "stranger": stranger, "nobody": None}
    entry = waiting_entry(world, patient, former if who == "former" else prescriber, "Sertraline")
    assert confirm(world.client(cast[who]), patient, one(entry)).status_code == status
    assert world.session.get_one(Item, entry.id).awaits_review


def test_the_patient_confirms_what_they_hold(world: World) -> None:
    patient, _, _ = world.trio()
    entry = waiting_entry(world, patient, patient, "Abacavir")
    assert confirm(world.client(patient), patient, one(entry, "hiv")).json["items"][0]["labels"] == ["hiv"]


def test_a_label_that_the_patient_adds_meanwhile_is_not_lost(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = waiting_entry(world, patient, prescriber, "Sertraline"), world.client(prescriber)
    review = one(entry)
    assert put(world.client(patient), patient, entry, "violence").status_code == 200
    assert list(confirm(client, patient, review).json["errors"]["reviews"]["0"]) == ["version"]
    assert list(confirm(client, patient, {**review, "version": 2}).json["errors"]["reviews"]["0"]) == ["reason"]
    assert history(client, patient, entry).json["labels"] == ["violence"]


def test_a_source_that_comes_later_only_adds_to_what_is_suggested(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = waiting_entry(world, patient, prescriber, "Abacavir"), world.client(prescriber)
    seen = waits(client, patient)["items"][0]["suggested_labels"]
    world.add(source_of(world, patient, entry, [SUBSTANCE_USE]))
    done = confirm(client, patient, one(entry, as_suggested=True)).json["items"][0]
    assert (seen, done["labels"]) == (["hiv"], ["hiv", "substance_use"])


def test_one_event_tells_the_patient_of_all_of_them(world: World) -> None:
    patient, _, prescriber = world.trio()
    entries = [waiting_entry(world, patient, prescriber, "Sertraline") for _ in range(3)]
    confirm(world.client(prescriber), patient, *map(one, entries))
    told = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    assert [event["sentence"] for event in told] == [
        "Paul Reyes confirmed the labels of imported items: 3 medications of Paul Reyes."
    ]


def test_the_number_of_reads_does_not_grow_with_the_items(world: World) -> None:
    patient, _, prescriber = world.trio()
    client, counted = world.client(prescriber), []
    for size in (1, 8):
        entries = [waiting_entry(world, patient, prescriber, "Methadone") for _ in range(size)]
        reviews = [one(entry, as_suggested=True) for entry in entries]
        world.session.commit()
        with statements(world.app) as sent:
            assert confirm(client, patient, *reviews).status_code == 200
        counted.append(len([text for text in sent if text.lstrip().upper().startswith("SELECT")]))
    assert counted[0] == counted[1], counted


def test_of_two_acts_that_overlap_the_second_is_told_and_changes_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    first, second = (waiting_entry(world, patient, prescriber, "Sertraline") for _ in range(2))
    client = world.client(prescriber)
    assert confirm(client, patient, one(first, version=1)).status_code == 200
    again = confirm(client, patient, one(first, version=1), one(second, version=1))
    assert (again.status_code, list(again.json["errors"]["reviews"])) == (422, ["0"])
    assert world.session.get_one(Item, second.id).awaits_review


def test_an_item_that_changes_between_reading_and_writing_is_not_confirmed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the isolation of the database, the version that was read goes into the UPDATE."""
    from careteam.services.labels import label_confirming

    patient, _, prescriber = world.trio()
    first, second = (waiting_entry(world, patient, prescriber, "Sertraline") for _ in range(2))
    reviews, changing = (one(first), one(second)), second.id
    settle = label_confirming._confirm

    def late(session: Any, item: Item, *settled: Any, **options: Any) -> None:
        table = Item.__table__
        session.connection().execute(update(table).where(table.c.id == changing).values(version=table.c.version + 1))  # type: ignore[arg-type]
        settle(session, item, *settled, **options)

    monkeypatch.setattr(label_confirming, "_confirm", late)
    answer = confirm(world.client(prescriber), patient, *reviews)
    assert answer.status_code == 412, answer.json
    world.session.expire_all()
    assert world.session.get_one(Item, first.id).awaits_review
    assert world.session.get_one(Item, second.id).awaits_review
