"""Since when the reader could see a difference (see `careteam.policy.since` and `careteam.policy.first_seen`)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam import facts
from careteam.policy.facts import Consent
from careteam.policy.first_seen import seen_since
from careteam.policy.matching import ItemFact
from careteam.policy.pairing import Line, Verdict, View
from careteam.policy.scope import Shared
from careteam.policy.since import reopened, since
from careteam.services.record.records import Record

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


class Ages:
    """Computes ages for one reader. Consents that ended are read once, and only if what others share is asked about."""

    def __init__(
        self,
        session: Session,
        record: Record,
        view: View,
        rows: Mapping[UUID, Any],
        *,
        closed: Sequence[Consent] | None = None,
    ) -> None:
        """Without `closed`, the consents of this patient that ended, they are read where they are needed."""
        self.session, self.record, self.view, self.rows = session, record, view, rows
        self.closed = closed
        self.zone = ZoneInfo(record.facts.person.time_zone)

    def of(self, line: Line, verdict: Verdict, decided: Sequence[datetime]) -> datetime:
        """Return from when this reader could see this difference; after a decision that no longer stands, from the
        change that opened it again.
        """
        assert verdict.state is not None
        at = self.record.at
        seen_from = max(self._seen_from(self.rows[part.id]) for part in verdict.parts)
        begun = since(line, verdict.state, self.view, zone=self.zone, seen_from=seen_from, at=at)
        return reopened(verdict.parts, begun, decided, zone=self.zone, at=at)

    def _seen_from(self, row: Any) -> datetime:
        """Own entries from their creation, and the patient's record from theirs; what others share, from the permit."""
        created: datetime = row.created_at
        if not isinstance(self.record.scope.permits[row.permit], Shared):
            return created
        item = ItemFact(
            row.id, self.record.patient_id, row.item_class, row.author_id, row.holder_id, row.date, row.labels
        )
        reader, team = self.record.actor.reader, self.record.team
        shared = seen_since(item, reader, team, self._consents, at=self.record.at)
        return max(created, shared) if shared else created

    @cached_property
    def _consents(self) -> list[Consent]:
        patient_id = self.record.patient_id
        if self.closed is not None:
            return [*self.record.facts.consents, *self.closed]
        closed = facts.closed_since(self.session, [patient_id], LONG_AGO)
        return [*self.record.facts.consents, *closed.get(patient_id, ())]
