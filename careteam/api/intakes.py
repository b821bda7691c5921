"""Intake, and what was tried before."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.intakes import (
    IntakePage,
    IntakePartDraft,
    IntakePartOut,
    IntakeQuery,
    PriorTrialDraft,
    PriorTrialOut,
    PriorTrialPage,
    PriorTrialQuery,
)
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.planning import intakes, prior_trials

blp = blueprint(
    "intakes", "Intake: symptoms, history, what was tried already and goals, by the patient and clinicians."
)
PARTS = "/patients/<uuid:patient_id>/intake-parts"
PART = PARTS + "/<uuid:intake_part_id>"
TRIALS = "/patients/<uuid:patient_id>/prior-trials"
TRIAL = TRIALS + "/<uuid:prior_trial_id>"


@blp.route("/patients/<uuid:patient_id>/intake")
@blp.arguments(IntakeQuery, location="query")
@blp.response(200, IntakePage)
def read_intake(query: dict[str, Any], patient_id: UUID) -> Response:
    """Read the intakes, newest first, each with the parts that you may read."""
    return page(*intakes.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(PARTS, methods=["POST"])
@blp.arguments(IntakePartDraft)
@blp.response(201, IntakePartOut)
def write_intake_part(body: dict[str, Any], patient_id: UUID) -> Response:
    """Begin an intake as a clinician, or add to one; what the patient writes needs none."""
    made = intakes.write(session(), actor(), patient_id, **body, at=now())
    return _made(made, f"/api/v1/patients/{patient_id}/intake-parts/{made['id']}")


@blp.route(PART)
@blp.response(200, IntakePartOut)
def read_intake_part(patient_id: UUID, intake_part_id: UUID) -> Response:
    """Read one part of an intake."""
    return _one(intakes.read(session(), actor(), patient_id, intake_part_id, at=now()))


@blp.route(PART + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, IntakePartOut)
@versioned
def enter_intake_part_in_error(body: dict[str, Any], patient_id: UUID, intake_part_id: UUID, version: int) -> Response:
    """Mark your part as entered in error, and write it anew; it stays readable, marked."""
    ids = (patient_id, intake_part_id)
    return _one(intakes.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


@blp.route(TRIALS)
@blp.arguments(PriorTrialQuery, location="query")
@blp.response(200, PriorTrialPage)
def list_prior_trials(query: dict[str, Any], patient_id: UUID) -> Response:
    """List what was tried before, as far as you may read it, newest first."""
    return page(*prior_trials.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(TRIALS, methods=["POST"])
@blp.arguments(PriorTrialDraft)
@blp.response(201, PriorTrialOut)
def record_prior_trial(body: dict[str, Any], patient_id: UUID) -> Response:
    """Record a medication that was tried before: the dose reached, how long, what it did, why it was stopped."""
    made = prior_trials.record_trial(session(), actor(), patient_id, **body, at=now())
    return _made(made, f"/api/v1/patients/{patient_id}/prior-trials/{made['id']}")


@blp.route(TRIAL)
@blp.response(200, PriorTrialOut)
def read_prior_trial(patient_id: UUID, prior_trial_id: UUID) -> Response:
    """Read one prior trial."""
    return _one(prior_trials.read(session(), actor(), patient_id, prior_trial_id, at=now()))


@blp.route(TRIAL + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, PriorTrialOut)
@versioned
def enter_prior_trial_in_error(body: dict[str, Any], patient_id: UUID, prior_trial_id: UUID, version: int) -> Response:
    """Mark your entry as entered in error, and record it anew; it stays readable, marked."""
    ids = (patient_id, prior_trial_id)
    return _one(prior_trials.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _one(item: dict[str, Any]) -> Response:
    return answer(item, version=item["version"])


def _made(item: dict[str, Any], where: str) -> Response:
    return answer(item, 201, version=item["version"], location=where)
