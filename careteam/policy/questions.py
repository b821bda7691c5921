"""How a question for the next visit stands (`domain.md`, "The shared record": questions wait for the next visit)."""

from dataclasses import dataclass
from datetime import date

from careteam.policy.treatment_words import QuestionState


@dataclass(frozen=True, slots=True)
class Stands:
    """What decides how one question stands, as far as its reader may know."""

    in_error: bool = False
    withdrawn: bool = False
    answered: bool = False
    carried_over: bool = False
    for_visit_on: date | None = None


def state_of(question: Stands, *, today: date) -> QuestionState | None:
    """Return how it stands on a day where the patient lives; None where it was entered in error.

    What nobody answered by the end of the day of its visit waits for the next one by itself.
    """
    if question.in_error:
        return None
    if question.withdrawn:
        return QuestionState.WITHDRAWN
    if question.answered:
        return QuestionState.ANSWERED
    past = question.for_visit_on is not None and question.for_visit_on < today
    return QuestionState.CARRIED_OVER if question.carried_over or past else QuestionState.OPEN
