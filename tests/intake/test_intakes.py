"""Intake: parts by both clinicians and the patient, gathered as far as each reader may read them."""

from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Power, Role
from tests.queries import statements
from tests.world import Person, World

INTAKE = ItemClass.INTAKE
PART = {"section": "symptoms", "text": "Wakes at four."}


def write(world: World, who: Person, about: Person, **said: Any) -> dict[str, Any]:
    """Write a part, and return it."""
    answer = world.client(who).post(f"{about.record}/intake-parts", {**PART, **said})
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def groups(world: World, who: Person, about: Person) -> list[tuple[str | None, list[str]]]:
    """The intakes that this person reads, newest first: its id, and the words of its parts."""
    answer = world.client(who).get(f"{about.record}/intake")
    assert answer.status_code == 200, answer.json
    return [(one["intake_id"], [part["text"] for part in one["parts"]]) for one in answer.json["items"]]


def test_an_intake_from_before_consent_until_after_revocation(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    begun = write(world, therapist, patient, text="first")
    write(world, patient, patient, text="second", section="goals", intake_id=begun["id"])
    assert groups(world, patient, patient) == [(begun["id"], ["first", "second"])]
    assert groups(world, therapist, patient) == [(begun["id"], ["first"])]
    assert groups(world, prescriber, patient) == []
    consent = world.consent(patient, disclosers=["team", "patient"], classes=[INTAKE])
    write(world, prescriber, patient, text="third", section="history", intake_id=begun["id"])
    for who in (patient, therapist, prescriber):
        assert groups(world, who, patient) == [(begun["id"], ["first", "second", "third"])]
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    ((own, words),) = groups(world, prescriber, patient)
    assert (own != begun["id"], words) == (True, ["third"])
    assert groups(world, patient, patient) == [(begun["id"], ["first", "second", "third"])]


def test_who_began_an_intake_is_named_where_their_part_is_read(world: World) -> None:
    patient, therapist, _ = world.trio()
    begun = write(world, therapist, patient)
    (found,) = world.client(patient).get(f"{patient.record}/intake").json["items"]
    assert (found["begun_by"], found["begun_on"]) == (str(therapist.user_id), begun["date"])
    assert begun["intake_id"] == begun["id"]


def test_a_part_whose_beginning_is_hidden_reads_as_if_it_named_none(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], recipients=["role:prescriber"], classes=[INTAKE])
    begun = write(world, therapist, patient)
    added = write(world, patient, patient, text="same words", intake_id=begun["id"])
    alone = write(world, patient, patient, text="same words")
    client = world.client(prescriber)
    shown = [client.get(f"{patient.record}/intake-parts/{part['id']}").json for part in (added, alone)]
    bare = [{k: v for k, v in one.items() if k not in {"id", "created_at", "updated_at"}} for one in shown]
    assert bare[0] == bare[1]
    assert groups(world, prescriber, patient) == [(None, ["same words"]), (None, ["same words"])]
    assert world.client(patient).get(f"{patient.record}/intake-parts/{added['id']}").json["intake_id"] == begun["id"]


def test_nobody_adds_to_an_intake_that_they_cannot_see(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    begun = write(world, therapist, patient)
    client, where = world.client(prescriber), f"{patient.record}/intake-parts"
    hidden = client.post(where, {**PART, "intake_id": begun["id"]})
    absent = client.post(where, {**PART, "intake_id": str(new_id())})
    assert (hidden.status_code, hidden.json) == (422, absent.json)
    assert groups(world, prescriber, patient) == []


def test_what_is_no_intake_is_not_added_to(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[INTAKE])
    begun = write(world, therapist, patient)
    own, added = write(world, patient, patient), write(world, therapist, patient, intake_id=begun["id"])
    for other in (own, added):
        answer = world.client(therapist).post(f"{patient.record}/intake-parts", {**PART, "intake_id": other["id"]})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["intake_id"])


