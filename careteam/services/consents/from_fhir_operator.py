"""A FHIR Consent in the hands of an operator, who signs nothing and asks for nothing in their own name."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Invalid
from careteam.fhir_reading import Party, ReadConsent
from careteam.services.consents import from_fhir
from careteam.services.identity import administrators
from careteam.services.importing.lookups import record_named
from careteam.services.log.access_log import OPERATOR


def explain_or_request(
    session: Session,
    raw: bytes,
    *,
    patient: str,
    parties: Mapping[str, Party],
    valid_until: datetime | None = None,
    requested_by: str | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Return what a Consent says in the words of this record; with `requested_by`, request it in this member's name.

    `patient` is an address or the id of a record. Without a member nothing is written. Raises RefusedFile, Invalid,
    NotFound (no member), NotPermitted.
    """
    patient_id = record_named(session, patient)
    zone = facts.of_patients(session, [patient_id])[patient_id].person.time_zone
    read = from_fhir.reading(raw, parties=parties, valid_until=valid_until, time_zone=zone)
    if requested_by is not None:
        member = _member(session, requested_by, patient_id)
        from_fhir.import_consent(session, member, patient_id, raw, parties=parties, valid_until=valid_until, at=at)
    return _told(read)


def _member(session: Session, address: str, patient_id: UUID) -> Actor:
    actor = administrators.person(session, address, OPERATOR)
    if actor.patient_id == patient_id:
        raise Invalid("The patient imports it in person: nobody drafts in their name.")
    return actor


def _told(read: ReadConsent) -> dict[str, Any]:
    return {
        "consents": [asdict(permit) for permit in read.permits],
        "restrictions": [asdict(denial) for denial in read.denials],
        "remarks": list(read.remarks),
    }
