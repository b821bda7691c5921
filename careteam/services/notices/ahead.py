"""What is told because time passes: that a consent ends in 30, 7 or 1 days, that a request has lapsed.

Read from the clock whenever somebody looks, and told to everybody by `notify`. Each step of each consent is told to
each person once: the table has a unique key for it, so that any number of hosts may do this at the same time.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.facts import Facts, consent_fact
from careteam.models import Consent, Membership, Patient
from careteam.policy.facts import Reader
from careteam.policy.vocabulary import ConsentStatus, NoticeKind
from careteam.services.consents.states import in_state
from careteam.services.notices.recipients import members, whom
from careteam.services.notices.telling import notice, tell_all
from careteam.services.representations import of_age

STEPS = (1, 7, 30)
"""How many days before its end a consent is spoken of."""
LAPSED_SINCE = timedelta(days=30)
"""How long ago a request may have lapsed to be spoken of; `step` 0 is the lapse itself."""
BATCH = 200
"""Consents that are looked at in one transaction."""


def for_person(session: Session, actor: Actor, *, at: datetime) -> None:
    """Tell one person what is due, without a mail: they are looking."""
    if actor.patient_id is not None:
        of_age.for_person(session, actor.patient_id, at=at)
    own = select(Patient.id).where(Patient.user_id == actor.user_id)
    teams = select(Membership.patient_id).where(Membership.user_id == actor.user_id, Membership.ended_at.is_(None))
    mine = or_(Consent.patient_id.in_(own), Consent.patient_id.in_(teams))
    due = _due(session, _soon(session, mine, at=at), at)
    tell_all(session, [row for row in due if row["user_id"] == actor.user_id], mail=False, at=at)


def batch(session: Session, *, after: UUID | None, at: datetime) -> tuple[int, UUID | None]:
    """Tell everybody what is due about the next consents by id; return how many were told, and where to go on."""
    later = Consent.id > after if after else Consent.id.is_not(None)
    found = _soon(session, later, limit=BATCH, at=at)
    told = tell_all(session, _due(session, found, at), at=at)
    told += of_age.for_everybody(session, at=at) if after is None else 0
    return told, found[-1].id if len(found) == BATCH else None


def step(end: datetime, since: datetime, at: datetime) -> int | None:
    """Return the step (in days) that is due: the nearest one, unless the consent is younger than it.

    Nobody is told on the day of signing what they have just signed; missed steps are not made up for.
    """
    due = next((days for days in STEPS if end - timedelta(days=days) <= at < end), None)
    return due if due is not None and since < end - timedelta(days=due) else None


def _soon(session: Session, which: ColumnElement[bool], *, limit: int | None = None, at: datetime) -> Sequence[Consent]:
    """Return the consents that end soon, and the requests that have lapsed, by id."""
    horizon = at + timedelta(days=max(STEPS))
    ends = or_(Consent.valid_until <= horizon, Consent.superseded_at <= horizon)
    ending = and_(in_state(ConsentStatus.ACTIVE, at), ends)
    lapsed = and_(in_state(ConsentStatus.LAPSED, at), Consent.lapses_at > at - LAPSED_SINCE)
    query = select(Consent).where(which, or_(ending, lapsed)).order_by(Consent.id).limit(limit)
    return session.scalars(query).all()


def _due(session: Session, found: Sequence[Consent], at: datetime) -> list[dict[str, Any]]:
    """Return the notices that are due, whether or not somebody was told already. Five statements, or none."""
    if not found:
        return []
    teams = facts.of_patients(session, {consent.patient_id for consent in found})
    known = members(session, [one.team for one in teams.values()], at=at)
    after = _successors(session, [consent.id for consent in found])
    return [row for c in found for row in _of(c, after.get(c.id), teams[c.patient_id], known, at)]


def _of(
    consent: Consent, successor: Consent | None, found: Facts, known: Mapping[UUID, Reader], at: datetime
) -> list[dict[str, Any]]:
    if consent.status is ConsentStatus.REQUESTED:
        return _lapsed(consent, found, known, at)
    pair = [consent_fact(consent), consent_fact(successor) if successor else None]
    receive, go_on = whom(found.team, pair, known, at=at)
    patient = () if consent.superseded_at else (found.team.patient_user_id,)
    end = min(consent.valid_until, consent.superseded_at or consent.valid_until)
    due = step(end, max(consent.signed_at or consent.created_at, consent.created_at), at)
    return [] if due is None else _rows(consent, [*patient, *sorted(receive - go_on)], due, at)


def _lapsed(consent: Consent, found: Facts, known: Mapping[UUID, Reader], at: datetime) -> list[dict[str, Any]]:
    """Return what the requester is told, who is told nothing of a team that they have left."""
    asked = consent.requested_by
    here = {m.user_id for m in found.team.memberships if m.user_id in known}
    return _rows(consent, [asked] if asked in here else [], 0, at, kind=NoticeKind.CONSENT_LAPSED)


def _rows(
    consent: Consent,
    user_ids: Collection[UUID | None],
    due: int,
    at: datetime,
    *,
    kind: NoticeKind = NoticeKind.CONSENT_EXPIRING,
) -> list[dict[str, Any]]:
    return [notice(u, kind, consent.patient_id, consent.id, step=due, at=at) for u in user_ids if u is not None]


def _successors(session: Session, consent_ids: Collection[UUID]) -> Mapping[UUID, Consent]:
    """Return the signed consents that will take the place of these."""
    signed = select(Consent).where(Consent.supersedes_id.in_(consent_ids), Consent.status == ConsentStatus.ACTIVE)
    return {c.supersedes_id: c for c in session.scalars(signed) if c.supersedes_id is not None}
