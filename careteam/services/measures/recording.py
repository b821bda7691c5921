"""Questionnaires answered: by the patient, who holds them, or with a clinician, who does."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from careteam import questionnaires
from careteam.actor import Actor
from careteam.errors import Conflict, Invalid
from careteam.models import Measure, MeasureRequest
from careteam.policy import measures as rules
from careteam.policy.questionnaires import Questionnaire
from careteam.policy.treatment_words import MeasureSource
from careteam.policy.vocabulary import ItemClass, Label, Power
from careteam.services.directing import sending
from careteam.services.measures import measures, safety
from careteam.services.measures.measures import MEASURES
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.records import Record, open_to_report
from careteam.vault import seal

UNKNOWN = "Name one of the questionnaires that are answered here."
NOT_ASKED = "Name an open request for this questionnaire, or none."
NOT_SENT = "Only the patient sends what they answered; what you enter is held by you, and shared by consent."


def record_measure(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    questionnaire: str,
    answers: Mapping[str, int],
    date: date | None = None,
    request_id: UUID | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    send_to: Collection[UUID] = (),
    at: datetime,
) -> dict[str, Any]:
    """Record an answered questionnaire with its score; a safety flag is said first, and told to whoever may read it.

    Raises NotFound, NotPermitted to former members, Conflict when the patient has died or the request has ended,
    Invalid on an unknown questionnaire, a question without an answer, a day in the future, a request that is for
    another questionnaire (or that the actor cannot see), and recipients who are no current members.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.MEASURE, at=at)
    asked = known(questionnaire)
    _refuse(asked, answers)
    begun = beginning(record, ItemClass.MEASURE, on=date, labels=labels, part2=part2)
    made = Measure(**begun, **_scored(asked, answers), source=MeasureSource.ENTERED)
    made.answers = seal(session, Measure.answers, made.id, orjson.dumps(dict(answers)).decode())
    made.request_id = _request(session, record, asked, request_id)
    session.add(made)
    session.flush()
    delivery = _send(session, record, made, send_to)
    if made.flagged:
        safety.tell_members(session, record, made.id, at=at)
    return {**measures.changed(session, record, "record-measure", made.id), "delivery": delivery}


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, measure_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own measure as entered in error; also after leaving the team. It stays readable, marked."""
    ids = (patient_id, MEASURES, measure_id, "measure-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def known(questionnaire: str) -> Questionnaire:
    """Return a questionnaire that is answered here. Raises Invalid."""
    found = questionnaires.current().get(questionnaire)
    if found is None or not found.questions:
        raise Invalid(UNKNOWN, {"questionnaire": [UNKNOWN]})
    return found


def _refuse(asked: Questionnaire, answers: Mapping[str, int]) -> None:
    faults = rules.faults(asked, answers)
    if faults:
        raise Invalid("Some answers are missing or cannot be scored.", {"answers": {k: [v] for k, v in faults.items()}})


def _scored(asked: Questionnaire, answers: Mapping[str, int]) -> dict[str, Any]:
    score = rules.score(asked, answers)
    return {
        "questionnaire": asked.id,
        "questionnaire_version": asked.version,
        "score": score,
        "band": rules.band(asked, score).id,
        "flagged": rules.flagged(asked, answers),
    }


def _request(session: Session, record: Record, asked: Questionnaire, request_id: UUID | None) -> UUID | None:
    """Return the id of a request that the writer may read. Raises Invalid, and Conflict on one that has ended."""
    if request_id is None:
        return None
    columns = (MeasureRequest.questionnaire, MeasureRequest.ended_at, MeasureRequest.error_at)
    row = session.execute(record.rows(MeasureRequest, *columns).where(MeasureRequest.id == request_id)).first()
    if row is None or row.questionnaire != asked.id:
        raise Invalid(NOT_ASKED, {"request_id": [NOT_ASKED]})
    if row.ended_at is not None or row.error_at is not None:
        raise Conflict("This request has ended: send the answers without it.")
    return request_id


def _send(session: Session, record: Record, made: Measure, send_to: Collection[UUID]) -> dict[str, Any] | None:
    """Send it where the patient says; nothing goes anywhere by itself, not even to who asked for it."""
    if record.speaks(Power.REPORT):
        return sending.shown(record, sending.send(session, record, made, send_to))
    if send_to:
        raise Invalid(NOT_SENT, {"send_to": [NOT_SENT]})
    return None
