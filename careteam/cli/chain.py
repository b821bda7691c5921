"""`seal-log` and `verify-log`: the log as nobody can change it unseen, and `unlock-after-review`."""

from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from careteam import context
from careteam.cli.people import one_transaction
from careteam.extensions import db, engine_options
from careteam.services import health
from careteam.services.chain import databases, locking
from careteam.services.chain.sealer import Sealed, Sealer
from careteam.services.chain.verifying import Report, verify


def sealer() -> Sealer:
    """Return what seals this installation's database into its folder."""
    parts = current_app.extensions["careteam"]
    url = parts.settings.database_url
    folder, anew = parts.settings.head_folder, not parts.settings.production
    return Sealer(databases.beside(url, engine_options(url)), parts.keyring, folder, begins_anew=anew)


@click.command("seal-log")
@with_appcontext
def seal_log() -> None:
    """Seal what the log has gained, and write its head outside the database.

    A running server does so by itself every few seconds (CARETEAM_LOG_SEAL_SECONDS).
    """
    _ready()
    try:
        done = sealer().run(at=context.now(), whole=True)
    except OSError as error:
        raise click.ClickException(f"The head cannot be written: {error}. Set CARETEAM_LOG_HEAD.") from error
    _say(done)


@click.command("verify-log")
@with_appcontext
def verify_log() -> None:
    """Hold the log against its seals and against the heads outside the database.

    Ends with 1 where anything was changed, deleted, inserted, reordered, back-dated, cut or built anew.
    """
    _ready()
    parts = current_app.extensions["careteam"]
    with databases.looking(db.engine, parts.keyring) as session:
        report = verify(session, parts.keyring, parts.settings.head_folder)
    for line in lines(report, at=context.now()):
        click.echo(line)
    if not report.sound:
        raise SystemExit(1)


@click.command("unlock-after-review")
@click.option("--reason", required=True, help="What was reviewed; kept with the lock.")
@with_appcontext
def unlock_after_review(reason: str) -> None:
    """Open a database that started locked, after a review of what was revoked and restricted since its backup."""
    _ready()
    sealer().accept(at=context.now())
    with one_transaction():
        told = locking.unlock_after_review(context.session(), reason, at=context.now())
    click.echo(f"Reads are open again. Told to look at their consents: {told} patients.")


COMMANDS = (seal_log, verify_log, unlock_after_review)


def lines(report: Report, *, at: datetime) -> list[str]:
    """Return what a report says, finding by finding."""
    said = [f"{len(report.findings)} findings in {report.events} sealed events of {report.chains} chains."]
    said += [f"FOUND: {finding}" for finding in report.findings]
    said += [f"Note: {note}" for note in report.notes]
    if report.head_at:
        said += [f"Newest head: number {report.head}, of {report.head_at:%Y-%m-%d %H:%M:%S} UTC."]
    else:
        said += ["There is no head outside the database: a cut end of the log would not be seen. Run seal-log."]
    said += [f"Sealed, but not covered by a head yet: {report.uncovered}."]
    return [*said, _window(report, at)]


def _window(report: Report, at: datetime) -> str:
    if not report.unsealed or report.unsealed_from is None or report.unsealed_until is None:
        return f"Not sealed yet: {report.unsealed}."
    age = int((at - report.unsealed_from).total_seconds())
    span = f"from {report.unsealed_from:%Y-%m-%d %H:%M:%S} to {report.unsealed_until:%Y-%m-%d %H:%M:%S} UTC"
    return f"Not sealed yet: {report.unsealed}, {span}; the oldest is {age} seconds old."


def _say(done: Sealed) -> None:
    click.echo(f"Sealed {done.linked} events; {done.noes} new lines in the journal; head number {done.head}.")
    if done.left:
        raise click.ClickException(f"{done.left} events cannot be sealed, as something was altered: run verify-log.")
    if done.behind:
        raise click.ClickException("The database is older than its newest head. Reads are locked: run verify-log.")
    if done.foreign:
        raise click.ClickException("The head in CARETEAM_LOG_HEAD is that of another database: name another folder.")


def _ready() -> None:
    with one_transaction():
        health.check(context.session())
    db.session.remove()
