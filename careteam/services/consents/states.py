"""The state of a consent by the clock, of a row and in SQL; a test holds the two together."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, or_

from careteam.models import Consent
from careteam.policy.consent import status_at
from careteam.policy.vocabulary import ConsentStatus


def state_of(consent: Consent, at: datetime) -> ConsentStatus:
    """Return the consent's state by the clock."""
    return status_at(
        consent.status,
        valid_until=consent.valid_until,
        superseded_at=consent.superseded_at,
        lapses_at=consent.lapses_at,
        at=at,
    )


def in_state(status: ConsentStatus, at: datetime) -> ColumnElement[bool]:
    """Say `state_of(consent, at) is status` in SQL."""
    stored = Consent.status == status
    active = Consent.status == ConsentStatus.ACTIVE
    superseded = and_(
        Consent.superseded_at.is_not(None), Consent.superseded_at <= at, Consent.superseded_at <= Consent.valid_until
    )
    match status:
        case ConsentStatus.REQUESTED:
            return and_(stored, or_(Consent.lapses_at.is_(None), Consent.lapses_at > at))
        case ConsentStatus.LAPSED:
            return and_(Consent.status == ConsentStatus.REQUESTED, Consent.lapses_at <= at)
        case ConsentStatus.ACTIVE:
            return and_(active, not_(superseded), Consent.valid_until > at)
        case ConsentStatus.SUPERSEDED:
            return and_(active, superseded)
        case ConsentStatus.EXPIRED:
            return or_(stored, and_(active, not_(superseded), Consent.valid_until <= at))
        case _:
            return stored
