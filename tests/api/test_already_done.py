"""What a repeated POST may answer with 409 `already-done`: secrets shown once, and acts that leave no thing to read."""

from typing import Any

import pytest

from careteam.api.examples import all_of_them
from tests.api.examples.played import ASKS
from tests.api.examples.stage import Stage, rules, send
from tests.api.test_refusals import documented
from tests.world import World

KEY = {"Idempotency-Key": "0d0c9d1c-7a35-4f8e-8b8c-3b3a52f1f6c1"}
NO_THING = "an act, with no thing of its own to be read"
SECRET = "a secret, shown once"
REACHES = "whom it reached, and why not whom it did not, is said once; the thing is read where it is"
OTHERWISE = {
    "import_bundle": NO_THING,
    "import_consent": NO_THING,
    "mark_notices_read": NO_THING,
    "review_many_labels": NO_THING,
    "revoke_everywhere": NO_THING,
    "add_representation": SECRET,
    "invite": SECRET,
    "ask_for_refill": REACHES,
    "open_plan_review": REACHES,
    "send_item": REACHES,
    "write_question": REACHES,
    "answer_referral": "who refers can read it or not is said once; the answer is read where it is",
    "move_note_text": "two notes at once: each is read where it is",
}
"""Which posts cannot be answered again, and why."""
POSTS = sorted(name for name, e in all_of_them().items() if e["method"] == "POST" and e["status"] < 300)
READ_AGAIN = {
    "accept_own_invitation": "/acceptance",
    "agree_to_membership": "/memberships/",
    "agree_to_proposal": "/invitations/",
    "decline_membership": "/memberships/",
    "end_membership": "/memberships/",
    "review_labels": "/label-review",
    "review_medications": "/medication-reviews/",
}
"""Which are answered from the address that they are about."""


def twice(world: World, operation: str) -> tuple[Any, Any]:
    stage = Stage(world)
    ask = ASKS[operation](stage)
    return send(stage, operation, ask, headers=KEY), send(stage, operation, ask, headers=KEY)


@pytest.mark.parametrize("operation", POSTS)
def test_what_can_be_read_is_answered_again(world: World, operation: str) -> None:
    _, told = documented(world.app)[operation]
    if not any(p["name"] == "Idempotency-Key" for p in told["parameters"]):
        assert operation not in OTHERWISE, "no key is taken there"
        return
    first, again = twice(world, operation)
    assert again.status_code == (409 if operation in OTHERWISE else first.status_code), again.text
    if again.status_code == 409:
        assert again.json["type"].endswith("/already-done")


@pytest.mark.parametrize("operation", sorted(READ_AGAIN))
def test_the_answer_again_is_that_of_the_first_time(world: World, operation: str) -> None:
    first, again = twice(world, operation)
    assert (again.json, again.headers.get("ETag")) == (first.json, first.headers.get("ETag"))
    assert again.headers.get("Location") == first.headers.get("Location")
    assert (first.headers.get("Location") is not None) is (first.status_code == 201)
    assert READ_AGAIN[operation] in first.headers.get("Location", READ_AGAIN[operation])


@pytest.mark.parametrize("operation", ["invite", "import_bundle"])
def test_what_is_not_shown_again_says_what_was_made(world: World, operation: str) -> None:
    stage = Stage(world)
    ask = ASKS[operation](stage)
    first, again = send(stage, operation, ask, headers=KEY), send(stage, operation, ask, headers=KEY)
    assert again.headers["Location"] == first.headers["Location"]
    found = world.client(ask.who).get(first.headers["Location"])  # type: ignore[arg-type]
    assert found.status_code == 200
    assert "link" not in found.json


def test_every_exception_is_a_post(world: World) -> None:
    assert {rules(world.app)[name][0] for name in OTHERWISE} == {"POST"}
