"""`import-consent`: a FHIR Consent of another system, explained, or requested in a member's name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from careteam import context
from careteam.cli.files import read_file, shown
from careteam.cli.people import one_transaction
from careteam.services import health
from careteam.services.consents import from_fhir_operator
from careteam.services.consents.from_fhir_parties import SAID, parties_of


@click.command("import-consent")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--patient", required=True, metavar="EMAIL|ID", help="The record that the Consent is about.")
@click.option("--parties", required=True, help=f"Whom its references mean. {SAID}")
@click.option("--valid-until", type=click.DateTime(), help="The end (UTC) of a permit that names none.")
@click.option(
    "--requested-by", metavar="EMAIL", help="The member in whose name it is requested; else nothing is written."
)
@with_appcontext
def import_consent(
    file: Path, patient: str, parties: str, valid_until: datetime | None, requested_by: str | None
) -> None:
    """Say what a FHIR R4 Consent means here, or where and why it cannot be said exactly.

    With --requested-by it is requested from the patient, who alone signs: nothing opens before that. A Consent that
    says no is explained only, for a restriction is the patient's alone to make.
    """
    most = current_app.extensions["careteam"].settings.max_body_bytes
    with one_transaction():
        health.check(context.session())
        found = from_fhir_operator.explain_or_request(
            context.session(),
            read_file(file, most=most),
            patient=patient,
            parties=parties_of(parties),
            valid_until=valid_until.replace(tzinfo=UTC) if valid_until else None,
            requested_by=requested_by,
            at=context.now(),
        )
    _print(shown(file), found, requested=requested_by is not None)


def _print(name: str, found: dict[str, Any], *, requested: bool) -> None:
    click.echo(f"{name}: can be said exactly.")
    for kind in ("consents", "restrictions"):
        for words in found[kind]:
            click.echo(f"{kind.removesuffix('s')}: {_line(words)}")
    for remark in found["remarks"]:
        click.echo(remark)
    click.echo("Requested; it waits for the patient's signature." if requested else "Nothing was written.")


def _line(words: dict[str, Any]) -> str:
    told = {key: value for key, value in words.items() if value not in (None, (), frozenset())}
    return "; ".join(f"{key.replace('_', ' ')} {_text(value)}" for key, value in told.items())


def _text(value: Any) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, tuple | frozenset) else str(value)
