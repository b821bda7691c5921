"""`rotate-keys`: every stored text under the newest key."""

from collections import Counter

import click
from flask.cli import with_appcontext

from careteam import context
from careteam.cli.people import one_transaction
from careteam.services import health, key_rotation


@click.command("rotate-keys")
@with_appcontext
def rotate_keys() -> None:
    """Seal every stored text anew under the first of CARETEAM_ENCRYPTION_KEYS.

    Put the new key in front of the old one, restart every worker, then run this; when it ends with 0, drop
    the old key. It may be stopped and run again, also while people work.
    """
    values, resealed, unreadable = Counter[str](), Counter[str](), Counter[str]()
    with one_transaction():
        session = context.session()
        health.check(session)
        session.commit()
        for batch in key_rotation.batches(session):
            session.commit()
            values[batch.table] += batch.values
            resealed[batch.table] += batch.resealed
            unreadable[batch.table] += batch.unreadable
    for table in values:
        click.echo(f"{table}: {resealed[table]} of {values[table]} texts sealed anew")
    click.echo(f"{resealed.total()} of {values.total()} texts sealed anew under the current key")
    _refuse(unreadable)


def _refuse(unreadable: Counter[str]) -> None:
    where = ", ".join(f"{table} ({count})" for table, count in unreadable.items() if count)
    if where:
        raise click.ClickException(f"No key opens some texts: {where}. Keep every key, and restore the missing one.")


COMMANDS = (rotate_keys,)
