"""Which part of a walk over a whole table an everyday run goes."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Part:
    """Every `of`-th step of a walk, beginning at `turn`; the next run takes others, until all had their turn."""

    of: int = 1
    turn: int = 0

    def takes(self, number: int) -> bool:
        """Say whether this run takes the step of this number."""
        return (number + self.turn) % self.of == 0


WHOLE = Part()


@pytest.fixture
def part(full_matrix: bool, database_url: str, pairs_seed: int) -> Part:
    """All with `--full-matrix` and on SQLite; on PostgreSQL every fourth step, by `--pairs-seed`."""
    whole = full_matrix or database_url.startswith("sqlite")
    return WHOLE if whole else Part(4, pairs_seed)


@pytest.fixture
def share(full_matrix: bool, database_url: str, pairs_seed: int) -> Part:
    """For the access matrix: every second cell on SQLite, every eighth on PostgreSQL, by `--pairs-seed`."""
    return WHOLE if full_matrix else Part(2 if database_url.startswith("sqlite") else 8, pairs_seed)


@pytest.fixture
def turn(full_matrix: bool, database_url: str, pairs_seed: int) -> Part:
    """For walks of many people over many addresses: every third step on SQLite, every ninth on PostgreSQL."""
    return WHOLE if full_matrix else Part(3 if database_url.startswith("sqlite") else 9, pairs_seed)
