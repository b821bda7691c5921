"""Per-holder section state: of each member, and of the patient, what is shared with one reader."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import User
from careteam.policy.facts import Team
from careteam.policy.scope import Scope, sections
from careteam.policy.team import ever_members


def names_of(session: Session, teams: Iterable[Team]) -> dict[UUID, str]:
    """Return the names of everybody who is or was in one of the teams, in one statement."""
    ids = {user_id for team in teams for user_id in ever_members(team)}
    if not ids:
        return {}
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(ids)))}


def sharing(scope: Scope, team: Team, reader_id: UUID, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Return for every holder but the reader which of their classes are shared; the patient comes first."""
    others = sorted((names[i], i) for i in ever_members(team) if i != reader_id and i in names)
    return [
        {
            "holder": {"kind": "member", "user_id": holder_id} if holder_id else {"kind": "patient"},
            "name": name,
            "shared": sorted(sections(scope, holder_id)),
        }
        for name, holder_id in [("the patient", None), *others]
    ]
