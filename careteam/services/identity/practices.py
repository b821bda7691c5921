"""Practices: where clinicians work, and who looks after their staff."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound, NotPermitted, Stale
from careteam.models import Practice
from careteam.policy.vocabulary import Role
from careteam.services.identity import staff
from careteam.services.identity.accounts import normal_name
from careteam.services.identity.time_zones import known_zone
from careteam.services.log import access_log, administration_log
from careteam.services.paging import page

_AS_IT_IS: Mapping[str, Any] = {}
"""Stands for a rule of which nothing was said; None drops it."""


def make(
    session: Session,
    actor: Actor,
    *,
    name: str,
    time_zone: str | None = None,
    keep: UUID | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Make a practice; the maker becomes its first administrator. Raises NotPermitted, and Invalid.

    As with every new role, the maker's other sessions and all access tokens end. `keep` is the session in which the
    maker acts (see `careteam.services.identity.staff`).
    """
    if not actor.makes_practices:
        raise NotPermitted("Your account may not make practices: ask whoever runs this installation.")
    zone = {} if time_zone is None else {"time_zone": known_zone(time_zone)}
    practice = Practice(name=normal_name(name), created_at=at, created_by=actor.user_id, **zone)
    session.add(practice)
    session.flush()
    staff.appoint(session, actor, practice.id, Role.ADMINISTRATOR, keep=keep, at=at)
    access_log.changed(session, actor, None, "make-practice", target=practice.id, at=at)
    administration_log.note(session, actor, practice.id, "make-practice", at=at)
    return {**_shown(practice), "roles": [{"role": Role.ADMINISTRATOR, "verified": False}]}


def page_of(
    session: Session, actor: Actor, *, limit: int, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the practices in which the actor has a role, by name, and the next cursor."""
    mine = select(Practice).where(Practice.id.in_({p.practice_id for p in actor.posts}))
    found = page(session, mine.order_by(Practice.name, Practice.id), limit=limit, cursor=cursor)
    return [_as_seen(actor, row.Practice) for row in found.rows], found.cursor


def read(session: Session, actor: Actor, practice_id: UUID) -> dict[str, Any]:
    """Return a practice in which the actor has a role. Raises NotFound."""
    return _as_seen(actor, _mine(session, actor, practice_id))


def edit(
    session: Session,
    actor: Actor,
    practice_id: UUID,
    *,
    version: int,
    name: str | None = None,
    time_zone: str | None = None,
    crisis_text: str | None = None,
    minor_rule: Mapping[str, Any] | None = _AS_IT_IS,
    at: datetime,
) -> dict[str, Any]:
    """Change the name, the time zone (an IANA name), the text that is shown with safety flags, or the practice's own
    rule of who signs for a minor; without one the minor and a parent do. Consents that are signed stay as they are.

    Raises NotFound, NotPermitted, Invalid, and Stale unless `version` is the current one.
    """
    practice = _mine(session, actor, practice_id)
    if not actor.has_post(practice_id, Role.ADMINISTRATOR):
        raise NotPermitted("Only an administrator of this practice changes it.")
    if practice.version != version:
        raise Stale
    if name is not None:
        practice.name = normal_name(name)
    if time_zone is not None:
        practice.time_zone = known_zone(time_zone)
    if crisis_text is not None:
        practice.crisis_text = crisis_text.strip()
    if minor_rule is not _AS_IT_IS:
        _set_minor_rule(practice, minor_rule or {})
    session.flush()
    access_log.changed(session, actor, None, "edit-practice", target=practice_id, at=at)
    administration_log.note(session, actor, practice_id, "edit-practice", at=at)
    return _as_seen(actor, practice)


def _set_minor_rule(practice: Practice, rule: Mapping[str, Any]) -> None:
    """Keep a practice's own rule with its citation, or none: no state's rule is shipped."""
    practice.minor_signers, practice.minor_from_age = rule.get("signers"), rule.get("from_age")
    practice.minor_citation = rule["citation"].strip() if rule else None


def _mine(session: Session, actor: Actor, practice_id: UUID) -> Practice:
    practice = session.get(Practice, practice_id) if any(p.practice_id == practice_id for p in actor.posts) else None
    if practice is None:
        raise NotFound
    return practice


def _as_seen(actor: Actor, practice: Practice) -> dict[str, Any]:
    posts = sorted((p for p in actor.posts if p.practice_id == practice.id), key=lambda p: p.role)
    return {**_shown(practice), "roles": [{"role": p.role, "verified": p.verified} for p in posts]}


def _shown(practice: Practice) -> dict[str, Any]:
    return {
        "id": practice.id,
        "name": practice.name,
        "time_zone": practice.time_zone,
        "crisis_text": practice.crisis_text,
        "minor_rule": _minor_rule(practice),
        "version": practice.version,
        "created_at": practice.created_at,
    }


def _minor_rule(practice: Practice) -> dict[str, Any] | None:
    if practice.minor_signers is None:
        return None
    return {
        "signers": practice.minor_signers,
        "from_age": practice.minor_from_age or 0,
        "citation": practice.minor_citation,
    }
