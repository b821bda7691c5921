"""Cross-site requests, caches, and reading: no change is taken from another site, and reading changes nothing."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import Base
from tests.identity.browser import Browser, signed_in
from tests.importing.kit import LOG
from tests.security.asking import Asked, Asker, asking
from tests.security.conftest import WHOLE, Part
from tests.security.examples import WORDS, body_of, query_of
from tests.security.headers import Cache
from tests.security.matrix import ACTORS, matrix
from tests.security.routes import API, Route, routes
from tests.security.stage import Stage
from tests.security.test_mass_assignment import UNSAFE, changes
from tests.world import World

LAST_USE = {"last_used_at", "last_seen_at"}
EVIL = "https://evil.example"


def test_no_change_is_taken_from_another_site(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    sent, controls, wrong = forged(Stage(world, "active"))
    with capsys.disabled():
        print(f"\n{sent} forged changes: {len(wrong)} accepted; {controls} accepted from our own page", end="")
    assert not wrong, "\n".join(wrong)
    assert controls > sent / 20


def forged(stage: Stage, only: str = "") -> tuple[int, int, list[str]]:
    """Send every forged change; return how many, how many our own page could make, and which were accepted."""
    world, sent, controls, wrong = stage.world, 0, 0, list[str]()
    browsers = {actor: signed_in(world, p) for actor, p in stage.actors.items() if p and actor != "disabled"}
    with asking(world) as ask:
        for route, thing, actor in _acts(world, stage, only):
            victim, other = browsers[actor], browsers["another" if actor != "another" else "therapist"]
            for name, options in attacks(route, stage, actor, victim, other):
                with changes() as made:
                    asked = _from_browser(ask, stage, route, thing, victim, options)
                sent += 1
                if asked.answer.status_code < 400 or made:
                    wrong.append(f"{route} as {actor}, {name}: {asked.answer.status_code} {made[:1]}")
            own = {"headers": {"X-CSRFToken": victim.csrf, "Origin": "http://localhost"}, **_body(route, stage, actor)}
            controls += _from_browser(ask, stage, route, thing, victim, own).answer.status_code < 400
    return sent, controls, wrong


def attacks(
    route: Route, stage: Stage, actor: str, victim: Browser, other: Browser
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a page of another site can send with the victim's cookie, and what it could if it knew more."""
    body, token = _body(route, stage, actor), {"X-CSRFToken": victim.csrf}
    if not _signs_in(stage, route):
        plain = {"data": b'{"given": "orally"}', "headers": {"Content-Type": "text/plain"}}
        yield "no token", body
        yield "a wrong token", {**body, "headers": {"X-CSRFToken": "wrong"}}
        yield "another's token", {**body, "headers": {"X-CSRFToken": other.csrf}}
        yield "a form", plain
        if body:
            yield "a form with a token", {**plain, "headers": {**plain["headers"], **token}}  # type: ignore[dict-item]
    yield "a foreign origin", {**body, "headers": {**token, "Origin": EVIL}}
    yield "an opaque origin", {**body, "headers": {**token, "Origin": "null"}}
    yield "another site", {**body, "headers": {**token, "Sec-Fetch-Site": "cross-site"}}
    yield "a neighbouring site", {**body, "headers": {**token, "Sec-Fetch-Site": "same-site"}}


def _signs_in(stage: Stage, route: Route) -> bool:
    """Whoever signs in or proves themself otherwise acts by no cookie, so there is no token to ask for."""
    return bool(getattr(stage.world.app.view_functions[route.endpoint], "signs_in", False))


def _body(route: Route, stage: Stage, actor: str) -> dict[str, Any]:
    body = body_of(route.endpoint, stage, actor)
    return {} if body is None else {"json": body}


