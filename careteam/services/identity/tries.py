"""Wrong tries at passwords and codes, counted in the database before they are evaluated.

So many in a row are free (`Limits.free`); from then on each is followed by a delay in which nothing is evaluated:
1, 2, 4 ... minutes, up to `Limits.longest`. A right try begins anew; so do 24 hours without any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from careteam.errors import TooManyTries
from careteam.models import TryCount
from careteam.models.types import new_id

FIRST_DELAY = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(hours=24)
SWEPT_AT_ONCE = 100
_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True, slots=True)
class Limits:
    """How many wrong tries in a row are free, and how long the delay grows."""

    free: int
    longest: timedelta

    def delay(self, wrong: int) -> timedelta | None:
        """Return how long nothing is evaluated after so many wrong tries in a row; None while they are free."""
        if wrong < self.free:
            return None
        doubled: int = 2 ** min(wrong - self.free, 20)
        return min(FIRST_DELAY * doubled, self.longest)


@dataclass(frozen=True, slots=True)
class Counted:
    """A try that is counted and may be evaluated now. `locked_until` is the delay that it began, if any."""

    key: str
    locked_until: datetime | None


def count(session: Session, key: str, limits: Limits, *, at: datetime) -> Counted:
    """Count a try as wrong, before it is evaluated. Raises TooManyTries during a delay: it must not be evaluated.

    The caller commits at once, in a transaction of its own at READ COMMITTED, so that neither a refusal of the
    request nor tries at the same moment can lose a count.
    """
    row = _held(session, key, at)
    if row.locked_until is not None and at < row.locked_until:
        raise TooManyTries(ceil((row.locked_until - at).total_seconds()))
    wrong = row.wrong + 1 if at < row.last_at + FORGOTTEN_AFTER else 1
    delay = limits.delay(wrong)
    until = at + delay if delay else None
    session.execute(update(TryCount).where(TryCount.key == key).values(wrong=wrong, locked_until=until, last_at=at))
    return Counted(key, until)


def forget(session: Session, key: str) -> None:
    """Begin anew: the try was right."""
    session.execute(delete(TryCount).where(TryCount.key == key))


def take_back(session: Session, counted: Counted, limits: Limits) -> None:
    """Count a try no more that was neither wrong nor complete; tries before it stay counted, as do those since."""
    mine = TryCount.locked_until == counted.locked_until
    over = mine | (TryCount.wrong - 1 < limits.free) if counted.locked_until else TryCount.wrong - 1 < limits.free
    session.execute(
        update(TryCount)
        .where(TryCount.key == counted.key, TryCount.wrong > 0)
        .values(wrong=TryCount.wrong - 1, locked_until=case((over, None), else_=TryCount.locked_until))
    )


def _held(session: Session, key: str, at: datetime) -> Any:
    """Return the count of this key, made where there is none, and held until the end of the transaction."""
    insert = _INSERT[session.get_bind().dialect.name](TryCount)
    fresh = insert.values(id=new_id(), key=key, wrong=0, last_at=at).on_conflict_do_nothing(index_elements=["key"])
    made = session.execute(fresh.returning(TryCount.id)).one_or_none()
    columns = (TryCount.wrong, TryCount.locked_until, TryCount.last_at)
    row = session.execute(select(*columns).where(TryCount.key == key).with_for_update()).one_or_none()
    if made is not None:
        _sweep(session, at)
    return row if row is not None else _held(session, key, at)


def _sweep(session: Session, at: datetime) -> None:
    """Forget some counts that no longer matter, so that made-up addresses do not fill the database."""
    stale = select(TryCount.id).where(TryCount.last_at < at - FORGOTTEN_AFTER).limit(SWEPT_AT_ONCE)
    session.execute(delete(TryCount).where(TryCount.id.in_(stale.with_for_update(skip_locked=True))))
