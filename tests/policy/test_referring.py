"""How a referral stands, as a table."""

from typing import Any

import pytest

from careteam.policy.referring import BEFORE_ACCEPTANCE, WAITS_FOR_PATIENT, Happened, state
from careteam.policy.treatment_words import AnswerOutcome, ReferralAnswer, ReferralState

YES, NO, NOT_NOW = {"said": ReferralAnswer.YES}, {"said": ReferralAnswer.NO}, {"said": ReferralAnswer.NOT_NOW}
ACCEPTED = {**YES, "accepted": True}


def with_answers(*outcomes: AnswerOutcome) -> dict[str, Any]:
    """Accepted, and answered like this as far as the viewer may know."""
    return {**ACCEPTED, "answers": frozenset(outcomes)}


CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "proposed"),
    (NOT_NOW, "not_now"),
    (NO, "refused"),
    (YES, "sent"),
    ({"refused_elsewhere": True}, "refused"),
    ({**NOT_NOW, "refused_elsewhere": True}, "refused"),
    ({**YES, "refused_elsewhere": True}, "refused"),
    ({"declined": True}, "declined"),
    ({**YES, "declined": True}, "declined"),
    ({"withdrawn": True}, "withdrawn"),
    ({**YES, "withdrawn": True, "declined": True}, "withdrawn"),
    (ACCEPTED, "accepted"),
    ({**ACCEPTED, "refused_elsewhere": True}, "accepted"),
    ({**ACCEPTED, "declined": True}, "accepted"),
    ({**ACCEPTED, "withdrawn": True}, "withdrawn"),
    (with_answers(AnswerOutcome.APPOINTMENT), "appointed"),
    (with_answers(AnswerOutcome.ASSESSED), "closed"),
    (with_answers(AnswerOutcome.ANSWERED), "closed"),
    (with_answers(AnswerOutcome.APPOINTMENT, AnswerOutcome.ANSWERED), "closed"),
    ({**YES, "answers": frozenset({AnswerOutcome.ANSWERED})}, "sent"),
]


@pytest.mark.parametrize(("happened", "expected"), CASES)
def test_how_a_referral_stands(happened: dict[str, Any], expected: str) -> None:
    assert state(Happened(**happened)) is ReferralState(expected)


def test_every_state_is_reached() -> None:
    assert {expected for _, expected in CASES} == set(ReferralState)


def test_what_waits_for_the_patient_can_be_taken_back_and_what_was_sent_too() -> None:
    assert WAITS_FOR_PATIENT < BEFORE_ACCEPTANCE
    assert {ReferralState.SENT} == BEFORE_ACCEPTANCE - WAITS_FOR_PATIENT
