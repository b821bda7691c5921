"""`create-admin` and `create-token`: the first account of an installation, and the first token of a program."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import with_appcontext

from careteam import context
from careteam.actor import Origin
from careteam.errors import CareTeamError
from careteam.policy.vocabulary import TokenAccess
from careteam.services import health
from careteam.services.identity import administrators, tokens

PASSWORD_VARIABLE = "CARETEAM_PASSWORD"  # noqa: S105 - the name of a variable


@click.command("create-admin")
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="The person's name.")
@click.option("--practice", help="Make this practice too, with the person as its administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@with_appcontext
def create_admin(email: str, name: str, practice: str | None, password_stdin: bool) -> None:
    """Make the account of an administrator, who may make practices.

    The password is asked for twice, unless it comes from standard input or from CARETEAM_PASSWORD.
    """
    with one_transaction():
        health.check(context.session())
    password = _password(password_stdin)
    with one_transaction():
        made = administrators.create_admin(
            context.session(),
            current_app.extensions["careteam"].passwords,
            email=email,
            name=name,
            password=password,
            practice=practice,
            origin=Origin(door="cli"),
            at=context.now(),
        )
    click.echo(f"Made the account {made['email']}; it may make practices.")
    if made["practice"]:
        click.echo(f"Made the practice {made['practice']['name']} ({made['practice']['id']}).")


@click.command("create-token")
@click.option("--email", required=True, help="The address of the person as whom the token acts.")
@click.option("--access", type=click.Choice([a.value for a in TokenAccess]), default="read", show_default=True)
@click.option("--days", type=int, default=30, show_default=True, help="How long it is good.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@with_appcontext
def create_token(email: str, access: str, days: int, name: str) -> None:
    """Make a personal access token and print it, this once."""
    with one_transaction():
        session = context.session()
        health.check(session)
        made = tokens.issue(
            session,
            administrators.person(session, email, Origin(door="cli")),
            name=name,
            access=TokenAccess(access),
            expires_in_days=days,
            longest_days=current_app.extensions["careteam"].settings.token_days,
            at=context.now(),
        )
    click.echo(f"Good until {made['expires_at']:%Y-%m-%d %H:%M} UTC. It is not shown again.", err=True)
    click.echo(made["token"])


COMMANDS = (create_admin, create_token)


@contextmanager
def one_transaction() -> Iterator[None]:
    """Commit at the end; on an error undo everything and say what to do, without a traceback."""
    session = context.session()
    try:
        yield
        session.commit()
    except CareTeamError as error:
        session.rollback()
        raise click.ClickException(sentences(error)) from error
    except BaseException:
        session.rollback()
        raise


def sentences(error: CareTeamError) -> str:
    """Return what an error says, with one line for each thing that is wrong."""
    errors = error.members.get("errors")
    wrong = errors if isinstance(errors, dict) else {}
    return "\n".join([str(error), *(f"- {field}: {text}" for field, texts in wrong.items() for text in texts)])


def _password(from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif (given := os.environ.get(PASSWORD_VARIABLE)) is not None:
        password = given
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not password.isascii() and any("\ud800" <= c <= "\udfff" for c in password):
        raise click.ClickException("The password is not UTF-8.")
    return password
