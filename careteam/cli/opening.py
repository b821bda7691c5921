"""`open-kept`: what earlier imports kept sealed becomes items, now that its class is read."""

from uuid import UUID

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from careteam import context
from careteam.cli.people import one_transaction
from careteam.services import health, importing
from careteam.services.importing import Opened


@click.command("open-kept")
def open_kept() -> None:
    """Make allergies, conditions and measures of what imports before this version kept sealed.

    Every record is opened in one transaction of its own; running it again changes nothing. What was kept waits, like
    every import, until its holder has confirmed its labels. Names of authors that stood elsewhere in the file are
    gone: to have them, and the members who stand for them, import the file again first.
    """
    with one_transaction():
        health.check(context.session())
        records = importing.with_kept(context.session())
    opened = [_open(record) for record in track(records, "records", console=Console(stderr=True))]
    _print(Console(), opened)


def _open(record: UUID) -> Opened:
    with one_transaction():
        return importing.open_kept(context.session(), record, at=context.now())


def _print(console: Console, opened: list[Opened]) -> None:
    table = Table("Record", "Allergies", "Conditions", "Measures", "Still sealed")
    for one in opened:
        measures = one.taken.get("Observation", 0) + one.taken.get("QuestionnaireResponse", 0)
        numbers = (
            one.taken.get("AllergyIntolerance", 0),
            one.taken.get("Condition", 0),
            measures,
            sum(one.sealed.values()),
        )
        table.add_row(str(one.patient_id), *map(str, numbers))
    if opened:
        console.print(table)
    for reason in sorted({reason for one in opened for reason in one.sealed}):
        console.print(f"Still sealed: {reason}.", highlight=False, soft_wrap=True)
    console.print(f"{sum(sum(one.taken.values()) for one in opened)} resources became items", highlight=False)
