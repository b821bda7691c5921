"""`notify` and `send-mail`: what time makes due is told, and what waits in the outbox is sent."""

import time
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from careteam import context
from careteam.cli.people import one_transaction
from careteam.extensions import own_transaction
from careteam.postman import MailServer, Postman
from careteam.services import health
from careteam.services.notices import ahead
from careteam.services.notices.letters import Letterhead
from careteam.services.notices.sending import Outcome, send_due


@click.command("notify")
@with_appcontext
def notify() -> None:
    """Tell people what ends soon: consents in 30, 7 and 1 days, and requests that have lapsed.

    Run it from a scheduler, daily or more often, on as many hosts as you like: nobody is told anything twice.
    """
    _check()
    at, told, after = context.now(), 0, None
    while True:
        with own_transaction() as session:
            new, after = ahead.batch(session, after=after, at=at)
        told += new
        if after is None:
            break
    click.echo(f"New notices: {told}.")


@click.command("send-mail")
@click.option("--every", type=click.IntRange(min=1), metavar="SECONDS", help="Go on, with this pause between rounds.")
@with_appcontext
def send_mail(every: int | None) -> None:
    """Send the mails that wait. What cannot be sent now is tried again later, for three days.

    Run it from a scheduler every minute, or as a service with --every; several at once send no mail twice.
    """
    settings = current_app.extensions["careteam"].settings
    if not settings.sends_mail:
        raise click.ClickException("This service sends no mail: set CARETEAM_SMTP_HOST and CARETEAM_SMTP_FROM.")
    _check()
    while True:
        done = _round()
        if every is None or done.sent or done.put_off or done.given_up:
            click.echo(
                f"Sent: {done.sent}. Put off: {done.put_off}. Given up, or not needed any more: {done.given_up}."
            )
        if every is None:
            break
        time.sleep(every)
    if done.down:
        raise click.ClickException(f"The mail server cannot be used: {done.down}.")


COMMANDS = (notify, send_mail)


def _round() -> Outcome:
    settings = current_app.extensions["careteam"].settings
    server = MailServer(
        host=settings.smtp_host,
        sender=settings.smtp_from,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password,
        timeout=settings.smtp_timeout_seconds,
    )
    head = Letterhead(settings.smtp_from, settings.public_url)
    with Postman(server) as postman:
        return send_due(own_transaction, postman, head, now=lambda: datetime.now(UTC))


def _check() -> None:
    with one_transaction():
        health.check(context.session())
