"""For whom practices vouched at an earlier instant: read from the administration log, which keeps every change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import AdministrationEvent, Staff, StaffTerm, User
from careteam.policy.facts import Reader, Verification
from careteam.policy.vocabulary import CLINICAL_ROLES

VERIFYING: Mapping[str, bool] = {
    "verify-role": True,
    "withdraw-verification": False,
    "give-up-verification": False,
}
ENABLING: Mapping[str, bool] = {"enable-staff": True, "disable-staff": False}
"""The acts that change whether a role counts, and what each makes of it."""


def readers_as_of(session: Session, user_ids: Collection[UUID], *, at: datetime) -> Mapping[UUID, Reader]:
    """Return these people as readers at an earlier instant, in four statements.

    An account that the operator disabled counts as disabled since then; that it was before and was enabled again is
    not kept.
    """
    users = session.execute(select(User.id, User.disabled_at).where(User.id.in_(user_ids))).all()
    posts, terms, acts = (_by_user(session, query) for query in _queries(user_ids))
    return {
        user.id: Reader(
            user.id,
            frozenset(_vouched(posts[user.id], terms[user.id], acts[user.id], at)),
            disabled=user.disabled_at is not None and user.disabled_at <= at,
        )
        for user in users
    }


def _queries(user_ids: Collection[UUID]) -> tuple[Any, Any, Any]:
    acts = (*VERIFYING, *ENABLING)
    return (
        select(Staff.__table__).where(Staff.user_id.in_(user_ids), Staff.role.in_(sorted(CLINICAL_ROLES))),
        select(StaffTerm.__table__).where(StaffTerm.user_id.in_(user_ids)),
        select(AdministrationEvent.__table__)
        .where(AdministrationEvent.user_id.in_(user_ids), AdministrationEvent.act.in_(acts))
        .order_by(AdministrationEvent.id),
    )


def _by_user(session: Session, query: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        found[row.user_id].append(row)
    return found


def _vouched(posts: Iterable[Any], terms: Iterable[Any], acts: Sequence[Any], at: datetime) -> Iterable[Verification]:
    for post in posts:
        mine = [a for a in acts if a.practice_id == post.practice_id]
        of_role = [a for a in mine if a.role in (None, post.role)]
        had = _had(post, terms, at)
        verified = _stood(of_role, VERIFYING, at, otherwise=post.verified_at is not None and post.verified_at <= at)
        enabled = _stood(mine, ENABLING, at, otherwise=post.disabled_at is None or post.disabled_at > at)
        if had and verified and enabled:
            yield Verification(post.role, post.practice_id)


def _had(post: Any, terms: Iterable[Any], at: datetime) -> bool:
    """Say whether this was their role then: as they have it now, or in a time before."""
    now = post.created_at <= at and (post.ended_at is None or at < post.ended_at)
    mine = (t for t in terms if (t.practice_id, t.role) == (post.practice_id, post.role))
    return now or any(t.began_at <= at < t.ended_at for t in mine)


def _stood(acts: Sequence[Any], makes: Mapping[str, bool], at: datetime, *, otherwise: bool) -> bool:
    """Return what the last act by then made of it; without one, what the first act after it changed from."""
    known = [a for a in acts if a.act in makes]
    before = [makes[a.act] for a in known if a.at <= at]
    after = [not makes[a.act] for a in known if a.at > at]
    if before:
        return before[-1]
    return after[0] if after else otherwise
