"""Taking everything back, or one part wherever it is shared: also recorded by somebody who sees no consent.

A member or privacy officer who hears "stop" from the patient need not know, and does not learn, which consents
there are: the answer to them is the same whatever it found.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Invalid
from careteam.models import Consent, Membership, Revocation
from careteam.policy.facts import Team
from careteam.policy.narrowing import Part, covers
from careteam.policy.team import accepted
from careteam.policy.vocabulary import ConsentStatus, Power, Role
from careteam.services.consents.documents import recipient_text
from careteam.services.consents.reading import sees
from careteam.services.consents.revocations import Act, act_of, carry_out
from careteam.services.consents.states import in_state
from careteam.services.log import access_log
from careteam.services.notices import of_consents
from careteam.services.record.records import Record, open_to_write


def revoke_everywhere(
    session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **words: Any
) -> dict[str, Any]:
    """Revoke every signed consent of the patient, or the part that `words` name in each (see `revoking.revoke`).

    For the patient; for who signs for them, of the consents that they may know of; for a current member, and a privacy
    officer of a practice whose clinician is or was in the team, who record what the patient said or wrote. Raises
    NotFound, NotPermitted, Invalid.
    """
    record = _record(session, actor, patient_id, at)
    team, by_patient = _team(session, patient_id, record)
    actor = actor if record is None else record.actor
    act = act_of(actor, by_patient=by_patient, at=at, **words)
    done = carry_out(session, act, team, reached(session, act, team, by_patient=by_patient, record=record))
    of_consents.recorded(session, actor, team, done[0].consent_id if len(done) == 1 else None, at=at)
    access_log.changed(session, actor, patient_id, "revoke-everywhere" if by_patient else "record-revocation", at=at)
    return _answer(act, done if by_patient else None)


def reached(session: Session, act: Act, team: Team, *, by_patient: bool, record: Record | None = None) -> list[Consent]:
    """Return the signed consents that hold the part that the act takes back, oldest first. Raises Invalid.

    Where the `record` is open to somebody who acts for the patient: of those that they may know of.
    """
    _check_members(act.part, team, by_patient=by_patient)
    mine = (Consent.patient_id == team.patient_id, in_state(ConsentStatus.ACTIVE, act.at))
    signed = session.scalars(select(Consent).where(*mine).order_by(Consent.id))
    held = [c for c in signed if covers(facts.consent_fact(c), act.part, team, at=act.at)]
    return held if record is None or record.representation is None else [c for c in held if sees(record, c)]


def _record(session: Session, actor: Actor, patient_id: UUID, at: datetime) -> Record | None:
    """Return the record; None to a privacy officer, who opens none (unless it is their own)."""
    if _is_officer_of(session, actor, patient_id) and actor.patient_id != patient_id:
        return None
    return open_to_write(session, actor, patient_id, power=Power.SIGN, at=at)


def _team(session: Session, patient_id: UUID, record: Record | None) -> tuple[Team, bool]:
    """Return the team, and whether the actor revokes as the patient, or on their behalf."""
    if record is None:
        return facts.of_patients(session, [patient_id])[patient_id].team, False
    return record.team, record.speaks(Power.SIGN)


def _is_officer_of(session: Session, actor: Actor, patient_id: UUID) -> bool:
    practices = [post.practice_id for post in actor.posts if post.role is Role.PRIVACY_OFFICER]
    accepted = select(Membership.id).where(
        Membership.patient_id == patient_id,
        Membership.practice_id.in_(practices),
        Membership.patient_agreed_at.is_not(None),
        Membership.clinician_accepted_at.is_not(None),
        Membership.declined_at.is_(None),
    )
    return bool(practices) and session.execute(accepted.limit(1)).first() is not None


def _check_members(part: Part, team: Team, *, by_patient: bool) -> None:
    """Raise Invalid where somebody is named who never was in the team: a slip that would take nothing back.

    Only the patient knows who is asked to join it.
    """
    named = {p.user_id for p in (part.recipient, part.discloser) if p is not None and p.user_id is not None}
    if named - {m.user_id for m in team.memberships if by_patient or accepted(m)}:
        raise Invalid("Name a member of this care team.")


def _answer(act: Act, done: list[Revocation] | None) -> dict[str, Any]:
    part = act.part
    return {
        "revoked_at": act.at,
        "given": act.given,
        "recorded_by": act.actor.user_id,
        "item_class": part.item_class,
        "recipient": part.recipient and recipient_text(part.recipient),
        "discloser": part.discloser and facts.discloser_text(part.discloser),
        "revoked": None
        if done is None
        else [{"consent_id": r.consent_id, "successor_id": r.successor_id} for r in done],
    }
