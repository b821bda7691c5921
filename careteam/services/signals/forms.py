"""The scores that signals look at: of each questionnaire the latest form, and the last up to the latest dose change."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session

from careteam import questionnaires
from careteam.models import Item, Measure
from careteam.policy.signals import Score, Step
from careteam.services.record.records import Record
from careteam.services.signals.many import Several, by_patient

_ITEM, _MEASURE = Item.__table__.c, Measure.__table__.c


def load(
    session: Session, records: Sequence[Record], steps: Mapping[UUID, Sequence[Step]]
) -> Mapping[UUID, list[Score]]:
    """Return at most two forms of each questionnaire of each patient, in one statement, however many there are."""

    last = {i: max(step.on for step in steps[i]) for i in (r.patient_id for r in records) if steps[i]}
    rows = by_patient(session, records, lambda several: _latest(several, last))
    return {patient_id: [_score(row) for row in found] for patient_id, found in rows.items()}


def _latest(several: Several, last_changes: Mapping[UUID, date]) -> Select[*tuple[Any, ...]]:
    last_change = case(last_changes, value=_ITEM.patient_id, else_=date.max) if last_changes else literal(date.max)
    place = func.row_number().over(
        partition_by=(_ITEM.patient_id, _MEASURE.questionnaire, _ITEM.date > last_change),
        order_by=(_ITEM.date.desc(), _ITEM.id.desc()),
    )
    columns = (
        Measure.id,
        Measure.patient_id,
        Measure.date,
        Measure.created_at,
        Measure.questionnaire,
        Measure.questionnaire_version,
        Measure.score,
        Measure.flagged,
    )
    query = several.rows(Measure, *columns).add_columns(place.label("place"))
    found = query.where(Measure.error_at.is_(None)).subquery()
    return select(found).where(found.c.place == 1)


def _score(row: Any) -> Score:
    asked = questionnaires.find(row.questionnaire, row.questionnaire_version)
    title = asked.title if asked else row.questionnaire
    return Score(row.id, row.questionnaire, title, row.date, row.created_at, row.score, row.flagged)
