"""The emergency accesses that a practice's privacy officers review."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.emergency_reviews import ReviewDraft, ReviewOut, ReviewPage, ReviewQuery
from careteam.context import actor, now, session
from careteam.services.emergency import reviews

blp = blueprint("emergency_reviews", "Every emergency access is reviewed by a privacy officer who did not open it.")
REVIEWS = "/practices/<uuid:practice_id>/emergency-reviews"
REVIEW = REVIEWS + "/<uuid:emergency_id>"


@blp.route(REVIEWS)
@blp.arguments(ReviewQuery, location="query")
@blp.response(200, ReviewPage)
def list_emergency_reviews(query: dict[str, Any], practice_id: UUID) -> Response:
    """List the practice's emergency accesses, those that wait for review first, by when they are due."""
    return page(*reviews.page_of(session(), actor(), practice_id, **query, at=now()))


@blp.route(REVIEW)
@blp.response(200, ReviewOut)
def read_emergency_review(practice_id: UUID, emergency_id: UUID) -> Response:
    """Read what was stated for one emergency access, and how much of whose it opened; the patient sees this look."""
    return _review(reviews.read(session(), actor(), practice_id, emergency_id, at=now()))


@blp.route(REVIEW + "/review", methods=["POST"])
@blp.arguments(ReviewDraft)
@blp.response(200, ReviewOut)
@versioned
def review_emergency_access(body: dict[str, Any], practice_id: UUID, emergency_id: UUID, version: int) -> Response:
    """Say whether it was justified, or ask for more. The patient is told the outcome, with your words."""
    return _review(reviews.review(session(), actor(), practice_id, emergency_id, **body, version=version, at=now()))


def _review(review: dict[str, Any]) -> Response:
    return answer(review, version=review["version"])
