"""Deeds of an emergency and of a questioned access, with what a privacy officer makes of them."""

from dataclasses import dataclass
from datetime import datetime

from careteam.demo.cast import CAST
from careteam.demo.stage import Stage
from careteam.policy.vocabulary import CaseOutcome, ItemClass, ReviewOutcome
from careteam.services.cases import answering, questioning
from careteam.services.emergency import beginning, reviews
from careteam.services.log import access_history


@dataclass(frozen=True, slots=True)
class OpensInEmergency:
    """States an emergency, password entered again, and opens classes of a record for an hour."""

    emergency: str
    record: str
    nature: str
    why_no_consent: str
    classes: tuple[ItemClass, ...]

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = beginning.begin(
            stage.session,
            stage.passwords,
            stage.actor(who),
            stage.patient_id(self.record),
            nature=self.nature,
            why_no_consent=self.why_no_consent,
            classes=self.classes,
            password=CAST[who].password,
            at=at,
        )
        stage.keep(self.emergency, made)


@dataclass(frozen=True, slots=True)
class ReviewsEmergency:
    """Reads, as privacy officer of the practice, what waits there, and says what they find of one."""

    emergency: str
    practice: str
    outcome: ReviewOutcome
    words: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        actor, practice_id = stage.actor(who), stage.id_of(self.practice)
        reviews.page_of(stage.session, actor, practice_id, limit=25, at=at)
        ids = (practice_id, stage.id_of(self.emergency))
        read = reviews.read(stage.session, actor, *ids, at=at)
        version, outcome, words = read["version"], self.outcome, self.words
        reviews.review(stage.session, actor, *ids, version=version, outcome=outcome, words=words, at=at)


@dataclass(frozen=True, slots=True)
class QuestionsLast:
    """Reads, as the patient, what somebody did in their record, and questions the last of it."""

    case: str
    about: str
    words: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        actor, patient_id = stage.actor(who), stage.patient_id(who)
        by = stage.actor(self.about).user_id
        (last, *_), _cursor = access_history.page_of(stage.session, actor, patient_id, limit=25, actor_id=by, at=at)
        made = questioning.question(stage.session, actor, patient_id, last["id"], words=self.words, at=at)
        stage.keep(self.case, made)


@dataclass(frozen=True, slots=True)
class AnswersCase:
    """Reads a case, as privacy officer of the practice, and answers it."""

    case: str
    practice: str
    outcome: CaseOutcome
    words: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        actor, ids = stage.actor(who), (stage.id_of(self.practice), stage.id_of(self.case))
        read = answering.read(stage.session, actor, *ids, at=at)
        version, outcome, words = read["version"], self.outcome, self.words
        answering.answer(stage.session, actor, *ids, version=version, outcome=outcome, words=words, at=at)