def test_a_part_added_to_one_whose_beginning_is_hidden_joins_the_intake_for_who_sees_all(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.therapist("Cora Other")
    world.join(patient, other, Role.THERAPIST)
    shared = world.consent(patient, recipients=["role:prescriber"], classes=[INTAKE])
    begun = write(world, therapist, patient, text="1")
    second = write(world, prescriber, patient, text="2", intake_id=begun["id"])
    world.client(patient).post(f"{patient.record}/consents/{shared.id}/revocation")
    world.consent(
        patient, disclosers=[f"member:{prescriber.user_id}"], recipients=[f"member:{other.user_id}"], classes=[INTAKE]
    )
    assert groups(world, other, patient) == [(second["id"], ["2"])]
    write(world, other, patient, text="3", intake_id=second["id"])
    assert groups(world, other, patient) == [(second["id"], ["2", "3"])]
    assert groups(world, patient, patient) == [(begun["id"], ["1", "2", "3"])]


def test_the_patient_writes_beside_any_intake_and_begins_none(world: World) -> None:
    patient, *_ = world.trio()
    made = write(world, patient, patient)
    assert (made["intake_id"], made["holder"]) == (None, {"kind": "patient"})
    assert groups(world, patient, patient) == [(None, [PART["text"]])]


def test_a_part_is_taken_back_and_nothing_is_added_to_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = write(world, therapist, patient)
    where = f"{patient.record}/intake-parts/{made['id']}"
    assert world.client(patient).post(f"{where}/entered-in-error", {"reason": "x"}, version=1).status_code == 403
    assert world.client(therapist).post(f"{where}/entered-in-error", {"reason": "x"}).status_code == 428
    done = world.client(therapist).post(f"{where}/entered-in-error", {"reason": "Mixed up."}, version=1)
    assert (done.status_code, done.json["entered_in_error_reason"]) == (200, "Mixed up.")
    adding = {**PART, "intake_id": made["id"]}
    assert world.client(therapist).post(f"{patient.record}/intake-parts", adding).status_code == 409


def test_a_hidden_part_answers_like_one_that_does_not_exist(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = write(world, therapist, patient)
    tails: tuple[tuple[str, str, Any], ...] = (("GET", "", None), ("POST", "/entered-in-error", {"reason": "x"}))
    for method, tail, body in tails:
        where = (f"{patient.record}/intake-parts/{one}{tail}" for one in (made["id"], new_id()))
        hidden, none = (world.client(prescriber)(method, address, json=body, version=1) for address in where)
        assert (hidden.status_code, hidden.data) == (404, none.data)


def test_who_may_write_an_intake(world: World) -> None:
    patient, _, prescriber = world.trio()
    parent, reader = world.user("Pia Parent"), world.user("Otto Other")
    world.acts_for(patient, parent, classes=[INTAKE], powers=[Power.READ, Power.REPORT])
    world.acts_for(patient, reader, classes=[INTAKE], powers=[Power.READ])
    people = {prescriber: 201, parent: 201, reader: 403, world.therapist("Stella"): 404}
    for who, status in people.items():
        assert world.client(who).post(f"{patient.record}/intake-parts", PART).status_code == status
    assert write(world, parent, patient)["holder"] == {"kind": "patient"}


@pytest.mark.parametrize("said", [{"section": "mood"}, {"text": ""}, {"intake_id": "x"}, {"begun_by": "x"}])
def test_what_cannot_be_is_refused(world: World, said: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    assert world.client(therapist).post(f"{patient.record}/intake-parts", {**PART, **said}).status_code == 422


def test_intakes_are_paged_whole_in_as_many_statements_as_one(world: World) -> None:
    patient, therapist, _ = world.trio()
    counted, client = [], world.client(patient)
    for _ in range(2):
        for n in range(2):
            begun = write(world, therapist, patient, text=str(n))
            write(world, patient, patient, text="more", intake_id=begun["id"])
        client.get(f"{patient.record}/intake")
        with statements(world.app) as sent:
            found: Any = client.get(f"{patient.record}/intake").json
        counted.append(len(sent))
    assert counted[0] == counted[1]
    first: Any = client.get(f"{patient.record}/intake?limit=3").json
    rest: Any = client.get(f"{patient.record}/intake?limit=3&cursor={first['next']}").json
    assert first["items"] + rest["items"] == found["items"]
    assert [len(one["parts"]) for one in found["items"]] == [2, 2, 2, 2]
