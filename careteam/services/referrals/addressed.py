"""Referrals as their addressee sees them before they are in the team: from whom, in which role, when; no patient.

What is in a referral is read in the patient's record, by consent, once they are a member.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Conflict, NotFound
from careteam.facts import membership_fact
from careteam.models import Membership, Referral, User
from careteam.policy.team import state
from careteam.policy.treatment_words import ReferralAnswer, ReferralState
from careteam.policy.vocabulary import MembershipState
from careteam.services.consents import drafting
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.item_changes import touch
from careteam.services.referrals import places, telling
from careteam.services.referrals.standing import to_addressee
from careteam.services.team import memberships
from careteam.services.team.rosters import knows_patient
from careteam.services.team.rosters import memberships as rosters
from careteam.vault import seal


def page_of(
    session: Session, actor: Actor, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the referrals to the actor that their patients have agreed to, newest first, and the cursor.

    Nobody whom no practice verifies in its role sees any.
    """
    found = page(session, _listed(actor).order_by(Referral.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, actor, None, "list-referrals", [], at=at)
    return _shown(session, actor, found.rows), found.cursor


def read(session: Session, actor: Actor, referral_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one of them. Raises NotFound to everybody else, and before the patient has said yes."""
    row = _one(session, actor, referral_id)
    access_log.disclosed(session, actor, row.patient_id, "read-referral-to-them", [], at=at)
    return _shown(session, actor, [row])[0]


def accept(
    session: Session, actor: Actor, referral_id: UUID, *, ask: Mapping[str, Any] | None = None, at: datetime
) -> dict[str, Any]:
    """Accept the referral, and with it the place in the care team; `ask` requests another consent in the same act.

    `ask` are the words of `drafting.begin`, the recipient left out. Raises NotFound, NotPermitted to whom the practice
    of the place does not verify, Conflict unless it waits for this, and Invalid as requesting does.
    """
    referral, place = _waiting(session, actor, referral_id)
    places_at = state(membership_fact(place), at)
    if places_at not in places.OPEN:
        raise Conflict("The place in the care team that goes with this referral is closed.")
    if place.clinician_accepted_at is None:
        with access_log.parts(session):
            memberships.agree(session, actor, place.id, at=at)
    touch(referral, version=referral.version, at=at)
    referral.accepted_at = at
    session.flush()
    team = facts.of_patients(session, [referral.patient_id])[referral.patient_id].team
    telling.referrer(session, team, referral, at=at)
    if places_at is not MembershipState.PROPOSED:
        telling.patient(session, team, referral, at=at)  # no news of the place tells them
    if ask:
        _ask(session, actor, referral.patient_id, ask, at)
    return _changed(session, actor, referral, "accept-referral", at=at)


def decline(session: Session, actor: Actor, referral_id: UUID, *, reason: str, at: datetime) -> dict[str, Any]:
    """Decline with a reason, which the patient and who refers read. Again, it changes nothing.

    Raises NotFound, and Conflict once it is accepted or taken back.
    """
    referral, place = _waiting(session, actor, referral_id, also=ReferralState.DECLINED)
    if referral.declined_at is None:
        if state(membership_fact(place), at) is MembershipState.PROPOSED:
            with access_log.parts(session):
                memberships.decline(session, actor, place.id, at=at)
        touch(referral, version=referral.version, at=at)
        referral.declined_at = at
        referral.decline_reason = seal(session, Referral.decline_reason, referral.id, reason)
        session.flush()
        team = facts.of_patients(session, [referral.patient_id])[referral.patient_id].team
        telling.referrer(session, team, referral, at=at)
        telling.patient(session, team, referral, at=at)
    return _changed(session, actor, referral, "decline-referral-to-them", at=at)


def _ask(session: Session, actor: Actor, patient_id: UUID, words: Mapping[str, Any], at: datetime) -> None:
    recipients = [f"member:{actor.user_id}"]
    with access_log.parts(session):
        drafting.begin(session, actor, patient_id, **words, recipients=recipients, at=at)


def _to(actor: Actor) -> ColumnElement[bool]:
    """Say which referrals the actor may know of. The patient and everybody else are nobody's addressees."""
    agreed = Referral.patient_answer == ReferralAnswer.YES
    return and_(Referral.to_user_id == actor.user_id, Referral.to_role.in_(sorted(actor.verified)), agreed)


def _listed(actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = [c for c in Referral.__table__.columns if c.key not in {"reason", "question"}]
    who = (Referral.patient_id, Referral.author_id, User.name.label("from_name"))
    return select(*columns, *who).join(User, User.id == Referral.author_id).where(_to(actor))


def _one(session: Session, actor: Actor, referral_id: UUID) -> Any:
    row = session.execute(_listed(actor).where(Referral.id == referral_id)).first()
    if row is None:
        raise NotFound
    return row


def _waiting(
    session: Session, actor: Actor, referral_id: UUID, *, also: ReferralState | None = None
) -> tuple[Referral, Membership]:
    found = session.scalars(select(Referral).where(_to(actor), Referral.id == referral_id)).first()
    if found is None:
        raise NotFound
    known = to_addressee(session, [found])
    if known.state(found) not in {ReferralState.SENT, also}:
        raise Conflict(f"This referral waits for no answer of yours: it is {known.state(found).value}.")
    return found, places.of(session, found.membership_id)


def _changed(session: Session, actor: Actor, referral: Referral, act: str, *, at: datetime) -> dict[str, Any]:
    session.flush()
    access_log.changed(session, actor, referral.patient_id, act, target=referral.id, at=at)
    return _shown(session, actor, [_one(session, actor, referral.id)])[0]


def _shown(session: Session, actor: Actor, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows; of the patient only what the actor's own list of memberships tells."""
    known = to_addressee(session, rows)
    mine = rosters().where(Membership.id.in_([row.membership_id for row in rows]))
    places_now = {row.id: row for row in session.execute(mine)} if rows else {}
    return [
        {
            "id": row.id,
            "from": {"user_id": row.author_id, "name": row.from_name},
            "role": row.to_role,
            "state": known.state(row),
            "date": row.patient_answered_at,
            "membership_id": row.membership_id,
            "patient_id": row.patient_id if knows_patient(places_now[row.membership_id], actor) else None,
        }
        for row in rows
    ]
