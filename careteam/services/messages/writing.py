"""Messages written, marked as read, and entered in error. Nothing is sent to somebody who could not read it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotFound
from careteam.models import Message, MessageRecipient, MessageThread
from careteam.models.types import new_id
from careteam.policy.answering import due
from careteam.policy.team import current
from careteam.policy.treatment_words import Urgency
from careteam.policy.vocabulary import ItemClass, Label, NoticeKind
from careteam.services.directing import sending
from careteam.services.log import access_log
from careteam.services.messages.messages import MESSAGES
from careteam.services.notices.telling import tell
from careteam.services.record import reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.records import Record, open_record, open_to_report
from careteam.vault import seal


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a message is for: members, the patient besides where somebody else writes; and who of them is named."""

    members: frozenset[UUID]
    patient: UUID | None
    mentioned: frozenset[UUID]

    @property
    def everybody(self) -> frozenset[UUID]:
        """All of them."""
        return self.members | ({self.patient} if self.patient else frozenset())


def write(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    text: str,
    to: Collection[UUID] = (),
    mention: Collection[UUID] = (),
    thread_id: UUID | None = None,
    subject: str | None = None,
    needs_answer_from: UUID | None = None,
    urgency: Urgency = Urgency.ROUTINE,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Write a message in a thread that the actor reads, or in a new one with a subject.

    The patient reads it whoever it is for. Members whom it is for must be able to read it: what the patient writes is
    sent to them (a permit for that message), what a clinician writes needs a consent to messages. Raises NotFound (the
    thread too), NotPermitted, Conflict when a recipient could not read it, Invalid.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.MESSAGE, at=at)
    addressed = _addressed(record, to, mention)
    _check_asked(addressed, needs_answer_from)
    made = Message(**beginning(record, ItemClass.MESSAGE, on=None, labels=labels, part2=part2))
    made.thread_id = _thread(session, record, thread_id, subject)
    made.text = seal(session, Message.text, made.id, text)
    made.subject = seal(session, Message.subject, made.id, subject)
    made.needs_answer_from = needs_answer_from
    if needs_answer_from is not None:
        made.answer_due_at = due(urgency, at, ZoneInfo(record.facts.person.time_zone))
    session.add(made)
    session.flush()
    _deliver(session, record, made, addressed)
    session.add_all(
        MessageRecipient(message_id=made.id, user_id=user, mentioned=user in addressed.mentioned)
        for user in sorted(addressed.everybody)
    )
    return reading.changed(session, record, MESSAGES, "send-message", made.id)


def mark_read(session: Session, actor: Actor, patient_id: UUID, message_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Say that one has read a message that was for oneself; its author and the patient see when. Once is enough.

    Raises NotFound (absent or hidden), Conflict when it was not for the actor.
    """
    record = open_record(session, actor, patient_id, at=at)
    shown, seen = reading.whole(session, record, MESSAGES, message_id)
    if not shown["to_you"]:
        raise Conflict("This message was not for you: there is nothing to confirm.")
    if shown["read_at"] is not None:
        access_log.disclosed(session, record.actor, patient_id, MESSAGES.read_one, seen, at=at)
        return shown
    mine = update(MessageRecipient).where(
        MessageRecipient.message_id == message_id,
        MessageRecipient.user_id == actor.user_id,
        MessageRecipient.read_at.is_(None),
    )
    session.execute(mine.values(read_at=at), execution_options={"synchronize_session": False})
    access_log.changed(session, record.actor, patient_id, "confirm-message-read", target=message_id, items=seen, at=at)
    return {**shown, "read_at": at}


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, message_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own message as entered in error; it stays readable, marked, and asks for no answer."""
    ids = (patient_id, MESSAGES, message_id, "message-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def _addressed(record: Record, to: Collection[UUID], mention: Collection[UUID]) -> Addressed:
    """Return whom it is for. Raises Invalid on people who are not in the team, and when a patient names nobody."""
    me, patient = record.actor.user_id, record.team.patient_user_id
    team = {m.user_id for m in record.team.memberships if current(m, record.at)} - {me}
    others = None if patient == me else patient
    strangers = sorted(map(str, (set(to) | set(mention)) - team - {others}))
    if strangers:
        raise Invalid("Write to current members of the care team.", {"to": strangers})
    members = frozenset(set(to) | set(mention)) & team
    if record.is_patient and not members:
        raise Invalid("Say whom the message is for.", {"to": ["Name at least one member of your care team."]})
    return Addressed(members, others, frozenset(mention))


def _check_asked(addressed: Addressed, asked: UUID | None) -> None:
    if asked is not None and asked not in addressed.everybody:
        raise Invalid("Only somebody whom it is for can be asked.", {"needs_answer_from": ["Name them in `to` too."]})


def _thread(session: Session, record: Record, thread_id: UUID | None, subject: str | None) -> UUID:
    """Return the thread: one of which the actor reads a message, or a new one. Raises NotFound, Invalid."""
    if thread_id is None:
        if subject is None:
            raise Invalid("A new thread has a subject.", {"subject": ["Say in a few words what it is about."]})
        made = MessageThread(
            id=new_id(), patient_id=record.patient_id, created_by=record.actor.user_id, created_at=record.at
        )
        session.add(made)
        session.flush()
        return made.id
    if subject is not None:
        raise Invalid("A thread keeps its subject.", {"subject": ["Leave it out, or begin a new thread."]})
    readable = record.rows(Message, Message.id).where(Message.thread_id == thread_id).limit(1)
    if session.execute(readable).first() is None:
        raise NotFound
    return thread_id


def _deliver(session: Session, record: Record, made: Message, addressed: Addressed) -> None:
    """Make it readable where the patient sends it, tell whom it is for, and refuse what would not be read."""
    if made.holder_id is None:
        unreached = set(sending.send(session, record, made, addressed.members).unreached)
    else:
        scopes = sending.member_scopes(session, record)
        unreached = set(addressed.members - access.read_by(session, scopes, made.id))
    if unreached:
        raise Conflict(_refusal(record, made, sorted(record.facts.names[user] for user in unreached)))
    told = addressed.everybody if made.holder_id is not None else {addressed.patient}
    tell(session, told, NoticeKind.MESSAGE, patient_id=record.patient_id, target=made.id, at=record.at)


def _refusal(record: Record, made: Message, names: list[str]) -> str:
    whom = " and ".join(names)
    if made.holder_id is not None:
        return (
            f"{whom} could not read it, so nothing was sent: nothing that is in force shares your messages about this "
            "patient with them. Leave them out, or ask the patient to share messages."
        )
    why = "A restriction of yours, or their practice, stops it." if record.is_patient else "It cannot be shown to them."
    return f"{whom} could not read it, so nothing was sent. {why} Leave them out, or call them."
