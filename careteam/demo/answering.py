"""The deed of answering: a report, a request, a question, a referral, or "my current plan isn't working"."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from careteam.demo.days import ZONE, On
from careteam.demo.stage import Stage
from careteam.policy.treatment_words import AnswerOutcome

Service = Callable[..., Mapping[str, Any]]
"""The function `answer` of the service that owns what is answered."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers something, by the service that owns it.

    `by_changing` names the entry whose last change is the answer, `follow_up` the day until which or on which.
    """

    service: Service
    asked: str
    outcome: AnswerOutcome
    text: str
    by_changing: str | None = None
    follow_up: On | None = None
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(self.about), stage.id_of(self.asked))
        said: dict[str, Any] = {"outcome": self.outcome, "text": self.text}
        if self.by_changing:
            said["event_id"] = stage.last_event(self.by_changing)
        if self.follow_up:
            said["follow_up_on"] = self.follow_up.instant(stage.now).astimezone(ZONE).date()
        self.service(stage.session, *ids, at=at, **said)
