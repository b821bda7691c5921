"""Opens and ends an emergency session: stated by medical personnel, for an hour, and told to the patient at once."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted
from careteam.models import EmergencyReview, EmergencySession, Practice, User
from careteam.models.types import new_id
from careteam.passwords import Passwords
from careteam.policy.emergency import (
    LASTS,
    MEDICAL_PERSONNEL,
    REVIEW_WORKING_DAYS,
    medical_place,
    same_words,
    says_something,
    vouching_practice,
)
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, NoticeKind, Role
from careteam.policy.working_days import end_of
from careteam.services.emergency import reading
from careteam.services.identity.accounts import confirm
from careteam.services.identity.factor_codes import Entered
from careteam.services.identity.officers import tell_officers
from careteam.services.log import access_log
from careteam.services.notices.telling import tell
from careteam.services.record.records import Record, open_record
from careteam.vault import seal, unseal


def begin(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    patient_id: UUID,
    *,
    nature: str,
    why_no_consent: str,
    classes: Collection[ItemClass],
    password: str,
    code: str | None = None,
    recovery_code: str | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Open an emergency session of 60 minutes over the classes that are needed (42 CFR 2.51(a)(1)).

    The patient is told at once, and a privacy officer must review it. The account is held from the password on, so that
    two at the same moment come in turn. Raises NotFound; NotPermitted to who is no medical personnel of this team now,
    and for a wrong password; Conflict while one is open; Invalid for a statement that says nothing or was made before.
    """
    record = open_record(session, actor, patient_id, at=at)
    role, practice_id = _place(record)
    _check(nature, why_no_consent, classes)
    _check_none_open(record)
    _check_new(session, record, nature)
    entered = Entered(password, code, recovery_code)
    confirm(session, passwords, session.get_one(User, actor.user_id), entered, at=at)
    made = _opened(session, record, role, practice_id, nature=nature, why_no_consent=why_no_consent, classes=classes)
    access_log.changed(session, record.actor, patient_id, "begin-emergency-access", target=made.id, at=at)
    tell(
        session,
        [record.team.patient_user_id],
        NoticeKind.EMERGENCY_ACCESS,
        patient_id=patient_id,
        target=made.id,
        at=at,
    )
    _queue(session, record, made, practice_id)
    return reading.shown(session, open_record(session, actor, patient_id, at=at), [made])[0]


def end(session: Session, actor: Actor, patient_id: UUID, emergency_id: UUID, *, at: datetime) -> dict[str, Any]:
    """End one's own session early; ending it again, or after its hour, changes nothing. Raises NotFound, NotPermitted.

    The patient who wants it closed restricts what they keep, or ends the membership: both bite at once.
    """
    record = open_record(session, actor, patient_id, at=at)
    found = reading.find(session, record, emergency_id)
    if found.user_id != actor.user_id:
        raise NotPermitted(
            "Only who opened it ends it; you can make a restriction, or end the membership, at any time."
        )
    if found.ended_at is None and at < found.valid_until:
        found.ended_at = at
        session.flush()
    access_log.changed(session, record.actor, patient_id, "end-emergency-access", target=found.id, at=at)
    return reading.shown(session, open_record(session, actor, patient_id, at=at), [found])[0]


def _place(record: Record) -> tuple[Role, UUID]:
    """Return as what, and for which practice, the actor opens it."""
    reader = record.actor.reader
    place = medical_place(reader, record.team, record.at)
    if place is None:
        who = ", ".join(f"{role}s" for role in sorted(MEDICAL_PERSONNEL))
        raise NotPermitted(
            f"Emergency access is for medical personnel in this care team ({who}). In an emergency call 911."
        )
    return place.role, vouching_practice(reader, place)


def _check(nature: str, why_no_consent: str, classes: Collection[ItemClass]) -> None:
    errors: dict[str, object] = {
        field: ["Write a whole sentence, so that the patient and a privacy officer can understand it."]
        for field, words in (("nature", nature), ("why_no_consent", why_no_consent))
        if not says_something(words)
    }
    if not errors and same_words(nature, why_no_consent):
        errors["why_no_consent"] = ["Say why the patient cannot be asked now, in words of its own."]
    if not classes or not SHAREABLE_CLASSES.issuperset(classes):
        errors["classes"] = ["Choose the classes that you need; special notes are never opened."]
    if errors:
        raise Invalid("Say what the emergency is, why the patient cannot be asked now, and what you need.", errors)


def _check_none_open(record: Record) -> None:
    """One that began a moment later counts too: another request, or another server's clock, may have been ahead."""
    me, grounds = record.actor.user_id, record.facts.grounds
    mine = [e for e in grounds.emergencies if e.user_id == me and not e.ended and record.at < e.valid_until]
    if mine:
        raise Conflict(
            f"Your emergency session {mine[0].id} is open until {mine[0].valid_until.isoformat()}: go on under it."
            " If you need other classes, end it first and state the emergency anew."
        )


def _check_new(session: Session, record: Record, nature: str) -> None:
    """Renewing needs a new statement: what the emergency is now, not what was written an hour ago."""
    before = select(EmergencySession.id, EmergencySession.nature).where(
        EmergencySession.patient_id == record.patient_id, EmergencySession.user_id == record.actor.user_id
    )
    for row in session.execute(before):
        if same_words(nature, unseal(session, EmergencySession.nature, row.id, row.nature)):
            said = ["This was stated for an earlier session; write how the emergency stands now."]
            raise Invalid("A new session needs a new statement.", {"nature": said})


def _opened(
    session: Session,
    record: Record,
    role: Role,
    practice_id: UUID,
    *,
    nature: str,
    why_no_consent: str,
    classes: Collection[ItemClass],
) -> EmergencySession:
    emergency_id = new_id()
    made = EmergencySession(
        id=emergency_id,
        patient_id=record.patient_id,
        user_id=record.actor.user_id,
        role=role,
        practice_id=practice_id,
        classes=sorted(set(classes)),
        nature=seal(session, EmergencySession.nature, emergency_id, nature.strip()),
        why_no_consent=seal(session, EmergencySession.why_no_consent, emergency_id, why_no_consent.strip()),
        valid_from=record.at,
        valid_until=record.at + LASTS,
    )
    session.add(made)
    session.flush()
    return made


def _queue(session: Session, record: Record, made: EmergencySession, practice_id: UUID) -> None:
    """Let it wait for a privacy officer of the practice, who is neither the one who opened it nor the patient."""
    zone = ZoneInfo(session.get_one(Practice, practice_id).time_zone)
    due_at = end_of(REVIEW_WORKING_DAYS, record.at, zone)
    session.add(EmergencyReview(id=made.id, practice_id=practice_id, due_at=due_at))
    session.flush()
    but = (made.user_id, record.team.patient_user_id)
    tell_officers(session, practice_id, NoticeKind.EMERGENCY_REVIEW_DUE, target=made.id, but=but, at=record.at)
