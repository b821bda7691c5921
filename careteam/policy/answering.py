"""Who answers what, with which outcomes, and until when (`domain.md`, "The shared record": answer clocks)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from careteam.policy.treatment_words import AnswerOutcome as Outcome
from careteam.policy.treatment_words import Urgency
from careteam.policy.vocabulary import CLINICAL_ROLES, Role
from careteam.policy.working_days import end_of

ROUTINE_DAYS = 3
"""Working days for an answer that is not urgent; an urgent one is due the same day."""

_PRESCRIBER = frozenset({Role.PRESCRIBER})


@dataclass(frozen=True, slots=True)
class Answerable:
    """Which outcomes an answer to one kind of item may have, and the roles in which it is given."""

    outcomes: frozenset[Outcome]
    roles: frozenset[Role]


ANSWERS: Mapping[str, Answerable] = {
    "side_effect": Answerable(frozenset({Outcome.ADJUST, Outcome.SWITCH, Outcome.MANAGE, Outcome.WATCH}), _PRESCRIBER),
    "refill_request": Answerable(frozenset({Outcome.APPROVED, Outcome.DENIED, Outcome.VISIT_NEEDED}), _PRESCRIBER),
    "cost_request": Answerable(
        frozenset(
            {
                Outcome.GENERIC,
                Outcome.COUPON,
                Outcome.DISCOUNT_PROGRAMME,
                Outcome.LOW_COST_LIST,
                Outcome.PRIOR_AUTHORISATION,
                Outcome.SWITCH,
                Outcome.NO_ALTERNATIVE,
            }
        ),
        _PRESCRIBER,
    ),
    "question": Answerable(frozenset({Outcome.ANSWERED}), CLINICAL_ROLES),
    "plan_review": Answerable(
        frozenset({Outcome.PLAN_CHANGED, Outcome.PLAN_KEPT, Outcome.APPOINTMENT, Outcome.ANSWERED}), CLINICAL_ROLES
    ),
    "referral": Answerable(frozenset({Outcome.APPOINTMENT, Outcome.ASSESSED, Outcome.ANSWERED}), CLINICAL_ROLES),
}
"""By the kind of item (`Item.record_type`)."""


def due(urgency: Urgency, since: datetime, zone: tzinfo) -> datetime:
    """Return until when (exclusive) an answer is due where the patient lives: the same day, or 3 working days."""
    return end_of(0 if urgency is Urgency.URGENT else ROUTINE_DAYS, since, zone)
