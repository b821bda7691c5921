"""What notices are about, looked up for a whole page at once, as their reader sees it now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.facts import consent_fact
from careteam.models import Consent, Invitation, Membership, Notice, Revocation, User
from careteam.policy.consent import concerns
from careteam.policy.vocabulary import ConsentStatus
from careteam.services.consents.states import state_of
from careteam.services.notices.knowing import Known
from careteam.services.team.invitation_views import listed
from careteam.services.team.rosters import membership_of, memberships


@dataclass(frozen=True, slots=True)
class Things:
    """What a page of notices is about, by id."""

    known: Known
    consents: Mapping[UUID, Consent]
    revocations: Mapping[UUID, Revocation]
    memberships: Mapping[UUID, Any]
    invitations: Mapping[UUID, Any]
    zone: ZoneInfo
    at: datetime

    def state(self, consent: Consent) -> ConsentStatus:
        """Return how a consent stands now."""
        return state_of(consent, self.at)

    def grants(self, consent: Consent) -> bool:
        """Say whether the reader receives, or will receive, under this consent now."""
        roles = self.known.roles[consent.patient_id]
        return bool(roles) and concerns(consent_fact(consent), self.known.actor.user_id, roles, at=self.at)

    def sees(self, consent: Consent) -> bool:
        """Say whether the reader may read it with GET (see `careteam.services.consents.reading.sees`)."""
        if self.known.is_own(consent.patient_id):
            return True
        requested = consent.requested_by == self.known.actor.user_id
        return bool(self.known.roles[consent.patient_id]) and (requested or self.grants(consent))

    def place(self, membership_id: UUID | None) -> dict[str, Any] | None:
        """Return a membership as the reader, one of its two sides, sees it."""
        row = self.memberships.get(membership_id) if membership_id else None
        if row is None or self.known.actor.user_id not in {row.user_id, row.patient_user_id}:
            return None
        return membership_of(row, self.known.actor, self.at)

    def day(self, moment: datetime) -> str:
        """Return the day of an instant where the reader lives, such as `3 May 2027`."""
        there = moment.astimezone(self.zone)
        return f"{there.day} {there:%B %Y}"


def of(session: Session, found: Known, notices: Iterable[Notice], *, at: datetime) -> Things:
    """Look up what these notices are about, in a fixed number of statements."""
    targets = {n.target for n in notices if n.target is not None}
    consents = session.scalars(select(Consent).where(Consent.id.in_(targets))) if targets else ()
    taken = session.scalars(select(Revocation).where(Revocation.consent_id.in_(targets))) if targets else ()
    places = session.execute(memberships().where(Membership.id.in_(targets))) if targets else ()
    offers = session.execute(listed().where(Invitation.id.in_(targets))) if targets else ()
    zone = session.scalars(select(User.time_zone).where(User.id == found.actor.user_id)).one()
    return Things(
        found,
        {c.id: c for c in consents},
        {r.consent_id: r for r in taken},
        {row.id: row for row in places},
        {row.id: row for row in offers},
        ZoneInfo(zone),
        at,
    )
