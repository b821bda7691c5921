"""Signals of one patient, and counted for a page of the caseload: loaded by the same statements, never stored."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Item
from careteam.policy.scope import Emergency, Scope
from careteam.policy.signal_words import following, what
from careteam.policy.signals import URGENCY, Seen, Signal, Viewer, signals
from careteam.policy.team import roles_now
from careteam.policy.treatment_words import SignalKind
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.record.news import Known
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_record
from careteam.services.signals import (
    changes,
    consents_ending,
    differences,
    drug_reminders,
    forms,
    managed,
    medicines,
    open_items,
)

EMPTY = "nothing that you can see"
_LOGGED = (Item.id, Item.item_class, Item.holder_id, Item.version, Item.part2)
Urgent = tuple[int, ...]
"""How many signals there are of each kind, negative, the most urgent kind first: what sorts first is most urgent."""


def read(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the actor's signals about one patient, the most urgent first, in a fixed number of statements.

    Computed from what the actor may read; every item that one rests on is logged, and every entry of which the check
    of medications tells. Former members have none, and nobody about somebody who died. Raises NotFound unless the
    actor is the patient, acts for them, or was ever in the team.
    """
    record = open_record(session, actor, patient_id, at=at)
    viewer = _viewer(record)
    seen, checked = _load(session, [record] if viewer.told else [])
    found = signals(viewer, seen.get(patient_id, Seen()))
    list_checked = checked.get(patient_id)
    ids = {item for signal in found for item in signal.items} | (list_checked.checked if list_checked else set())
    access_log.disclosed(session, record.actor, patient_id, "read-signals", _logged(session, record, ids), at=at)
    return {
        "items": [_shown(viewer, signal) for signal in found],
        "medications_checked": list_checked.says if list_checked else None,
        "empty": None if found else EMPTY,
    }


def counts(session: Session, actor: Actor, known: Known, *, at: datetime) -> Mapping[UUID, Counter[SignalKind]]:
    """Return how many signals of each kind there are about each of these patients.

    In as many statements for a page of patients as for one. What only an emergency opens does not count: it is told
    where it is logged as such, in that patient's record.
    """
    records = [Record(actor, f, _lasting(s), roles_now(actor.reader, f.team, at), at) for f, s in known.values()]
    viewers = {record.patient_id: _viewer(record) for record in records}
    seen, _ = _load(session, [record for record in records if viewers[record.patient_id].told])
    told = {i: signals(viewer, seen.get(i, Seen())) for i, viewer in viewers.items()}
    return {i: Counter(signal.kind for signal in found) for i, found in told.items()}


def _lasting(scope: Scope) -> Scope:
    return replace(scope, permits=tuple(p for p in scope.permits if not isinstance(p, Emergency)))


def counted(found: Mapping[SignalKind, int]) -> dict[str, Any]:
    """Return the counts as the caseload shows them, the most urgent kind first."""
    kinds = sorted((kind for kind in found if found[kind]), key=URGENCY.__getitem__)
    return {
        "most_urgent": kinds[0] if kinds else None,
        "counts": [{"kind": kind, "count": found[kind]} for kind in kinds],
    }


def urgent(found: Mapping[SignalKind, int]) -> Urgent:
    """Return by what the caseload is sorted."""
    return tuple(-found.get(kind, 0) for kind in SignalKind)


def _viewer(record: Record) -> Viewer:
    return Viewer(
        user_id=record.actor.user_id,
        roles=record.roles,
        scope=record.scope,
        team=record.team,
        at=record.at,
        zone=ZoneInfo(record.facts.person.time_zone),
        living=not patient_day(record).died,
    )


def _load(
    session: Session, records: Sequence[Record]
) -> tuple[Mapping[UUID, Seen], Mapping[UUID, drug_reminders.Found]]:
    """Return all that the signals of these records rest on, and against what their medications were checked."""
    if not records:
        return {}, {}
    listed = medicines.load(session, records)
    steps = {r.patient_id: medicines.steps(r, listed[r.patient_id].values()) for r in records}
    reports, asking = open_items.reports(session, records, listed), open_items.asking(session, records)
    scores, plan = forms.load(session, records, steps), open_items.plan(session, records)
    asked = managed.open_check_ins(session, records, listed)
    supplies = managed.running_out(session, records, listed, asked)
    differing = differences.load(session, records, listed)
    changed = changes.load(session, records, listed)
    reminders = {r.patient_id: drug_reminders.load(session, r, listed[r.patient_id]) for r in records}
    found = {
        r.patient_id: Seen(
            reports=reports[r.patient_id],
            asking=asking[r.patient_id],
            scores=scores[r.patient_id],
            steps=steps[r.patient_id],
            changed=changed[r.patient_id],
            check_ins=managed.overdue(r, listed[r.patient_id], asked[r.patient_id]),
            supplies=supplies[r.patient_id],
            differences=differing[r.patient_id],
            plan=plan[r.patient_id],
            ending=consents_ending.of(r),
            reminders=reminders[r.patient_id].reminders,
        )
        for r in records
    }
    return found, reminders


def _logged(session: Session, record: Record, ids: Collection[UUID]) -> list[Disclosed]:
    """Return what is disclosed: every item that a signal rests on, and every entry that was checked. One statement."""
    return record.seen(session.execute(record.rows(Item, *_LOGGED).where(Item.id.in_(ids))))


def _shown(viewer: Viewer, signal: Signal) -> dict[str, Any]:
    after = following(viewer, signal)
    return {
        "kind": signal.kind,
        "since": signal.since,
        "overdue": signal.overdue,
        "items": list(signal.items),
        "consent_id": signal.consent_id,
        "what": what(viewer, signal),
        "next": {"text": after.text, "operation": after.operation},
    }
