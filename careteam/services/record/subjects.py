"""What an item of any kind is about: a few words, and the codes that its source gives, in the gate's own statement."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from careteam import questionnaires
from careteam.models import (
    Allergy,
    Answer,
    Condition,
    CostRequest,
    Intake,
    Item,
    Measure,
    MeasureRequest,
    Medication,
    Message,
    Note,
    PlanAcknowledgement,
    PlanReview,
    PriorTrial,
    Question,
    Referral,
    RefillRequest,
    SideEffect,
)
from careteam.vault import unseal

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NONE_KNOWN = "No known allergies"

_WORDS = (
    Note.title,
    Allergy.substance,
    Condition.name,
    Question.text,
    RefillRequest.text,
    SideEffect.effect,
    CostRequest.text,
    Answer.text,
    Intake.text,
    PlanAcknowledgement.text,
    PlanReview.text,
    PriorTrial.drug_name,
    Referral.reason,
    Message.text,
    Medication.drug_name,
)
"""The column of each kind that says in words what it is about."""
_CODES = (Allergy.codes, Condition.codes, Medication.rxnorm_code)
_MORE = (
    Allergy.covers,
    Measure.questionnaire,
    MeasureRequest.questionnaire,
)
_KINDS = (
    Note,
    Allergy,
    Condition,
    Question,
    RefillRequest,
    Medication,
    Measure,
    MeasureRequest,
    SideEffect,
    CostRequest,
    Answer,
    Referral,
    Message,
    Intake,
    PlanAcknowledgement,
    PlanReview,
    PriorTrial,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item is about; `codes` are pairs of a system and a code, in the order of the source."""

    words: str | None = None
    codes: tuple[tuple[str, str], ...] = ()


def with_subjects(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the gate's rows of `Item` with what `subject` needs of each; no row is added or lost."""
    for kind in _KINDS:
        table = kind.__table__
        rows = rows.outerjoin(table, table.c.id == Item.id)
    return rows.add_columns(*(_column(c).label(_name(c)) for c in (*_WORDS, *_CODES, *_MORE)))


def subject(session: Session, row: Any) -> Subject:
    """Return what the item of a row (of `with_subjects`) is about."""
    found = row._mapping
    if found[_name(Medication.drug_name)] is not None:
        code = found[_name(Medication.rxnorm_code)]
        return Subject(found[_name(Medication.drug_name)], ((RXNORM, code),) if code else ())
    asked = next((q for kind in (Measure, MeasureRequest) if (q := found[_name(kind.questionnaire)])), None)
    if asked is not None:
        known = questionnaires.current().get(asked)
        return Subject(known.title if known else asked)
    words = (unseal(session, column, row.id, found[_name(column)]) for column in _WORDS[:-1])
    sealed = (unseal(session, column, row.id, found[_name(column)]) for column in _CODES[:-1])
    said = next((text for text in words if text), None)
    if found[_name(Allergy.covers)] is not None:
        said = f"{NONE_KNOWN}: {said or found[_name(Allergy.covers)]}"
    coded = next((text for text in sealed if text), "[]")
    return Subject(said, tuple((one["system"], one["code"]) for one in json.loads(coded)))


def _name(column: InstrumentedAttribute[Any]) -> str:
    return f"subject_{column.class_.__tablename__}_{column.key}"


def _column(column: InstrumentedAttribute[Any]) -> Any:
    return column.class_.__table__.c[column.key]
