"""Clinicians ask the patient to answer a questionnaire; who asked, and the patient, end that at any time."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid, NotPermitted
from careteam.models import MeasureRequest
from careteam.policy.vocabulary import ItemClass, Label, NoticeKind, Power
from careteam.services.measures.recording import known
from careteam.services.measures.requests import REQUESTS
from careteam.services.notices.telling import tell
from careteam.services.record import reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.item_changes import touch
from careteam.services.record.patient_days import PatientDay, patient_day
from careteam.services.record.records import open_record, open_to_write
from careteam.vault import seal


def request_measure(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    questionnaire: str,
    first_due_on: date | None = None,
    every_days: int | None = None,
    until: date | None = None,
    text: str | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Ask the patient for a questionnaire, once or every so many days through `until`, and tell them.

    The first is due today where the patient lives, if no day is named. Raises NotFound, NotPermitted to patients and
    former members, Conflict when the patient has died, Invalid on an unknown questionnaire and days that do not fit.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    if not record.is_member:
        raise NotPermitted("Clinicians of the care team ask for questionnaires; you can answer one at any time.")
    asked, day = known(questionnaire), patient_day(record)
    begun = beginning(record, ItemClass.MEASURE, on=None, labels=labels, part2=part2)
    first = _ahead(day, first_due_on or day.today, "first_due_on")
    made = MeasureRequest(**begun, questionnaire=asked.id, first_due_on=first, every_days=every_days)
    made.until = _until(first, every_days, until)
    made.text = seal(session, MeasureRequest.text, made.id, text)
    session.add(made)
    session.flush()
    patient, kind = record.team.patient_user_id, NoticeKind.QUESTIONNAIRE_REQUESTED
    tell(session, [patient], kind, patient_id=patient_id, target=made.id, at=at)
    return reading.changed(session, record, REQUESTS, "request-measure", made.id)


def end(session: Session, actor: Actor, patient_id: UUID, request_id: UUID, *, at: datetime) -> dict[str, Any]:
    """End a request: who asked no longer asks, or the patient (or who reports for them) says no. Repeating it is fine.

    Raises NotFound, and NotPermitted to others and to former members, who may mark theirs as entered in error.
    """
    record = open_record(session, actor, patient_id, at=at)
    asked = reading.to_change(session, record, REQUESTS, request_id)
    asks = record.is_member and asked.holder_id == actor.user_id
    if not asks and not record.speaks(Power.REPORT):
        raise NotPermitted("Who asked, and the patient, end a request.")
    if asked.ended_at is None:
        touch(asked, version=asked.version, at=at)
        asked.ended_at = at
    return reading.changed(session, record, REQUESTS, "end-measure-request", request_id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, request_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own request as entered in error; also after leaving the team. It asks for nothing any more."""
    ids = (patient_id, REQUESTS, request_id, "measure-request-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def _ahead(day: PatientDay, wanted: date, field: str) -> date:
    if wanted < day.today:
        raise Invalid("A request is for a day to come.", {field: [f"Choose {day.today} or a later day."]})
    return day.fitting(wanted, field, plans=True)


def _until(first: date, every_days: int | None, until: date | None) -> date | None:
    if until is None:
        return None
    if every_days is None:
        raise Invalid("A request for one answer has no last day.", {"until": ["Give every_days too, or neither."]})
    if until < first:
        raise Invalid("It ends before it begins.", {"until": [f"Choose {first} or a later day."]})
    return until
