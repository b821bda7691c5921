"""Whom a consent concerns: the current members who receive under it, as each of them sees it in their own list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.policy.consent import concerns
from careteam.policy.facts import Consent, Reader, Team
from careteam.policy.team import current, roles_now
from careteam.policy.vocabulary import Role
from careteam.services.team.readers import readers


def concerned(
    session: Session, team: Team, consents: Sequence[Consent | None], *, at: datetime
) -> list[frozenset[UUID]]:
    """Return for each consent the members whom it concerns at this instant, who may read it with GET (`concerns`).

    Nobody whom no practice verifies: they know nothing of it. One statement, whatever the number of consents.
    """
    return whom(team, consents, members(session, [team], at=at), at=at)


def still_members(session: Session, team: Team, user_ids: Iterable[UUID | None], *, at: datetime) -> frozenset[UUID]:
    """Return those of these people who are current members, verified for what they are in the team."""
    asked = readers(session, {u for u in user_ids if u is not None})
    return frozenset(u for u, reader in asked.items() if roles_now(reader, team, at))


def members(session: Session, teams: Iterable[Team], *, at: datetime) -> Mapping[UUID, Reader]:
    """Return the current members of these teams as readers, in one statement."""
    return readers(session, {m.user_id for team in teams for m in team.memberships if current(m, at)})


def whom(
    team: Team, consents: Sequence[Consent | None], known: Mapping[UUID, Reader], *, at: datetime
) -> list[frozenset[UUID]]:
    """Return the same of members who were looked up before. None is no consent and concerns nobody."""
    here = {m.user_id for m in team.memberships} & known.keys()
    roles = {user_id: roles_now(known[user_id], team, at) for user_id in here}
    return [_of(consent, {u: mine for u, mine in roles.items() if mine}, at) for consent in consents]


def _of(consent: Consent | None, roles: Mapping[UUID, frozenset[Role]], at: datetime) -> frozenset[UUID]:
    return frozenset(u for u, mine in roles.items() if consent is not None and concerns(consent, u, mine, at=at))
