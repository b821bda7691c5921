"""Concerns about cost and access, as the patient and the prescriber walk through them."""

from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label
from tests.queries import statements
from tests.treatment.reporting import answer, ask_about_cost, faults, listed
from tests.world import World

COSTS = "cost-requests"


def test_a_concern_goes_to_the_prescriber_and_comes_back_with_a_way(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    sent = ask_about_cost(
        world, patient, patient, medication_id=str(entry.id), text="90 dollars", send_to=[str(prescriber.user_id)]
    )
    assert (sent["class"], sent["holder"], sent["concern"]) == ("medication", {"kind": "patient"}, "cost")
    assert [one["user_id"] for one in sent["delivery"]["read_by"]] == [str(prescriber.user_id)]
    assert [len(listed(world, who, patient, COSTS)) for who in (prescriber, therapist)] == [1, 0]
    made = answer(world, prescriber, patient, sent, COSTS, outcome="generic", text="Sertraline as a generic.")
    assert (made.status_code, made.json["outcome"]) == (201, "generic")
    read = world.client(patient).get(f"{patient.record}/{COSTS}/{sent['id']}").json
    assert (read["answers"], read["answered"], read["answer_note"]) == ([made.json], True, None)
    assert listed(world, patient, patient, COSTS, "?unanswered=true") == []


def test_what_each_reads_before_consent_with_it_and_after_revocation(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    kept = ask_about_cost(world, patient, patient, medication_id=str(entry.id))
    assert kept["delivery"]["note"].startswith("Nobody but you")
    assert [listed(world, who, patient, COSTS) for who in (therapist, prescriber)] == [[], []]
    consent = world.consent(patient, disclosers=["patient"], classes=[ItemClass.MEDICATION])
    seen = [listed(world, who, patient, COSTS)[0]["medication_id"] for who in (therapist, prescriber)]
    assert seen == [None, str(entry.id)]
    assert listed(world, therapist, patient, COSTS, f"?medication_id={entry.id}") == []
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    assert [listed(world, who, patient, COSTS) for who in (therapist, prescriber)] == [[], []]


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"outcome": "coupon"}, "text"),
    ({"outcome": "manage", "text": "x"}, "outcome"),
    ({"outcome": "coupon", "text": "x", "event_id": str(new_id())}, "event_id"),
    ({"outcome": "switch", "text": "x", "event_id": str(new_id())}, "event_id"),
)


@pytest.mark.parametrize(("said", "field"), REFUSED)
def test_an_answer_that_does_not_fit_says_why(world: World, said: dict[str, Any], field: str) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    sent = ask_about_cost(world, patient, patient, medication_id=str(entry.id), send_to=[str(prescriber.user_id)])
    refused = answer(world, prescriber, patient, sent, COSTS, **said)
    assert (refused.status_code, [*faults(refused)]) == (422, [field])


def test_clinicians_do_not_ask_and_nobody_names_an_entry_that_they_do_not_read(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    own, other = world.medication(patient, prescriber), world.patient("Noor Haddad")
    foreign = world.medication(other, other)
    body = {"concern": "coverage", "medication_id": str(own.id)}
    assert world.client(therapist).post(f"{patient.record}/{COSTS}", body).status_code == 403
    refused, absent = (
        world.client(patient).post(f"{patient.record}/{COSTS}", {**body, "medication_id": str(i)})
        for i in (foreign.id, new_id())
    )
    assert (refused.status_code, refused.data) == (422, absent.data)


def test_a_request_says_no_less_than_its_entry(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.MEDICATION])
    entry = world.medication(patient, prescriber, labels=frozenset({Label.HIV}))
    made = ask_about_cost(world, patient, patient, medication_id=str(entry.id))
    assert (made["labels"], listed(world, prescriber, patient, COSTS)) == (["hiv"], [])


def test_a_request_is_taken_back_and_then_needs_no_answer(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    sent = ask_about_cost(world, patient, patient, medication_id=str(entry.id), send_to=[str(prescriber.user_id)])
    where = f"{patient.record}/{COSTS}/{sent['id']}/entered-in-error"
    assert world.client(prescriber).post(where, {"reason": "x"}, version=sent["version"]).status_code == 403
    taken = world.client(patient).post(where, {"reason": "It was another pharmacy."}, version=sent["version"])
    assert (taken.status_code, taken.json["answer_note"], taken.json["overdue"]) == (200, None, False)
    assert answer(world, prescriber, patient, sent, COSTS, outcome="coupon", text="x").status_code == 409


def test_a_hidden_request_answers_like_one_that_does_not_exist(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = ask_about_cost(world, patient, patient, medication_id=str(world.medication(patient, prescriber).id))
    tails: tuple[tuple[str, str, Any], ...] = (
        ("GET", "", None),
        ("POST", "/answers", {"outcome": "coupon", "text": "x"}),
        ("POST", "/entered-in-error", {"reason": "x"}),
    )
    for method, tail, body in tails:
        places = (f"{patient.record}/{COSTS}/{i}{tail}" for i in (made["id"], new_id()))
        hidden, absent = (world.client(therapist)(method, where, json=body, version=1) for where in places)
        assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_a_list_of_any_length_takes_the_same_statements(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.MEDICATION])
    counts = []
    for _ in range(3):
        made = ask_about_cost(world, patient, patient, medication_id=str(world.medication(patient, prescriber).id))
        answer(world, prescriber, patient, made, COSTS, outcome="coupon", text="x")
        with statements(world.app) as sent:
            listed(world, patient, patient, COSTS)
        counts.append(len(sent))
    assert len(set(counts)) == 1
