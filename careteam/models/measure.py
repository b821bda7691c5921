"""Measures: scored questionnaires that were answered here or imported, and requests to answer one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.record import Item
from careteam.models.types import Sealed, word
from careteam.policy.treatment_words import MeasureSource


class Measure(Item):
    """One questionnaire, answered; the item's date is the day. `answers` is JSON: option by item; none of an import
    of which only the score is known.

    `questionnaire` and `questionnaire_version` name a file of `careteam/data/questionnaires`. `flagged`: an answer
    raised the safety flag of the questionnaire.
    """

    __tablename__ = "measure"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    questionnaire: Mapped[str] = mapped_column(String(40), index=True)
    questionnaire_version: Mapped[str] = mapped_column(String(20))
    source: Mapped[MeasureSource] = mapped_column(word(MeasureSource))
    score: Mapped[int]
    band: Mapped[str | None] = mapped_column(String(40))
    flagged: Mapped[bool]
    answers: Mapped[bytes | None] = mapped_column(Sealed)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("measure_request.id"))
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "measure", "inherit_condition": id == Item.id}


class MeasureRequest(Item):
    """A clinician asks the patient to answer a questionnaire once, or every so many days; held by who asks."""

    __tablename__ = "measure_request"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    questionnaire: Mapped[str] = mapped_column(String(40))
    first_due_on: Mapped[date]
    every_days: Mapped[int | None]
    until: Mapped[date | None]
    text: Mapped[bytes | None] = mapped_column(Sealed)
    ended_at: Mapped[datetime | None]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "measure_request"}
