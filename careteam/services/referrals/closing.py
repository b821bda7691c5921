"""A referral after it was sent: answered by its addressee, taken back or marked as an error by who refers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted
from careteam.models import Referral
from careteam.policy.referring import BEFORE_ACCEPTANCE
from careteam.policy.treatment_words import AnswerOutcome, ReferralState
from careteam.services.consents import drafting
from careteam.services.consents.drafting import UNSIGNED
from careteam.services.consents.reading import find
from careteam.services.consents.states import state_of
from careteam.services.directing.sending import member_scopes
from careteam.services.log import access_log
from careteam.services.record import answering, reading
from careteam.services.record.entries import own, take_back
from careteam.services.record.item_changes import touch
from careteam.services.record.records import Record, open_to_write
from careteam.services.referrals import places, telling
from careteam.services.referrals.referrals import REFERRALS
from careteam.services.referrals.standing import beside

UNREAD = (
    "Who referred cannot read this answer now. Ask the patient for a consent that shares your referrals with them, or"
    " call them."
)


def answer(
    session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, at: datetime, **said: Any
) -> dict[str, Any]:
    """Answer a referral to oneself: an appointment (with its day), that the patient was assessed, or what was asked.

    It is an item of the addressee's; `referrer_reads` says at once whether who refers can read it. `said` is what
    `answering.answer` takes. Raises NotFound, NotPermitted but to the addressee, Conflict before it is accepted,
    Invalid.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    referral: Referral = reading.to_change(session, record, REFERRALS, referral_id)
    if referral.to_user_id != actor.user_id:
        raise NotPermitted("Only the clinician to whom it is addressed answers a referral.")
    if referral.accepted_at is None:
        raise Conflict("Accept the referral first.")
    if said["outcome"] is AnswerOutcome.APPOINTMENT and said.get("follow_up_on") is None:
        raise Invalid("An appointment is on a day.", {"follow_up_on": ["Give the day of the appointment."]})
    ids = (patient_id, REFERRALS, referral_id, "answer-referral")
    record, made = answering.answer(session, actor, *ids, at=at, **said)
    reads = referral.author_id in access.read_by(session, member_scopes(session, record), made["id"])
    if reads:
        telling.referrer(session, record.team, referral, at=at)
    return {**made, "referrer_reads": reads, "note": None if reads else UNREAD}


def withdraw(session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Take back one's own referral, with the consent that it asks for and the place that it proposes.

    Doing it again changes nothing. What the patient has signed already stays theirs to revoke. Raises NotFound,
    NotPermitted, and Conflict once it is accepted or answered with a no.
    """
    record, referral = own(session, actor, patient_id, REFERRALS, referral_id, at=at)
    state = beside(session, record, [referral]).state(referral)
    if state in BEFORE_ACCEPTANCE:
        _undo(session, record, referral)
        touch(referral, version=referral.version, at=at)
        referral.withdrawn_at = at
    elif state is not ReferralState.WITHDRAWN:
        raise Conflict(f"This referral is {state.value}: there is nothing to take back.")
    return reading.changed(session, record, REFERRALS, "withdraw-referral", referral_id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own referral as entered in error; what waits for an answer is taken back with it.

    Also after leaving the team. Raises NotFound, NotPermitted, Stale, Conflict when it is marked already.
    """
    record, referral = own(session, actor, patient_id, REFERRALS, referral_id, current=False, at=at)
    if record.is_member and beside(session, record, [referral]).state(referral) in BEFORE_ACCEPTANCE:
        _undo(session, record, referral)
    ids = (patient_id, REFERRALS, referral_id, "referral-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def _undo(session: Session, record: Record, referral: Referral) -> None:
    """Take back what the patient was asked for; the referral itself is the caller's to change."""
    if referral.consent_id is not None:
        consent = find(session, record, referral.consent_id)
        if state_of(consent, record.at) in UNSIGNED:
            with access_log.parts(session):
                drafting.withdraw(session, record.actor, record.patient_id, consent.id, at=record.at)
        places.take_back(session, record, referral)
    telling.patient(session, record.team, referral, at=record.at)
