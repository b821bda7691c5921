"""Both databases, one application each, an empty database for every test, and a world to fill it."""

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from careteam.app import create_app
from careteam.extensions import db
from careteam.migrating import upgrade
from careteam.models import Base
from config import Settings
from tests import contract, postgres
from tests.world import World

SECRET = "correct-horse-battery-staple-0123456789"
KEYS = "t1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many random pairs of a question and an item the rule is asked, and from which seed."""
    parser.addoption("--pairs", type=int, default=50_000, help="pairs of each random comparison of the rule")
    parser.addoption("--pairs-seed", type=int, default=random.SystemRandom().randrange(2**32), help="their seed")
    parser.addoption("--full-matrix", action="store_true", help="walk over every table whole, in every consent state")
    parser.addoption("--worlds", type=int, default=1, help="random worlds in which lists are held against single reads")
    parser.addoption("--worlds-seed", type=int, default=random.SystemRandom().randrange(2**32), help="their seed")
    parser.addoption("--cases", type=int, default=1, help="generated requests to each operation from each person")
    parser.addoption("--cases-seed", type=int, default=random.SystemRandom().randrange(2**32), help="their seed")
    parser.addoption("--wrong-logins", type=int, default=60, help="wrong logins of each brute-force test")
    parser.addoption("--timings", type=int, default=0, help="runs of each timing comparison; 0: none")
    parser.addoption("--keys", type=int, default=1, help="idempotency keys for each POST, sent five times at once")
    parser.addoption("--revocations", type=int, default=5, help="revocations that are followed by reads over HTTP")
    parser.addoption("--laws", type=int, default=120, help="random questions for each law of the rule, and of the gate")
    parser.addoption("--laws-seed", type=int, default=random.SystemRandom().randrange(2**32), help="their seed")
    parser.addoption("--revoke-trials", type=int, default=60, help="revocations, then reads on both workers")
    parser.addoption("--new-notes", type=int, default=12, help="revocations that are followed by a new note")
    parser.addoption("--machine-runs", type=int, default=8, help="sequences of acts that are held against the model")
    parser.addoption("--machine-steps", type=int, default=40, help="acts in each sequence")
    parser.addoption("--machine-seed", type=int, default=random.SystemRandom().randrange(2**32), help="their seed")
    parser.addoption("--tamper", type=int, default=40, help="bytes of the sealed log that are flipped, one at a time")
    parser.addoption("--session-ends", type=int, default=16, help="requests over HTTP after what ends each session")


def pytest_report_header(config: pytest.Config) -> str:
    """Say how to repeat this run's random comparisons."""
    return f"the rule is asked with --pairs {config.getoption('pairs')} --pairs-seed {config.getoption('pairs_seed')}"


@pytest.fixture(scope="session")
def pairs(pytestconfig: pytest.Config) -> int:
    """How many pairs of a question and an item a random comparison asks."""
    return int(pytestconfig.getoption("pairs"))


@pytest.fixture(scope="session")
def pairs_seed(pytestconfig: pytest.Config) -> int:
    """The seed of the random comparisons."""
    return int(pytestconfig.getoption("pairs_seed"))


@pytest.fixture(scope="session")
def full_matrix(pytestconfig: pytest.Config) -> bool:
    """Whether every address is asked in every consent state, also where its row says that none matters."""
    return bool(pytestconfig.getoption("full_matrix"))


@pytest.fixture(scope="session")
def worlds(pytestconfig: pytest.Config) -> int:
    """In how many random worlds lists, single reads, counts and the log are compared."""
    return int(pytestconfig.getoption("worlds"))


@pytest.fixture(scope="session")
def worlds_seed(pytestconfig: pytest.Config) -> int:
    """The seed of the random worlds."""
    return int(pytestconfig.getoption("worlds_seed"))


@pytest.fixture(scope="session")
def laws(pytestconfig: pytest.Config) -> int:
    """How many random questions each law is tried with."""
    return int(pytestconfig.getoption("laws"))


@pytest.fixture(scope="session")
def laws_seed(pytestconfig: pytest.Config) -> int:
    """The seed of these questions."""
    return int(pytestconfig.getoption("laws_seed"))


@pytest.fixture(scope="session")
def revoke_trials(pytestconfig: pytest.Config) -> int:
    """How many revocations are each followed by a read on each of two warm workers."""
    return int(pytestconfig.getoption("revoke_trials"))


