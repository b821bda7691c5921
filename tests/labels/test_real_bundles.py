"""What is suggested for files that other systems wrote; the expected numbers are counted from the JSON itself."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from careteam import sensitive_codes
from careteam.fhir_reading import read_bundle
from careteam.policy.label_suggestions import labels_of, suggest
from careteam.policy.vocabulary import ItemClass, Label, Role
from careteam.services.labels.label_clues import clues_of
from careteam.services.record.subjects import RXNORM, Subject
from tests.importing.kit import BUNDLES, clinicians, command
from tests.labels.acts import confirm, waits
from tests.world import Person, World

pytestmark = pytest.mark.skipif(not BUNDLES, reason="needs the example data beside the project (../shared/data)")

SENSITIVE = {
    # every code of the bundles whose name speaks of it; whoever reads the names below finds no other
    "5602001": Label.SUBSTANCE_USE,  # Opioid abuse
    "6525002": Label.SUBSTANCE_USE,  # Dependent drug abuse
    "1149222004": Label.SUBSTANCE_USE,  # Overdose
    "10939881000119105": Label.SUBSTANCE_USE,  # Unhealthy alcohol drinking behavior
    "706893006": Label.VIOLENCE,  # Victim of intimate partner abuse
    "424393004": Label.VIOLENCE,  # Reports of violence in the environment
    "72892002": Label.GENDER_AND_REPRODUCTIVE,  # Normal pregnancy
    "748856": Label.GENDER_AND_REPRODUCTIVE,  # Yaz
    "749762": Label.GENDER_AND_REPRODUCTIVE,  # Seasonique
    "751905": Label.GENDER_AND_REPRODUCTIVE,  # Trinessa
    "978950": Label.GENDER_AND_REPRODUCTIVE,  # Natazia
}
FIELD = {"Condition": "code", "MedicationRequest": "medicationCodeableConcept"}


def told(path: Path) -> Counter[tuple[str, Label | None]]:
    """How many resources of each type the file has by the label that their code suggests."""
    found: Counter[tuple[str, Label | None]] = Counter()
    for entry in json.loads(path.read_bytes())["entry"]:
        resource = entry["resource"]
        if (kind := resource["resourceType"]) in FIELD:
            codes = {coding["code"] for coding in resource[FIELD[kind]].get("coding", [])}
            labels = {SENSITIVE[code] for code in codes if code in SENSITIVE}
            found.update((kind, label) for label in labels or [None])
    return found


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name[:16])
def test_every_sensitive_code_of_a_bundle_suggests_its_label_and_no_other_does(path: Path) -> None:
    reading = read_bundle(path.read_bytes())
    found: Counter[tuple[str, Label | None]] = Counter()
    for condition in reading.conditions:
        about = Subject(condition.name, condition.codes)
        found.update(("Condition", label) for label in _labels(ItemClass.CONDITION, about))
    for entry in reading.medications:
        about = Subject(entry.name, ((RXNORM, entry.rxnorm),) if entry.rxnorm else ())
        found.update((entry.kind, label) for label in _labels(ItemClass.MEDICATION, about))
    assert found == told(path)


def _labels(item_class: ItemClass, about: Subject) -> frozenset[Label | None]:
    made = suggest(clues_of(item_class, about, frozenset()), sensitive_codes.conditions(), sensitive_codes.drugs())
    return labels_of(made) or frozenset({None})


def test_an_imported_file_waits_with_its_suggestions_until_each_holder_confirms(world: World) -> None:
    (path,) = [bundle for bundle in BUNDLES if bundle.name.startswith("Oralia")]
    patient, pair = world.patient("Oralia Stark", birth_date=date(1998, 8, 27)), clinicians(world)
    for clinician, role in zip(pair, (Role.THERAPIST, Role.PRESCRIBER), strict=True):
        world.join(patient, clinician, role)
    done = command(world, path, pair=pair, patient=str(patient.patient_id))
    assert done.exit_code == 0, done.output
    counts = told(path)
    entries, problems = _waiting(world, pair[1], patient), _waiting(world, patient, patient)
    assert entries == {"gender_and_reproductive": counts["MedicationRequest", Label.GENDER_AND_REPRODUCTIVE],
                       "none": counts["MedicationRequest", None]}  # fmt: skip
    assert problems["none"] >= counts["Condition", None]
    client = world.client(pair[1])
    listed = waits(client, patient, "?limit=100")["items"]
    reviews = [{"item_id": i["id"], "version": i["version"], "as_suggested": True} for i in listed]
    confirmed = confirm(client, patient, *reviews).json["items"]
    assert sum(i["labels"] == ["gender_and_reproductive"] for i in confirmed) == entries["gender_and_reproductive"]
    assert waits(client, patient)["waiting"]["total"] == 0
    assert sum(_waiting(world, patient, patient).values()) == sum(problems.values())


def _waiting(world: World, who: Person, patient: Person) -> dict[str, Any]:
    found = waits(world.client(who), patient)["waiting"]["suggested"]
    return {one["suggested"]: one["count"] for one in found}
