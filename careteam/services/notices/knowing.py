"""What the reader of notices may know of at this instant: a notice of something else does not exist for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.facts import Facts
from careteam.models import Notice
from careteam.policy import grounds
from careteam.policy.scope import Scope
from careteam.policy.team import roles_now, standing
from careteam.policy.vocabulary import NoticeKind, Role
from careteam.services.notices.of_items import about_open_items, scopes_of

OF_CURRENT_MEMBERS = frozenset(
    {
        NoticeKind.CONSENT_REQUESTED,
        NoticeKind.CONSENT_SIGNED,
        NoticeKind.CONSENT_GRANTED,
        NoticeKind.CONSENT_DECLINED,
        NoticeKind.CONSENT_WITHDRAWN,
        NoticeKind.CONSENT_LAPSED,
        NoticeKind.CONSENT_REVOKED,
        NoticeKind.CONSENT_ENDED,
        NoticeKind.CONSENT_EXPIRING,
        NoticeKind.REVIEW_DUE,
        NoticeKind.NOTE_RELEASED,
        NoticeKind.SENT_TO_YOU,
        NoticeKind.SAFETY_FLAG,
        NoticeKind.MESSAGE,
        NoticeKind.REFERRAL_ANSWERED,
    }
)
"""Clinicians read these while they are in the team: who left sees no consents any more."""
OF_BOTH_SIDES = frozenset(
    {
        NoticeKind.MEMBERSHIP_PROPOSED,
        NoticeKind.MEMBERSHIP_ACCEPTED,
        NoticeKind.MEMBERSHIP_DECLINED,
        NoticeKind.MEMBERSHIP_ENDED,
        NoticeKind.REPRESENTATION_PROPOSED,
        NoticeKind.REPRESENTATION_ADDED,
        NoticeKind.REPRESENTATION_ENDED,
    }
)
"""Whose own place it is reads these at any time; they name the patient as far as the reader knows them."""
OF_OFFICERS = frozenset({NoticeKind.EMERGENCY_REVIEW_DUE, NoticeKind.ACCESS_QUESTIONED})
"""For privacy officers: they know a patient's number, not name, and no notice says either."""


@dataclass(frozen=True, slots=True)
class Known:
    """The patients of somebody's notices: the facts of each, and how far the reader may know of them."""

    actor: Actor
    facts: Mapping[UUID, Facts]
    known: frozenset[UUID]
    """Whom they may know by name: their own record, those of their teams, and of whom they act for."""
    roles: Mapping[UUID, frozenset[Role]]
    """In which roles they are in a team now."""
    locked: frozenset[UUID] = frozenset()
    """Of whom nothing is told now: reads are locked, and it is not their own record."""
    scopes: tuple[Scope, ...] = ()
    """What they may read of each now."""

    def is_own(self, patient_id: UUID | None) -> bool:
        """Say whether this is the reader's own record."""
        return patient_id is not None and patient_id == self.actor.patient_id

    def name_of(self, patient_id: UUID | None) -> str | None:
        """Return the patient's name, where the reader may know it."""
        return self.facts[patient_id].person.name if patient_id in self.known else None

    def member_name(self, patient_id: UUID, user_id: UUID | None) -> str | None:
        """Return the name of somebody with a place in this patient's team."""
        return None if user_id is None else self.facts[patient_id].names.get(user_id)


def known(session: Session, actor: Actor, *, at: datetime) -> Known:
    """Return what the reader may know of the patients of their notices, in a fixed number of statements."""
    mine = select(Notice.patient_id).where(Notice.user_id == actor.user_id, Notice.patient_id.is_not(None))
    found = facts.of_patients(session, [i for i in session.scalars(mine.distinct()) if i is not None])
    by_name = frozenset(i for i, one in found.items() if _knows(actor, one, at))
    locked = frozenset(i for i, f in found.items() if f.read_locked and f.team.patient_user_id != actor.user_id)
    roles = {i: roles_now(actor.reader, f.team, at) for i, f in found.items()}
    return Known(actor, found, by_name - locked, roles, locked, scopes_of(actor.reader, found.values(), at=at))


def readable(found: Known) -> ColumnElement[bool]:
    """Return the condition that a notice exists for its reader."""
    actor, in_team = found.actor, [i for i, roles in found.roles.items() if roles]
    others = frozenset(NoticeKind) - OF_CURRENT_MEMBERS - OF_BOTH_SIDES - OF_OFFICERS
    officer = any(post.role is Role.PRIVACY_OFFICER for post in actor.posts)
    told = or_(
        Notice.patient_id.is_(None),
        Notice.patient_id == actor.patient_id if actor.patient_id else false(),
        Notice.kind.in_(OF_BOTH_SIDES),
        Notice.kind.in_(OF_OFFICERS if officer else ()),
        _of(OF_CURRENT_MEMBERS, in_team),
        _of(others, found.known),
    )
    open_now = or_(Notice.patient_id.is_(None), Notice.patient_id.not_in(found.locked))
    return and_(told, open_now if found.locked else true(), about_open_items(found.scopes))


def _of(kinds: Collection[NoticeKind], patient_ids: Collection[UUID]) -> ColumnElement[bool]:
    return Notice.kind.in_(kinds) & Notice.patient_id.in_(patient_ids)


def _knows(actor: Actor, found: Facts, at: datetime) -> bool:
    if found.team.patient_user_id == actor.user_id or grounds.acting(actor.reader, found.grounds, at):
        return True
    return standing(actor.reader, found.team, at) is not None
