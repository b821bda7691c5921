"""Deeds with messages, with questions for the next visit, and with what a patient sends to somebody by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from careteam.demo.days import ZONE, On
from careteam.demo.stage import Stage
from careteam.services.directing import sent_items
from careteam.services.messages import writing
from careteam.services.record import question_entries


@dataclass(frozen=True, slots=True)
class Sends:
    """Writes a message: with a subject in a new thread, otherwise in the thread of an earlier one."""

    message: str
    to: Sequence[str]
    text: str
    subject: str | None = None
    after: str | None = None
    needs_answer_from: str | None = None
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it; a message that it comes after is read first."""
        ids = (stage.actor(who), stage.patient_id(self.about))
        if self.after:
            writing.mark_read(stage.session, *ids, stage.id_of(self.after), at=at)
        asked = self.needs_answer_from
        made = writing.write(
            stage.session,
            *ids,
            text=self.text,
            to=stage.user_ids(self.to),
            thread_id=stage.made[self.after]["thread_id"] if self.after else None,
            subject=self.subject,
            needs_answer_from=stage.actor(asked).user_id if asked else None,
            at=at,
        )
        stage.keep(self.message, made)


@dataclass(frozen=True, slots=True)
class KeepsQuestion:
    """Keeps, as the patient, a question for a visit: for themself, or sent to somebody."""

    question: str
    text: str
    visit: On | None = None
    to: Sequence[str] = ()

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = question_entries.write(
            stage.session,
            stage.actor(who),
            stage.patient_id(who),
            text=self.text,
            for_visit_on=self.visit.instant(stage.now).astimezone(ZONE).date() if self.visit else None,
            send_to=stage.user_ids(self.to),
            at=at,
        )
        stage.keep(self.question, made)


@dataclass(frozen=True, slots=True)
class CarriesOver:
    """Carries, as the patient, a question over to a later visit."""

    question: str
    visit: On

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids, version = (stage.patient_id(who), stage.id_of(self.question)), stage.version_of(self.question)
        day = self.visit.instant(stage.now).astimezone(ZONE).date()
        actor = stage.actor(who)
        made = question_entries.carry_over(stage.session, actor, *ids, for_visit_on=day, version=version, at=at)
        stage.keep(self.question, made)


@dataclass(frozen=True, slots=True)
class SendsItem:
    """Sends, as the patient, one item that they hold to members of their team, whatever the consents say."""

    item: str
    to: Sequence[str]

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.patient_id(who), stage.id_of(self.item))
        sent_items.send(stage.session, stage.actor(who), *ids, send_to=stage.user_ids(self.to), at=at)
