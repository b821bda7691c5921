"""Deeds with scored questionnaires."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from careteam.demo.days import ZONE, On
from careteam.demo.stage import Stage
from careteam.services.measures import asking, recording

PHQ, GAD = "phq-9", "gad-7"


@dataclass(frozen=True, slots=True)
class AsksToFillIn:
    """Asks a patient for a questionnaire: once, or every so many days through a day of the story."""

    request: str
    questionnaire: str
    text: str
    every_days: int | None = None
    until: On | None = None
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = asking.request_measure(
            stage.session,
            stage.actor(who),
            stage.patient_id(self.about),
            questionnaire=self.questionnaire,
            every_days=self.every_days,
            until=self.until.instant(stage.now).astimezone(ZONE).date() if self.until else None,
            text=self.text,
            at=at,
        )
        stage.keep(self.request, made)


@dataclass(frozen=True, slots=True)
class FillsIn:
    """Records an answered questionnaire: one digit for each of its questions, in their order."""

    questionnaire: str
    digits: str
    form: str = "form"
    request: str | None = None
    to: Sequence[str] = ()
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = recording.record_measure(
            stage.session,
            stage.actor(who),
            stage.patient_id(self.about),
            questionnaire=self.questionnaire,
            answers={str(number): int(digit) for number, digit in enumerate(self.digits, start=1)},
            request_id=stage.id_of(self.request) if self.request else None,
            send_to=stage.user_ids(self.to),
            at=at,
        )
        stage.keep(self.form, made)
