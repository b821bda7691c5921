"""Asks the policy, as it is or as a changed copy of it, the questions of the tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from careteam.policy import scope, sharing
from tests.policy import reference
from tests.policy.cases_of_sections import SectionCase
from tests.policy.cast import Case
from tests.policy.matching import ItemFact, permits
from tests.policy.reference import Question


@dataclass(frozen=True, slots=True)
class Policy:
    """The two functions under test: what a reader may read, and which sections are shared with them."""

    readable: Callable[..., Any]
    sections: Callable[..., Any]

    def scope(self, q: Question) -> Any:
        """Return the reader's scope."""
        return self.readable(q.reader, q.team, q.consents, q.restrictions, q.grounds, at=q.at)


POLICY = Policy(sharing.readable, scope.sections)


def reason(permit: Any) -> tuple[str | None, UUID | None]:
    """Return the clause and the consent that a permit names; neither where there is none."""
    return (permit.clause, getattr(permit, "consent_id", None)) if permit else (None, None)


def wrong_rows(policy: Policy, cases: Iterable[Case]) -> list[str]:
    """Return the rows that this policy gets wrong, each with what it answered."""
    answers = ((c, policy.scope(c.question)) for c in cases)
    return [f"{c.name}: expected {c.expect}, got {found}" for c, found in answers if _wrong(c, found)]


def wrong_sections(policy: Policy, rows: Iterable[SectionCase]) -> list[str]:
    """Return the rows whose section state this policy gets wrong."""
    return [row.name for row in rows if policy.sections(policy.scope(row.question), row.holder_id) != row.shared]


def _wrong(c: Case, found: Any) -> bool:
    clause, consent_id = reason(permits(found, c.item))
    other_reason = c.reason is not None and c.reason != consent_id
    return clause != c.clause or other_reason or c.former not in {None, found.former}


def differences(policy: Policy, q: Question, items: Sequence[ItemFact]) -> list[str]:
    """Return where this policy and the reference disagree: items, reasons, sections, former or not."""
    found = policy.scope(q)
    wrong = [f"item {i}" for i in items if reason(permits(found, i)) != _reference(q, i)]
    holders = {None, *(i.holder_id for i in items[:4])}
    wrong += [f"sections of {h}" for h in holders if policy.sections(found, h) != reference.sections(q, h)]
    return wrong + (["former"] if found.former != reference.is_former(q) else [])


def _reference(q: Question, item: ItemFact) -> tuple[str | None, UUID | None]:
    decided = reference.decide(q, item)
    return decided.clause, decided.consent_id
