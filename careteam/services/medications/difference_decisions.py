"""What prescribers decided about differences that the reader sees now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.models import Reconciliation
from careteam.policy.pairing import Verdict, in_effect
from careteam.policy.vocabulary import ReconciliationDecision
from careteam.services.medications import reconciliation_rows
from careteam.services.medications.reconciliation_rows import Decision
from careteam.services.record.records import Record


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision of a reconciliation that was not entered in error, and the gate row of that one."""

    id: UUID
    at: datetime
    by: UUID
    decision: Decision
    row: Any

    def stands(self, verdict: Verdict, day: date) -> bool:
        """Say whether it resolves this difference: the same state of the same entries, changed by nothing since."""
        now = {part.id: in_effect(part, day) for part in verdict.parts}
        return self.decision.state is verdict.state and self.decision.changes == now

    @property
    def promises(self) -> bool:
        """True where the prescriber only said that something will change."""
        return self.decision.decision is ReconciliationDecision.WILL_CHANGE

    @property
    def shown(self) -> dict[str, Any]:
        """What a resolved difference shows of it."""
        return {
            "reconciliation_id": self.id,
            "at": self.at,
            "by": self.by,
            "decision": self.decision.decision,
            "text": self.decision.text,
        }


def standing(session: Session, record: Record, verdicts: Iterable[Verdict]) -> Mapping[UUID, list[Standing]]:
    """Return by entry the decisions that name it and that the reader may know, for the entries of these differences.

    Two statements where there are differences, none otherwise. Ask only where there are reconciliations.
    """
    ids = {part.id for verdict in verdicts for part in verdict.parts}
    if not ids:
        return {}
    query = record.rows(Reconciliation, *reconciliation_rows.COLUMNS)
    named = (Reconciliation.error_at.is_(None), reconciliation_rows.naming(ids), reconciliation_rows.tells(record))
    rows = {row.id: row for row in session.execute(query.where(*named))}
    found: dict[UUID, list[Standing]] = {}
    for decided in reconciliation_rows.decisions(session, record, rows.keys()).values():
        for decision in decided:
            row = rows[decision.reconciliation_id]
            for medication_id in decision.changes.keys() & ids:
                standing = Standing(row.id, row.signed_at, row.author_id, decision, row)
                found.setdefault(medication_id, []).append(standing)
    return found
