"""Deeds with allergies and conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from careteam.demo.stage import Stage
from careteam.policy.vocabulary import AllergyScope
from careteam.services.record import allergy_entries, conditions

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordsAllergy:
    """Records an allergy: what it is to, and what is known of it."""

    entry: str
    substance: str
    said: Said = field(default_factory=dict)
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(self.about))
        made = allergy_entries.record_allergy(stage.session, *ids, substance=self.substance, at=at, **self.said)
        stage.keep(self.entry, made)


@dataclass(frozen=True, slots=True)
class StatesNoneKnown:
    """Says, signed and dated, that no allergies are known."""

    entry: str
    covers: AllergyScope
    note: str
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(self.about))
        made = allergy_entries.state_none_known(stage.session, *ids, covers=self.covers, note=self.note, at=at)
        stage.keep(self.entry, made)


@dataclass(frozen=True, slots=True)
class RecordsCondition:
    """Records a diagnosis or problem."""

    entry: str
    name: str
    said: Said = field(default_factory=dict)
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(self.about))
        made = conditions.record_condition(stage.session, *ids, name=self.name, at=at, **self.said)
        stage.keep(self.entry, made)


@dataclass(frozen=True, slots=True)
class ChangesCondition:
    """Changes an own entry; what it said before stays with it."""

    entry: str
    reason: str
    said: Said
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(self.about), stage.id_of(self.entry))
        version = stage.version_of(self.entry)
        made = conditions.change(stage.session, *ids, version=version, reason=self.reason, at=at, **self.said)
        stage.keep(self.entry, made)
