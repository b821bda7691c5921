"""Referrals as somebody may read them: each whole, with how it stands as far as the reader may know."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.facts import membership_fact
from careteam.models import Referral, User
from careteam.policy.team import accepted
from careteam.policy.vocabulary import ConsentStatus, Power
from careteam.services.consents.reading import sees
from careteam.services.consents.states import state_of
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.services.referrals.standing import Beside, beside
from careteam.vault import unseal

COLUMNS = (
    *item_columns(Referral),
    Referral.to_role,
    Referral.to_user_id,
    Referral.to_practice_id,
    Referral.to_name,
    Referral.to_address,
    Referral.reason,
    Referral.question,
    Referral.consent_id,
    Referral.membership_id,
    Referral.share,
    Referral.patient_answer,
    Referral.patient_answered_at,
    Referral.accepted_at,
    Referral.declined_at,
    Referral.decline_reason,
    Referral.withdrawn_at,
    Referral.error_reason,
    Referral.error_at,
)
_EVENTS = (
    "state",
    "patient_answered_at",
    "accepted_at",
    "declined_at",
    "decline_reason",
    "appointment_on",
    "answer_by",
)
"""What others did with a referral, which whoever left the team sees no more."""


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the referrals that the actor may read, newest first, and the next cursor.

    Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    return reading.page_of(session, record, REFERRALS, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one referral. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), REFERRALS, referral_id)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the referrals of these gate rows (`COLUMNS`)."""
    known, names = beside(session, record, rows), _names(session, record, rows)
    return [_shown(session, record, row, known, names) for row in rows]


REFERRALS = Kind(Referral, COLUMNS, "read-referral", "read-referrals", present, answered=True)


def _names(session: Session, record: Record, rows: Sequence[Any]) -> Mapping[UUID, str]:
    """Return the names of who refers and is referred to; whom this request proposes is not in the team's facts yet."""
    asked = {user_id for row in rows for user_id in (row.author_id, row.to_user_id) if user_id is not None}
    missing = asked - record.facts.names.keys()
    found = session.execute(select(User.id, User.name).where(User.id.in_(missing))) if missing else ()
    return {**record.facts.names, **{row.id: row.name for row in found}}


def _shown(session: Session, record: Record, row: Any, known: Beside, names: Mapping[UUID, str]) -> dict[str, Any]:
    hidden = dict.fromkeys(_EVENTS) if record.scope.former else {}
    return {
        **heading(record, row),
        "from": {"user_id": row.author_id, "name": names[row.author_id]},
        "to": _addressee(session, row, names),
        "to_role": row.to_role,
        "reason": unseal(session, Referral.reason, row.id, row.reason),
        "question": unseal(session, Referral.question, row.id, row.question),
        **_events(session, record, row, known),
        **hidden,
        **_goes_with(record, row, known),
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, Referral.error_reason, row.id, row.error_reason),
    }


def _addressee(session: Session, row: Any, names: Mapping[UUID, str]) -> dict[str, Any]:
    """Return whom it goes to: somebody with an account here, or somebody outside, for whom there is a letter."""
    outside = row.to_user_id is None
    name = unseal(session, Referral.to_name, row.id, row.to_name) if outside else names[row.to_user_id]
    return {
        "user_id": row.to_user_id,
        "practice_id": row.to_practice_id,
        "name": name,
        "address": unseal(session, Referral.to_address, row.id, row.to_address),
    }


def _events(session: Session, record: Record, row: Any, known: Beside) -> dict[str, Any]:
    consent = known.consents.get(row.consent_id)
    waits = consent is not None and state_of(consent, record.at) is ConsentStatus.REQUESTED and sees(record, consent)
    return {
        "state": known.state(row),
        "patient_answered_at": row.patient_answered_at,
        "accepted_at": row.accepted_at,
        "declined_at": row.declined_at,
        "decline_reason": unseal(session, Referral.decline_reason, row.id, row.decline_reason),
        "appointment_on": known.appointment_on(row),
        "answer_by": consent.lapses_at if waits and consent is not None else None,
        "withdrawn_at": row.withdrawn_at,
    }


def _goes_with(record: Record, row: Any, known: Beside) -> dict[str, Any]:
    """Return the consent, the place and what a letter passes on, each to whom it is shown by itself too."""
    consent, place = known.consents.get(row.consent_id), known.places.get(row.membership_id)
    parties = record.speaks(Power.SIGN) or row.author_id == record.actor.user_id
    in_team = place is not None and accepted(membership_fact(place))
    shown = place is not None and (record.speaks(Power.SIGN) or place.user_id == record.actor.user_id or in_team)
    return {
        "consent_id": row.consent_id if consent is not None and sees(record, consent) else None,
        "membership_id": row.membership_id if shown and not record.scope.former else None,
        "share": row.share if parties else None,
    }
