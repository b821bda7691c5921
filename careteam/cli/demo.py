"""`demo`: invented people and several months of their care, in the embedded database, served on this machine."""

import errno
import socket
import sys
from dataclasses import replace
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from werkzeug.serving import run_simple

from careteam import context
from careteam.cli.demo_guide import Guide, print_guide
from careteam.cli.people import one_transaction, sentences
from careteam.demo import keys, place
from careteam.demo.stage import Stage
from careteam.demo.teller import tell
from careteam.errors import Conflict
from careteam.extensions import db

HOST = "127.0.0.1"
NOT_HERE = (
    "The demo makes people whose passwords are published: it does not run with CARETEAM_ENVIRONMENT=production. "
    "Unset it, or run the demo on another machine."
)


@click.command("demo")
@click.option("--reset", is_flag=True, help="Delete the demo's database first, and tell the story anew.")
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True, help="Where to serve.")
@click.option("--no-serve", is_flag=True, help="Print how to sign in, and stop.")
@with_appcontext
def demo(reset: bool, port: int, no_serve: bool) -> None:
    """Fill an empty SQLite database with invented people, say how to sign in as them, and serve on 127.0.0.1.

    It may be run again: what is there stays as it is. It never touches a database that holds other people.
    """
    if current_app.extensions["careteam"].settings.production:
        raise click.ClickException(NOT_HERE)
    if not no_serve:
        _check_port(port)
    url = f"http://{HOST}:{port}"
    print_guide(Console(), _prepared(url, reset=reset), serves=not no_serve)
    if not no_serve:
        _serve(port, url)


def _prepared(url: str, *, reset: bool) -> Guide:
    """Return what to print about a database in which the story is told."""
    path, told = _looked_at(reset)
    kept_in = keys.file_beside(path)
    with one_transaction():
        stage = Stage(context.session(), current_app.extensions["careteam"].passwords, context.now())
        if not told:
            tell(stage)
        kept = keys.read(kept_in)
        days = current_app.extensions["careteam"].settings.token_days
        tokens = keys.for_everybody(stage, kept, days=days)
        record, prescriber = stage.patient_id("nora"), stage.actor("samuel").user_id
    db.session.remove()
    if tokens != kept:
        keys.write(kept_in, tokens)
    ids = {"record": str(record), "prescriber": str(prescriber)}
    return Guide(url=url, tokens=tokens, **ids, database=path, told_before=told)


def _looked_at(reset: bool) -> tuple[Path, bool]:
    """Return the file, at the newest migration, and whether the story was told there."""
    db.session.remove()
    db.engine.dispose()
    address = db.engine.url
    try:
        path = place.file_of(address.get_backend_name(), address.database)
        if reset:
            place.clear(path, current_app.extensions["careteam"].settings.instance)
            keys.file_beside(path).unlink(missing_ok=True)
        told = place.is_told(path)
    except Conflict as error:
        raise click.ClickException(sentences(error)) from error
    _migrate(path, address.render_as_string(hide_password=False))
    return path, told


def _migrate(path: Path, url: str) -> None:
    # Imported here: no other command, and no server, needs what the migrations need.
    from alembic.util import CommandError

    from careteam.migrating import upgrade

    try:
        upgrade(url)
    except CommandError as error:
        raise click.ClickException(f"{path} was made by another version of careteam: {error}") from error


def _check_port(port: int) -> None:
    """Raise ClickException unless the port can be listened on."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise click.ClickException(_taken(port))
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = _taken(port) if error.errno == errno.EADDRINUSE else f"Port {port}: {error.strerror}."
            raise click.ClickException(why) from error


def _taken(port: int) -> str:
    return f"Port {port} is in use, perhaps by another demo: choose one with --port."


def _serve(port: int, url: str) -> None:
    """Serve until interrupted, and make links that lead here."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    parts = app.extensions["careteam"]
    app.extensions["careteam"] = replace(parts, settings=replace(parts.settings, public_url=url))
    run_simple(HOST, port, app, threaded=True)


COMMANDS = (demo,)
