"""The command line: each command calls a service and prints."""

from flask import Flask

from careteam.cli import accounts, demo, keys, people
from careteam.cli.importing import import_fhir
from careteam.cli.opening import open_kept


def register(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
    for command in (import_fhir, open_kept, *keys.COMMANDS, *people.COMMANDS, *accounts.COMMANDS, *demo.COMMANDS):
        app.cli.add_command(command)
