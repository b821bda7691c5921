"""The open differences of the medication lists of several patients, as `careteam.services.medications` tells of one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.models import DecidedEntry, DifferenceDecision, Reconciliation
from careteam.policy.pairing import Line, Verdict, in_effect, judged, paired
from careteam.policy.signals import Difference
from careteam.policy.vocabulary import ReconciliationDecision
from careteam.services.medications import medication_pairs, reconciliation_rows
from careteam.services.medications.difference_ages import LONG_AGO, Ages
from careteam.services.record.records import Record
from careteam.services.signals.many import by_patient
from careteam.services.signals.medicines import Medicine, Medicines

_DECISION, _ENTRY = DifferenceDecision.__table__.c, DecidedEntry.__table__.c
_SIGNED = (Reconciliation.id, Reconciliation.patient_id, Reconciliation.signed_at, Reconciliation.author_id)
Judged = Sequence[tuple[Line, Verdict]]


@dataclass(frozen=True, slots=True)
class _Decided:
    """One decision that the viewer may know: about which entries, with which changes in effect."""

    at: datetime
    state: str
    promises: bool
    changes: Mapping[UUID, int]


def load(session: Session, records: Sequence[Record], medicines: Medicines) -> Mapping[UUID, list[Difference]]:
    """Return the open differences of each patient, in at most three statements more than none."""
    lines = {r.patient_id: _differing(r, medicines[r.patient_id].values()) for r in records}
    wanted = [r for r in records if lines[r.patient_id]]
    if not wanted:
        return {record.patient_id: [] for record in records}
    decided = _decisions(session, wanted, lines, medicines)
    closed = facts.closed_since(session, [r.patient_id for r in wanted], LONG_AGO)
    found: dict[UUID, list[Difference]] = {record.patient_id: [] for record in records}
    for record in wanted:
        i = record.patient_id
        rows = {k: m.row for k, m in medicines[i].items()}
        ages = Ages(session, record, medication_pairs.view_of(record), rows, closed=closed.get(i, ()))
        told = (_told(line, verdict, ages, decided[i]) for line, verdict in lines[i])
        found[i] = [one for one in told if one is not None]
    return found


def _differing(record: Record, medicines: Iterable[Medicine]) -> Judged:
    view = medication_pairs.view_of(record)
    lines = paired(medication_pairs.entry_of(m.row, m.events) for m in medicines)
    judgements = ((line, judged(line, view)) for line in lines)
    return [(line, verdict) for line, verdict in judgements if verdict.differs]


def _told(line: Line, verdict: Verdict, ages: Ages, decided: Collection[_Decided]) -> Difference | None:
    """Return the difference unless the last decision that stands resolves it; that something will change does not."""
    parts = {part.id for part in verdict.parts}
    about = [one for one in decided if parts & one.changes.keys()]
    now = {part.id: in_effect(part, ages.view.day) for part in verdict.parts}
    stands = [one for one in about if one.state == verdict.state and one.changes == now]
    last = max(stands, key=lambda one: one.at, default=None)
    if verdict.state is None or (last and not last.promises):
        return None
    ids = tuple(sorted(parts))
    since = ages.of(line, verdict, [one.at for one in about])
    return Difference(verdict.state, ids, ages.rows[ids[0]].drug_name, since)


def _decisions(
    session: Session, records: Sequence[Record], lines: Mapping[UUID, Judged], medicines: Medicines
) -> Mapping[UUID, list[_Decided]]:
    """Return the decisions of reconciliations that stand and that the viewer may know: they read every entry that one
    names, or signed it themselves.
    """
    ids = {part.id for record in records for _, v in lines[record.patient_id] for part in v.parts}
    about = (Reconciliation.error_at.is_(None), reconciliation_rows.naming(ids))
    rows = by_patient(session, records, lambda r: r.rows(Reconciliation, *_SIGNED).where(*about))
    signed = {row.id: row for found in rows.values() for row in found}
    found: dict[UUID, list[_Decided]] = {record.patient_id: [] for record in records}
    me = records[0].actor.user_id
    for parts in _parts(session, signed.keys()):
        row = signed[parts[0].reconciliation_id]
        known = medicines[row.patient_id].keys()
        if row.author_id == me or all(part.medication_id in known for part in parts):
            found[row.patient_id].append(_decided(row, parts))
    return found


def _decided(row: Any, parts: Sequence[Any]) -> _Decided:
    promises = parts[0].decision is ReconciliationDecision.WILL_CHANGE
    return _Decided(row.signed_at, parts[0].state, promises, {part.medication_id: part.changes for part in parts})


def _parts(session: Session, reconciliation_ids: Collection[UUID]) -> Iterable[list[Any]]:
    """Return the entries that each decision names, one decision after the other."""
    query = (
        select(*_DECISION, _ENTRY.medication_id, _ENTRY.changes)
        .join(DecidedEntry.__table__, _ENTRY.decision_id == _DECISION.id)
        .where(_DECISION.reconciliation_id.in_(reconciliation_ids))
        .order_by(_DECISION.id, _ENTRY.medication_id)
    )
    parts: dict[UUID, list[Any]] = {}
    for row in session.execute(query) if reconciliation_ids else ():
        parts.setdefault(row.id, []).append(row)
    return parts.values()
