"""The places of the two clinicians in the team: kept as they are, or proposed; never taken back from the patient."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.facts import membership_fact
from careteam.models import Membership, Patient
from careteam.policy.team import state
from careteam.policy.vocabulary import MembershipState
from careteam.services.importing.clinicians import Clinician, Pair
from careteam.services.importing.refusals import RefusedFile
from careteam.services.notices import of_teams
from careteam.services.team.memberships import Offer, begin

OPEN = frozenset({MembershipState.PROPOSED, MembershipState.UPCOMING, MembershipState.CURRENT})


def take_places(
    session: Session, actor: Actor | None, patient: Patient, pair: Pair, *, at: datetime
) -> frozenset[UUID]:
    """Return the members who may be named as holders, once both clinicians have their place.

    A record that a person has taken over is imported into by its current members alone, unless an operator does it
    on the command line; then a missing membership is proposed and waits for the person. A membership that was
    declined or has ended is not proposed again. Raises RefusedFile, about the importer's own place first: before
    that one stands, nothing is said of the other clinician's.
    """
    rows = _memberships(session, patient.id)
    by_members = actor is not None and patient.user_id is not None
    for clinician in sorted(pair.both, key=lambda one: not one.imports):
        _take_place(session, actor, patient, clinician, rows, by_members=by_members, at=at)
    wanted = frozenset({MembershipState.CURRENT}) if by_members else OPEN
    others = {row.user_id for row in rows if state(membership_fact(row), at) in wanted}
    return frozenset(others | {clinician.user_id for clinician in pair.both})


def _memberships(session: Session, patient_id: UUID) -> Sequence[Membership]:
    return session.scalars(select(Membership).where(Membership.patient_id == patient_id)).all()


def _take_place(
    session: Session,
    actor: Actor | None,
    patient: Patient,
    clinician: Clinician,
    rows: Sequence[Membership],
    *,
    by_members: bool,
    at: datetime,
) -> None:
    mine = [row for row in rows if (row.user_id, row.role) == (clinician.user_id, clinician.role)]
    stands = {state(membership_fact(row), at) for row in mine}
    counts = {state(membership_fact(row), at) for row in mine if row.practice_id in {None, *clinician.practices}}
    if by_members and MembershipState.CURRENT not in counts:
        raise RefusedFile(f"The {clinician.role} who is named is not a current member of this person's team.")
    if stands and not stands & OPEN:
        raise RefusedFile(
            f"The {clinician.role} who is named is no longer in this person's team: ask the person first."
        )
    if not stands or (clinician.imports and patient.user_id is None and not _agreed(mine, at)):
        proposed = begin(
            session,
            patient_id=patient.id,
            user_id=clinician.user_id,
            offer=Offer(clinician.role, clinician.practice_id),
            proposed_by=actor.user_id if actor else clinician.user_id,
            clinician_accepted_at=at if clinician.imports else None,
            at=at,
        )
        of_teams.joined(session, proposed, actor.user_id if actor else None, at=at)


def _agreed(rows: Sequence[Membership], at: datetime) -> bool:
    open_rows = [row for row in rows if state(membership_fact(row), at) in OPEN]
    return any(row.clinician_accepted_at is not None for row in open_rows)
