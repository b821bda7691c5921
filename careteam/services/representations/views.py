"""How a representation is shown, and to whom how much of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from careteam.facts import Person, representation_fact
from careteam.models import Invitation, Patient, Representation, User
from careteam.policy.facts import Representation as Fact
from careteam.policy.vocabulary import InvitationState, RepresentationBasis, RepresentationEnd, RepresentationState
from careteam.services.representations.attesting import unsealed
from careteam.services.team.invitation_rules import state as invitation_state

_ADDED_BY, _ATTESTED_BY = aliased(User), aliased(User)
_FROM_INVITATION = {
    InvitationState.DECLINED: RepresentationState.DECLINED,
    InvitationState.WITHDRAWN: RepresentationState.WITHDRAWN,
    InvitationState.EXPIRED: RepresentationState.LAPSED,
}


def listed() -> Select[*tuple[Any, ...]]:
    """Return the SELECT of representations with the names that go with them; the caller says which."""
    columns = [column for column in Representation.__table__.columns if column.key != "user_id"]
    invitation = Invitation.__table__.c
    return (
        select(
            *columns,
            Representation.user_id.label("user_id"),
            User.name.label("name"),
            Patient.name.label("patient_name"),
            Patient.birth_date,
            Patient.death_date,
            Patient.time_zone,
            _ADDED_BY.name.label("adder_name"),
            _ATTESTED_BY.name.label("attester_name"),
            invitation.email.label("email"),
            *(invitation[name].label(f"invitation_{name}") for name in _ANSWERS),
        )
        .join(Patient, Patient.id == Representation.patient_id)
        .join(_ADDED_BY, _ADDED_BY.id == Representation.created_by)
        .outerjoin(_ATTESTED_BY, _ATTESTED_BY.id == Representation.attested_by)
        .outerjoin(User, User.id == Representation.user_id)
        .outerjoin(Invitation, Invitation.representation_id == Representation.id)
    )


_ANSWERS = ("accepted_at", "declined_at", "withdrawn_at", "expires_at")


def fact_of(row: Any) -> Fact:
    """Return the row as the policy sees it, with its end by the clock."""
    return representation_fact(row, Person(row.patient_name, row.birth_date, row.death_date, row.time_zone))


def state_of(row: Any, at: datetime) -> RepresentationState:
    """Return how a representation stands at this instant."""
    fact = fact_of(row)
    if row.accepted_at is None:
        return _unanswered(row, fact, at)
    if row.ended_at is not None or (fact.valid_until is not None and fact.valid_until <= at):
        return RepresentationState.ENDED
    return RepresentationState.UPCOMING if fact.valid_from > at else RepresentationState.STANDING


def whole(session: Session, row: Any, at: datetime, *, to_representative: bool = False) -> dict[str, Any]:
    """Return all of a representation: to the patient and who added it; what was attested not to who acts by it."""
    seen = None if to_representative else _attested(session, row)
    return {
        **_head(row, at),
        "patient": {"id": row.patient_id, "name": row.patient_name},
        "email": row.email,
        "classes": sorted(row.classes),
        "labels": sorted(row.labels),
        "added_by": {"user_id": row.created_by, "name": row.adder_name},
        "created_at": row.created_at,
        "patient_agreed_at": row.patient_agreed_at,
        "attested": seen,
        "ended_at": row.ended_at or _over(row, at),
        "ended_by": row.ended_by,
        "end_basis": _end_basis(row, at),
        "end_document": None
        if to_representative
        else unsealed(session, Representation.end_words, row.id, row.end_words),
        "succeeds_id": row.succeeds_id,
        "version": row.version,
    }


def for_team(row: Any, at: datetime) -> dict[str, Any]:
    """Return what clinicians of the team see: who may act for the patient, by what, in what, and until when.

    It tells who signs. Which classes and labels it covers is the patient's and the representative's to know.
    """
    return {
        **_head(row, at),
        "patient": {"id": row.patient_id, "name": row.patient_name},
        **dict.fromkeys(_NOT_FOR_TEAM),
    }


_NOT_FOR_TEAM = (
    "email",
    "classes",
    "labels",
    "added_by",
    "created_at",
    "patient_agreed_at",
    "attested",
    "ended_at",
    "ended_by",
    "end_basis",
    "end_document",
    "succeeds_id",
    "version",
)


def _head(row: Any, at: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "representative": {"user_id": row.user_id, "name": row.name} if row.user_id else None,
        "basis": row.basis,
        "powers": sorted(row.powers),
        "state": state_of(row, at),
        "valid_from": row.valid_from,
        "until": fact_of(row).valid_until,
        "accepted_at": row.accepted_at,
    }


def _attested(session: Session, row: Any) -> dict[str, Any] | None:
    seen = unsealed(session, Representation.attested_document, row.id, row.attested_document)
    if seen is None:
        return None
    return {"user_id": row.attested_by, "name": row.attester_name, "at": row.attested_at, **seen}


def _unanswered(row: Any, fact: Fact, at: datetime) -> RepresentationState:
    if row.ended_at is not None:
        return RepresentationState.WITHDRAWN
    asked = _Answers(*(getattr(row, f"invitation_{name}") for name in _ANSWERS))
    over = fact.valid_until is not None and fact.valid_until <= at
    stands = invitation_state(asked, at)
    if over and stands is InvitationState.OPEN:
        return RepresentationState.LAPSED
    return _FROM_INVITATION.get(stands, RepresentationState.PROPOSED)


class _Answers:
    """The columns of an invitation by which its state is told."""

    def __init__(self, *values: datetime | None) -> None:
        self.accepted_at, self.declined_at, self.withdrawn_at, self.expires_at = values


def _over(row: Any, at: datetime) -> datetime | None:
    """Return when the clock ended it, if it has."""
    until = fact_of(row).valid_until
    return until if until is not None and until <= at and row.accepted_at is not None else None


def _end_basis(row: Any, at: datetime) -> str | None:
    if row.end_basis is not None:
        return str(row.end_basis)
    over = _over(row, at)
    if over is None:
        return None
    by_period = row.basis is not RepresentationBasis.PARENT or over == row.valid_until
    return RepresentationEnd.PERIOD if by_period else RepresentationEnd.MAJORITY
