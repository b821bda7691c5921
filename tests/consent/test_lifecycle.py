"""Every state of a consent, and what each act does in it."""

from typing import Any

import pytest

from tests.consent.acts import in_state, place, signature
from tests.world import Client, World

ACTS = ("edit", "sign", "decline", "withdraw", "revoke", "end")
STATES = {
    # state: the answer to each act of the patient, in the order of ACTS
    "requested": (200, 200, 200, 409, 409, 409),
    "lapsed": (409, 409, 409, 409, 409, 409),
    "draft": (200, 200, 409, 200, 409, 409),
    "declined": (409, 409, 200, 409, 409, 409),
    "withdrawn": (409, 409, 409, 200, 409, 409),
    "active": (409, 409, 409, 409, 200, 200),
    "upcoming": (409, 409, 409, 409, 200, 200),
    "expired": (409, 409, 409, 409, 409, 409),
    "ended": (409, 409, 409, 409, 409, 200),
    "superseded": (409, 409, 409, 409, 409, 409),
    "revoked": (409, 409, 409, 409, 409, 409),
}
BECOMES = {
    "edit": None,
    "sign": "active",
    "decline": "declined",
    "withdraw": "withdrawn",
    "revoke": "revoked",
    "end": "expired",
}
SHOWN = {"upcoming": "active", "ended": "expired"}
REQUESTERS = {
    # state of one's own request: the answer to each act of the clinician who made it
    "requested": (403, 403, 403, 200, 409, 409),
    "lapsed": (403, 403, 403, 409, 409, 409),
    "declined": (403, 403, 403, 409, 409, 409),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", STATES)
def test_what_the_patient_can_do_in_each_state(world: World, state: str, act: str) -> None:
    patient, therapist, _ = world.trio()
    consent = in_state(world, patient, therapist, state)
    acting, here = world.client(patient), place(patient, consent)
    answer = do(act, acting, here, typed_name=patient.name)
    assert answer.status_code == STATES[state][ACTS.index(act)], answer.json
    before = SHOWN.get(state, state)
    after = (BECOMES[act] or before) if answer.status_code == 200 else before
    assert acting.get(here).json["status"] == after


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", REQUESTERS)
def test_what_the_requester_can_do_in_each_state(world: World, state: str, act: str) -> None:
    patient, therapist, _ = world.trio()
    consent = in_state(world, patient, therapist, state)
    answer = do(act, world.client(therapist), place(patient, consent), typed_name=patient.name, given="orally")
    assert answer.status_code == REQUESTERS[state][ACTS.index(act)], answer.json


def test_a_recipient_withdraws_nothing_that_they_did_not_request(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = world.consent(patient, requested_by=therapist.user_id)
    assert do("withdraw", world.client(prescriber), place(patient, consent)).status_code == 403
    assert do("withdraw", world.client(therapist), place(patient, consent)).status_code == 409


@pytest.mark.parametrize(("act", "state"), [("decline", "requested"), ("withdraw", "draft"), ("end", "active")])
def test_doing_it_again_changes_nothing(world: World, act: str, state: str) -> None:
    patient, therapist, _ = world.trio()
    consent = in_state(world, patient, therapist, state)
    first, second = (do(act, world.client(patient), place(patient, consent)) for _ in range(2))
    assert (first.status_code, first.json) == (second.status_code, second.json)


def do(act: str, acting: Client, here: str, *, typed_name: str = "", given: str | None = None) -> Any:
    paths = {"decline": "decline", "end": "ended", "withdraw": "withdrawal"}
    match act:
        case "edit":
            return acting.patch(here, {"classes": ["medication"]}, version=1)
        case "sign":
            return acting.post(f"{here}/signature", signature(typed_name), version=1)
        case "revoke":
            return acting.post(f"{here}/revocation", {"given": given} if given else {})
        case _:
            return acting.post(f"{here}/{paths[act]}")
