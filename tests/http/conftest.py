"""One running server for all tests over HTTP: they empty its database, and what it answers is nobody's cache."""

from collections.abc import Iterator

import pytest

from careteam.extensions import db
from tests.conftest import KEYS, SECRET
from tests.http.server import Server, running
from tests.world import World

SETTINGS = {
    "CARETEAM_ENVIRONMENT": "testing",
    "CARETEAM_SECRET_KEY": SECRET,
    "CARETEAM_ENCRYPTION_KEYS": KEYS,
    "CARETEAM_ARGON2_TIME_COST": "1",
    "CARETEAM_ARGON2_MEMORY_KIB": "8",
}


@pytest.fixture(scope="session")
def running_server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers on the database of every `world`, for as long as tests ask them."""
    with running(database_url, tmp_path_factory.mktemp("server"), SETTINGS) as started:
        yield started


@pytest.fixture
def server(world: World, running_server: Server) -> Server:
    """Two workers on the database of `world`, who have answered nothing yet as far as the test can see."""
    db.engine.dispose()
    return running_server.from_now()
