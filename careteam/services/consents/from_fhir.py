"""A FHIR Consent of another system becomes drafts, requests or restrictions: all that it says, or nothing.

Nobody but the patient signs: what it permits waits for that, like every draft and request. What it denies holds at
once, like every restriction, and only the patient says it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.fhir_reading import Party, ReadConsent, ReadDenial, ReadPermit, UnreadableBundle, read_consent
from careteam.models import Consent, Restriction
from careteam.services.consents import drafting, restrictions
from careteam.services.consents.documents import as_asked
from careteam.services.consents.reading import changed
from careteam.services.importing.refusals import RefusedFile
from careteam.services.log import access_log
from careteam.services.notices import of_consents
from careteam.services.record.records import Record, open_to_write

ONLY_THE_PATIENT = "says no: only the patient says no here; let the patient import it, or ask them to restrict"


def import_consent(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    raw: bytes,
    *,
    parties: Mapping[str, Party],
    valid_until: datetime | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Draft (the patient) or request (a current member) what a FHIR R4 Consent permits, or restrict what it denies.

    `parties` says whom its references mean here; `valid_until` ends a permit that names no end. Returns the ids of
    what was made, and remarks. Raises RefusedFile (a path and a reason) where it cannot be said exactly, NotFound,
    NotPermitted, and Invalid as drafting by hand does.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    zone = record.facts.person.time_zone
    read = reading(raw, parties=parties, valid_until=valid_until, time_zone=zone)
    if read.denials and not record.is_patient:
        raise RefusedFile(ONLY_THE_PATIENT, read.path)
    return {
        "content_sha256": read.content_sha256,
        "consents": _begin_all(session, record, read.permits),
        "restrictions": _restrict_all(session, record, read.denials),
        "remarks": list(read.remarks),
    }


def reading(
    raw: bytes, *, parties: Mapping[str, Party], valid_until: datetime | None = None, time_zone: str
) -> ReadConsent:
    """Return what the Consent says in our words, its days in the patient's time zone. Raises RefusedFile."""
    try:
        return read_consent(raw, parties, ends=valid_until, zone=ZoneInfo(time_zone))
    except UnreadableBundle as error:
        raise RefusedFile(error.reason, error.path) from error


def _begin_all(session: Session, record: Record, permits: Sequence[ReadPermit]) -> list[UUID]:
    return [_begin(session, record, permit).id for permit in permits]


def _begin(session: Session, record: Record, permit: ReadPermit) -> Consent:
    words = asdict(permit)
    exceptions = {"items": words.pop("except_items"), "holders": words.pop("except_holders")}
    consent = drafting.compose(session, record, exceptions=exceptions, **words)
    if not record.is_patient:
        consent.asked = as_asked(consent)
    session.add(consent)
    of_consents.requested(session, record, consent)
    changed(session, record, "draft-consent" if record.is_patient else "request-consent", consent)
    return consent


def _restrict_all(session: Session, record: Record, denials: Sequence[ReadDenial]) -> list[UUID]:
    made: list[Restriction] = [restrictions.compose(session, record, **asdict(denial)) for denial in denials]
    session.add_all(made)
    session.flush()
    access_log.changed_all(session, record.actor, made, "restrict", at=record.at)
    return [restriction.id for restriction in made]