def _acts(world: World, stage: Stage, only: str) -> Iterator[tuple[Route, str | None, str]]:
    """Yield each address that changes something, with somebody who may do that in a browser."""
    by_name = {str(route): route for route in routes(world.app, API) if only in route.rule}
    seen = set()
    for row in matrix().rows:
        if row.method not in UNSAFE or row.route not in by_name:
            continue
        for thing in matrix().things_of(row):
            for actor in ACTORS:
                due = matrix().answer(row, actor, thing, "active")
                may = due == "open" or (row.way == "browser only" and due == "refused")
                if may and actor not in {"anonymous", "disabled"} and row.route not in seen:
                    seen.add(row.route)
                    yield by_name[row.route], thing, actor


def _from_browser(
    ask: Asker, stage: Stage, route: Route, thing: str | None, browser: Browser, options: Mapping[str, Any]
) -> Asked:
    ids = {"patient_id": stage.patient.patient_id, **WORDS, **(stage.things[thing].ids if thing else {})}
    headers = {"If-Match": '"1"', "Cookie": f"careteam={browser.cookie}", **options.get("headers", {})}
    parts = {key: value for key, value in options.items() if key != "headers"}
    query = query_of(route.endpoint, stage)
    return ask(None, route.method, route.address(ids), headers=headers, query_string=query, **parts)


def test_reading_changes_nothing_but_the_log_and_last_use(
    world: World, part: Part, turn: Part, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, wrong = changed_by_reading(Stage(world, "active"), part=part, heads=turn)
    with capsys.disabled():
        print(f"\n{asked} readings: {len(wrong)} changed anything", end="")
    assert not wrong, "\n".join(wrong)


def changed_by_reading(
    stage: Stage, only: str = "", *, part: Part = WHOLE, heads: Part = WHOLE
) -> tuple[int, list[str]]:
    """Read everything as everybody, and keep what that writes; return how often, and what changed."""
    world, asked, number, wrong = stage.world, 0, 0, list[str]()
    before = digests(world)
    for actor, person in stage.actors.items():
        client = world.client(person)
        for route, ids in _readings(stage, only):
            address, query, number = route.address(ids), query_of(route.endpoint, stage), number + 1
            if part.takes(number):
                client("GET", address, query_string=query)
            if heads.takes(number) and client("HEAD", address, query_string=query).data:
                wrong.append(f"{route}: HEAD has a body")
            asked += part.takes(number) + heads.takes(number)
        after = digests(world)
        wrong += [f"{actor}: reading changed {table}" for table in before if before[table] != after[table]]
    return asked, wrong


def _readings(stage: Stage, only: str = "") -> Iterator[tuple[Route, dict[str, Any]]]:
    by_name = {str(route): route for route in routes(stage.world.app, API) if only in route.rule}
    for row in matrix().rows:
        if row.method == "GET" and row.route in by_name:
            for thing in matrix().things_of(row)[:3]:
                mine = stage.things[thing].ids if thing else {}
                yield by_name[row.route], {"patient_id": stage.patient.patient_id, **WORDS, **mine}


def digests(world: World) -> dict[str, str]:
    """Return a digest of every table but the log, without the columns that keep the last use."""
    world.session.rollback()
    return {name: _digest(world, table) for name, table in Base.metadata.tables.items() if name not in LOG}


def _digest(world: World, table: Any) -> str:
    rows = world.session.execute(select(*(c for c in table.columns if c.name not in LAST_USE)))
    return hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()


def test_behind_a_shared_cache_nobody_gets_anothers_answer(world: World, part: Part) -> None:
    stage, cache, wrong = Stage(world, "active"), Cache(), list[str]()
    people = [stage.actors[a] for a in ("patient", "therapist", "unlinked", "anonymous")]
    with asking(world) as ask:
        for number, (route, ids) in enumerate(_readings(stage)):
            address = route.address(ids)
            for person in people if part.takes(number) else ():
                sent = {"Authorization": f"Bearer {person.token}"} if person else {}
                got = cache.get(lambda a, h: ask(None, "GET", a, headers=h).answer, address, sent)
                due = ask(person, "GET", address).answer
                if (got.status_code, len(got.data)) != (due.status_code, len(due.data)):
                    wrong.append(f"{route}: {got.status_code} instead of {due.status_code}")
    assert not wrong, wrong
