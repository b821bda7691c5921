"""Five equal requests with one key at the same moment, on two workers: exactly one effect, for every POST."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.api.examples.played import ASKS
from tests.api.examples.stage import Ask, Stage, rules
from tests.api.test_refusals import documented
from tests.conftest import empty
from tests.http.server import Server
from tests.identity.browser import Browser
from tests.importing.kit import rows
from tests.world import World

AT_ONCE = 5
BESIDES = frozenset({"key_use", "try_count", "login_session", "api_token"})
"""What a repeated request may write: nothing that it was asked for."""

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def call(server: Server, stage: Stage, operation: str, ask: Ask, key: str) -> Any:
    """Send the request with the key over HTTP, as the person or the browser that asks."""
    method, rule, _ = rules(stage.world.app)[operation]
    address = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(ask.path[m[1]]), rule)
    headers = {"Idempotency-Key": key}
    if ask.version is not None:
        headers["If-Match"] = f'"{ask.version}"'
    options: dict[str, Any] = {"params": dict(ask.query)} | ({} if ask.body is None else {"json": _plain(ask.body)})
    if isinstance(ask.who, Browser):
        headers |= {"Cookie": f"careteam={ask.who.cookie}", "X-CSRFToken": ask.who.csrf}
        return requests.request(method, f"{server.url}{address}", headers=headers, timeout=30, **options)
    assert ask.who is not None
    return server.call(method, address, ask.who.token, headers=headers, **options)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def effects(world: World) -> dict[str, Any]:
    return {name: found for name, found in rows(world).items() if name not in BESIDES}


def keyed(world: World) -> list[str]:
    """Every POST that takes a key and succeeds."""
    return sorted(
        name
        for name, (method, told) in documented(world.app).items()
        if method == "POST"
        and any(p["name"] == "Idempotency-Key" for p in told["parameters"])
        and any(status.startswith("2") for status in told["responses"])
    )


def test_one_key_is_one_effect(world: World, server: Server, database_url: str, keys: int) -> None:
    operations, wrong, sent, replayed = keyed(world), list[Any](), 0, 0
    assert len(operations) > 20
    for operation in operations:
        for _ in range(keys):
            world.session.rollback()
            empty(database_url)
            stage, key = Stage(world), str(uuid4())
            ask = ASKS[operation](stage)
            world.session.rollback()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                jobs = [pool.submit(call, server, stage, operation, ask, key) for _ in range(AT_ONCE)]
                answers = [job.result() for job in jobs]
            after = effects(world)
            later = call(server, stage, operation, ask, key)
            done = [a for a in answers if a.status_code < 300 and "Idempotency-Replayed" not in a.headers]
            again = [a for a in [*answers, later] if a.headers.get("Idempotency-Replayed") == "true"]
            sent, replayed = sent + AT_ONCE + 1, replayed + len(again)
            if len(done) != 1 or len(again) != AT_ONCE or effects(world) != after:
                wrong.append((operation, [(a.status_code, a.text[:120]) for a in [*answers, later]]))
    print(f"\n{len(operations)} routes x {keys} keys, {sent} requests, {replayed} replayed, {len(wrong)} wrong")
    assert wrong == []
    assert len(server.workers()) == 2


def test_a_key_of_another_person_never_replays(world: World, server: Server) -> None:
    patient, therapist, prescriber = world.trio()
    note = {"kind": "progress_note", "title": "t", "body": "CANARY-17", "date": "2026-03-02"}
    headers = {"Idempotency-Key": "shared"}
    server.call("POST", f"{patient.record}/notes", therapist.token, json=note, headers=headers)
    others = [
        server.call("POST", f"{patient.record}/notes", who.token, json={**note, "body": "x"}, headers=headers)
        for who in (prescriber, patient)
    ]
    assert [a.status_code for a in others] == [201, 403]
    assert all("CANARY" not in a.text and "Idempotency-Replayed" not in a.headers for a in others)
