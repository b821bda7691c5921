"""Whatever is sent to the door: an answer that is documented, never a fault of ours, and nothing half-written."""

import json
from copy import deepcopy
from random import Random
from typing import Any

from tests.fhir_consents.samples import ACT_CODE, Rule, actor, coding, consent, deny, permit, purposes
from tests.fhir_consents.test_door import rows
from tests.fhir_consents.test_never_wider import at, values
from tests.world import World

POSTS = 120
PERIOD = {"end": "2099-01-01"}
ETH, HIV = (deny(securityLabel=[coding(ACT_CODE, code)]) for code in ("ETH", "HIV"))
GOOD = [
    consent(permit(period=PERIOD, purpose=purposes("TREAT", "HPAYMT"), provision=[ETH, HIV])),
    consent(permit(period=PERIOD, provision=[ETH, deny(dataPeriod={"start": "2022-01-01", "end": "2022-12-31"})])),
    consent(deny(actor=[actor("Organization/3", "CST")], purpose=purposes("TREAT"))),
]
JUNK: list[Any] = [
    None, True, 0, -1, 10**40, 1.5, "", " ", "permit", "deny", "TREAT", "HIV", "Patient/17", "Organization/3",
    "x" * 5000, "2022", "2022-02-30", "9999-12-31", "0001-01-01", "2199-12-31T23:59:59.999999+14:00",
    "<script>", "'; --", "{record}", "\u202e", [], {}, [None], [[]], [{}], {"reference": "Patient/17"}, {"coding": []},
]  # fmt: skip
PARTIES = "Patient/17=patient Organization/3=record"


def mutated(chance: Random) -> bytes:
    """A good resource with one to three of its elements replaced, moved or taken out; or only a part of its text."""
    made: Rule = deepcopy(chance.choice(GOOD))
    for _ in range(chance.randint(1, 3)):
        path, key = chance.choice(values(made))
        place = at(made, path)
        match chance.randrange(4):
            case 0:
                del place[key]
            case 1:
                place[chance.choice(["provision", "type", "actor", "extension", "odd"])] = place[key]
            case _:
                place[key] = deepcopy(chance.choice(JUNK))
    text = json.dumps(made).encode()
    return text[: chance.randrange(len(text))] if chance.random() < 0.1 else text


def test_fuzzed_consents_are_taken_whole_or_refused_whole(world: World) -> None:
    patient, *_ = world.trio()
    chance, taken = Random(20261123), 0
    for _ in range(POSTS):
        before = rows(world)
        answer = _sent(world, patient, mutated(chance))
        assert answer.status_code in {201, 400, 422}, answer.get_data()
        made = (
            [len(answer.json[kind]) for kind in ("consents", "restrictions")] if answer.status_code == 201 else [0, 0]
        )
        after = rows(world)
        assert [new - old for new, old in zip(after, before, strict=True)] == [*made, sum(made)]
        taken += answer.status_code == 201
    assert 0 < taken < POSTS


def test_parties_of_any_form_are_answered(world: World) -> None:
    patient, *_ = world.trio()
    before = rows(world)
    odd = [
        "=",
        "==",
        "a=",
        " ",
        "Patient/17=patient\x00",
        "Patient/17=patient=patient",
        "x" * 7000,
        "\u202e=team",
        "a=record " * 50,
    ]
    for parties in odd:
        assert _sent(world, patient, json.dumps(GOOD[0]).encode(), parties).status_code == 422
    assert rows(world) == before


def _sent(world: World, patient: Any, body: bytes, parties: str = PARTIES) -> Any:
    query, headers = {"parties": parties}, {"Content-Type": "application/fhir+json"}
    return world.client(patient)(
        "POST", f"{patient.record}/consents/fhir", data=body, query_string=query, headers=headers
    )
