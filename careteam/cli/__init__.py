"""The command line: each command calls a service and prints."""

from flask import Flask

from careteam.cli import demo, keys, people
from careteam.cli.importing import import_fhir


def register(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
    for command in (import_fhir, *keys.COMMANDS, *people.COMMANDS, *demo.COMMANDS):
        app.cli.add_command(command)
