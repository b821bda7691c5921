"""Imported allergies, conditions and measures, held by the member named for their author, else by the patient."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.fhir_reading import ReadAllergy, ReadCondition, ReadEntry, ReadMeasure, When
from careteam.models import Allergy, Condition, Measure
from careteam.models.types import new_id
from careteam.policy.treatment_words import MeasureSource
from careteam.policy.vocabulary import AllergyKind, ItemClass
from careteam.services.importing.authors import Authors
from careteam.services.importing.dates import dated
from careteam.services.importing.words import NAME, NOT_STATED, clipped
from careteam.vault import seal

IN_ERROR = "The source marks this entry as entered in error."
_AHEAD = timedelta(hours=14)


@dataclass(slots=True)
class Remarks:
    """What the source says and no field holds, collected for the entry's note."""

    said: list[str] = field(default_factory=list)

    def date(self, when: When | None, called: str, *, at: datetime) -> str | None:
        """Return the day, month or year as the source wrote it; one that has not come is only a remark."""
        if when is None:
            return None
        if when.earliest > at + _AHEAD:
            self.said.append(f"The source gives the {called} as {when.text}, which has not come.")
            return None
        return when.text[:10]

    def words(self) -> str | None:
        """Return all of it."""
        return "\n".join(self.said) or None


def item(
    session: Session, read: ReadEntry, patient_id: UUID, patient_name: str, authors: Authors, *, at: datetime
) -> Allergy | Condition | Measure:
    """Return the allergy, condition or measure, ready to be written."""
    columns = _columns(read, patient_id, patient_name, authors, at=at)
    match read:
        case ReadAllergy():
            return _allergy(session, read, columns, at=at)
        case ReadCondition():
            return _condition(session, read, columns, at=at)
        case ReadMeasure():
            return _measure(session, read, columns)
    raise TypeError(type(read).__name__)


def _allergy(session: Session, read: ReadAllergy, columns: Mapping[str, Any], *, at: datetime) -> Allergy:
    """Return the allergy, or the unsigned statement that none is known."""
    made = Allergy(**columns, item_class=ItemClass.ALLERGY)
    remarks = Remarks([*_undated(read, at), *read.remarks])
    made.kind = AllergyKind.NO_KNOWN_ALLERGIES if read.covers else AllergyKind.ALLERGY
    made.covers, made.category = read.covers, [word.value for word in read.category]
    made.criticality, made.clinical_status = read.criticality, read.clinical_status
    made.verification_status = read.verification_status
    made.onset = remarks.date(read.onset, "onset", at=at)
    made.substance = seal(session, Allergy.substance, made.id, read.substance)
    made.codes = seal(session, Allergy.codes, made.id, _codes(read.codes))
    made.reactions = seal(session, Allergy.reactions, made.id, _reactions(read, remarks, at))
    made.note = seal(session, Allergy.note, made.id, remarks.words())
    made.error_reason = seal(session, Allergy.error_reason, made.id, IN_ERROR if read.entered_in_error else None)
    return made


def _condition(session: Session, read: ReadCondition, columns: Mapping[str, Any], *, at: datetime) -> Condition:
    made = Condition(**columns, item_class=ItemClass.CONDITION)
    remarks = Remarks([*_undated(read, at), *read.remarks])
    made.clinical_status, made.verification_status = read.clinical_status, read.verification_status
    made.severity = read.severity
    made.onset = remarks.date(read.onset, "onset", at=at)
    made.abatement = remarks.date(read.abatement, "abatement", at=at)
    made.name = seal(session, Condition.name, made.id, read.name)
    made.codes = seal(session, Condition.codes, made.id, _codes(read.codes))
    made.note = seal(session, Condition.note, made.id, remarks.words())
    made.error_reason = seal(session, Condition.error_reason, made.id, IN_ERROR if read.entered_in_error else None)
    return made


def _measure(session: Session, read: ReadMeasure, columns: Mapping[str, Any]) -> Measure:
    made = Measure(**columns, item_class=ItemClass.MEASURE, source=MeasureSource.IMPORTED)
    made.questionnaire, made.questionnaire_version = read.questionnaire, read.version
    made.score, made.band, made.flagged = read.score, read.band, read.flagged
    answers = None if read.answers is None else json.dumps(dict(read.answers))
    made.answers = seal(session, Measure.answers, made.id, answers)
    made.error_reason = seal(session, Measure.error_reason, made.id, IN_ERROR if read.entered_in_error else None)
    return made


def _columns(read: ReadEntry, patient_id: UUID, patient_name: str, authors: Authors, *, at: datetime) -> dict[str, Any]:
    """Return what every imported entry has. Its date is when it was recorded, else when it began."""
    named = ", ".join(author.name for author in read.authors)
    return {
        "id": new_id(),
        "patient_id": patient_id,
        "outside_author": clipped(named or (patient_name if read.reported else NOT_STATED), NAME),
        "holder_id": None if read.reported else authors.holder_of(read.authors),
        "date": dated(read.recorded or read.onset, at=at).day,
        "awaits_review": True,
        "error_at": at if read.entered_in_error else None,
        "created_at": at,
        "updated_at": at,
    }


def _undated(read: ReadEntry, at: datetime) -> list[str]:
    remark = dated(read.recorded or read.onset, at=at).remark
    return [remark] if remark else []


def _codes(codes: Sequence[tuple[str, str]]) -> str | None:
    return json.dumps([{"system": system, "code": code} for system, code in codes]) if codes else None


def _reactions(read: ReadAllergy, remarks: Remarks, at: datetime) -> str | None:
    told = [
        {
            "manifestation": one.manifestation,
            "severity": one.severity,
            "onset": remarks.date(one.onset, "onset of a reaction", at=at),
        }
        for one in read.reactions
    ]
    return json.dumps(told) if told else None
