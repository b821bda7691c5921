"""Allergies recorded, "no known allergies" stated and signed, and both changed by whoever recorded them.

Of one person's own, a recorded allergy ends the statement that none is known: it stays readable, no longer current.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid
from careteam.models import Allergy, Patient
from careteam.policy.allergies import Statement, contradicts, is_active, renews
from careteam.policy.vocabulary import AllergyKind, AllergyScope, AllergyStatus, ItemClass, Label
from careteam.services.record import allergies, entry_changes, reading
from careteam.services.record.allergies import ALLERGIES
from careteam.services.record.entries import beginning, holder_of, listed, own, take_back
from careteam.services.record.item_changes import touch
from careteam.services.record.partial_dates import fitting
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_to_report
from careteam.vault import seal

SIGNED = (
    "A signed statement does not change: say that it no longer stands (clinical_status inactive), mark it as entered "
    "in error, or sign a new one."
)


def record_allergy(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    substance: str,
    codes: Sequence[Mapping[str, str]] = (),
    clinical_status: AllergyStatus = AllergyStatus.ACTIVE,
    date: date | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
    **said: Any,
) -> dict[str, Any]:
    """Record an allergy or intolerance; the writer becomes its author and holder.

    `said` are the other fields of `allergies.CHANGEABLE`. An active allergy ends the writer's own statements that
    none is known, as far as they cover it. Raises NotPermitted to former members, Conflict when the patient has
    died, Invalid on a day or onset before birth or in the future.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.ALLERGY, at=at)
    begun = beginning(record, ItemClass.ALLERGY, on=date, labels=labels, part2=part2)
    made = Allergy(**begun, kind=AllergyKind.ALLERGY, category=[])
    made.substance = seal(session, Allergy.substance, made.id, substance)
    made.codes = seal(session, Allergy.codes, made.id, listed(codes))
    _say(session, record, made, {"clinical_status": clinical_status, **said})
    _one_at_a_time(session, patient_id)
    session.add(made)
    session.flush()
    _end_statements(session, record, made)
    return reading.changed(session, record, ALLERGIES, "record-allergy", made.id)


