"""Passwords and codes of a request: counted first, evaluated while no transaction is open, remembered until its end.

A service that meets a password says so (`evaluate`). The first time it raises `Unproven` to the edge, which rolls
the request back, counts the try in a transaction of its own, computes the hash and begins the request anew; then the
same call returns what came out. So the count survives a refusal, no hash is computed while the database waits, and a
request that loses a race is neither counted nor evaluated twice. A right code is used up in the same way (`use_up`):
it is good for one request, whatever becomes of that. Without a guard in the session (command line, demo)
everything is evaluated on the spot and nothing is counted.
"""

import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from careteam.passwords import Passwords
from careteam.services.identity import tries
from careteam.services.identity.tries import Counted, Limits

GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Password:
    """A password that somebody entered, and the hash that it should match; None for an account that is nobody's."""

    stored: str | None
    entered: str


@dataclass(frozen=True, slots=True)
class Use:
    """The one use of a code. `which` names the code; `carry_out` marks it as used, or returns False: it was before."""

    which: tuple[Any, ...]
    carry_out: Callable[[Session], bool] = field(compare=False)


class Unproven(Exception):
    """Asks the edge to count a try, and to evaluate a password or use up a code. Nobody else catches it."""

    def __init__(self, bucket: str = "", password: Password | None = None, use: Use | None = None) -> None:
        super().__init__("to be counted, evaluated or used up at the edge")
        self.bucket, self.password, self.use = bucket, password, use


class Outcome(Enum):
    """What becomes of a counted try: wrong ones stay counted."""

    RIGHT = "right"
    UNDECIDED = "undecided"


@dataclass
class Guard:
    """What one request tried. `own_transaction` opens a short one beside the request's, and commits it."""

    limits: Limits
    secret: bytes
    passwords: Passwords
    own_transaction: Callable[[], AbstractContextManager[Session]]
    counted: dict[str, Counted] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    evaluated: dict[Password, bool] = field(default_factory=dict, repr=False)
    used: dict[Use, bool] = field(default_factory=dict, repr=False)

    def answer(self, asked: Unproven, *, at: datetime) -> None:
        """Count the try, then evaluate it, or use the code up. No transaction is open meanwhile. Raises TooManyTries.

        One request is one try, also when the password was changed meanwhile and another hash has to be looked at.
        """
        if asked.bucket and asked.bucket not in self.counted:
            with self.own_transaction() as session:
                self.counted[asked.bucket] = tries.count(session, self._key(asked.bucket), self.limits, at=at)
        if asked.password is not None:
            self.evaluated[asked.password] = _matches(self.passwords, asked.password)
        if asked.use is not None:
            with self.own_transaction() as session:
                self.used[asked.use] = asked.use.carry_out(session)

    def settle(self) -> None:
        """Count no longer what was right or undecided. The request's transaction is over, whatever came of it."""
        if not self.outcomes:
            return
        with self.own_transaction() as session:
            for bucket, outcome in self.outcomes.items():
                if outcome is Outcome.RIGHT:
                    tries.forget(session, self.counted[bucket].key)
                else:
                    tries.take_back(session, self.counted[bucket], self.limits)
        self.outcomes.clear()

    def _key(self, bucket: str) -> str:
        return hmac.new(self.secret, bucket.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def evaluate(session: Session, passwords: Passwords, bucket: str, password: Password) -> bool:
    """Tell whether the password matches; False for nobody's, after the same time. See the module for what it raises."""
    guard = _guard(session)
    if guard is None:
        return _matches(passwords, password)
    if bucket not in guard.counted or password not in guard.evaluated:
        raise Unproven(bucket, password)
    return guard.evaluated[password]


def count(session: Session, bucket: str) -> None:
    """Count a try that needs no password (a code alone). See the module for what it raises."""
    guard = _guard(session)
    if guard is not None and bucket not in guard.counted:
        raise Unproven(bucket)


def use_up(session: Session, use: Use) -> bool:
    """Tell whether this request is the one for which the code is good; it stays used although the request is refused.

    Of two requests with one code, one is told so. The try is counted before. See the module for what it raises.
    """
    guard = _guard(session)
    if guard is None:
        return use.carry_out(session)
    if use not in guard.used:
        raise Unproven(use=use)
    return guard.used[use]


def right(session: Session, bucket: str) -> None:
    """Say that everything that the try needed was right: the bucket begins anew."""
    _conclude(session, bucket, Outcome.RIGHT)


def undecided(session: Session, bucket: str) -> None:
    """Say that the try was right as far as it went, and lacks something: it is not counted, and excuses nothing."""
    _conclude(session, bucket, Outcome.UNDECIDED)


def _conclude(session: Session, bucket: str, outcome: Outcome) -> None:
    guard = _guard(session)
    if guard is not None:
        guard.outcomes[bucket] = outcome


def _guard(session: Session) -> Guard | None:
    found: Any = session.info.get(GUARD)
    assert found is None or isinstance(found, Guard)
    return found


def _matches(passwords: Passwords, password: Password) -> bool:
    if password.stored is None:
        return passwords.verify_nothing(password.entered)
    return passwords.verify(password.stored, password.entered)
