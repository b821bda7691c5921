"""Asks the gate, as it is or as a changed copy of it, for rows; and says where it differs from the oracle."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam import access
from careteam.models import Item
from careteam.policy.scope import Scope
from careteam.policy.sharing import readable
from tests.access.stored import of_one_row
from tests.policy import worlds
from tests.policy.cast import Case
from tests.policy.grid import GRID
from tests.policy.matching import permit_number

Visible = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of the case table, and the scope made of its rows."""

    case: Case
    scope: Scope


def ask(session: Session, case: Case) -> Asked:
    """Load the facts of one row and let the policy decide."""
    q, patient_id = case.question, case.question.team.patient_id
    return Asked(case, access.scopes(session, q.reader, [patient_id], at=q.at)[patient_id][1])


def numbers(session: Session, scope: Scope, visible: Visible = access.visible, model: Any = Item) -> dict[UUID, int]:
    """Return the ids that the gate lets through, each with the number of its permit."""
    return {row.id: row.permit for row in session.execute(visible(model, scope, model.id))}


def wrong_rows(session: Session, asked: Iterable[Asked], visible: Visible = access.visible) -> Iterator[str]:
    """Yield the rows of the table that the SQL gets wrong, each with what it answered."""
    for a in asked:
        found = numbers(session, a.scope, visible)
        clause, consent_id = _reason(a.scope, found.get(a.case.item.id))
        others = [i for i in found if not of_one_row(i, a.case.item.id)]
        if clause != a.case.clause or a.case.reason not in {None, consent_id} or others:
            yield f"{a.case.name}: expected {a.case.expect}, got {clause} under {consent_id} and {others}"


def _reason(scope: Scope, number: int | None) -> tuple[str | None, UUID | None]:
    if number is None:
        return None, None
    permit = dict(enumerate(scope.permits)).get(number)
    return getattr(permit, "clause", "no permit"), getattr(permit, "consent_id", None)


def differences(session: Session, scope: Scope, visible: Visible = access.visible) -> set[tuple[UUID, int]]:
    """Return the ids (with permits) that the SQL opens and the oracle does not, or the other way round."""
    matched = {(i.id, n) for i in GRID if (n := permit_number(scope, i)) is not None}
    return matched ^ set(numbers(session, scope, visible).items())


WANTED = ("consent", "own_record", "consent", "emergency", "consent", "representation", "release")


def scopes(rng: Random, count: int) -> Iterator[Scope]:
    """Yield scopes that the policy makes of random worlds, so that every clause has its share."""
    for n in range(count):
        made = _scope(rng)
        while WANTED[n % len(WANTED)] not in {permit.clause for permit in made.permits}:
            made = _scope(rng)
        yield made


def _scope(rng: Random) -> Scope:
    q = worlds.question(rng)
    return readable(q.reader, q.team, q.consents, q.restrictions, q.grounds, at=q.at)