def state_none_known(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    covers: AllergyScope,
    substance: str | None = None,
    note: str | None = None,
    date: date | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Say, signed and dated, that no allergies are known; `substance` names what `other` covers, and nothing else.

    It takes the place of the writer's own earlier statement of the same. Raises Conflict while an active allergy
    of the writer's own says otherwise, and as `record_allergy` does.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.ALLERGY, at=at)
    if (covers is AllergyScope.OTHER) != (substance is not None):
        raise Invalid(
            "Name what the statement covers if it is none of the categories, and only then.",
            {"substance": ["Give this with covers: other."]},
        )
    begun = beginning(record, ItemClass.ALLERGY, on=date, labels=labels, part2=part2)
    made = Allergy(**begun, kind=AllergyKind.NO_KNOWN_ALLERGIES, covers=covers, category=[], signed_at=at)
    made.clinical_status = AllergyStatus.ACTIVE
    made.substance = seal(session, Allergy.substance, made.id, substance)
    made.note = seal(session, Allergy.note, made.id, note)
    _one_at_a_time(session, patient_id)
    said = Statement(covers, substance)
    _refuse_against_own(session, record, said)
    session.add(made)
    session.flush()
    for old in _own(session, record, AllergyKind.NO_KNOWN_ALLERGIES):
        if old.id != made.id and renews(said, allergies.statement(session, old)):
            _give_way(session, record, old, made.id)
    return reading.changed(session, record, ALLERGIES, "state-no-known-allergies", made.id)


def change(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    allergy_id: UUID,
    *,
    version: int,
    reason: str | None = None,
    at: datetime,
    **changes: Any,
) -> dict[str, Any]:
    """Change what one's own entry says (`allergies.CHANGEABLE`); what it said before stays with it.

    Raises NotFound, NotPermitted on another's, Stale, Conflict on what is entered in error or a signed statement
    (of which only the standing can be taken back), Invalid when nothing would change.
    """
    record, entry = own(session, actor, patient_id, ALLERGIES, allergy_id, at=at)
    before = allergies.stated(session, entry)
    _refuse_change(entry, changes)
    _one_at_a_time(session, patient_id)
    touch(entry, version=version, at=at)
    _say(session, record, entry, changes)
    if allergies.stated(session, entry) == before:
        raise Invalid("This says what the entry says already.", {"changes": ["Change something."]})
    entry_changes.keep(session, entry, before, by=actor.user_id, reason=reason, at=at)
    if entry.kind is AllergyKind.ALLERGY:
        _end_statements(session, record, entry)
    return reading.changed(session, record, ALLERGIES, "change-allergy", entry.id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, allergy_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own entry as entered in error; also after leaving the team. A statement that it ended stays ended."""
    ids = (patient_id, ALLERGIES, allergy_id, "allergy-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def _say(session: Session, record: Record, entry: Allergy, said: Mapping[str, Any]) -> None:
    """Write what is said into the entry; what is not said stays as it is."""
    plain = {name: said[name] for name in ("criticality", "clinical_status", "verification_status") if name in said}
    for name, value in plain.items():
        setattr(entry, name, value)
    if "category" in said:
        entry.category = sorted(set(said["category"]))
    day = patient_day(record)
    if "onset" in said:
        entry.onset = fitting(said["onset"], "onset", day)
    if "reactions" in said:
        for reaction in said["reactions"]:
            fitting(reaction["onset"], "reactions", day)
        entry.reactions = seal(session, Allergy.reactions, entry.id, listed(said["reactions"]))
    if "note" in said:
        entry.note = seal(session, Allergy.note, entry.id, said["note"])


def _refuse_change(entry: Allergy, changes: Mapping[str, Any]) -> None:
    if entry.error_at is not None:
        raise Conflict("This entry is marked as entered in error: nothing of it changes.")
    if entry.kind is AllergyKind.ALLERGY:
        return
    taken_back = dict(changes) == {"clinical_status": AllergyStatus.INACTIVE}
    if not taken_back or entry.clinical_status is AllergyStatus.INACTIVE:
        raise Conflict(SIGNED)


def _one_at_a_time(session: Session, patient_id: UUID) -> None:
    """Let an allergy and a statement that none is known, written at the same moment, be written one after the other."""
    here = update(Patient).where(Patient.id == patient_id)
    session.execute(here.values(name=Patient.name), execution_options={"synchronize_session": False})


def _own(session: Session, record: Record, kind: AllergyKind) -> Sequence[Allergy]:
    """Return the entries of this kind that count today and that the actor holds."""
    holder = Allergy.holder_id.is_not_distinct_from(holder_of(record))
    query = record.rows(Allergy, Allergy).where(Allergy.kind == kind, holder, *allergies.active())
    return [row[0] for row in session.execute(query)]


def _end_statements(session: Session, record: Record, made: Allergy) -> None:
    """End the own statements that a recorded allergy contradicts."""
    if not is_active(made.clinical_status, made.verification_status):
        return
    facts = allergies.allergy(session, made)
    for said in _own(session, record, AllergyKind.NO_KNOWN_ALLERGIES):
        if contradicts(allergies.statement(session, said), facts):
            _give_way(session, record, said, made.id)


def _give_way(session: Session, record: Record, said: Allergy, to: UUID) -> None:
    before = allergies.stated(session, said)
    touch(said, version=said.version, at=record.at)
    said.clinical_status, said.superseded_by_id = AllergyStatus.INACTIVE, to
    entry_changes.keep(session, said, before, by=record.actor.user_id, at=record.at)


def _refuse_against_own(session: Session, record: Record, said: Statement) -> None:
    recorded = _own(session, record, AllergyKind.ALLERGY)
    if any(contradicts(said, allergies.allergy(session, entry)) for entry in recorded):
        raise Conflict(
            "An active allergy of your own says otherwise: change that entry first, or mark it as entered in error."
        )
