"""The command line: each command calls a service and prints."""

from flask import Flask

from careteam.cli import accounts, backup, chain, demo, keys, mailing, people, replaying
from careteam.cli.consent_files import import_consent
from careteam.cli.importing import import_fhir
from careteam.cli.opening import open_kept


def register(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
    for command in (
        import_fhir,
        import_consent,
        open_kept,
        *mailing.COMMANDS,
        *keys.COMMANDS,
        *people.COMMANDS,
        *accounts.COMMANDS,
        *demo.COMMANDS,
        *chain.COMMANDS,
        *replaying.COMMANDS,
        *backup.COMMANDS,
    ):
        app.cli.add_command(command)
