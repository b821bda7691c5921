"""Ending a representation: at will by an adult patient and by who acts; otherwise on a document that a clinician saw.

What it began and nobody signed is withdrawn with it. What was signed by it is the patient's document and stays.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Invalid, NotPermitted
from careteam.models import Consent, Invitation, Representation
from careteam.policy.vocabulary import ConsentStatus, NoticeKind, RepresentationBasis, RepresentationEnd
from careteam.services.log import access_log
from careteam.services.notices.telling import tell
from careteam.services.record.records import Record, open_record
from careteam.services.representations.attesting import Attestation, attested
from careteam.services.representations.authority import attests, of_minor
from careteam.services.representations.reading import find, own, shown
from careteam.services.representations.views import listed
from careteam.services.team.invitation_rules import IS_OPEN


def end(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    representation_id: UUID,
    *,
    document: Mapping[str, Any] | None = None,
    at: datetime,
) -> dict[str, Any]:
    """End a representation at once, for good; ending it again changes nothing.

    The adult patient ends any but a guardian's that was attested, who acts by it steps down, who added it takes back
    what nobody accepted yet. A current clinician ends one with the `document` that they have seen: a court's order, or
    what takes the authority back. Raises NotFound, NotPermitted, Invalid.
    """
    by_them = session.get(Representation, representation_id)
    if by_them is not None and by_them.patient_id == patient_id and by_them.user_id == actor.user_id:
        return _step_down(session, actor, by_them, document, at=at)
    record = open_record(session, actor, patient_id, at=at)
    found = find(session, record, representation_id)
    if found.ended_at is None:
        basis, seen = _why(record, found, document)
        _close(session, record.actor, found, basis, seen, at=at)
    access_log.changed(session, record.actor, patient_id, "end-representation", target=found.id, at=at)
    return shown(session, record, found.id)


def _step_down(
    session: Session, actor: Actor, found: Representation, document: Mapping[str, Any] | None, *, at: datetime
) -> dict[str, Any]:
    if document is not None:
        raise Invalid("You step down.", {"document": ["Leave this out: none is needed."]})
    if found.ended_at is None:
        _close(session, actor, found, RepresentationEnd.REPRESENTATIVE, None, at=at)
    actor = replace(actor, representation_id=found.id)
    access_log.changed(session, actor, found.patient_id, "end-representation", target=found.id, at=at)
    return own(session, session.execute(listed().where(Representation.id == found.id)).one(), at)


def _why(
    record: Record, found: Representation, document: Mapping[str, Any] | None
) -> tuple[RepresentationEnd, Attestation | None]:
    """Return by what the actor may end it. Raises NotPermitted, Invalid."""
    seen = attested(document)
    if record.is_patient:
        if seen is not None:
            raise Invalid("You end it at will.", {"document": ["Leave this out: none is needed."]})
        _check_patient(record, found)
        return RepresentationEnd.PATIENT, None
    if not attests(record):
        raise NotPermitted("The patient, who acts by it, or a current clinician of the team ends a representation.")
    if seen is not None:
        return RepresentationEnd.DOCUMENT, seen.checked(record.at)
    if found.created_by == record.actor.user_id and found.accepted_at is None:
        return RepresentationEnd.WITHDRAWN, None
    needed = {"document": ["Name the court's order, or what takes the authority back, and the day you saw it."]}
    raise Invalid("A clinician ends a representation only on a document.", needed)


def _check_patient(record: Record, found: Representation) -> None:
    if of_minor(record):
        raise NotPermitted("Until you come of age, this ends on a document that a clinician of your team has seen.")
    if found.basis is RepresentationBasis.GUARDIAN and found.patient_agreed_at is None:
        raise NotPermitted("A guardian's ends on a court's order: a clinician of your team records it.")


def _close(
    session: Session,
    actor: Actor,
    found: Representation,
    basis: RepresentationEnd,
    seen: Attestation | None,
    *,
    at: datetime,
) -> None:
    found.ended_at, found.ended_by, found.end_basis = at, actor.user_id, basis
    if seen is not None:
        found.end_words = seen.sealed(session, Representation.end_words, found.id)
    session.flush()
    mine = (Invitation.representation_id == found.id, IS_OPEN)
    drafts = (Consent.representation_id == found.id, Consent.status == ConsentStatus.DRAFT)
    closed = {"status": ConsentStatus.WITHDRAWN, "closed_at": at, "closed_by": actor.user_id}
    for change in (
        update(Invitation).where(*mine).values(withdrawn_at=at),
        update(Consent).where(*drafts).values(**closed, version=Consent.version + 1),
    ):
        session.execute(change, execution_options={"synchronize_session": False})
    session.expire_all()
    _tell(session, actor, found, at=at)


def _tell(session: Session, actor: Actor, found: Representation, *, at: datetime) -> None:
    """Tell the patient and who acted; what nobody had accepted is news to the patient alone."""
    patient_user_id = facts.of_patients(session, [found.patient_id])[found.patient_id].team.patient_user_id
    told = {patient_user_id, found.user_id} - {actor.user_id}
    tell(session, told, NoticeKind.REPRESENTATION_ENDED, patient_id=found.patient_id, target=found.id, at=at)
