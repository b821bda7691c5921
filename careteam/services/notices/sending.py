"""Sends what waits in the outbox: each mail at least once, by one of any number of senders, with patience.

A mail is claimed in a short transaction of its own, sent while no transaction is open, and then marked. Whoever dies in
between leaves a claim that runs out: the mail is sent again, under the same Message-ID.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from careteam.models import OutgoingMail
from careteam.postman import Postman, Refused, Undelivered, Unreachable
from careteam.services.notices.letters import Letter, Letterhead, written
from careteam.services.notices.outbox import WAITS
from careteam.services.notices.preparing import prepared

log = structlog.get_logger()
CLAIMED_FOR = timedelta(minutes=15)
"""Longer than a sender takes for one mail, every step of it as slow as its timeout allows."""
LONGEST_PAUSE = timedelta(hours=4)
GIVEN_UP_AFTER = timedelta(days=3)
KEPT_FOR = timedelta(days=30)
"""How long it is kept that a mail was sent, without what it said and to which address."""

Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a short transaction of its own and commits it; at READ COMMITTED where the database has it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that one sender has taken until an instant, and how often it was tried, this time included."""

    letter: Letter
    until: datetime
    tries: int
    since: datetime


@dataclass
class Outcome:
    """What became of a round: mails sent, put off, given up; `down` says why the server could not be used."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0
    down: str = ""


def send_due(transaction: Transaction, postman: Postman, head: Letterhead, *, now: Callable[[], datetime]) -> Outcome:
    """Send every mail that is due, one after another, and say what became of them.

    The round ends early when the server cannot be used; what was not sent waits for the next one.
    """
    done = Outcome()
    while not done.down and (claim := _claim(transaction, done, now())) is not None:
        try:
            postman.deliver(_mail(claim, head), claim.letter.address)
        except Undelivered as error:
            _put_off(transaction, claim, error, done, now())
        else:
            with transaction() as session:
                _close(session, claim.letter, sent_at=now())
            done.sent += 1
    with transaction() as session:
        _sweep(session, now())
    return done


def pause(tries: int) -> timedelta:
    """Return how long to wait after this many tries: one minute, then twice as long each time, four hours at most."""
    return min(timedelta(minutes=2 ** min(tries - 1, 10)), LONGEST_PAUSE)


def _claim(transaction: Transaction, done: Outcome, at: datetime) -> Claim | None:
    """Take the next mail that is due; what there is no need to send any more is given up on the way."""
    while True:
        with transaction() as session:
            mail = session.scalars(_next(at)).first()
            if mail is None:
                return None
            mail.claimed_until, mail.tries = at + CLAIMED_FOR, mail.tries + 1
            letter = prepared(session, mail, at=at)
            if letter is not None:
                return Claim(letter, mail.claimed_until, mail.tries, mail.created_at)
            _forget(mail, at)
            done.given_up += 1


def _next(at: datetime) -> Any:
    free = or_(OutgoingMail.claimed_until.is_(None), OutgoingMail.claimed_until <= at)
    due = select(OutgoingMail).where(*WAITS, OutgoingMail.next_try_at <= at, free)
    return due.order_by(OutgoingMail.next_try_at, OutgoingMail.id).limit(1).with_for_update(skip_locked=True)


def _mail(claim: Claim, head: Letterhead) -> Any:
    """Return the mail. Raises Refused for an address that cannot stand in a header."""
    try:
        return written(claim.letter, head, at=claim.since)
    except ValueError as error:
        raise Refused("this address cannot stand in a header") from error


def _put_off(transaction: Transaction, claim: Claim, error: Undelivered, done: Outcome, at: datetime) -> None:
    log.warning("mail-not-sent", mail=str(claim.letter.id), kind=claim.letter.kind, why=str(error))
    again = at + pause(claim.tries)
    over = isinstance(error, Refused) or again - claim.since > GIVEN_UP_AFTER
    with transaction() as session:
        if over:
            _close(session, claim.letter, given_up_at=at)
        else:
            mine = (OutgoingMail.id == claim.letter.id, OutgoingMail.claimed_until == claim.until, *WAITS)
            session.execute(update(OutgoingMail).where(*mine).values(claimed_until=None, next_try_at=again))
    done.given_up, done.put_off = done.given_up + over, done.put_off + (not over)
    if isinstance(error, Unreachable):
        done.down = str(error)


def _close(session: Session, letter: Letter, **when: datetime) -> None:
    """Mark a mail as sent or given up, and keep neither its link nor its address."""
    gone = {"link": None, "address": None, "claimed_until": None}
    session.execute(update(OutgoingMail).where(OutgoingMail.id == letter.id).values(**gone, **when))


def _forget(mail: OutgoingMail, at: datetime) -> None:
    mail.link = mail.address = mail.claimed_until = None
    mail.given_up_at = at


def _sweep(session: Session, at: datetime) -> None:
    old = or_(OutgoingMail.sent_at < at - KEPT_FOR, OutgoingMail.given_up_at < at - KEPT_FOR)
    session.execute(delete(OutgoingMail).where(old))
