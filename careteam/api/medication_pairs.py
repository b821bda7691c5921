"""The two-sided medication list of one patient, and the reconciliations of its differences."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import PREFIX, answer, blueprint, page, versioned
from careteam.api.schemas.medication_pairs import (
    MedicationPairs,
    ReconciliationDraft,
    ReconciliationOut,
    ReconciliationPage,
    ReconciliationQuery,
)
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.medications import medication_pairs, reconciliations, reconciling

blp = blueprint("medication_pairs", "What is prescribed beside what is taken, and what prescribers decided about it.")
RECONCILIATIONS = "/patients/<uuid:patient_id>/medication-reconciliations"
RECONCILIATION = RECONCILIATIONS + "/<uuid:reconciliation_id>"


@blp.route("/patients/<uuid:patient_id>/medication-pairs")
@blp.response(200, MedicationPairs)
def read_medication_pairs(patient_id: UUID) -> Response:
    """Read what is prescribed beside what is taken: every entry once, with the differences that you can see."""
    return answer(medication_pairs.read(session(), actor(), patient_id, at=now()))


@blp.route(RECONCILIATIONS)
@blp.arguments(ReconciliationQuery, location="query")
@blp.response(200, ReconciliationPage)
def list_reconciliations(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the reconciliations, newest first, each with the decisions that you may know."""
    return page(*reconciliations.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(RECONCILIATIONS, methods=["POST"])
@blp.arguments(ReconciliationDraft)
@blp.response(201, ReconciliationOut)
def reconcile_medications(body: dict[str, Any], patient_id: UUID) -> Response:
    """Sign decisions about differences. For a current prescriber."""
    made = reconciling.reconcile(session(), actor(), patient_id, **body, at=now())
    place = f"{PREFIX}/patients/{patient_id}/medication-reconciliations/{made['id']}"
    return answer(made, 201, version=made["version"], location=place)


@blp.route(RECONCILIATION)
@blp.response(200, ReconciliationOut)
def read_reconciliation(patient_id: UUID, reconciliation_id: UUID) -> Response:
    """Read one reconciliation."""
    found = reconciliations.read(session(), actor(), patient_id, reconciliation_id, at=now())
    return answer(found, version=found["version"])


@blp.route(RECONCILIATION + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, ReconciliationOut)
@versioned
def enter_reconciliation_in_error(
    body: dict[str, Any], patient_id: UUID, reconciliation_id: UUID, version: int
) -> Response:
    """Mark your reconciliation as entered in error; it resolves nothing any more."""
    ids = (patient_id, reconciliation_id)
    made = reconciliations.enter_in_error(session(), actor(), *ids, **body, version=version, at=now())
    return answer(made, version=made["version"])
