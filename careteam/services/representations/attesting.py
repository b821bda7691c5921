"""What a clinician attests: which document they saw, and when. Kept sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import InstrumentedAttribute, Session

from careteam.services.record.items import not_in_future
from careteam.vault import seal, unseal


@dataclass(frozen=True, slots=True)
class Attestation:
    """A document in words, and the day on which the clinician saw it."""

    document: str
    seen_on: date

    def checked(self, at: datetime) -> "Attestation":
        """Return the attestation. Raises Invalid when the day is in the future everywhere on earth."""
        not_in_future(self.seen_on, at)
        return self

    def sealed(self, session: Session, column: InstrumentedAttribute[bytes | None], row_id: UUID) -> bytes | None:
        """Return the attestation sealed for this column of this row."""
        return seal(session, column, row_id, json.dumps([self.document, self.seen_on.isoformat()]))


def attested(values: Mapping[str, Any] | None) -> Attestation | None:
    """Return the attestation that a body holds."""
    return None if values is None else Attestation(values["document"], values["seen_on"])


def unsealed(
    session: Session, column: InstrumentedAttribute[bytes | None], row_id: UUID, value: bytes | None
) -> dict[str, Any] | None:
    """Return what was attested, as it is shown."""
    text = unseal(session, column, row_id, value)
    if text is None:
        return None
    document, seen_on = json.loads(text)
    return {"document": document, "seen_on": date.fromisoformat(seen_on)}
