"""A world whose log is sealed when a test says so, into a folder of its own."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from careteam.extensions import db, engine_options
from careteam.sealing import Keyring
from careteam.services.chain import databases
from careteam.services.chain.sealer import Sealed, Sealer
from careteam.services.chain.verifying import Report, verify
from tests.chain.plain_sql import Plain
from tests.world import World


@dataclass
class Chained:
    """The world, its folder of heads, and what an attacker with the database can do."""

    world: World
    folder: Path
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def url(self) -> str:
        """The database."""
        return str(self.world.app.config["SQLALCHEMY_DATABASE_URI"])

    @property
    def ring(self) -> Keyring:
        """The keys that the attacker does not have."""
        ring: Keyring = self.world.app.extensions["careteam"].keyring
        return ring

    def sealer(self, folder: Path | None = None) -> Sealer:
        """A sealer as a server process makes one."""
        return Sealer(databases.beside(self.url, engine_options(self.url)), self.ring, folder or self.folder)

    def seal(self, **later: int) -> Sealed:
        """Seal now, or later, by a process that has just begun."""
        self.let_go()
        self.at += timedelta(**later)
        return self.sealer().run(at=self.at)

    def verify(self, ring: Keyring | None = None) -> Report:
        """Look at the log."""
        self.let_go()
        with databases.looking(db.engine, ring or self.ring) as session:
            return verify(session, ring or self.ring, self.folder)

    def found(self) -> list[str]:
        """What verifying finds, as sentences."""
        return [str(finding) for finding in self.verify().findings]

    def let_go(self) -> None:
        """End the test's own transaction, which would hold SQLite."""
        db.session.rollback()

    def plain(self) -> Any:
        """A connection that no rule stands before."""
        self.let_go()
        return closing(Plain(make_url(self.url)))

    def sql(self, *statements: str) -> None:
        """Do something to the database, past the service and its foreign keys."""
        with self.plain() as connection:
            for statement in statements:
                connection.run(statement)


@pytest.fixture
def chained(world: World, tmp_path: Path) -> Chained:
    """An empty world and an empty folder."""
    return Chained(world, tmp_path / "log-head")


@pytest.fixture
def filled(chained: Chained) -> Chained:
    """Two patients whose records were read and changed, sealed in three seals."""
    world = chained.world
    patient, therapist, prescriber = world.trio()
    other = world.patient("Noor Haddad")
    entry, _ = world.medication(patient, prescriber), world.medication(patient, prescriber, drug="Lithium")
    world.consent(patient)
    for _ in range(2):
        world.client(therapist).get(f"{patient.record}/medications")
        world.client(therapist).get(f"{patient.record}/medications/{entry.id}")
        world.client(other).get(f"{other.record}/medications")
        world.client(therapist).get("patients")
        chained.seal()
    world.client(therapist).get(f"{patient.record}/medications")
    chained.seal()
    return chained
