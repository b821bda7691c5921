"""The axis of the timeline: points by day, newest first, and the place where a page ends."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from careteam.errors import Invalid
from careteam.policy.vocabulary import TimelineKind
from careteam.sealing import Unsealable
from careteam.services.log.access_log import Disclosed
from careteam.vault import keyring


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the axis: what it is of, and all that it shows. Ids are unique over all kinds."""

    on: date
    id: UUID
    kind: TimelineKind
    shown: Mapping[str, Any]
    seen: Sequence[Disclosed] = ()

    @property
    def place(self) -> tuple[date, UUID]:
        """Where it stands; the greatest comes first."""
        return self.on, self.id


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the axis that is asked for: days, both ends inclusive, after a place, and so many points at most.

    `medication_id` narrows what belongs to a medication (dose steps, check-ins, side effects) to that entry.
    """

    limit: int
    after: tuple[date, UUID] | None = None
    first: date | None = None
    last: date | None = None
    medication_id: UUID | None = None

    def where(self, day: Any, row_id: Any) -> list[ColumnElement[bool]]:
        """Say in SQL that a row of this day and id lies in the window, and comes after the place."""
        parts = [*([day >= self.first] if self.first else []), *([day <= self.last] if self.last else [])]
        if self.after:
            on, last_id = self.after
            parts.append(or_(day < on, and_(day == on, row_id < last_id)))
        return parts

    def holds(self, on: date, row_id: UUID) -> bool:
        """Say the same of a day that is known here only."""
        inside = (self.first is None or on >= self.first) and (self.last is None or on <= self.last)
        return inside and (self.after is None or (on, row_id) < self.after)


Of = Callable[..., list[Point]]


def cut(points: Sequence[Point], limit: int) -> tuple[list[Point], Point | None]:
    """Return the first points, newest first, and the last of them where there are more."""
    ordered = sorted(points, key=lambda point: point.place, reverse=True)
    shown = ordered[:limit]
    return shown, shown[-1] if len(ordered) > limit else None


def cursor_of(session: Session, point: Point | None, patient_id: UUID) -> str | None:
    """Return the cursor of what comes after a point; it opens only for this patient's timeline."""
    if point is None:
        return None
    return keyring(session).seal_for_address(json.dumps([point.on.isoformat(), str(point.id)]), _about(patient_id))


def place_of(session: Session, cursor: str | None, patient_id: UUID) -> tuple[date, UUID] | None:
    """Return the place that a cursor means. Raises Invalid on one that is not ours."""
    if not cursor:
        return None
    try:
        on, row_id = json.loads(keyring(session).unseal_from_address(cursor, _about(patient_id)))
        return date.fromisoformat(on), UUID(row_id)
    except (Unsealable, ValueError, TypeError) as error:
        raise Invalid("Use the cursor that came with the page before.", {"cursor": ["Not valid."]}) from error


def _about(patient_id: UUID) -> str:
    return f"cursor/timeline/{patient_id}"
