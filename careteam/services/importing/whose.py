"""Whose record a file goes into: the named one, the one that the same file made before, or a new one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid, NotPermitted
from careteam.fhir_reading import Reading, ReadPatient
from careteam.models import ImportSource, Membership, Patient, User
from careteam.models.types import new_id
from careteam.services.identity.accounts import normal_name
from careteam.services.importing.clinicians import Clinician, Pair
from careteam.services.importing.dates import dated
from careteam.services.importing.differences import differences
from careteam.services.importing.identity import Identity, Likeness, compare
from careteam.services.importing.refusals import RefusedFile
from careteam.services.importing.sources import PATIENT, stored_key
from careteam.services.names import name_key
from careteam.services.record.records import open_record
from careteam.services.team.invitation_rules import present_record
from careteam.vault import unseal


@dataclass(frozen=True, slots=True)
class Whose:
    """The record, whether this file made it, and what somebody should look at."""

    patient: Patient
    made: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Under which key, and with what identity, a source gave a record's person before."""

    patient_id: UUID
    key: str
    identity: Identity


def record_of(
    session: Session,
    actor: Actor | None,
    pair: Pair,
    reading: Reading,
    *,
    patient_id: UUID | None,
    subject: str | None,
    at: datetime,
) -> Whose:
    """Return the record into which a file goes: the named one, else that of its Patient. Raises as those below."""
    if patient_id is None:
        return recognised_record(session, actor, pair, reading, at=at)
    return named_record(session, actor, patient_id, reading, subject=subject, at=at)


def named_record(
    session: Session, actor: Actor | None, patient_id: UUID, reading: Reading, *, subject: str | None, at: datetime
) -> Whose:
    """Return the record that the caller named. Raises NotFound where it is hidden, RefusedFile where it is another
    person's than the file's."""
    patient = _opened(session, actor, patient_id, at=at)
    known = _known(session, ImportSource.patient_id == patient.id)
    if reading.patient is not None:
        return Whose(patient, False, tuple(differences(patient, reading.patient, [k.identity for k in known])))
    if reading.items and subject is None and reading.subject not in {k.key for k in known}:
        raise RefusedFile("The file holds no Patient: name the person to whom it refers as the subject.")
    return Whose(patient, False)


def recognised_record(session: Session, actor: Actor | None, pair: Pair, reading: Reading, *, at: datetime) -> Whose:
    """Return the record that the same two clinicians imported of this person before, or a new one.

    Over the API a record that its person has taken over is recognised by the importer's place alone: what becomes
    of the file must not tell whether the other clinician is in that person's team. Raises RefusedFile where the
    file leaves open who the person is.
    """
    read = reading.patient
    if read is None:
        raise RefusedFile("The file holds no Patient: name the record into which it goes.")
    if not Identity.of(read).recognisable:
        raise RefusedFile(
            "has neither an identifier nor a birth date, so that nobody can tell who it is: name the record", read.path
        )
    before = _brought_before(session, actor, pair)
    alike = {b.patient_id: compare(Identity.of(read), b.identity) for b in before if b.key == stored_key(read)}
    if Likeness.UNCLEAR in alike.values():
        raise RefusedFile("came before with another birth date: correct the source, or name the record", read.path)
    if any(b.patient_id not in alike and Identity.of(read).identifiers & b.identity.identifiers for b in before):
        raise RefusedFile("has a number that came before with another id: name the record", f"{read.path}.identifier")
    same = [patient_id for patient_id, likeness in alike.items() if likeness is Likeness.SAME]
    if len(same) > 1:
        raise RefusedFile("stands in more than one record: name the record", read.path)
    return Whose(session.get_one(Patient, same[0]), False) if same else _new(session, pair, read, at=at)


def hold(session: Session, patient: Patient) -> None:
    """Keep the record as it is until the transaction ends: of two imports, or an import and a handing over, at the
    same moment, one begins anew. Raises RefusedFile when it has just been handed over."""
    still = (Patient.id == patient.id, Patient.merged_into_id.is_(None))
    held = session.execute(update(Patient).where(*still).values(name=Patient.name).returning(Patient.id)).all()
    if not held:
        raise RefusedFile("This record has just been handed over to its person: import the file again.")


def _opened(session: Session, actor: Actor | None, patient_id: UUID, *, at: datetime) -> Patient:
    if actor is None:
        return present_record(session, patient_id)
    record = open_record(session, actor, patient_id, at=at)
    if not record.is_member and record.team.patient_user_id is not None:
        raise NotPermitted("Your membership in this care team has ended or has not begun: you can only read.")
    return session.get_one(Patient, patient_id)


def _known(session: Session, *where: ColumnElement[bool]) -> list[Known]:
    columns = (ImportSource.patient_id, ImportSource.source_key, ImportSource.id, ImportSource.kept)
    query = select(*columns).where(ImportSource.resource_type == PATIENT, *where).order_by(ImportSource.id)
    return [
        Known(row.patient_id, row.source_key, _identity(session, row.id, row.kept)) for row in session.execute(query)
    ]


def _identity(session: Session, source_id: UUID, kept: bytes) -> Identity:
    return Identity.from_json(unseal(session, ImportSource.kept, source_id, kept) or "")


def _brought_before(session: Session, actor: Actor | None, pair: Pair) -> list[Known]:
    """Return whom both clinicians imported before: records in which both have or had a place.

    Over the API the importer's own place is enough in a record that its person has taken over.
    """
    both = and_(*(_has_place(clinician) for clinician in pair.both))
    if actor is None:
        return _known(session, both)
    taken_over = select(Patient.id).where(Patient.id == ImportSource.patient_id, Patient.user_id.is_not(None)).exists()
    own = or_(*(_has_place(clinician) for clinician in pair.both if clinician.imports))
    return _known(session, or_(and_(taken_over, own), and_(not_(taken_over), both)))


def _has_place(clinician: Clinician) -> ColumnElement[bool]:
    of_theirs = (
        Membership.patient_id == ImportSource.patient_id,
        Membership.user_id == clinician.user_id,
        Membership.role == clinician.role,
    )
    return select(Membership.id).where(*of_theirs).exists()


def _new(session: Session, pair: Pair, read: ReadPatient, *, at: datetime) -> Whose:
    """Make a record that nobody has taken over yet. Two imports by one therapist make theirs one after the other."""
    session.execute(update(User).where(User.id == pair.therapist.user_id).values(name=User.name))
    died = dated(read.deceased_at, at=at) if read.deceased else None
    name = _name(read)
    patient = Patient(
        id=new_id(),
        name=name,
        name_key=name_key(name),
        birth_date=read.birth_date,
        death_date=died.day if died else None,
        created_at=at,
    )
    session.add(patient)
    session.flush()
    remark = died.remark if died else None
    return Whose(patient, True, (f"Date of death: {remark}",) if remark else ())


def _name(read: ReadPatient) -> str:
    try:
        return normal_name(" ".join(read.name.split()))
    except Invalid as error:
        raise RefusedFile("a name that is too long, or not on one line", f"{read.path}.name") from error
