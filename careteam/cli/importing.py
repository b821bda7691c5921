"""`import-fhir`: files from other systems, each taken whole or not at all."""

from dataclasses import dataclass
from pathlib import Path

import click
import structlog
from flask import current_app
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from careteam import context
from careteam.cli.files import read_file, shown
from careteam.cli.import_tables import print_report
from careteam.errors import CareTeamError
from careteam.services import health, importing
from careteam.services.importing import Named, RefusedFile, Report
from careteam.services.log import access_log

log = structlog.get_logger()
FAULT = "Something went wrong on our side: import it again."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: a report, or why it was refused."""

    path: Path
    report: Report | None = None
    refusal: str = ""

    @property
    def word(self) -> str:
        """The outcome in a word or two."""
        if self.report is None:
            return "refused"
        return "imported" if self.report.changed_anything else "nothing new"


def _authors(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    named: dict[str, str] = {}
    for text in given:
        name, _, address = text.rpartition("=")
        if not (name.strip() and address.strip()):
            raise click.BadParameter('write "Name of the author"=address')
        named[name.strip()] = address.strip()
    return named


@click.command("import-fhir")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--therapist", required=True, metavar="EMAIL", help="The therapist in whose name it is imported.")
@click.option("--prescriber", required=True, metavar="EMAIL", help="The prescriber, who will hold the medications.")
@click.option("--patient", metavar="EMAIL|ID", help="The record to import into; else the Patient of each file decides.")
@click.option("--subject", metavar="Patient/ID", help="Whom a file means, if it holds several Patients or none.")
@click.option(
    "--author",
    "authors",
    multiple=True,
    callback=_authors,
    metavar="NAME=EMAIL",
    help="The member who will hold the notes of this outside author (a name, or a key such as Practitioner/17).",
)
def import_fhir(
    files: tuple[Path, ...],
    therapist: str,
    prescriber: str,
    patient: str | None,
    subject: str | None,
    authors: dict[str, str],
) -> None:
    """Import FHIR R4 bundles or single resources.

    A file is taken whole or not at all; importing it again changes nothing. Without --patient, a person whom the
    two clinicians have not imported before gets a record that waits for them. What comes in is read only by
    its holder and the patient until the holder has confirmed its labels. Exits with 1 if a file was refused.
    """
    named = _named(therapist=therapist, prescriber=prescriber, patient=patient, authors=authors)
    outcomes = _import_all(files, named, subject)
    console = Console()
    for outcome in outcomes:
        if outcome.report is not None:
            print_report(console, shown(outcome.path), outcome.report)
        else:
            console.print(Text(f"{shown(outcome.path)}: refused. {outcome.refusal}\n"), soft_wrap=True)
    taken = sum(outcome.report is not None for outcome in outcomes)
    console.print(f"{taken} of {len(outcomes)} files imported", highlight=False)
    if taken < len(outcomes):
        raise click.exceptions.Exit(1)


def _named(*, therapist: str, prescriber: str, patient: str | None, authors: dict[str, str]) -> Named:
    session = context.session()
    try:
        health.check(session)
        return importing.resolve(session, therapist=therapist, prescriber=prescriber, patient=patient, authors=authors)
    except CareTeamError as error:
        raise click.UsageError(error.detail) from error
    finally:
        session.rollback()


def _import_all(files: tuple[Path, ...], named: Named, subject: str | None) -> list[Outcome]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    outcomes: list[Outcome] = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(files))
        for path in files:
            progress.update(task, description=shown(path))
            outcomes.append(_import(path, named, subject))
            progress.console.print(Text(f"{shown(path)}: {outcomes[-1].word}"))
            progress.advance(task)
        progress.update(task, description="files")
    return outcomes


def _import(path: Path, named: Named, subject: str | None) -> Outcome:
    """Import one file in one transaction. A refusal is logged in another one."""
    session, most = context.session(), current_app.extensions["careteam"].settings.max_import_bytes
    try:
        raw = read_file(path, most=most)
        report = importing.import_bundle(
            session,
            None,
            raw,
            therapist_id=named.therapist_id,
            prescriber_id=named.prescriber_id,
            patient_id=named.patient_id,
            subject=subject,
            authors=named.authors,
            max_bytes=most,
            at=context.now(),
        )
        session.commit()
    except CareTeamError as error:
        return Outcome(path, refusal=_refused(named, error))
    except Exception as error:
        log.error("unexpected-error", kind=type(error).__name__)
        return Outcome(path, refusal=_refused(named, CareTeamError(FAULT)))
    return Outcome(path, report)


def _refused(named: Named, error: CareTeamError) -> str:
    """Log a refusal, without the place in the file; returns what to print."""
    session = context.session()
    session.rollback()
    ids = {"patient_id": named.patient_id} if named.patient_id else {}
    access_log.refused(session, None, importing.ACT, origin=access_log.OPERATOR, ids=ids, at=context.now())
    session.commit()
    told = error.detail or error.title
    log.warning("import-refused", reason=error.reason if isinstance(error, RefusedFile) else told)
    return told
