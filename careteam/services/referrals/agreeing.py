"""The patient's answer to a referral: yes, no, or not now.

Yes is one act: it signs the consent and agrees to the place, or does neither. Each is done by the code that does it
by itself, so that nothing is easier here.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted, Stale
from careteam.models import Consent, Referral
from careteam.passwords import Passwords
from careteam.policy.referring import BEFORE_ACCEPTANCE, WAITS_FOR_PATIENT
from careteam.policy.treatment_words import ReferralAnswer, ReferralState
from careteam.policy.vocabulary import ConsentStatus, NoticeKind, Power
from careteam.services.consents import drafting, revoking, signing
from careteam.services.consents.drafting import UNSIGNED
from careteam.services.consents.reading import find
from careteam.services.consents.states import state_of
from careteam.services.log import access_log
from careteam.services.notices.telling import tell
from careteam.services.record import reading
from careteam.services.record.item_changes import touch
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_record
from careteam.services.referrals import letters, places, telling
from careteam.services.referrals.reaching import check_agreed
from careteam.services.referrals.referrals import REFERRALS
from careteam.services.referrals.standing import beside
from careteam.services.team import memberships


def agree(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    patient_id: UUID,
    referral_id: UUID,
    *,
    version: int,
    consent_version: int | None = None,
    at: datetime,
    **proof: Any,
) -> dict[str, Any]:
    """Say yes: the consent that goes with the referral is signed as it stands in this version, and the place agreed to.

    `proof` is what `signing.sign` takes. Where two signatures are needed the first one waits, and the referral with it.
    Raises NotFound, NotPermitted, Conflict, Stale and Invalid, as signing and agreeing by themselves do.
    """
    record, referral = to_agree(session, actor, patient_id, referral_id, at=at)
    if referral.version != version:
        raise Stale
    if referral.to_user_id is None:
        letters.sign(session, passwords, record, referral, **proof)
    elif not _sign(session, passwords, record, referral, consent_version, proof):
        return reading.changed(session, record, REFERRALS, "sign-referral", referral_id)
    _say(session, record, referral, ReferralAnswer.YES)
    told = [referral.to_user_id]
    tell(session, told, NoticeKind.REFERRED_TO_YOU, patient_id=None, target=referral.id, at=at)
    return reading.changed(session, record, REFERRALS, "agree-referral", referral_id)


def to_agree(
    session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, at: datetime
) -> tuple[Record, Referral]:
    """Return a referral that waits for the patient's yes. Raises NotFound, NotPermitted, Conflict (who died too)."""
    record, referral, state = _own(session, actor, patient_id, referral_id, at)
    if patient_day(record).died:
        raise Conflict("The patient has died: nobody agrees to a referral of theirs.")
    if state not in WAITS_FOR_PATIENT:
        raise Conflict(f"This referral waits for no yes: it is {state.value}.")
    return record, referral


def postpone(session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Say "not now": nothing opens, and yes or no can still be said. Raises NotFound, NotPermitted, Conflict."""
    record, referral = to_agree(session, actor, patient_id, referral_id, at=at)
    if referral.patient_answer is not ReferralAnswer.NOT_NOW:
        _say(session, record, referral, ReferralAnswer.NOT_NOW)
    return reading.changed(session, record, REFERRALS, "postpone-referral", referral_id)


def decline(session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Say no, also after a yes until it is accepted: the consent is declined or revoked, the place taken back.

    Saying it again changes nothing. Raises NotFound, NotPermitted, and Conflict once it is accepted or closed.
    """
    record, referral, state = _own(session, actor, patient_id, referral_id, at)
    if state in BEFORE_ACCEPTANCE:
        if referral.to_user_id is not None:
            _close_consent(session, record, referral)
            places.take_back(session, record, referral)
        _say(session, record, referral, ReferralAnswer.NO)
    elif state is not ReferralState.REFUSED:
        raise Conflict(f"This referral is {state.value}: revoke the consent, or end the place in the care team.")
    return reading.changed(session, record, REFERRALS, "decline-referral", referral_id)


def _own(
    session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, at: datetime
) -> tuple[Record, Referral, ReferralState]:
    record = open_record(session, actor, patient_id, at=at)
    referral: Referral = reading.to_change(session, record, REFERRALS, referral_id)
    if not record.speaks(Power.SIGN):
        raise NotPermitted("Only the patient answers, or somebody who acts for them with the power to sign.")
    return record, referral, beside(session, record, [referral]).state(referral)


def _sign(
    session: Session,
    passwords: Passwords,
    record: Record,
    referral: Referral,
    consent_version: int | None,
    proof: dict[str, Any],
) -> bool:
    """Sign and agree, and say whether that is done: the first of two signatures waits for the other one.

    Where the consent was signed by itself before, only the place is agreed to.
    """
    actor, at = record.actor, record.at
    consent = find(session, record, _given(referral.consent_id))
    place = places.of(session, referral.membership_id)
    places.check_open(record, place)
    if state_of(consent, at) in UNSIGNED:
        check_agreed(session, record, referral, place, consent)
    if state_of(consent, at) is not ConsentStatus.ACTIVE:
        if consent_version is None:
            told = {"consent_version": ["Give the version of the consent that you have read."]}
            raise Invalid("Say which version of the consent you sign.", told)
        ids = (actor, record.patient_id, consent.id)
        with access_log.parts(session):
            signing.sign(session, passwords, *ids, version=consent_version, at=at, **proof)
    if state_of(consent, at) is not ConsentStatus.ACTIVE:
        return False
    if place.patient_agreed_at is None:
        with access_log.parts(session):
            memberships.agree(session, actor, place.id, at=at)
    return True


def _close_consent(session: Session, record: Record, referral: Referral) -> None:
    consent: Consent = find(session, record, _given(referral.consent_id))
    ids, state = (session, record.actor, record.patient_id, consent.id), state_of(consent, record.at)
    with access_log.parts(session):
        if state in UNSIGNED:
            drafting.decline(*ids, at=record.at)
        elif state is ConsentStatus.ACTIVE:
            revoking.revoke(*ids, at=record.at)


def _say(session: Session, record: Record, referral: Referral, answer: ReferralAnswer) -> None:
    touch(referral, version=referral.version, at=record.at)
    referral.patient_answer, referral.patient_answered_at = answer, record.at
    telling.referrer(session, record.team, referral, at=record.at)


def _given(found: UUID | None) -> UUID:
    assert found is not None, "a referral to somebody here has a consent and a place"
    return found