@pytest.fixture(scope="session")
def new_notes(pytestconfig: pytest.Config) -> int:
    """How many revocations are followed by a new note."""
    return int(pytestconfig.getoption("new_notes"))


@pytest.fixture(scope="session")
def machine_runs(pytestconfig: pytest.Config) -> int:
    """How many sequences of acts are held against the independent model."""
    return int(pytestconfig.getoption("machine_runs"))


@pytest.fixture(scope="session")
def machine_steps(pytestconfig: pytest.Config) -> int:
    """How many acts each of these sequences has."""
    return int(pytestconfig.getoption("machine_steps"))


@pytest.fixture(scope="session")
def machine_seed(pytestconfig: pytest.Config) -> int:
    """The seed of these sequences."""
    return int(pytestconfig.getoption("machine_seed"))


@pytest.fixture(scope="session")
def wrong_logins(pytestconfig: pytest.Config) -> int:
    """How many wrong logins a brute-force test sends."""
    return int(pytestconfig.getoption("wrong_logins"))


@pytest.fixture(scope="session")
def timings(pytestconfig: pytest.Config) -> int:
    """How many times each side of a timing comparison is measured; without the option the test is skipped."""
    runs = int(pytestconfig.getoption("timings"))
    return runs if runs else pytest.skip("times are compared with --timings N")


@pytest.fixture(scope="session")
def revocations(pytestconfig: pytest.Config) -> int:
    """How many revocations are followed by reads over HTTP."""
    return int(pytestconfig.getoption("revocations"))


@pytest.fixture(scope="session")
def session_ends(pytestconfig: pytest.Config) -> int:
    """How many requests over HTTP follow each thing that ends a session."""
    return int(pytestconfig.getoption("session_ends"))


@pytest.fixture(scope="session")
def keys(pytestconfig: pytest.Config) -> int:
    """How many idempotency keys are tried for each POST over HTTP."""
    return int(pytestconfig.getoption("keys"))


@pytest.fixture(scope="session")
def cases(pytestconfig: pytest.Config) -> int:
    """How many generated requests each operation gets from each person."""
    return int(pytestconfig.getoption("cases"))


@pytest.fixture(scope="session")
def cases_seed(pytestconfig: pytest.Config) -> int:
    """The seed of the generated requests."""
    return int(pytestconfig.getoption("cases_seed"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server, or a skip with the reason; under CI its absence is a failure."""
    try:
        with postgres.server() as url:
            yield url
    except postgres.PostgresUnavailable as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL: {reason}")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'careteam.db'}"
        upgrade(url)
        yield url
        return
    with postgres.database(request.getfixturevalue("postgres_server")) as url:
        upgrade(url)
        yield url


def settings_for(url: str, folder: Path, **changes: object) -> Settings:
    """Settings of a test application: cheap password hashing, nothing from the environment."""
    values: dict[str, object] = {
        "environment": "testing",
        "secret_key": SECRET,
        "encryption_keys": KEYS,
        "database_url": url,
        "instance": folder,
        "argon2_time_cost": 1,
        "argon2_memory_kib": 8,
        **changes,
    }
    return Settings(**values)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def application(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for each database; use `app`, which empties the database first."""
    made = create_app(settings_for(database_url, tmp_path_factory.mktemp("instance")))
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = True
    contract.watch(made)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def app(application: Flask, database_url: str) -> Flask:
    """The application on an empty database."""
    empty(database_url)
    return application


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """People, teams, consents and items by one line each, and clients that act as them."""
    with World(app) as made:
        yield made


_DELETE_ALL = "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(Base.metadata.sorted_tables))
"""Whoever refers to rows goes before them. (Truncating takes PostgreSQL six times as long for tables this small.)"""
_UNCHECKED = """DO $$ BEGIN IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
PERFORM set_config('session_replication_role', 'replica', false); END IF; END $$; """
"""Nobody has to look for who refers to a row where every row goes; only a superuser may say so."""


def empty(url: str) -> None:
    """Delete every row, without a trace of the test before."""
    found = make_url(url)
    if found.get_backend_name() == "postgresql":
        with postgres.connect(url) as connection:
            connection.execute(f"{_UNCHECKED}{_DELETE_ALL}".encode())
        return
    with closing(sqlite3.connect(found.database or "", timeout=15)) as file:
        file.executescript(f"PRAGMA synchronous=OFF; BEGIN; {_DELETE_ALL}; COMMIT")
