"""The medication list of one patient."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.medications import (
    MedicationChangeDraft,
    MedicationDraft,
    MedicationOut,
    MedicationPage,
    MedicationQuery,
    MedicationReviewOut,
    MedicationReviewPage,
)
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.medications import medication_changes, medication_entries, medication_reviews, medications

blp = blueprint("medications", "What is prescribed, taken and reported: entries, and the changes that they add up to.")
MEDICATIONS = "/patients/<uuid:patient_id>/medications"
MEDICATION = MEDICATIONS + "/<uuid:medication_id>"
REVIEWS = "/patients/<uuid:patient_id>/medication-reviews"


@blp.route(MEDICATIONS)
@blp.arguments(MedicationQuery, location="query")
@blp.response(200, MedicationPage)
def list_medications(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the entries that you may read, the latest started first."""
    items, cursor, members = medications.page_of(session(), actor(), patient_id, **query, at=now())
    return page(items, cursor, **members)


@blp.route(MEDICATIONS, methods=["POST"])
@blp.arguments(MedicationDraft)
@blp.response(201, MedicationOut)
def start_medication(body: dict[str, Any], patient_id: UUID) -> Response:
    """Begin an entry: what you prescribe, what you take, or what the patient says they take."""
    return _entry(medication_entries.start(session(), actor(), patient_id, **body, at=now()), 201)


@blp.route(MEDICATION)
@blp.response(200, MedicationOut)
def read_medication(patient_id: UUID, medication_id: UUID) -> Response:
    """Read one entry, whole."""
    return _entry(medications.read(session(), actor(), patient_id, medication_id, at=now()))


@blp.route(MEDICATION + "/events", methods=["POST"])
@blp.arguments(MedicationChangeDraft)
@blp.response(201, MedicationOut)
@versioned
def change_medication(body: dict[str, Any], patient_id: UUID, medication_id: UUID, version: int) -> Response:
    """Add a change: another dose, a hold, a stop, a switch, or "this is still right"."""
    made = medication_changes.change(session(), actor(), patient_id, medication_id, **body, version=version, at=now())
    return _entry(made, 201)


@blp.route(MEDICATION + "/events/<uuid:event_id>/withdrawal", methods=["POST"])
@blp.response(200, MedicationOut)
@versioned
def withdraw_medication_change(patient_id: UUID, medication_id: UUID, event_id: UUID, version: int) -> Response:
    """Take back a planned change before its day."""
    ids = (patient_id, medication_id, event_id)
    return _entry(medication_changes.withdraw(session(), actor(), *ids, version=version, at=now()))


@blp.route(MEDICATION + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, MedicationOut)
@versioned
def enter_medication_in_error(body: dict[str, Any], patient_id: UUID, medication_id: UUID, version: int) -> Response:
    """Mark your entry as entered in error; it stays readable, marked."""
    made = medication_entries.enter_in_error(
        session(), actor(), patient_id, medication_id, **body, version=version, at=now()
    )
    return _entry(made)


@blp.route(REVIEWS)
@blp.arguments(PageQuery, location="query")
@blp.response(200, MedicationReviewPage)
def list_medication_reviews(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the reviews of the whole list that you may know of, newest first."""
    return page(*medication_reviews.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(REVIEWS + "/<uuid:review_id>")
@blp.response(200, MedicationReviewOut)
def read_medication_review(patient_id: UUID, review_id: UUID) -> Response:
    """Read one review of the whole list."""
    return answer(medication_reviews.read(session(), actor(), patient_id, review_id, at=now()))


@blp.route(REVIEWS, methods=["POST"])
@blp.response(201, MedicationReviewOut)
def review_medications(patient_id: UUID) -> Response:
    """Say that you, a current prescriber, went through the whole list."""
    return answer(medication_reviews.review(session(), actor(), patient_id, at=now()), 201)


def _entry(entry: dict[str, Any], status: int = 200) -> Response:
    return answer(entry, status, version=entry["version"])
