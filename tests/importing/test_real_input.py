"""Files that other systems wrote, imported as they are; the expected numbers are counted from the JSON itself."""

import json
import os
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from careteam.fhir_reading import read_bundle
from careteam.models import Allergy, Condition, ImportSource, Measure, Medication, Note, Patient
from careteam.policy.vocabulary import MedicationStatus, Role
from careteam.services.importing import run
from tests.fhir_reading.samples import DATA
from tests.importing.kit import BUNDLES, clinicians, command, count, events, rows, states
from tests.world import Person, World

pytestmark = pytest.mark.skipif(not BUNDLES, reason="needs the example data beside the project (../shared/data)")
FEW = 2
US_CORE = sorted(DATA.glob("us-core/*.json"))
READ_ONCE = cache(read_bundle)
STATUS = {"active": MedicationStatus.ACTIVE, "stopped": MedicationStatus.STOPPED}


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read each large file once for all tests: how it is read is not what they are about."""
    monkeypatch.setattr(run, "read_bundle", READ_ONCE)


@pytest.fixture
def bundles(world: World) -> list[Path]:
    """All of them on SQLite; on PostgreSQL the two smallest, unless ALL_BUNDLES is set."""
    everything = world.session.get_bind().dialect.name == "sqlite" or os.environ.get("ALL_BUNDLES")
    return BUNDLES if everything else sorted(BUNDLES, key=lambda path: path.stat().st_size)[:FEW]


def told(path: Path) -> tuple[str, Counter[MedicationStatus], Counter[str]]:
    """The birth date, the medications by status and the resources by type, counted from the file."""
    found = [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]
    medications = Counter(STATUS[r["status"]] for r in found if r["resourceType"] == "MedicationRequest")
    (person,) = (r for r in found if r["resourceType"] == "Patient")
    return person["birthDate"], medications, Counter(r["resourceType"] for r in found)


TOTALS = {"44261-6": "phq-9", "89204-2": "phq-9-teens", "70274-6": "gad-7"}


def totals(path: Path) -> Counter[tuple[str, int]]:
    """The totals of questionnaires that are whole numbers, counted from the file."""
    found = [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]
    observed = (r for r in found if r["resourceType"] == "Observation")
    codes = ((coding["code"], r) for r in observed for coding in r["code"]["coding"] if coding["code"] in TOTALS)
    given = [(TOTALS[code], r["valueQuantity"]["value"]) for code, r in codes]
    return Counter((name, int(value)) for name, value in given if value == int(value))


def scores(patient_id: Any) -> Any:
    """What questionnaires and scores the record holds."""
    return select(Measure.questionnaire, Measure.score).where(Measure.patient_id == patient_id)


def test_every_bundle_becomes_a_record_with_the_medications_that_it_holds(world: World, bundles: list[Path]) -> None:
    done = command(world, *bundles, pair=clinicians(world))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, f"{len(bundles)} of {len(bundles)} files imported")
    assert count(world, Patient) == len(bundles)
    for path in bundles:
        birth_date, medications, types = told(path)
        (patient,) = (p for p in world.session.scalars(select(Patient)) if str(p.birth_date) == birth_date)
        assert Counter(states(world, patient.id)) == medications
        assert count(world, Note, patient_id=patient.id) == types["DocumentReference"]
        assert count(world, Condition, patient_id=patient.id) == types["Condition"]
        assert count(world, Allergy, patient_id=patient.id) == types["AllergyIntolerance"]
        assert Counter(tuple(row) for row in world.session.execute(scores(patient.id))) == totals(path)
        for kind in ("Condition", "AllergyIntolerance"):
            assert count(world, ImportSource, patient_id=patient.id, resource_type=kind, item_id=None) == 0


def test_the_second_run_changes_nothing(world: World, bundles: list[Path]) -> None:
    pair = clinicians(world)
    command(world, *bundles, pair=pair)
    before = rows(world)
    again = command(world, *bundles, pair=pair)
    assert again.exit_code == 0
    assert rows(world) == before
    assert again.stderr.count("nothing new") == len(bundles)
    assert [event.act for event in events(world, "disclosed")] == ["import-unchanged"] * len(bundles)


def test_a_person_who_died_has_a_death_date(world: World) -> None:
    (path,) = DATA.glob("synthea/Gilberto*")
    command(world, path, pair=clinicians(world))
    assert str(world.session.scalars(select(Patient)).one().death_date) == "1994-04-11"


@pytest.fixture
def amy(world: World) -> tuple[Person, Person, Person]:
    """The person of the single examples, with her team."""
    patient, pair = world.patient("Amy Baxter", birth_date=date(1987, 2, 20)), clinicians(world)
    world.join(patient, pair[0], Role.THERAPIST)
    world.join(patient, pair[1], Role.PRESCRIBER)
    return patient, *pair


def test_single_resources_go_into_the_named_record(world: World, amy: tuple[Person, Person, Person]) -> None:
    patient, *pair = amy
    done = command(world, *US_CORE, pair=(pair[0], pair[1]), patient=patient.email, subject="Patient/example")
    assert done.exit_code == 0, done.output
    entries = {m.drug_name: m for m in world.session.scalars(select(Medication))}
    reported, prescribed = entries["Tylenol PM Pill"], entries["Nizatidine 15 MG/ML Oral Solution"]
    assert (reported.holder_id, reported.prescribed, reported.outside_author) == (None, False, "Amy Baxter")
    assert (prescribed.holder_id, prescribed.prescribed) == (pair[1].user_id, True)
    assert prescribed.outside_author == "Ronald Bone, MD"
    found = {(m.answers is not None, m.score, m.band, str(m.date)) for m in world.session.scalars(select(Measure))}
    assert found == {(True, 12, "moderate", "2022-11-29"), (False, 12, "moderate", "2022-11-29")}
    assert count(world, ImportSource, item_id=None, resource_type="QuestionnaireResponse") == 0
    assert count(world, ImportSource, item_id=None, resource_type="Observation") == 1


def test_a_single_resource_without_its_subject_is_refused_until_the_record_knows_it(
    world: World, amy: tuple[Person, Person, Person]
) -> None:
    patient, *pair = amy
    single, person = DATA / "us-core/medicationrequest-self-tylenol.json", DATA / "us-core/patient-example.json"
    options: Any = {"pair": (pair[0], pair[1]), "patient": str(patient.patient_id)}
    assert "name the person" in command(world, single, **options).stdout
    assert command(world, person, **options).exit_code == 0
    assert command(world, single, **options).exit_code == 0
    assert count(world, Medication, patient_id=patient.patient_id) == 1
