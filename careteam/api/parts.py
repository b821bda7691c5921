"""What the application was built with, for the handlers that pass it on."""

from typing import Any

from flask import current_app

from careteam.passwords import Passwords


def settings() -> Any:
    """Return the settings of this application."""
    return current_app.extensions["careteam"].settings


def passwords() -> Passwords:
    """Return what hashes and verifies passwords, with this application's parameters."""
    made: Passwords = current_app.extensions["careteam"].passwords
    return made
