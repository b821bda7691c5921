"""`backup` and `restore`: the whole database in one encrypted file, and back."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from careteam import context
from careteam.cli.chain import sealer
from careteam.cli.people import one_transaction, sentences
from careteam.errors import CareTeamError
from careteam.extensions import db
from careteam.services import health
from careteam.services.backup.loading import target_of
from careteam.services.backup.making import make
from careteam.services.backup.restoring import Migrations, Restored, restore


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write the whole database to FILE, encrypted with CARETEAM_ENCRYPTION_KEYS, while people work.

    Keep the keys, and the folder CARETEAM_LOG_HEAD, apart from it: a restore needs all three.
    """
    with one_transaction():
        health.check(context.session())
    db.session.remove()
    parts, at = current_app.extensions["careteam"], context.now()
    try:
        sealer().run(at=at, whole=True)
        made = make(db.engine, parts.keyring, parts.settings.head_folder, file, at=at)
    except CareTeamError as error:
        raise click.ClickException(sentences(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file} was not written: {error}") from error
    rows = sum(made.counts.values())
    click.echo(f"{file}: {rows} rows of {len(made.counts)} tables, migration {made.revision}, SHA-256 {made.sha256}.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Although there are people in the database: all of it is replaced.")
@click.option("--read-locked", is_flag=True, help="Start locked, to review what was revoked since, in any case.")
@with_appcontext
def restore_backup(file: Path, replace: bool, read_locked: bool) -> None:
    """Restore FILE into the database of CARETEAM_DATABASE_URL, whole or not at all. Stop every server first.

    What people revoked, restricted or ended after the backup is done again from the journal in CARETEAM_LOG_HEAD.
    Without it nobody but patients in their own record reads what is shared, until `unlock-after-review`.
    """
    # Imported here: no other command, and no server, needs what the migrations need.
    from careteam.migrating import upgrade

    parts = current_app.extensions["careteam"]
    db.session.remove()
    db.engine.dispose()
    try:
        done = restore(
            target_of(db.engine.url),
            file,
            parts.keyring,
            parts.settings.head_folder,
            Migrations(_known(), upgrade),
            replace=replace,
            lock=read_locked,
            at=context.now(),
        )
    except CareTeamError as error:
        raise click.ClickException(sentences(error)) from error
    except OSError as error:
        raise click.ClickException(f"Nothing was restored: {error}") from error
    for line in told(done):
        click.echo(line)


def _known() -> list[str]:
    """Return the migrations that this version knows, oldest first."""
    from alembic.script import ScriptDirectory

    from careteam.migrating import configuration

    return [found.revision for found in ScriptDirectory.from_config(configuration("")).walk_revisions()][::-1]


COMMANDS = (backup, restore_backup)


def told(done: Restored) -> list[str]:
    """Return what came of it, for whoever restored."""
    made = done.manifest
    said = [f"Restored the backup of {made.made_at:%Y-%m-%d %H:%M:%S} UTC: {sum(made.counts.values())} rows."]
    if done.migrated:
        said += [f"It was at migration {made.revision} and was brought to the newest."]
    said += [f"{done.lost} sealed events of the log came after it, and are lost with what they tell of."]
    if done.locked:
        return [*said, f"READS ARE LOCKED: {done.locked}", "When it is reviewed: unlock-after-review --reason '...'."]
    each = ", ".join(f"{word} {count}" for word, count in sorted(done.redone.items())) or "nothing"
    said += [f"Done again from the journal: {done.redone['revocation']} revocations. All kinds: {each}."]
    return [
        *said,
        f"The journal ends at {done.journal_until or 'no time'}: what was said no to later is lost.",
    ]
