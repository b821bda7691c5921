"""Pages of a caseload sorted by signals: stable while signals come and go, for a page goes on after a place."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.errors import Invalid
from careteam.policy.treatment_words import SignalKind
from careteam.sealing import Unsealable
from careteam.services.paging import Page
from careteam.services.signals.signals import Urgent, urgent
from careteam.vault import keyring

Place = tuple[Urgent, str, str]
"""The urgency of a patient, then the name as it is sorted, then the id."""
Told = Mapping[UUID, Mapping[SignalKind, int]]


def page_by_urgency(
    session: Session, rows: Sequence[Any], told: Told, *, limit: int, cursor: str | None, whose: UUID
) -> Page:
    """Return one page of these patients, the most urgent first. Raises Invalid on a cursor that is not ours."""
    about = f"cursor/caseload-by-signals/{whose}"
    after = _opened(session, cursor, about) if cursor else None
    placed = sorted(((_place(row, told), row) for row in rows), key=lambda one: one[0])
    left = [one for one in placed if after is None or one[0] > after]
    shown = left[:limit]
    following = keyring(session).seal_for_address(json.dumps(shown[-1][0]), about) if len(left) > limit else None
    return Page([row for _, row in shown], following)


def _place(row: Any, told: Told) -> Place:
    return urgent(told[row.id]), row.name_key, str(row.id)


def _opened(session: Session, cursor: str, about: str) -> Place:
    try:
        counts, name, patient_id = json.loads(keyring(session).unseal_from_address(cursor, about))
        return tuple(map(int, counts)), str(name), str(UUID(patient_id))
    except (Unsealable, ValueError, TypeError) as error:
        raise Invalid("Use the cursor that came with the page before.", {"cursor": ["Not valid."]}) from error
