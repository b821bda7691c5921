"""Whether an address has an account cannot be told from how long the answer takes.

The everyday test counts what is done; this one measures it (`--timings 1000`), with passwords
hashed at their real cost.
"""

import random
import time
from collections.abc import Iterator
from math import erf, sqrt
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, update

from careteam.app import create_app
from careteam.extensions import db
from careteam.models import User
from tests.conftest import settings_for
from tests.identity.browser import Browser
from tests.world import World

WRONG = "wrong wrong wrong wrong"
LIKELY = 0.01
"""Below this chance of so large a difference between equals, they count as told apart."""


def unlikely(left: list[float], right: list[float]) -> float:
    """Return the two-sided p of a rank-sum test (Mann-Whitney, normal approximation; times do not tie)."""
    ranked = sorted([(value, 0) for value in left] + [(value, 1) for value in right])
    rank_sum = sum(rank for rank, (_, side) in enumerate(ranked, 1) if side == 0)
    n, m = len(left), len(right)
    z = (rank_sum - n * (n + m + 1) / 2) / sqrt(n * m * (n + m + 1) / 12)
    return 1 - erf(abs(z) / sqrt(2))


def test_the_rank_test_tells_different_times_apart_and_equal_ones_not() -> None:
    chance = random.Random(20261201)
    left, right = ([chance.gauss(10, 1) for _ in range(400)] for _ in range(2))
    assert unlikely(left, right) > LIKELY
    assert unlikely(left, [value + 0.4 for value in right]) < LIKELY


@pytest.mark.parametrize("path", ["session", "password-reset-requests"])
def test_known_and_unknown_addresses_cause_the_same_statements(world: World, path: str) -> None:
    tess, said = world.therapist(), []
    for email in (tess.email, "nobody@example.org"):
        statements: list[str] = []

        def note(*arguments: object, into: list[str] = statements) -> None:
            into.append(str(arguments[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        body = {"email": email, **({"password": WRONG} if path == "session" else {})}
        for _ in range(7):
            Browser(world.app)("POST", path, body)
        event.remove(db.engine, "before_cursor_execute", note)
        said.append([s.split(" RETURNING")[0] for s in statements])
    assert len(said[0]) > 7
    assert said[0] == said[1]


@pytest.fixture
def at_real_cost(world: World, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application that hashes passwords as in production, and locks nobody out."""
    costs = {"argon2_time_cost": 3, "argon2_memory_kib": 65536, "wrong_tries": 1_000_000}
    made = create_app(settings_for(database_url, tmp_path, **costs))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", ["session", "password-reset-requests"])
def test_known_and_unknown_addresses_take_as_long(world: World, at_real_cost: Flask, timings: int, path: str) -> None:
    tess = world.therapist()
    passwords = at_real_cost.extensions["careteam"].passwords
    world.session.execute(update(User).values(password_hash=passwords.hash("four unrelated words here")))
    world.session.commit()
    took: dict[str, list[float]] = {tess.email: [], "tess.okafos@example.org": []}
    for _ in range(timings):
        for email in random.sample(list(took), 2):
            body = {"email": email, **({"password": WRONG} if path == "session" else {})}
            browser, start = Browser(at_real_cost), time.perf_counter()
            browser("POST", path, body)
            took[email].append(time.perf_counter() - start)
    chance = unlikely(*took.values())
    print(f"\n{path}: {timings} runs each, p = {chance:.3f}")
    assert chance > LIKELY
