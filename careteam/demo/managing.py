"""Deeds around what is prescribed: check-ins, supplies, and what the patient reports and asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from careteam.demo.days import ZONE
from careteam.demo.stage import Stage
from careteam.policy.treatment_words import (
    CheckInCause,
    CheckInOutcome,
    CostConcern,
    Impact,
    VisitMode,
)
from careteam.policy.vocabulary import Severity
from careteam.services.cost_requests import cost_requests
from careteam.services.management import check_in_entries, check_ins_due, refill_requests, schedules, supply_entries
from careteam.services.side_effects import reporting

DUE = "check-ins-due"


@dataclass(frozen=True, slots=True)
class ReadsDue:
    """Reads which check-ins are due, before the visit; the next check-ins are of these."""

    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        found = check_ins_due.read(stage.session, stage.actor(who), stage.patient_id(self.about), at=at)
        stage.keep(DUE, found)


@dataclass(frozen=True, slots=True)
class ChecksIn:
    """Does the latest check-in of an entry that was due when they read what is due, or the first one ahead.

    With `changed` the last change of the entry is what it led to. Raises IndexError where nothing was asked for.
    """

    entry: str
    mode: VisitMode
    outcome: CheckInOutcome
    said: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = False
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        entry_id, today = stage.id_of(self.entry), at.astimezone(ZONE).date()
        asked = [one for one in stage.made[DUE]["items"] if one["medication_id"] == entry_id]
        due = next((one for one in reversed(asked) if one["due_on"] <= today), None) or asked[0]
        check_in_entries.do(
            stage.session,
            stage.actor(who),
            stage.patient_id(self.about),
            medication_id=entry_id,
            mode=self.mode,
            outcome=self.outcome,
            cause_event_id=due["cause_event_id"],
            due_on=due["due_on"],
            event_id=stage.last_event(self.entry) if self.changed else None,
            at=at,
            **self.said,
        )


@dataclass(frozen=True, slots=True)
class Schedules:
    """Sets, as a prescriber, how many days after such a change check-ins are due for this patient."""

    cause: CheckInCause
    days: tuple[int, ...]
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(self.about), self.cause)
        read = schedules.read(stage.session, *ids, at=at)
        schedules.set_days(stage.session, *ids, days=self.days, version=read["version"], at=at)


@dataclass(frozen=True, slots=True)
class Supplies:
    """Records what was dispensed of an entry, one tablet a day."""

    entry: str
    tablets: int
    refills_left: int
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        supply_entries.record_supply(
            stage.session,
            stage.actor(who),
            stage.patient_id(self.about),
            medication_id=stage.id_of(self.entry),
            quantity=Decimal(self.tablets),
            quantity_unit="tablets",
            days_supply=self.tablets,
            refills_left=self.refills_left,
            visit_needed=False,
            virtual_allowed=True,
            at=at,
        )


@dataclass(frozen=True, slots=True)
class AsksForRefill:
    """Asks, as the patient, for more of what was prescribed."""

    request: str
    entry: str
    text: str
    to: Sequence[str]

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids, send_to = (stage.actor(who), stage.patient_id(who)), stage.user_ids(self.to)
        entry_id = stage.id_of(self.entry)
        made = refill_requests.ask(stage.session, *ids, medication_id=entry_id, text=self.text, send_to=send_to, at=at)
        stage.keep(self.request, made)


@dataclass(frozen=True, slots=True)
class AsksAboutCost:
    """Says, as the patient, what keeps them from getting what was prescribed."""

    request: str
    entry: str
    concern: CostConcern
    text: str
    to: Sequence[str]

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = cost_requests.ask(
            stage.session,
            stage.actor(who),
            stage.patient_id(who),
            medication_id=stage.id_of(self.entry),
            concern=self.concern,
            text=self.text,
            send_to=stage.user_ids(self.to),
            at=at,
        )
        stage.keep(self.request, made)


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports, as the patient, a side effect, by its code."""

    report: str
    entry: str
    effect_code: str
    severity: Severity
    impact: Impact
    to: Sequence[str] = ()

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = reporting.report(
            stage.session,
            stage.actor(who),
            stage.patient_id(who),
            medication_id=stage.id_of(self.entry),
            effect_code=self.effect_code,
            severity=self.severity,
            impact=self.impact,
            send_to=stage.user_ids(self.to),
            at=at,
        )
        stage.keep(self.report, made)
