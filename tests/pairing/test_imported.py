"""Lists that other systems wrote, imported as they are, beside what the patient says."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from careteam.models import Item, Medication, Patient
from careteam.policy.vocabulary import MedicationSource, Role
from tests.fhir_reading.samples import DATA
from tests.importing.kit import BUNDLES, clinicians, command
from tests.pairing.acts import OPEN, decision, pairs, sign
from tests.world import Person, World

pytestmark = pytest.mark.skipif(not BUNDLES, reason="needs the example data beside the project (../shared/data)")
TAKEN = MedicationSource.PATIENT


def brought(world: World, name: str, **values: Any) -> tuple[Person, Person, Person]:
    """A person of the examples, imported and taken over, with a team; `values` change what the file says of them."""
    (path,) = DATA.glob(f"synthea/{name}*")
    therapist, prescriber = clinicians(world)
    assert command(world, Path(path), pair=(therapist, prescriber)).exit_code == 0
    patient_id = world.session.scalars(select(Patient.id)).one()
    account = world.user("Ida Imported")
    world.session.execute(update(Patient).where(Patient.id == patient_id).values(user_id=account.user_id, **values))
    world.session.execute(
        update(Patient.metadata.tables["membership"]).values(
            patient_agreed_at=world.now, clinician_accepted_at=world.now
        )
    )
    world.session.commit()
    person = Person(account.user_id, account.name, account.email, account.token, patient_id)
    return person, therapist, prescriber


def by_name(shown: dict[str, Any]) -> dict[str, tuple[str | None, int, int]]:
    """Each line by its ingredients: state or reason, and how many entries stand on each side."""
    return {
        " / ".join(i["name"] for i in one["ingredients"]): (
            one["state"] or one["why_no_state"],
            len(one["prescribed"]),
            len(one["taken"]),
        )
        for one in shown["items"]
    }


def test_a_list_of_ten_drugs_beside_what_is_taken(world: World) -> None:
    patient, _, prescriber = brought(world, "Roberto", death_date=None)
    for drug, dose in (("Lasix", 40), ("sertraline", 50), ("Zoloft", 50), ("St John's wort", 300)):
        world.medication(patient, patient, drug=drug, dose=dose, source=TAKEN)
    world.medication(patient, patient, drug="vitamin b 12", source=TAKEN)
    found = by_name(pairs(world, patient, patient))
    assert found["sertraline"] == ("not_comparable", 1, 2)
    assert found["furosemide"] == ("not_comparable", 2, 1)
    assert found["vitamin b 12"] == ("not_comparable", 1, 1)
    assert found["metoprolol succinate"] == ("only_prescribed", 1, 0)
    assert found["acetaminophen / hydrocodone"][0] == found["acetaminophen / oxycodone hydrochloride"][0]
    assert found["st johns wort"] == ("only_taken", 0, 1)
    assert by_name(pairs(world, prescriber, patient))["sertraline"] == ("other_side_unseen", 1, 0)


@pytest.mark.parametrize("name", ["Milan", "Alden", "Oralia"])
def test_every_imported_entry_stands_in_exactly_one_line(world: World, name: str) -> None:
    patient, *_ = brought(world, name)
    shown = [e["id"] for one in pairs(world, patient, patient)["items"] for e in (*one["prescribed"], *one["taken"])]
    assert Counter(shown) == Counter(str(i) for i in world.session.scalars(select(Medication.id)))


def test_a_course_that_ended_and_one_that_goes_on_are_one_line(world: World) -> None:
    patient, *_ = brought(world, "Milan")
    assert by_name(pairs(world, patient, patient))["fluoxetine"] == ("only_prescribed", 2, 0)
    world.medication(patient, patient, drug="Prozac 25 mg", source=TAKEN)
    assert by_name(pairs(world, patient, patient))["fluoxetine"] == ("not_comparable", 2, 1)


def test_what_the_source_stopped_and_the_patient_takes_is_reconciled_after_the_labels(world: World) -> None:
    patient, therapist, prescriber = brought(world, "Oralia")
    world.medication(patient, patient, drug="Valium", dose=5, source=TAKEN)
    world.consent(patient, disclosers=OPEN)
    assert by_name(pairs(world, therapist, patient)) == {"diazepam": ("only_taken", 0, 1)}
    world.session.execute(update(Item).values(awaits_review=False))
    world.session.commit()
    for who in (patient, therapist, prescriber):
        assert by_name(pairs(world, who, patient))["diazepam"] == ("stopped_but_taken", 1, 1)
    found = pairs(world, prescriber, patient)["items"]
    stopped = next(one for one in found if one["state"] == "stopped_but_taken")
    assert sign(world, prescriber, patient, decision(stopped, "will_change")).status_code == 201
    assert pairs(world, therapist, patient)["last_reconciled"]["by"] == str(prescriber.user_id)


def test_a_person_who_died_takes_nothing_any_more(world: World) -> None:
    patient, *_ = brought(world, "Gilberto")
    assert {state for state, *_ in by_name(pairs(world, patient, patient)).values()} == {"deceased"}


def test_the_reported_example_of_us_core_is_taken_and_the_ordered_one_prescribed(world: World) -> None:
    patient, pair = world.patient("Amy Baxter", birth_date=None), clinicians(world)
    for clinician, role in zip(pair, (Role.THERAPIST, Role.PRESCRIBER), strict=True):
        world.join(patient, clinician, role)
    files = sorted(DATA.glob("us-core/medicationrequest*.json"))
    done = command(world, *files, pair=pair, patient=patient.email, subject="Patient/example")
    assert done.exit_code == 0, done.output
    found = by_name(pairs(world, patient, patient))
    assert found == {"tylenol pm": ("only_taken", 0, 1), "nizatidine": ("only_prescribed", 1, 0)}
