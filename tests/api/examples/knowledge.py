"""What the tables of drugs are asked."""

from careteam.policy.vocabulary import MedicationSource
from tests.api.examples.stage import Ask, Stage, asks


@asks("search_drugs")
def _search_drugs(stage: Stage) -> Ask:
    return Ask(stage.maya, query={"q": "zol", "limit": 3})


@asks("read_medication_reminders")
def _read_medication_reminders(stage: Stage) -> Ask:
    maya = stage.maya
    stage.world.medication(maya, stage.paul, drug="Lithium carbonate 300 MG Oral Capsule")
    for drug in ("Ibuprofen", "Grandmother's tea"):
        stage.world.medication(maya, maya, drug=drug, source=MedicationSource.PATIENT)
    return Ask(maya, stage.record)
