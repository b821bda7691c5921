"""Every address, asked by everybody, with nothing permitted; and with the ids of one patient under another."""

from typing import Any

import pytest

from tests.security.cast import ABSENT, GROUP_OF, Cast, Route, routes
from tests.world import World

ACTORS = (
    "anonymous",
    "the patient",
    "another patient",
    "therapist",
    "prescriber",
    "unlinked",
    "former",
    "pending",
    "upcoming",
    "unverified",
    "disabled",
    "administrator",
    "privacy officer",
)
OUTSIDE = ("unlinked", "pending", "unverified", "administrator", "another patient")
"""Those for whom Maya's record is as absent as one that does not exist."""


@pytest.mark.parametrize("who", ACTORS)
def test_no_address_tells_without_consent_what_the_rule_does_not_open(world: World, who: str) -> None:
    cast = Cast(world)
    client, may = world.client(cast.actors[who]), cast.may_see(who)
    wrong, seen = [], set[str]()
    for route in sorted(routes(world.app), key=lambda r: r.method != "GET"):
        for ids in cast.combinations(route, cast.theirs, cast.patient):
            answer = route.send(client, ids)
            seen |= {word for word in cast.canaries if word in answer.text}
            told = [cast.canaries[word] for word in cast.canaries if word in answer.text and word not in may]
            if told or (answer.status_code >= 500 and answer.status_code != 501):
                wrong.append((str(route), answer.status_code, told))
    assert not wrong, wrong
    if who in {"the patient", "therapist", "prescriber", "former"}:
        assert seen, "what may be seen is seen, so that a canary would be found"


@pytest.mark.parametrize("who", OUTSIDE)
def test_a_record_that_is_hidden_answers_like_one_that_does_not_exist(world: World, who: str) -> None:
    cast = Cast(world)
    client = world.client(cast.actors[who])
    wrong = []
    for route in routes(world.app):
        if "patient_id" not in route.arguments:
            continue
        for ids in cast.combinations(route, cast.theirs, cast.patient):
            hidden, absent = route.send(client, ids), route.send(client, {**ids, "patient_id": ABSENT})
            if shown(hidden) != shown(absent):
                wrong.append((str(route), hidden.status_code, absent.status_code, hidden.text[:200]))
    assert not wrong, wrong


@pytest.mark.parametrize("who", [a for a in ACTORS if a != "disabled"])
def test_a_thing_of_one_patient_is_absent_under_another(world: World, who: str) -> None:
    cast = Cast(world)
    client = world.client(cast.actors[who])
    wrong = []
    for route in routes(world.app):
        names = [n for n in route.arguments if n in GROUP_OF]
        if "patient_id" not in route.arguments or not names:
            continue
        for things, patient in ((cast.theirs, cast.noor), (cast.others, cast.patient)):
            for ids in cast.combinations(route, things, patient):
                swapped = route.send(client, ids)
                absent = route.send(client, {**ids, **dict.fromkeys(names, ABSENT)})
                if shown(swapped) != shown(absent) or swapped.status_code < 400:
                    wrong.append((str(route), swapped.status_code, absent.status_code, swapped.text[:200]))
    assert not wrong, wrong


@pytest.mark.parametrize("who", ["the patient", "therapist", "prescriber"])
def test_an_event_of_one_entry_is_absent_under_another(world: World, who: str) -> None:
    cast = Cast(world)
    client = world.client(cast.actors[who])
    (route,) = [r for r in routes(world.app) if "event_id" in r.arguments]
    for medication_id in cast.theirs["medications"][1:]:
        ids = {"patient_id": cast.patient.patient_id, "medication_id": medication_id}
        swapped = route.send(client, {**ids, "event_id": cast.theirs["events"][0]})
        assert shown(swapped) == shown(route.send(client, {**ids, "event_id": ABSENT}))


@pytest.mark.parametrize("who", ["unlinked", "another patient", "administrator", "privacy officer", "unverified"])
def test_what_is_between_others_is_absent_by_its_id(world: World, who: str) -> None:
    cast = Cast(world)
    client = world.client(cast.actors[who])
    theirs = {**cast.theirs, "memberships": cast.memberships[:2]}
    wrong = []
    for route in routes(world.app):
        names = [n for n in route.arguments if n in GROUP_OF]
        if "patient_id" in route.arguments or not names:
            continue
        for ids in cast.combinations(route, theirs, cast.patient):
            hidden, absent = route.send(client, ids), route.send(client, {**ids, **dict.fromkeys(names, ABSENT)})
            if shown(hidden) != shown(absent):
                wrong.append((str(route), hidden.status_code, absent.status_code, hidden.text[:200]))
    assert not wrong, wrong


def test_hidden_things_of_ones_own_patient_answer_like_absent_ones(world: World) -> None:
    cast = Cast(world)
    wrong = []
    for who in ("therapist", "former", "upcoming"):
        client = world.client(cast.actors[who])
        for route in routes(world.app):
            names = [n for n in route.arguments if n in GROUP_OF]
            if "patient_id" not in route.arguments or not names:
                continue
            for ids in cast.combinations(route, cast.theirs, cast.patient):
                hidden = route.send(client, ids)
                absent = route.send(client, {**ids, **dict.fromkeys(names, ABSENT)})
                if shown(hidden) != shown(absent):
                    wrong.append((who, str(route), hidden.status_code, absent.status_code, hidden.text[:200]))
    assert not wrong, wrong


def shown(answer: Any) -> tuple[Any, ...]:
    """What two answers are compared by: everything but the request's own id."""
    headers = {k: v for k, v in answer.headers.items() if k != "X-Request-ID"}
    return answer.status_code, headers, answer.data


def test_the_sweep_asks_every_address(world: World) -> None:
    asked = {r.rule for r in routes(world.app)}
    assert asked == {r.rule for r in world.app.url_map.iter_rules() if r.rule.startswith("/api/v1/")}
    assert Route("/x", "GET", "x", ()).arguments == ()
