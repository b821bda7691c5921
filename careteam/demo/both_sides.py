"""Deeds with the two-sided medication list: what is prescribed beside what is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from careteam.demo.cast import CAST
from careteam.demo.stage import Stage
from careteam.policy.vocabulary import ReconciliationDecision
from careteam.services.medications import medication_pairs, reconciling


@dataclass(frozen=True, slots=True)
class ReadsBothSides:
    """Reads the two-sided list."""

    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        medication_pairs.read(stage.session, stage.actor(who), stage.patient_id(self.about), at=at)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a prescriber decides about a difference."""

    decision: ReconciliationDecision
    text: str


@dataclass(frozen=True, slots=True)
class Reconciles:
    """Reads the two-sided list and signs a decision about every difference in which one of these entries stands."""

    decisions: Mapping[str, Decision]
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it. Raises KeyError where an entry stands in no open difference."""
        ids = (stage.actor(who), stage.patient_id(self.about))
        lines = medication_pairs.read(stage.session, *ids, at=at)["items"]
        found = [line["difference"]["entries"] for line in lines if line["difference"]]
        entries = {part["id"]: parts for parts in found for part in parts}
        signed = [
            {"entries": entries[stage.id_of(name)], "decision": one.decision, "text": one.text}
            for name, one in self.decisions.items()
        ]
        name = CAST[who].name
        made = reconciling.reconcile(stage.session, *ids, typed_name=name, decisions=signed, at=at)
        stage.keep("reconciliation", made)
