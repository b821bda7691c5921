"""What is asked of signals and of the timeline."""

from datetime import date, timedelta

from careteam.policy.vocabulary import MedicationSource
from tests.api.examples.stage import Ask, Stage, asks


@asks("read_signals")
def _read_signals(stage: Stage) -> Ask:
    stage.world.medication(stage.maya, stage.maya, drug="St John's wort", source=MedicationSource.PATIENT)
    stage.world.measure(stage.maya, stage.maya, flagged=True)
    return Ask(stage.maya, stage.record)


@asks("read_timeline")
def _read_timeline(stage: Stage) -> Ask:
    began = date(2026, 3, 2)
    stage.world.medication(stage.maya, stage.paul, on=began)
    stage.world.measure(stage.maya, stage.maya, score=14, date=began + timedelta(days=1))
    return Ask(stage.maya, stage.record, query={"kinds": "dose_step,score", "limit": 3})
