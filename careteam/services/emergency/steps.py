"""What was said in the review of an emergency session, step by step."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import EmergencyReview, EmergencyReviewStep, User
from careteam.models.types import new_id
from careteam.policy.vocabulary import ReviewOutcome
from careteam.vault import seal, unseal


def of(session: Session, emergency_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, Any]]:
    """Return the review of each session: by when, what came of it, and every step, oldest first."""
    if not emergency_ids:
        return {}
    said = _steps(session, emergency_ids)
    reviews = session.scalars(select(EmergencyReview).where(EmergencyReview.id.in_(emergency_ids)))
    return {review.id: summary(review, said.get(review.id, [])) for review in reviews}


def summary(review: EmergencyReview, said: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a review with these steps."""
    return {
        "due_at": review.due_at,
        "closed": review.closed,
        "outcome": review.outcome,
        "reviewed_at": review.reviewed_at,
        "steps": list(said),
        "version": review.version,
    }


def said_in(session: Session, emergency_id: UUID) -> list[dict[str, Any]]:
    """Return the steps of one review, oldest first."""
    return _steps(session, [emergency_id]).get(emergency_id, [])


def add(
    session: Session,
    review: EmergencyReview,
    author_id: UUID,
    words: str,
    *,
    outcome: ReviewOutcome | None = None,
    at: datetime,
) -> None:
    """Keep a step; the caller changes the review itself."""
    step_id = new_id()
    sealed = seal(session, EmergencyReviewStep.words, step_id, words.strip())
    row = {"review_id": review.id, "author_id": author_id, "at": at, "outcome": outcome, "words": sealed}
    session.add(EmergencyReviewStep(id=step_id, **row))
    session.flush()


def _steps(session: Session, emergency_ids: Sequence[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    step = EmergencyReviewStep
    query = (
        select(step.id, step.review_id, step.at, step.author_id, User.name, step.outcome, step.words)
        .join(User, User.id == step.author_id)
        .where(step.review_id.in_(emergency_ids))
    )
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in session.execute(query.order_by(step.id)):
        words = unseal(session, step.words, row.id, row.words)
        by = {"user_id": row.author_id, "name": row.name}
        found[row.review_id].append({"at": row.at, "by": by, "outcome": row.outcome, "words": words})
    return found
