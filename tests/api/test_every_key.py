"""Every POST with a key: sent again it has no second effect, and shows its outcome or says where it can be seen."""

from typing import Any

import pytest

from careteam.api.examples import all_of_them
from tests.api.examples.played import ASKS
from tests.api.examples.stage import Stage, rules, send
from tests.api.test_refusals import documented
from tests.importing.kit import rows
from tests.world import World

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
POSTS = sorted(name for name, e in all_of_them().items() if e["method"] == "POST" and e["status"] < 300)
BESIDES = frozenset({"key_use", "try_count"})


@pytest.mark.parametrize(
    "operation", sorted(name for name, e in all_of_them().items() if e["method"] == "POST" and e["status"] < 300)
)
def test_the_same_request_again_has_no_second_effect(world: World, operation: str) -> None:
    _, told = documented(world.app)[operation]
    if not takes_key(told):
        pytest.skip("nobody is signed in here, or the body carries a password or code")
    stage = Stage(world)
    ask = ASKS[operation](stage)
    first = send(stage, operation, ask, headers=KEY)
    before = {name: found for name, found in rows(world).items() if name not in BESIDES}
    again = send(stage, operation, ask, headers=KEY)
    after = {name: found for name, found in rows(world).items() if name not in BESIDES}
    assert first.status_code < 300
    assert after == before
    assert again.headers["Idempotency-Replayed"] == "true"
    outcome(first, again)


def takes_key(told: Any) -> bool:
    """Whether the document names the key."""
    return any(p["name"] == "Idempotency-Key" for p in told["parameters"])


def outcome(first: Any, again: Any) -> None:
    """The same document as a GET of its place gives now, or 409 with the place; never what is shown once."""
    if again.status_code == 409:
        assert again.json["type"].endswith("/already-done")
        return
    assert (again.status_code, bool(again.data)) == (first.status_code, bool(first.data))
    if first.data:
        assert first.json.keys() == again.json.keys()
        assert first.json.get("id") == again.json.get("id")


def test_what_is_shown_once_is_told_and_not_shown(world: World) -> None:
    """Each of these answers a secret: it cannot be had again with the key, or no key is taken."""
    secrets = {"invite", "create_token", "begin_second_factor", "confirm_second_factor", "issue_password_reset"}
    assert secrets <= set(rules(world.app))
    assert {name for name in secrets if takes_key(documented(world.app)[name][1])} == {"invite"}
    assert "409" in documented(world.app)["invite"][1]["responses"]
