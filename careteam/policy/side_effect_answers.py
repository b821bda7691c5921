"""What an answer to a side effect, or to a concern about cost and access, says besides its outcome."""

from collections.abc import Mapping
from datetime import date

from careteam.policy.treatment_words import AnswerOutcome
from careteam.policy.vocabulary import MedicationChange as Change

CAUSES: Mapping[AnswerOutcome, frozenset[Change]] = {
    AnswerOutcome.ADJUST: frozenset({Change.DOSE_CHANGE, Change.HOLD, Change.RESUME, Change.STOP}),
    AnswerOutcome.SWITCH: frozenset({Change.SWITCH, Change.STOP, Change.START}),
}
"""The changes to an entry that an answer with this outcome may name; others name none."""


def missing(outcome: AnswerOutcome, *, text: str | None, follow_up_on: date | None) -> Mapping[str, list[str]]:
    """Return what an answer to a side effect lacks, by field, with what to do."""
    if outcome is AnswerOutcome.MANAGE and text is None:
        return {"text": ["Say what the patient can do about it."]}
    if outcome is AnswerOutcome.WATCH and follow_up_on is None:
        return {"follow_up_on": ["Say until when to watch."]}
    return {}
