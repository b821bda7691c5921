"""Entries of the medication list: begun by a prescriber, by the patient, or by a clinician for the patient."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotFound, NotPermitted
from careteam.models import Medication
from careteam.models.types import new_id
from careteam.policy.medication import Change, Entry, Writer, ambiguous, may_enter_in_error, sources
from careteam.policy.vocabulary import ItemClass, Label, MedicationChange, MedicationSource, Power
from careteam.services.medications import medication_events
from careteam.services.medications.medication_events import HowTaken
from careteam.services.medications.medications import changed
from careteam.services.record.item_changes import touch
from careteam.services.record.items import labelled
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_record, open_to_report
from careteam.vault import seal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry(HowTaken):
    """A drug, how it is taken and why. `labels` of `None`: nothing was said about labels."""

    drug_name: str
    rxnorm_code: str | None = None
    route: str | None = None
    reason: str | None = None
    labels: Iterable[Label] | None = None
    part2: bool | None = None


def start(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    started_on: date,
    source: MedicationSource | None = None,
    at: datetime,
    **stated: Any,
) -> dict[str, Any]:
    """Begin an entry, with its first event; the writer becomes its author and holder.

    `stated` are the fields of `NewEntry`. `source` follows from who writes unless they are both prescriber and
    therapist here. Raises NotPermitted on a source that is not theirs, Conflict when the patient has died,
    Invalid on a day before birth, in the future, or (for prescribers) more than a year ahead.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.MEDICATION, at=at)
    chosen = _source(writer(record), source)
    entry = NewEntry(**stated)
    plans = chosen is MedicationSource.PRESCRIBER
    day = patient_day(record).fitting(started_on, "started_on", plans=plans)
    made = begin(session, record, entry, source=chosen, started_on=day, marks=labelled(entry.labels or (), entry.part2))
    return changed(session, record, "start-medication", made.id)


def begin(
    session: Session,
    record: Record,
    entry: NewEntry,
    *,
    source: MedicationSource,
    started_on: date,
    marks: dict[str, Any],
) -> Medication:
    """Write an entry with its start. Raises Conflict when the patient has died."""
    if patient_day(record).died:
        raise Conflict("The patient has died: no medication starts.")
    made = _row(session, record, entry, source=source, started_on=started_on, marks=marks)
    session.add(made)
    session.flush()
    medication_events.write(
        session,
        made.id,
        Change(1, MedicationChange.START, started_on),
        how=entry,
        author_id=record.actor.user_id,
        representation_id=record.actor.representation_id,
        at=record.at,
    )
    return made


def enter_in_error(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    medication_id: UUID,
    *,
    reason: str,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Mark one's own entry as entered in error; also possible after leaving the team. It stays readable."""
    record = open_record(session, actor, patient_id, at=at)
    entry = entry_for(record, session, medication_id, may_enter_in_error, "Only its author or holder does this.")
    if record.representation is not None and entry.representation_id is None:
        raise NotPermitted("The patient reported this themselves: only they take it back.")
    touch(entry, version=record.version_meant(entry, version), at=at)
    if entry.error_at is not None:
        raise Conflict("This entry is marked as entered in error already.")
    entry.error_at = at
    entry.error_reason = seal(session, Medication.error_reason, entry.id, reason)
    return changed(session, record, "medication-entered-in-error", entry.id)


def entry_for(
    record: Record,
    session: Session,
    medication_id: UUID,
    may: Callable[[Writer, Entry], bool],
    otherwise: str,
) -> Medication:
    """Return an entry that the actor reads and may write in.

    Raises NotFound when it is absent or hidden, NotPermitted with the sentence when it is not theirs to change.
    """
    row = session.execute(record.rows(Medication, Medication).where(Medication.id == medication_id)).first()
    if row is None:
        raise NotFound
    found: Medication = row[0]
    if not may(writer(record), facts_of(found)):
        raise NotPermitted(otherwise)
    return found


def writer(record: Record) -> Writer:
    """Return the actor as the policy sees who writes."""
    return Writer(record.actor.user_id, record.speaks(Power.REPORT), record.roles)


def facts_of(entry: Medication) -> Entry:
    """Return what decides who may write in an entry."""
    return Entry(entry.source, entry.prescribed, entry.author_id, entry.holder_id)


def _source(who: Writer, wanted: MedicationSource | None) -> MedicationSource:
    own = sources(who)
    if wanted is None:
        if ambiguous(who):
            raise Invalid(
                "You are prescriber and therapist here: say whether you prescribe or record what the patient says.",
                {"source": ["Say prescriber or patient_stated."]},
            )
        return own[0]
    if wanted not in own:
        raise NotPermitted(
            "A prescriber prescribes, the patient reports, and a clinician records what the patient says."
        )
    return wanted


def _row(
    session: Session,
    record: Record,
    entry: NewEntry,
    *,
    source: MedicationSource,
    started_on: date,
    marks: dict[str, Any],
) -> Medication:
    medication_id, user_id = new_id(), record.actor.user_id
    return Medication(
        id=medication_id,
        patient_id=record.patient_id,
        item_class=ItemClass.MEDICATION,
        author_id=user_id,
        representation_id=record.actor.representation_id,
        holder_id=None if source is MedicationSource.PATIENT else user_id,
        date=started_on,
        source=source,
        prescribed=source is MedicationSource.PRESCRIBER,
        drug_name=entry.drug_name,
        rxnorm_code=entry.rxnorm_code,
        route=entry.route,
        reason=seal(session, Medication.reason, medication_id, entry.reason),
        created_at=record.at,
        updated_at=record.at,
        **marks,
    )
