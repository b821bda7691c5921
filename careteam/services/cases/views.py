"""A case as its two sides see it: the same, but for how the access that it is about is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from careteam.models import AccessCase
from careteam.policy.vocabulary import CaseState


def present(
    case: AccessCase, said: Sequence[dict[str, Any]], event: dict[str, Any] | None, *, at: datetime
) -> dict[str, Any]:
    """Return a case with its messages and its event."""
    return {
        "id": case.id,
        "state": case.state,
        "awaits": _awaits(case, said),
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "overdue": not case.closed and at >= case.due_at,
        "outcome": case.outcome,
        "closed_at": case.closed_at,
        "practice_id": case.practice_id,
        "event": event,
        "messages": list(said),
        "version": case.version,
    }


def _awaits(case: AccessCase, said: Sequence[dict[str, Any]]) -> str | None:
    """Return whose turn it is while a case is open: whoever did not write last."""
    if case.state is not CaseState.OPEN:
        return None
    return "patient" if said and said[-1]["from_practice"] else "practice"
