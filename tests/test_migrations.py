"""Migrations on a filled database: up and down again, nothing is lost; and never down where something would be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import MetaData, create_engine, select

from careteam.app import create_app
from careteam.extensions import db
from careteam.migrating import configuration, upgrade
from careteam.policy.vocabulary import Label, MembershipKind, Role
from tests import postgres
from tests.conftest import settings_for
from tests.world import World


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind that nothing else uses, at the newest version."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'careteam.db'}"
        upgrade(made)
        yield made
        return
    with postgres.database(request.getfixturevalue("postgres_server")) as made:
        upgrade(made)
        yield made


@contextmanager
def filling(url: str, folder: Path) -> Iterator[World]:
    """A world in this database; it is let go afterwards."""
    app = create_app(settings_for(url, folder))
    with World(app) as world:
        yield world
    with app.app_context():
        db.engine.dispose()


def fill(world: World) -> None:
    """Write something into what the first version had."""
    patient, therapist, prescriber = world.trio()
    colleague = world.therapist("Cora Cover")
    world.join(patient, colleague, Role.THERAPIST, kind=MembershipKind.COVERING, valid_from=world.now)
    world.consent(patient, labels=[Label.HIV])
    world.restriction(patient, label=Label.VIOLENCE)
    world.note(patient, therapist, labels={Label.HIV})
    world.medication(patient, prescriber)
    world.client(prescriber).get(f"{patient.record}/shared-record")


def down(url: str, revision: str) -> None:
    """Go back to a version."""
    command.downgrade(configuration(url), revision)


def rows(url: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, as the database has them."""
    engine, tables = create_engine(url), MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = {
            name: sorted((dict(row._mapping) for row in connection.execute(select(table))), key=repr)
            for name, table in tables.tables.items()
            if name != "alembic_version"
        }
    engine.dispose()
    return found


def shared(more: dict[str, list[dict[str, Any]]], less: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Of `more`, the tables and columns that `less` has too."""
    return {
        name: sorted(({k: v for k, v in row.items() if k in found[0]} for row in more[name]), key=repr)
        for name, found in less.items()
        if found
    }


def test_going_back_and_forth_changes_no_row(url: str, tmp_path: Path) -> None:
    with filling(url, tmp_path) as world:
        fill(world)
    new = rows(url)
    down(url, "0001")
    old = rows(url)
    upgrade(url)
    again = rows(url)
    down(url, "0001")
    assert {name for name, found in old.items() if found} >= {"item", "note", "membership", "consent", "access_event"}
    assert shared(new, old) == {name: found for name, found in old.items() if found}
    assert again == new
    assert rows(url) == old


def test_going_back_is_refused_where_something_would_be_lost(url: str, tmp_path: Path) -> None:
    with filling(url, tmp_path) as world:
        fill(world)
        patient = world.patient("Noor Haddad")
        world.allergy(patient, patient)
    down(url, "0002")  # loses nothing here: there is nothing yet of what came after it
    before = rows(url)
    with pytest.raises(RuntimeError, match="restore a backup"):
        down(url, "0001")
    assert rows(url) == before
