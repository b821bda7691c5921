"""Imported items wait: until their holder confirms the labels, only the holder and the patient read them."""

from typing import Any

import pytest
from sqlalchemy import update

from careteam.models import ImportSource, Item, Medication
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label, MedicationSource, Role
from tests.labels.acts import history, item_place, put
from tests.queries import statements
from tests.world import LONG_AGO, Client, Person, World

HIV, SUBSTANCE_USE = Label.HIV, Label.SUBSTANCE_USE


def imported(world: World, patient: Person, holder: Person, *, suggested: frozenset[Label] = frozenset()) -> Medication:
    entry = world.medication(patient, holder, source=MedicationSource.IMPORTED, awaits_review=True)
    outside = update(Item.__table__).where(Item.__table__.c.id == entry.id)  # type: ignore[arg-type]
    world.session.execute(outside.values(author_id=None, outside_author="Dr. Elsewhere"))
    world.session.refresh(entry)
    world.add(_source(world, patient, entry, suggested))
    return entry


def _source(world: World, patient: Person, item: Item, suggested: frozenset[Label]) -> ImportSource:
    return ImportSource(
        patient_id=patient.patient_id,
        source_key=f"MedicationRequest/{new_id()}",
        resource_type="MedicationRequest",
        content_sha256="0" * 64,
        imported_at=world.now,
        item_id=item.id,
        suggested_labels=suggested,
    )


def review(client: Client, patient: Person, item: Item, *, version: int | None = 1, **body: Any) -> Any:
    return client.post(f"{item_place(patient, item)}/label-review", {"labels": [], **body}, version=version)


