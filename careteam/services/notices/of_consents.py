"""Who is told what about consents. Of a consent, a clinician is told only what concerns them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.facts import consent_fact
from careteam.models import Consent
from careteam.policy.facts import Consent as ConsentFact
from careteam.policy.facts import Team
from careteam.policy.vocabulary import NoticeKind
from careteam.services.notices.recipients import concerned, still_members
from careteam.services.notices.telling import tell
from careteam.services.record.records import Record


def requested(session: Session, record: Record, consent: Consent) -> None:
    """Tell the patient that a member asks for a consent; their own draft is no news."""
    if consent.requested_by is not None:
        _tell(session, record, [record.team.patient_user_id], NoticeKind.CONSENT_REQUESTED, consent)


def closed(session: Session, record: Record, consent: Consent) -> None:
    """Tell the other side that a request was declined, or taken back; a draft is nobody else's affair."""
    if consent.requested_by is None:
        return
    if record.actor.user_id == consent.requested_by:
        _tell(session, record, [record.team.patient_user_id], NoticeKind.CONSENT_WITHDRAWN, consent)
    else:
        requester = still_members(session, record.team, [consent.requested_by], at=record.at)
        _tell(session, record, requester, NoticeKind.CONSENT_DECLINED, consent)


def signed(session: Session, record: Record, consent: Consent, old: Consent | None) -> None:
    """Confirm it to the patient, answer who requested it, and tell those whom it concerns.

    Whom the superseded one concerned, and this one does not, is told of its end where that has come already.
    """
    session.flush()
    before = None if old is None else replace(consent_fact(old), superseded_at=None)
    receive, received = concerned(session, record.team, [consent_fact(consent), before], at=record.at)
    requester = still_members(session, record.team, [consent.requested_by], at=record.at)
    _tell(session, record, [record.team.patient_user_id, *requester], NoticeKind.CONSENT_SIGNED, consent)
    _tell(session, record, receive - requester, NoticeKind.CONSENT_GRANTED, consent)
    if old is not None and consent.valid_from <= record.at:
        _tell(session, record, received - receive, NoticeKind.CONSENT_REVOKED, old)


def ended(session: Session, record: Record, consent: Consent) -> None:
    """Tell the others whom it concerns, and the patient, that the event which ends the consent was recorded.

    To be called while it is still in force.
    """
    (receive,) = concerned(session, record.team, [consent_fact(consent)], at=record.at)
    others = [u for u in (record.team.patient_user_id, *receive) if u != record.actor.user_id]
    _tell(session, record, others, NoticeKind.CONSENT_ENDED, consent)


def revoked(
    session: Session,
    actor: Actor,
    team: Team,
    before: Sequence[ConsentFact],
    left: Sequence[ConsentFact | None],
    *,
    others_too: bool,
    at: datetime,
) -> None:
    """Tell each member once that something which was shared with them has ended.

    `before` are the consents as they were in force, `left` what is left of each. Where a recipient was taken out,
    nothing ended for the others (not `others_too`). Who recorded it for the patient knows already.
    """
    whom = concerned(session, team, [*before, *left], at=at)
    was, still = whom[: len(before)], whom[len(before) :]
    told: dict[UUID, UUID] = {}
    for consent, one, other in zip(before, was, still, strict=True):
        told = {**dict.fromkeys((one if others_too else one - other) - {actor.user_id}, consent.id), **told}
    for consent in before:
        mine = sorted(user_id for user_id, first in told.items() if first == consent.id)
        tell(session, mine, NoticeKind.CONSENT_REVOKED, patient_id=team.patient_id, target=consent.id, at=at)


def recorded(session: Session, actor: Actor, team: Team, consent_id: UUID | None, *, at: datetime) -> None:
    """Tell the patient that somebody recorded a revocation for them, whatever it found; their own act is no news."""
    if team.patient_user_id != actor.user_id:
        told = [team.patient_user_id]
        tell(session, told, NoticeKind.REVOCATION_RECORDED, patient_id=team.patient_id, target=consent_id, at=at)


def _tell(
    session: Session, record: Record, user_ids: Iterable[UUID | None], kind: NoticeKind, consent: Consent
) -> None:
    tell(session, user_ids, kind, patient_id=record.patient_id, target=consent.id, at=record.at)
