"""One file into one record: read, find the record, take places, store what is new, log, report."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.fhir_reading import KeptResource, Limits, Reading, ReadNote, UnreadableBundle, read_bundle
from careteam.policy.vocabulary import Role
from careteam.services.importing import report, whose
from careteam.services.importing.authors import Authors, match
from careteam.services.importing.clinicians import check_importer, pair
from careteam.services.importing.dates import dated
from careteam.services.importing.places import take_places
from careteam.services.importing.refusals import RefusedFile
from careteam.services.importing.report import Report
from careteam.services.importing.sources import Sifted, sift
from careteam.services.importing.storing import Into, entry_of, open_sources, store
from careteam.services.log import access_log
from careteam.services.notices import of_reviews

ACT = "import"


def import_bundle(
    session: Session,
    actor: Actor | None,
    raw: bytes,
    *,
    therapist_id: UUID,
    prescriber_id: UUID,
    patient_id: UUID | None = None,
    subject: str | None = None,
    authors: Mapping[str, UUID] | None = None,
    max_bytes: int = Limits().max_bytes,
    at: datetime,
) -> Report:
    """Import a FHIR R4 bundle or single resource: all that is new in it, or nothing.

    `actor` is None on the command line; `authors` names members for outside authors, by name or key. What is
    imported waits until its holder confirms its labels. Raises RefusedFile, Invalid (the clinicians), NotPermitted,
    NotFound (the record).
    """
    named = {Role.THERAPIST: therapist_id, Role.PRESCRIBER: prescriber_id}
    check_importer(actor, named)
    reading = _read(raw, subject, max_bytes)
    clinicians = pair(session, actor, named)
    found = whose.record_of(session, actor, clinicians, reading, patient_id=patient_id, subject=subject, at=at)
    members = take_places(session, actor, found.patient, clinicians, at=at)
    matched = match(authors or {}, reading.outside_authors, members)
    sifted = sift(session, actor, found.patient.id, reading, at=at)
    if sifted.stores:
        imported_by = actor.user_id if actor else None
        whose.hold(session, found.patient)
        into = Into(found.patient.id, found.patient.name, prescriber_id, matched, imported_by, at)
        store(session, sifted.new, into)
        open_sources(session, {source_id: entry_of(session, read, into) for read, source_id in sifted.opened})
        of_reviews.imported(session, found.patient.id, imported_by, at=at)
    warnings = (*found.warnings, *_warnings(sifted, matched, at))
    made = Report(reading.file_sha256, found.patient.id, found.made, report.by_type(reading, sifted), warnings)
    _log(session, actor, made, stored=sifted.stores, at=at)
    return made


def _read(raw: bytes, subject: str | None, max_bytes: int) -> Reading:
    try:
        return read_bundle(raw, subject=subject, limits=Limits(max_bytes=max_bytes))
    except UnreadableBundle as error:
        raise RefusedFile(error.reason, error.path) from error


def _warnings(sifted: Sifted, authors: Authors, at: datetime) -> list[str]:
    """Return what somebody should look at: special notes, notes of another day, authors who are not in the file."""
    notes = [item for item in sifted.taken if isinstance(item, ReadNote)]
    kept = (item for item in sifted.taken if isinstance(item, KeptResource))
    remarks = [(item.path, dated(item.written, at=at).remark) for item in notes]
    return [
        *report.special_notes(sifted),
        *(f"{item.path}: {report.SEALED[item.item_class]}" for item in kept),
        *(f"{path}: {remark}" for path, remark in remarks if remark),
        *(f"Nobody in this file is called {name}." for name in authors.missing),
    ]


def _log(session: Session, actor: Actor | None, made: Report, *, stored: bool, at: datetime) -> None:
    """An import that changes nothing still told somebody what the record holds. The patient reads what was done,
    whatever the importer was told."""
    if stored or made.made_record:
        access_log.changed(session, actor, made.patient_id, ACT, at=at)
    else:
        access_log.disclosed(session, actor, made.patient_id, f"{ACT}-unchanged", [], at=at)