def waiting(client: Client, patient: Person, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{patient.record}/label-reviews{query}").json["items"]
    return found


def test_a_confirmed_item_is_opened_by_consent_and_not_before(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, labels=[HIV])
    entry = imported(world, patient, prescriber, suggested=frozenset({HIV}))
    reading = world.client(therapist)
    where = f"{patient.record}/medications/{entry.id}"
    assert reading.get(where).status_code == 404
    assert world.client(patient).get(where).json["awaits_label_review"] is True
    answer = review(world.client(prescriber), patient, entry, labels=["hiv"])
    assert (answer.status_code, answer.json["awaits_label_review"], answer.json["labels"]) == (200, False, ["hiv"])
    assert answer.headers["ETag"] == '"2"'
    assert reading.get(where).json["labels"] == ["hiv"]


def test_the_holder_sees_what_waits_with_what_the_source_suggests(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = imported(world, patient, prescriber, suggested=frozenset({HIV, Label.VIOLENCE}))
    note = world.note(patient, therapist, title="Discharge letter", awaits_review=True)
    world.medication(patient, prescriber, drug="reviewed")
    found = waiting(world.client(prescriber), patient)
    assert [(w["id"], w["about"], w["suggested_labels"]) for w in found] == [
        (str(entry.id), "Sertraline", ["hiv", "violence"])
    ]
    others = waiting(world.client(therapist), patient)
    assert [(w["id"], w["about"], w["suggested_labels"]) for w in others] == [(str(note.id), "Discharge letter", [])]
    assert waiting(world.client(patient), patient) == []
    review(world.client(prescriber), patient, entry)
    assert waiting(world.client(prescriber), patient) == []


def test_two_sources_of_one_item_suggest_together(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = imported(world, patient, prescriber, suggested=frozenset({HIV}))
    world.add(_source(world, patient, entry, frozenset({Label.VIOLENCE})))
    assert [w["suggested_labels"] for w in waiting(world.client(prescriber), patient)] == [["hiv", "violence"]]


def test_what_the_patient_holds_waits_for_the_patient(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = imported(world, patient, patient)
    assert [w["id"] for w in waiting(world.client(patient), patient)] == [str(entry.id)]
    assert review(world.client(therapist), patient, entry).status_code == 404
    assert waiting(world.client(prescriber), patient) == []
    assert review(world.client(patient), patient, entry, labels=["hiv"]).json["labels"] == ["hiv"]


def test_what_another_holds_does_not_wait_for_its_author(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, therapist, holder_id=prescriber.user_id, awaits_review=True)
    assert waiting(world.client(therapist), patient) == []
    assert [w["id"] for w in waiting(world.client(prescriber), patient)] == [str(entry.id)]


@pytest.mark.parametrize(
    ("who", "status"), [("patient", 403), ("other", 404), ("former holder", 403), ("stranger", 404), ("holder", 200)]
)
def test_only_the_holder_confirms(world: World, who: str, status: int) -> None:
    patient, other, prescriber = world.trio()
    world.consent(patient, classes=ItemClass, labels=Label)
    former, stranger = world.prescriber("Fran Former"), world.prescriber("Sam Stranger")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    cast = {"patient": patient, "other": other, "former holder": former, "stranger": stranger, "holder": prescriber}
    entry = imported(world, patient, former if who == "former holder" else prescriber)
    assert review(world.client(cast[who]), patient, entry).status_code == status
    assert world.session.get_one(Item, entry.id).awaits_review is (status != 200)
    if who in {"former holder", "patient"}:
        assert waiting(world.client(cast[who]), patient) == []


@pytest.mark.parametrize(
    ("before", "said", "status", "kept"),
    [
        ([], {"labels": []}, 200, ""),
        ([], {"labels": ["hiv", "hiv"]}, 200, "+hiv"),
        ([], {"labels": ["substance_use"]}, 200, "+substance_use +part2"),
        ([], {"labels": ["substance_use"], "part2": True}, 200, "+substance_use +part2"),
        ([], {"labels": ["substance_use"], "part2": False}, 422, ""),
        ([], {"labels": ["substance_use"], "part2": False, "reason": "a hospital"}, 200, "+substance_use -part2"),
        ([], {"labels": ["hiv"], "part2": True}, 422, ""),
        (["hiv"], {"labels": ["hiv"]}, 200, ""),
        (["hiv"], {"labels": []}, 422, ""),
        (["hiv"], {"labels": [], "reason": "not about that"}, 200, "-hiv"),
        (["hiv"], {"labels": ["violence"]}, 422, ""),
        (["hiv"], {"labels": ["violence"], "reason": "mixed up"}, 200, "+violence -hiv"),
        ([], {"labels": ["unknown"]}, 422, ""),
        ([], {"labels": None}, 422, ""),
        ([], {"labels": [], "awaits_review": False}, 422, ""),
    ],
)
def test_what_a_review_confirms_adds_and_gives_up(
    world: World, before: list[str], said: dict[str, Any], status: int, kept: str
) -> None:
    patient, _, prescriber = world.trio()
    entry = imported(world, patient, prescriber)
    entry.labels = frozenset(map(Label, before))
    world.session.commit()
    answer = review(world.client(prescriber), patient, entry, version=entry.version, **said)
    assert answer.status_code == status, answer.json
    shown = history(world.client(prescriber), patient, entry).json
    assert shown["awaits_label_review"] is (status != 200)
    assert shown["labels"] == (sorted(set(said["labels"])) if status == 200 else before)
    assert " ".join(f"{'+' if c['added'] else '-'}{c['label']}" for c in shown["changes"]) == kept
    assert all((c["reason"] is not None) is (not c["added"]) for c in shown["changes"])


def test_a_label_that_the_patient_added_while_it_waited_is_not_lost_silently(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = imported(world, patient, prescriber)
    assert put(world.client(patient), patient, entry, "hiv").status_code == 200
    assert review(world.client(prescriber), patient, entry, version=1).status_code == 412
    assert review(world.client(prescriber), patient, entry, version=2).status_code == 422
    assert review(world.client(prescriber), patient, entry, version=2, labels=["hiv"]).status_code == 200


def test_a_review_needs_the_version_and_happens_once(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, client = imported(world, patient, prescriber), world.client(prescriber)
    assert review(client, patient, entry, version=None).status_code == 428
    assert review(client, patient, entry).status_code == 200
    assert review(client, patient, entry, version=2).status_code == 409


def test_absent_and_hidden_answer_alike(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry, client = imported(world, patient, prescriber), world.client(therapist)
    hidden = review(client, patient, entry)
    absent = client.post(f"{patient.record}/items/{new_id()}/label-review", {"labels": []}, version=1)
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    stranger = world.client(world.therapist("Sam Stranger"))
    assert stranger.get(f"{patient.record}/label-reviews").status_code == 404


def test_what_waits_is_paged_and_takes_the_same_statements_for_one_and_many(world: World) -> None:
    patient, _, prescriber = world.trio()
    client, counted, made = world.client(prescriber), [], set[str]()
    for size in (1, 6):
        made |= {str(imported(world, patient, prescriber).id) for _ in range(size)}
        world.session.expire_all()
        world.session.commit()
        with statements(world.app) as sent:
            waiting(client, patient, "?limit=100")
        counted.append(len(sent))
    assert counted[0] == counted[1] <= 9
    first = client.get(f"{patient.record}/label-reviews?limit=4").json
    rest = client.get(f"{patient.record}/label-reviews?limit=4&cursor={first['next']}").json
    ids = [w["id"] for w in first["items"] + rest["items"]]
    assert (len(first["items"]), rest["next"], len(ids), set(ids)) == (4, None, 7, made)


def test_a_disclosure_in_the_list_is_logged(world: World) -> None:
    patient, _, prescriber = world.trio()
    imported(world, patient, prescriber)
    waiting(world.client(prescriber), patient)
    told = world.client(patient).get(f"{patient.record}/access-log").json["items"][0]
    assert told["sentence"] == "Paul Reyes looked at the imported items that wait: 1 medication of Paul Reyes."
