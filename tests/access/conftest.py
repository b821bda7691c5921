"""The case table and the grid as rows, written once for each database and module, and only read from then on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from careteam.extensions import engine_options
from tests.access.asking import Asked, ask
from tests.access.stored import write_cases, write_grid
from tests.conftest import empty
from tests.policy.cases import STORED


@contextmanager
def emptied(url: str) -> Iterator[Session]:
    """A session on an empty database, left empty."""
    empty(url)
    engine = create_engine(url, **engine_options(url))
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()
        empty(url)


@pytest.fixture(scope="module")
def table(database_url: str) -> Iterator[tuple[Session, list[Asked]]]:
    """The case table as rows, each with the scope that the gate makes of them."""
    with emptied(database_url) as session:
        written = write_cases(session, STORED)
        session.commit()
        yield session, [ask(session, case) for case in written]


@pytest.fixture(scope="module")
def grid(database_url: str) -> Iterator[Session]:
    """The grid as rows."""
    with emptied(database_url) as session:
        write_grid(session)
        session.commit()
        yield session
