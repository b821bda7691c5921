"""The command line: each command calls a service and prints."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
