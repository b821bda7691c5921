"""The schedules by which check-ins are due: the default ones, and a patient's own, set by a prescriber."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careteam import drugs
from careteam.actor import Actor
from careteam.errors import Conflict, NotFound, NotPermitted, Stale
from careteam.models import CheckInSchedule, Patient
from careteam.models.types import new_id
from careteam.policy.check_ins import Own, Schedules, age
from careteam.policy.drug_names import identity
from careteam.policy.treatment_words import CheckInCause
from careteam.policy.vocabulary import ItemClass, Role
from careteam.services.log import access_log
from careteam.services.management.prescribed import as_prescriber
from careteam.services.medications.drug_lookups import known_drugs
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_record, open_to_write

FOR_WHOM = "Schedules of check-ins are for the patient and the prescribers of the care team."
CAUSES = (CheckInCause.START, CheckInCause.DOSE_CHANGE, CheckInCause.STOP)
_ROW = CheckInSchedule


def read_all(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> list[dict[str, Any]]:
    """Return the schedule of each kind of change, logged. Raises NotFound, NotPermitted."""
    record = _opened(session, actor, patient_id, at=at)
    access_log.disclosed(session, record.actor, patient_id, "read-check-in-schedules", [], at=at)
    rows = _rows(session, record)
    return [_shown(cause, rows) for cause in CAUSES]


def read(session: Session, actor: Actor, patient_id: UUID, cause: str, *, at: datetime) -> dict[str, Any]:
    """Return the schedule of one kind of change, logged. Raises NotFound, NotPermitted."""
    record = _opened(session, actor, patient_id, at=at)
    access_log.disclosed(session, record.actor, patient_id, "read-check-in-schedules", [], at=at)
    return _shown(_cause(cause), _rows(session, record))


def set_days(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    cause: str,
    *,
    days: Sequence[int],
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Let check-ins be due so many days after each change of this kind, from today where the patient lives.

    What was asked for before stays asked for; an empty list asks for none. For current prescribers. Raises NotFound,
    NotPermitted, Stale, Conflict when the patient has died.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    as_prescriber(record)
    of = _cause(cause)
    if patient_day(record).died:
        raise Conflict("The patient has died: nothing new is recorded.")
    _one_at_a_time(session, patient_id)
    if _version(_of(_rows(session, record), of)) != version:
        raise Stale
    made = _ROW(id=new_id(), patient_id=patient_id, cause=of, days=sorted(set(days)), set_by=actor.user_id, set_at=at)
    session.add(made)
    session.flush()
    access_log.changed(session, record.actor, patient_id, "set-check-in-schedule", target=made.id, at=at)
    return _shown(of, _rows(session, record))


def of_record(session: Session, record: Record) -> Schedules:
    """Return the schedules that count for this patient, without the floor of any drug (see `floor`)."""
    zone = ZoneInfo(record.facts.person.time_zone)
    own = (Own(row.cause, tuple(row.days), row.set_at.astimezone(zone).date()) for row in _rows(session, record))
    return Schedules(defaults(), tuple(own))


def floor(record: Record, drug_name: str, rxnorm_code: str | None, started_on: Any) -> int | None:
    """Return within how many days of its start this drug asks for a check-in; None where nothing says so.

    By the rows of the data file with `within`: the drug's ATC codes as our table holds them, and the patient's age on
    the day of the start. A drug that the table does not know, and a patient without a birth date, have none.
    """
    born = record.facts.person.birth_date
    if born is None:
        return None
    codes = _atc(drug_name, rxnorm_code)
    years = age(born, started_on)
    fitting = (w for w, atc, under in _floors() if years < under and any(code.startswith(atc) for code in codes))
    return min(fitting, default=None)


@cache
def defaults() -> Mapping[CheckInCause, tuple[int, ...]]:
    """Return the default days by kind of change, from `careteam/data/check_in_schedules.tsv`."""
    return {CheckInCause(cause): tuple(map(int, days.split(","))) for cause, days, *_ in _cells() if days}


@cache
def _floors() -> Sequence[tuple[int, str, int]]:
    return [(int(within), atc, int(under)) for _, _, within, atc, under in _cells() if within]


@cache
def _cells() -> list[list[str]]:
    text = files("careteam").joinpath("data", "check_in_schedules.tsv").read_text(encoding="utf-8")
    _header, *lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [line.split("\t") for line in lines]


def _atc(drug_name: str, rxnorm_code: str | None) -> list[str]:
    """Return the ATC codes of the ingredients, by their RxNorm codes, or names and brands that our table holds."""
    made_of = identity(drug_name, rxnorm_code, known_drugs())
    return [atc for token in (made_of.ingredients if made_of else ()) for drug in _known(token) for atc in drug.atc]


def _known(token: str) -> list[drugs.Drug]:
    kind, _, value = token.partition(":")
    if kind == "rxnorm":
        return [drugs.by_rxnorm()[value]]
    return [drugs.by_name()[name] for name in drugs.brands().get(value, (value,)) if name in drugs.by_name()]


def _opened(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    """Return the record for somebody whom schedules are for: what they say of a treatment depends on no consent."""
    record = open_record(session, actor, patient_id, at=at)
    acting = record.representation
    acts = acting is not None and ItemClass.CHECK_IN in acting.classes
    if not (record.is_patient or acts or Role.PRESCRIBER in record.roles):
        raise NotPermitted(FOR_WHOM)
    return record


def _cause(word: str) -> CheckInCause:
    """Return the kind of change that an address names. Raises NotFound when there is no such schedule."""
    if word not in CAUSES:
        raise NotFound
    return CheckInCause(word)


def _rows(session: Session, record: Record) -> Sequence[Any]:
    """Return what was set for this patient, in the order of setting."""
    columns = (_ROW.id, _ROW.cause, _ROW.days, _ROW.set_by, _ROW.set_at)
    return session.execute(
        select(*columns).where(_ROW.patient_id == record.patient_id).order_by(_ROW.set_at, _ROW.id)
    ).all()


def _of(rows: Sequence[Any], cause: CheckInCause) -> list[Any]:
    return [row for row in rows if row.cause is cause]


def _version(own: Sequence[Any]) -> int:
    return len(own) + 1


def _shown(cause: CheckInCause, rows: Sequence[Any]) -> dict[str, Any]:
    own = _of(rows, cause)
    last = own[-1] if own else None
    return {
        "cause": cause,
        "days": list(last.days if last else defaults()[cause]),
        "default_days": list(defaults()[cause]),
        "set_by": last.set_by if last else None,
        "set_at": last.set_at if last else None,
        "version": _version(own),
    }


def _one_at_a_time(session: Session, patient_id: UUID) -> None:
    """Let two schedules that are set at the same moment be set one after the other: the second finds itself stale."""
    here = update(Patient).where(Patient.id == patient_id)
    session.execute(here.values(name=Patient.name), execution_options={"synchronize_session": False})
