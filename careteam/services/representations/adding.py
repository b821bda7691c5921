"""Having somebody act for a patient: the adult patient agrees by adding them, a clinician attests the document."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid
from careteam.models import Invitation, Representation
from careteam.models.types import new_id
from careteam.policy.representing import DEFAULT_CLASSES, DEFAULT_LABELS, faults
from careteam.policy.vocabulary import (
    InvitationKind,
    ItemClass,
    Label,
    MailKind,
    NoticeKind,
    Power,
    RepresentationBasis,
)
from careteam.services.identity.accounts import normal_address
from careteam.services.identity.credentials import digest, new_secret
from careteam.services.log import access_log
from careteam.services.notices import outbox
from careteam.services.notices.telling import tell
from careteam.services.record.records import Record, open_record
from careteam.services.representations.attesting import Attestation, attested
from careteam.services.representations.authority import check_may_add, of_minor
from careteam.services.representations.reading import shown
from careteam.services.team.invitation_rules import IS_OPEN


def add(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    email: str,
    basis: RepresentationBasis,
    powers: Collection[Power],
    classes: Collection[ItemClass] | None = None,
    labels: Collection[Label] | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    attestation: Mapping[str, Any] | None = None,
    days: int,
    at: datetime,
) -> tuple[dict[str, Any], str | None]:
    """Return a representation that waits for this address to accept it, and the token of the invitation.

    The token is None where this service sends mail: the link goes to the address, and who adds it does not see it.
    The adult patient agrees by adding it; a clinician attests which document they have seen. Unless they are named,
    `question` and the labels substance_use, sexual_health and gender_and_reproductive are left out; a parent gets
    them from nobody but the patient (`changing.change`). The invitation is good for `days`; one to the same address is
    withdrawn. Raises NotFound, NotPermitted, Invalid; never anything that depends on who has an account.
    """
    record = open_record(session, actor, patient_id, at=at)
    check_may_add(record)
    seen = _attestation(record, attestation)
    made = Representation(
        id=new_id(),
        patient_id=patient_id,
        basis=basis,
        classes=sorted(DEFAULT_CLASSES if classes is None else set(classes)),
        labels=frozenset(DEFAULT_LABELS if labels is None else labels),
        powers=sorted(set(powers)),
        valid_from=max(valid_from or at, at),
        valid_until=valid_until,
        created_at=at,
        created_by=actor.user_id,
        patient_agreed_at=at if record.is_patient else None,
    )
    _check(record, made)
    if seen is not None:
        made.attested_at, made.attested_by = at, actor.user_id
        made.attested_document = seen.sealed(session, Representation.attested_document, made.id)
    token = _invite(session, record, made, normal_address(email), days=days)
    told = [] if record.is_patient else [record.team.patient_user_id]
    tell(session, told, NoticeKind.REPRESENTATION_PROPOSED, patient_id=patient_id, target=made.id, at=at)
    access_log.changed(session, record.actor, patient_id, "add-representation", target=made.id, at=at)
    return shown(session, record, made.id), token


def _attestation(record: Record, given: Mapping[str, Any] | None) -> Attestation | None:
    seen = attested(given)
    if record.is_patient:
        if seen is not None:
            raise Invalid("You agree by adding it.", {"attestation": ["Leave this out: a clinician attests."]})
        return None
    if seen is None:
        needed = ["Name the document that you have seen, and the day."]
        raise Invalid("Only what a clinician has seen in writing lets somebody act here.", {"attestation": needed})
    return seen.checked(record.at)


def _check(record: Record, made: Representation) -> None:
    """Raise Invalid unless a representation like this may be added by whoever adds it."""
    classes = frozenset(map(ItemClass, made.classes))
    wrong = dict(faults(made.basis, classes, made.labels, minor=of_minor(record), by_patient=record.is_patient))
    if made.valid_until is not None and made.valid_until <= made.valid_from:
        wrong["valid_until"] = "A period ends after it begins, and in the future: give a later instant."
    if wrong:
        raise Invalid(next(iter(wrong.values())), {field: [said] for field, said in wrong.items()})


def _invite(session: Session, record: Record, made: Representation, email: str, *, days: int) -> str | None:
    """Write the representation and the invitation to it; return the token, None where it goes there by mail."""
    if email == record.actor.email:
        own = "Nobody represents themselves, and who attests is not the one who acts."
        raise Invalid(own, {"email": ["This is your own address."]})
    token = new_secret()
    same = (
        Invitation.kind == InvitationKind.REPRESENTATIVE,
        Invitation.patient_id == record.patient_id,
        Invitation.invited_by == record.actor.user_id,
        Invitation.email == email,
    )
    session.execute(
        update(Invitation).where(*same, IS_OPEN).values(withdrawn_at=record.at),
        execution_options={"synchronize_session": False},
    )
    session.add(made)
    session.flush()
    invitation = Invitation(
        kind=InvitationKind.REPRESENTATIVE,
        email=email,
        token_hash=digest(token),
        invited_by=record.actor.user_id,
        patient_id=record.patient_id,
        representation_id=made.id,
        valid_until=made.valid_until,
        created_at=record.at,
        expires_at=record.at + timedelta(days=days),
    )
    session.add(invitation)
    session.flush()
    until = invitation.expires_at
    mailed = outbox.link(session, MailKind.INVITATION, email, token, expires_at=until, at=record.at)
    return None if mailed else token
