"""A second worker: another application on the same database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from careteam.app import create_app
from careteam.extensions import db
from tests.conftest import settings_for


@pytest.fixture
def other_worker(world: object, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application that shares nothing with `world.app` but the settings and the database."""
    made = create_app(settings_for(database_url, tmp_path))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()
