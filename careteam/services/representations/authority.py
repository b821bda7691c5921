"""Who may have somebody act for a patient: the adult patient, or a clinician who has seen the document."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound, NotPermitted
from careteam.models import Invitation, Representation
from careteam.policy.signers import is_minor
from careteam.policy.team import standing
from careteam.policy.vocabulary import RepresentationBasis, Standing
from careteam.services.record.records import Record, open_record

_BY_CLINICIAN = frozenset({Standing.CURRENT, Standing.UNCLAIMED})
"""A current member; of a record that nobody has taken over, who brought it."""


def of_minor(record: Record) -> bool:
    """Say whether the patient has not come of age."""
    person = record.facts.person
    return is_minor(person.birth_date, ZoneInfo(person.time_zone), record.at)


def attests(record: Record) -> bool:
    """Say whether the actor may attest here, as a verified clinician."""
    return standing(record.actor.reader, record.team, record.at) in _BY_CLINICIAN


def check_may_add(record: Record) -> None:
    """Raise NotPermitted unless the actor may have somebody act for the patient: alone as an adult, or attesting."""
    if record.is_patient and of_minor(record):
        raise NotPermitted("Until you come of age, a clinician of your care team attests who acts for you.")
    if not (record.is_patient or attests(record)):
        raise NotPermitted("The patient, or a current clinician who has seen the document, says who acts for them.")


def check_inviter(session: Session, inviter: Actor, invitation: Invitation, *, at: datetime) -> None:
    """Raise NotFound or NotPermitted unless this person could still make this invitation, and it still can be used."""
    found = session.get(Representation, invitation.representation_id)
    if found is None or found.patient_id != invitation.patient_id or found.ended_at is not None:
        raise NotFound
    record = open_record(session, inviter, found.patient_id, at=at)
    check_may_add(record)
    if found.basis is RepresentationBasis.PARENT and not of_minor(record):
        raise NotFound
