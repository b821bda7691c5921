"""Deeds with the medication list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from careteam.demo.days import ZONE
from careteam.demo.stage import Stage
from careteam.policy.vocabulary import MedicationChange
from careteam.services.medications import medication_changes, medication_entries, medication_reviews

Taken = Mapping[str, Any]
"""How something is taken: the fields of `careteam.services.medications.medication_events.HowTaken`."""


def mg(amount: int, timing: str | None = None, **more: Any) -> Taken:
    """Return a dose in milligrams, and when it is taken."""
    return {"dose_value": Decimal(amount), "dose_unit": "mg", "timing": timing, **more}


@dataclass(frozen=True, slots=True)
class Starts:
    """Begins an entry: a prescriber prescribes, a patient reports, a therapist writes down what was said."""

    entry: str
    drug: str
    taken: Taken
    reason: str | None = None
    about: str = "nora"
    days_before: int = 0

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it; what was taken already counts from `days_before`."""
        made = medication_entries.start(
            stage.session,
            stage.actor(who),
            stage.patient_id(self.about),
            started_on=at.astimezone(ZONE).date() - timedelta(days=self.days_before),
            drug_name=self.drug,
            route="by mouth",
            reason=self.reason,
            at=at,
            **self.taken,
        )
        stage.keep(self.entry, made)


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes an entry from today on, or says that it is still right."""

    entry: str
    kind: MedicationChange
    reason: str | None = None
    taken: Taken = field(default_factory=dict)
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        stage.keep(self.entry, _change(stage, who, self.entry, self.about, at, self.kind, self.reason, **self.taken))


@dataclass(frozen=True, slots=True)
class Switches:
    """Stops one entry and starts another one in the same act."""

    entry: str
    to: str
    drug: str
    taken: Taken
    reason: str
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        target = {"drug_name": self.drug, "route": "by mouth", "reason": self.reason, **self.taken}
        kind = MedicationChange.SWITCH
        made = _change(stage, who, self.entry, self.about, at, kind, self.reason, switched_to=target)
        stage.keep(self.entry, made)
        stage.keep(self.to, {"id": made["events"][-1]["switched_to"], "version": 1})


@dataclass(frozen=True, slots=True)
class Reviews:
    """Goes through the whole list, as a prescriber."""

    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        medication_reviews.review(stage.session, stage.actor(who), stage.patient_id(self.about), at=at)


def _change(
    stage: Stage,
    who: str,
    entry: str,
    about: str,
    at: datetime,
    kind: MedicationChange,
    reason: str | None,
    **stated: Any,
) -> dict[str, Any]:
    return medication_changes.change(
        stage.session,
        stage.actor(who),
        stage.patient_id(about),
        stage.id_of(entry),
        kind=kind,
        version=stage.version_of(entry),
        reason=reason,
        at=at,
        **stated,
    )
