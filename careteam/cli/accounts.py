"""What whoever runs the service does to an account, once they know who is asking: links, and shutting it."""

from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from careteam import context
from careteam.cli.people import one_transaction
from careteam.policy.vocabulary import MailKind
from careteam.services import health
from careteam.services.identity import addresses, safeguards
from careteam.services.notices.links import link_to


@click.command("reset-link")
@click.argument("email")
@with_appcontext
def reset_link(email: str) -> None:
    """Print a link with which EMAIL sets a new password, once and within an hour; their second factor stays."""
    token, until = _done(safeguards.reset_link, email)
    click.echo(f"Good until {until:%Y-%m-%d %H:%M} UTC, once. Give it to nobody but that person.", err=True)
    click.echo(_link(MailKind.PASSWORD_RESET, token))


@click.command("address-link")
@click.argument("email")
@with_appcontext
def address_link(email: str) -> None:
    """Print the link that makes the address that EMAIL asked for theirs. Send it to the new address."""
    wanted, token = _done(addresses.link_for, email)
    click.echo(f"Send this to {wanted}, and nowhere else; it is good for 24 hours, once.", err=True)
    click.echo(_link(MailKind.ADDRESS_CHANGE, token))


@click.command("disable-user")
@click.argument("email")
@with_appcontext
def disable_user(email: str) -> None:
    """Shut the account of EMAIL: every session, access token and link of theirs ends."""
    click.echo(_ended(*_done(safeguards.disable, email)))


@click.command("enable-user")
@click.argument("email")
@with_appcontext
def enable_user(email: str) -> None:
    """Open the account of EMAIL again; what was ended stays ended."""
    _done(safeguards.enable, email)
    click.echo("Opened again; they sign in anew.")


@click.command("require-new-password")
@click.argument("email")
@with_appcontext
def require_new_password(email: str) -> None:
    """Where a password may be known to others: sign EMAIL out everywhere; they change it after signing in."""
    click.echo(_ended(*_done(safeguards.require_new_password, email)))


@click.command("remove-second-factor")
@click.argument("email")
@with_appcontext
def remove_second_factor(email: str) -> None:
    """Remove the second factor of EMAIL, who lost it and the recovery codes. Make sure that it is they who ask."""
    click.echo(_ended(*_done(safeguards.take_off_second_factor, email)))


COMMANDS = (reset_link, address_link, disable_user, enable_user, require_new_password, remove_second_factor)


def _done(act: Callable[..., Any], email: str) -> Any:
    """Carry an act out in one transaction, and return what came of it."""
    at = context.now()
    with one_transaction():
        session = context.session()
        health.check(session)
        return act(session, email, at=at)


def _ended(sessions: int, tokens: int) -> str:
    return f"Ended: {sessions} sessions, {tokens} access tokens."


def _link(kind: MailKind, token: str) -> str:
    return link_to(kind, token, public_url=current_app.extensions["careteam"].settings.public_url)
