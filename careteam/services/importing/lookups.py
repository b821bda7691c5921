"""How the command line names people and records: by e-mail address, or by the id of the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.errors import Invalid, NotFound
from careteam.models import Patient, User
from careteam.policy.vocabulary import Role
from careteam.services.identity.accounts import normal_address
from careteam.services.importing.clinicians import pair
from careteam.services.team.invitation_rules import present_record


@dataclass(frozen=True, slots=True)
class Named:
    """Everybody whom an import names, by id."""

    therapist_id: UUID
    prescriber_id: UUID
    patient_id: UUID | None
    authors: Mapping[str, UUID]


def resolve(
    session: Session, *, therapist: str, prescriber: str, patient: str | None, authors: Mapping[str, str]
) -> Named:
    """Return whom these addresses mean; `patient` may be the id of a record too.

    Raises Invalid, also when a clinician is not verified for the role. Only an operator may be told as much.
    """
    named = {Role.THERAPIST: _account(session, therapist), Role.PRESCRIBER: _account(session, prescriber)}
    pair(session, None, named)
    return Named(
        therapist_id=named[Role.THERAPIST],
        prescriber_id=named[Role.PRESCRIBER],
        patient_id=record_named(session, patient) if patient else None,
        authors={author: _account(session, address) for author, address in authors.items()},
    )


def _account(session: Session, address: str) -> UUID:
    user_id = session.scalar(select(User.id).where(User.email == normal_address(address)))
    if user_id is None:
        raise Invalid(f"There is no account with the address {address}.")
    return user_id


def record_named(session: Session, named: str) -> UUID:
    """Return the record with this id, or of the account with this address. Raises Invalid."""
    try:
        return present_record(session, UUID(named)).id
    except NotFound:
        raise Invalid("There is no record with this id.") from None
    except ValueError:
        pass
    patient_id = session.scalar(select(Patient.id).where(Patient.user_id == _account(session, named)))
    if patient_id is None:
        raise Invalid(f"The account {named} has no record of its own: name the record by its id.")
    return patient_id
