"""Plan reviews: my current plan is not working."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.directed import Answering, AnswerOut
from careteam.api.schemas.notes import Reason
from careteam.api.schemas.plan_reviews import (
    PlanReviewDraft,
    PlanReviewMade,
    PlanReviewOut,
    PlanReviewPage,
    PlanReviewQuery,
)
from careteam.context import actor, now, session
from careteam.services.planning import plan_reviewing, plan_reviews

blp = blueprint("plan_reviews", "The patient says that the current plan is not working, and the team answers.")
REVIEWS = "/patients/<uuid:patient_id>/plan-reviews"
REVIEW = REVIEWS + "/<uuid:plan_review_id>"


@blp.route(REVIEWS)
@blp.arguments(PlanReviewQuery, location="query")
@blp.response(200, PlanReviewPage)
def list_plan_reviews(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the plan reviews that you may read, newest first."""
    return page(*plan_reviews.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(REVIEWS, methods=["POST"])
@blp.arguments(PlanReviewDraft)
@blp.response(201, PlanReviewMade)
def open_plan_review(body: dict[str, Any], patient_id: UUID) -> Response:
    """Say that your current plan is not working; the answer tells whom it reaches."""
    made = plan_reviewing.open_review(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/plan-reviews/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(REVIEW)
@blp.response(200, PlanReviewOut)
def read_plan_review(patient_id: UUID, plan_review_id: UUID) -> Response:
    """Read one plan review, with the answers that you may read."""
    return _review(plan_reviews.read(session(), actor(), patient_id, plan_review_id, at=now()))


@blp.route(REVIEW + "/answers", methods=["POST"])
@blp.arguments(Answering)
@blp.response(201, AnswerOut)
def answer_plan_review(body: dict[str, Any], patient_id: UUID, plan_review_id: UUID) -> Response:
    """Answer a plan review, as a clinician of the team; the patient is told."""
    made = plan_reviewing.answer(session(), actor(), patient_id, plan_review_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/answers/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(REVIEW + "/closing", methods=["POST"])
@blp.response(200, PlanReviewOut)
@versioned
def close_plan_review(patient_id: UUID, plan_review_id: UUID, version: int) -> Response:
    """Close a plan review: yours, or one that you answered."""
    return _review(plan_reviewing.close(session(), actor(), patient_id, plan_review_id, version=version, at=now()))


@blp.route(REVIEW + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, PlanReviewOut)
@versioned
def enter_plan_review_in_error(body: dict[str, Any], patient_id: UUID, plan_review_id: UUID, version: int) -> Response:
    """Mark your plan review as entered in error; it stays readable, marked."""
    ids = (patient_id, plan_review_id)
    return _review(plan_reviewing.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _review(review: dict[str, Any]) -> Response:
    return answer(review, version=review["version"])
