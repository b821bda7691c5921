"""Migrations on a filled database: up and down again, nothing is lost; and never down where something would be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, select

from careteam.app import create_app
from careteam.extensions import db
from careteam.migrating import configuration, upgrade
from careteam.models import CheckInSchedule
from careteam.policy.treatment_words import AnswerOutcome, CheckInCause
from careteam.policy.vocabulary import Label, MembershipKind, Role
from tests import postgres
from tests.conftest import settings_for
from tests.plan import rows as plan_rows
from tests.world import World

BROUGHT = {
    *("answer", "check_in", "check_in_schedule", "cost_request", "direction", "intake", "measure", "measure_request"),
    *("message", "message_recipient", "message_thread", "plan_acknowledgement", "plan_item", "plan_review"),
    *("plan_version", "prior_trial", "question", "referral", "refill_request", "side_effect", "supply"),
}
"""The tables of treatment in full, which the version before it has no place for."""


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


def treat(world: World) -> None:
    """Write of all that the version of treatment in full brought."""
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    report = world.side_effect(patient, patient)
    world.sent(report, prescriber)
    world.answer(prescriber, report, outcome=AnswerOutcome.MANAGE)
    world.check_in(patient, prescriber, entry)
    world.supply(patient, prescriber, entry)
    world.refill_request(patient, entry)
    world.cost_request(patient, entry)
    world.measure(patient, patient)
    world.measure_request(patient, prescriber)
    world.message(patient, patient, therapist)
    world.referral(patient, therapist)
    world.question(patient)
    item = plan_rows.plan_item(world, patient, prescriber, text="Sleep.")
    plan_rows.plan_word(world, patient, patient, item, text="By when?")
    plan_rows.plan_review(world, patient, text="I am tired.")
    plan_rows.intake_part(world, patient, therapist, text="Wakes at four.")
    plan_rows.prior_trial(world, patient, patient, drug="Fluoxetine")
    world.add(
        CheckInSchedule(
            patient_id=patient.patient_id,
            cause=CheckInCause.START,
            days=[3],
            set_by=prescriber.user_id,
            set_at=world.now,
        )
    )


def test_everything_that_treatment_in_full_brought_is_written_here(url: str, tmp_path: Path) -> None:
    with filling(url, tmp_path) as world:
        treat(world)
    assert {name for name, found in rows(url).items() if found} >= BROUGHT


def test_the_newest_version_goes_and_comes_on_a_filled_database(url: str, tmp_path: Path) -> None:
    with filling(url, tmp_path) as world:
        fill(world)
    new = rows(url)
    down(url, "0003")
    old = rows(url)
    upgrade(url)
    assert rows(url) == new
    assert BROUGHT.isdisjoint(old)
    assert shared(new, old) == {name: found for name, found in old.items() if found}


def test_going_back_from_it_is_refused_where_something_would_be_lost(url: str, tmp_path: Path) -> None:
    with filling(url, tmp_path) as world:
        treat(world)
    before = rows(url)
    with pytest.raises(RuntimeError, match="restore a backup"):
        down(url, "0003")
    assert rows(url) == before


def test_it_looks_at_every_table_that_it_brought() -> None:
    newest = ScriptDirectory.from_config(configuration("sqlite://")).get_revision("0004")
    assert newest is not None
    assert set(newest.module.KEPT_HERE) == BROUGHT
