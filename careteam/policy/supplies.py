"""When a medication runs out, and when to ask for more: to the day, from the fills that one viewer may read.

A fill of 30 days on 1 March is for 1 to 30 March, and runs out on 31 March: the first day for which nothing is left.
What is fetched early is taken after what is still there; what is fetched late begins on its own day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from careteam.policy.treatment_words import Urgency

LEAD_DAYS = 7
"""How long before the last day the next is due. A routine answer takes 3 working days, which are at most 5 days by the
calendar; two more are for the pharmacy.
"""

URGENT_DAYS = 1
"""With so many days left or fewer a request for more is answered the same day."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What was dispensed on a day, for how many days. Ids sort by the time of recording."""

    id: UUID
    on: date
    days: int


def run_out(fills: Iterable[Fill]) -> dict[UUID, date]:
    """Return of each fill the first day for which nothing is left of it and of the fills before it."""
    found: dict[UUID, date] = {}
    ends = date.min
    for fill in sorted(fills, key=_order):
        ends = max(ends, fill.on) + timedelta(days=fill.days)
        found[fill.id] = ends
    return found


def latest(fills: Iterable[Fill]) -> Fill | None:
    """Return the last fill: of those of one day the one recorded last."""
    return max(fills, key=_order, default=None)


def next_due(runs_out_on: date, filled_on: date) -> date:
    """Return the day on which to see to the next fill, never before the day of the last one."""
    return max(filled_on, runs_out_on - timedelta(days=LEAD_DAYS))


def urgency(days_left: int | None) -> Urgency:
    """Return how soon a request for more is answered: the same day when at most one day's supply is left."""
    return Urgency.URGENT if days_left is not None and days_left <= URGENT_DAYS else Urgency.ROUTINE


def _order(fill: Fill) -> tuple[date, UUID]:
    return fill.on, fill.id
