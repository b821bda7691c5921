"""Medications that were tried before."""

from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass
from tests.world import Person, World

WHOLE: dict[str, Any] = {
    "drug_name": "Fluoxetine",
    "dose_reached": "40 mg a day",
    "started": "2019-04",
    "weeks": 8,
    "effect": "helped_partly",
    "why_stopped": "Could not sleep.",
    "note": "By the family doctor.",
}


def recorded(world: World, who: Person, about: Person, **said: Any) -> dict[str, Any]:
    """Record a trial, and return it."""
    answer = world.client(who).post(f"{about.record}/prior-trials", {"drug_name": "Fluoxetine", **said})
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def listed(world: World, who: Person, about: Person, query: str = "") -> Any:
    """The trials that this person reads."""
    return world.client(who).get(f"{about.record}/prior-trials{query}").json["items"]


@pytest.mark.parametrize("who", ["patient", "therapist", "prescriber"])
def test_everybody_tells_what_was_tried_and_holds_what_they_told(world: World, who: str) -> None:
    people = dict(zip(("patient", "therapist", "prescriber"), world.trio(), strict=True))
    patient, writer = people["patient"], people[who]
    made = recorded(world, writer, patient, **WHOLE)
    own = {"kind": "patient"} if who == "patient" else {"kind": "member", "user_id": str(writer.user_id)}
    assert {name: made[name] for name in WHOLE} == WHOLE
    assert (made["class"], made["holder"]) == ("intake", own)
    assert listed(world, writer, patient) == [made]


def test_what_is_not_known_is_left_open(world: World) -> None:
    patient, *_ = world.trio()
    made = recorded(world, patient, patient)
    assert [made[name] for name in WHOLE] == ["Fluoxetine", None, None, None, "unknown", None, None]
    again = world.client(patient).get(f"{patient.record}/prior-trials/{made['id']}")
    assert (again.json, again.headers["ETag"]) == (made, '"1"')


def test_the_other_side_reads_trials_while_intake_is_shared(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = recorded(world, patient, patient)
    hidden = world.client(prescriber).get(f"{patient.record}/prior-trials/{made['id']}")
    none = world.client(prescriber).get(f"{patient.record}/prior-trials/{new_id()}")
    assert (hidden.status_code, hidden.data, listed(world, prescriber, patient)) == (404, none.data, [])
    consent = world.consent(patient, disclosers=["patient"], classes=[ItemClass.INTAKE])
    assert listed(world, prescriber, patient) == [made]
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    assert listed(world, prescriber, patient) == []


def test_a_trial_is_neither_a_part_of_an_intake_nor_an_entry_of_the_list(world: World) -> None:
    patient, *_ = world.trio()
    made = recorded(world, patient, patient)
    assert world.client(patient).get(f"{patient.record}/intake").json["items"] == []
    for other in ("intake-parts", "medications"):
        assert world.client(patient).get(f"{patient.record}/{other}/{made['id']}").status_code == 404


def test_a_trial_is_taken_back_by_whoever_told_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=[ItemClass.INTAKE])
    made = recorded(world, therapist, patient)
    where = f"{patient.record}/prior-trials/{made['id']}/entered-in-error"
    for who in (patient, prescriber):
        assert world.client(who).post(where, {"reason": "x"}, version=1).status_code == 403
    assert world.client(therapist).post(where, {"reason": "Another patient."}, version=1).status_code == 200
    assert listed(world, prescriber, patient)[0]["entered_in_error_reason"] == "Another patient."
    assert world.client(therapist).post(where, {"reason": "x"}, version=2).status_code == 409


def test_trials_are_found_by_their_effect(world: World) -> None:
    patient, *_ = world.trio()
    for effect in ("helped", "no_effect"):
        recorded(world, patient, patient, effect=effect)
    assert [one["effect"] for one in listed(world, patient, patient, "?effect=helped")] == ["helped"]
    assert len(listed(world, patient, patient)) == 2


BAD: list[dict[str, Any]] = [
    {"drug_name": ""},
    {"started": "2150"},
    {"started": "1889"},
    {"started": "2019-13"},
    {"weeks": -1},
    {"weeks": 2.5},
    {"weeks": 5201},
    {"effect": "great"},
    {"rxnorm_code": "1"},
]


@pytest.mark.parametrize("said", BAD)
def test_what_cannot_be_is_refused(world: World, said: dict[str, Any]) -> None:
    patient, *_ = world.trio()
    answer = world.client(patient).post(f"{patient.record}/prior-trials", {"drug_name": "Fluoxetine", **said})
    assert (answer.status_code, bool(answer.json["errors"])) == (422, True)
    assert listed(world, patient, patient) == []
