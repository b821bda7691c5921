"""How a referral stands, read from what has happened to it (`domain.md`, "The shared record")."""

from collections.abc import Mapping
from dataclasses import dataclass

from careteam.policy.treatment_words import AnswerOutcome, ReferralAnswer, ReferralState

CLOSING = frozenset({AnswerOutcome.ASSESSED, AnswerOutcome.ANSWERED})
"""The answers of an addressee that close the loop."""
WAITS_FOR_PATIENT = frozenset({ReferralState.PROPOSED, ReferralState.NOT_NOW})
"""The states in which the patient says yes. "Not now" is an answer that another one may follow."""
BEFORE_ACCEPTANCE = WAITS_FOR_PATIENT | {ReferralState.SENT}
"""The states in which it can be taken back, by who refers or by the patient."""

_BEFORE: Mapping[ReferralAnswer | None, ReferralState] = {
    None: ReferralState.PROPOSED,
    ReferralAnswer.NOT_NOW: ReferralState.NOT_NOW,
    ReferralAnswer.NO: ReferralState.REFUSED,
    ReferralAnswer.YES: ReferralState.SENT,
}


@dataclass(frozen=True, slots=True)
class Happened:
    """What has happened to a referral; of the addressee's answers, those that the viewer may read."""

    withdrawn: bool = False
    said: ReferralAnswer | None = None
    refused_elsewhere: bool = False
    """The patient said no where the place or the consent is shown by itself."""
    declined: bool = False
    accepted: bool = False
    answers: frozenset[AnswerOutcome] = frozenset()


def state(happened: Happened) -> ReferralState:
    """Return how the referral stands. A no counts whatever came before it; an acceptance stays one."""
    if happened.withdrawn:
        return ReferralState.WITHDRAWN
    if happened.accepted:
        return _afterwards(happened.answers)
    if happened.declined:
        return ReferralState.DECLINED
    return ReferralState.REFUSED if happened.refused_elsewhere else _BEFORE[happened.said]


def _afterwards(answers: frozenset[AnswerOutcome]) -> ReferralState:
    if answers & CLOSING:
        return ReferralState.CLOSED
    return ReferralState.APPOINTED if AnswerOutcome.APPOINTMENT in answers else ReferralState.ACCEPTED
