"""An application that sends mail, on the same databases, and a mail server for it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from careteam.app import create_app
from careteam.extensions import db
from tests import contract
from tests.conftest import empty, settings_for
from tests.notices.server import MailBox, free_port, serving
from tests.world import World

SENDER = "careteam@service.example"
URL = "https://careteam.example"


@pytest.fixture(scope="session")
def mailing_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for each database that hands mails to a port of this computer."""
    folder = tmp_path_factory.mktemp("mailing")
    mail = {"smtp_host": "127.0.0.1", "smtp_port": free_port(), "smtp_tls": "off", "smtp_from": SENDER}
    made = create_app(settings_for(database_url, folder, public_url=URL, smtp_timeout_seconds=1, **mail))
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = True
    contract.watch(made)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def mailing(mailing_app: Flask, database_url: str) -> Iterator[World]:
    """A world in an application that sends mail."""
    empty(database_url)
    with World(mailing_app) as made:
        yield made


@pytest.fixture
def idle(mailing: World) -> MailBox:
    """A mail server that is down until a test serves it."""
    return MailBox(mailing.app.extensions["careteam"].settings.smtp_port)


@pytest.fixture
def box(idle: MailBox) -> Iterator[MailBox]:
    """A mail server that is up."""
    with serving(idle):
        yield idle
