"""The number of statements grows neither with entries nor with differences nor with decisions."""

from datetime import date

import pytest

from careteam.policy.vocabulary import ConsentStatus, MedicationSource, Role
from tests.pairing.acts import OPEN, decision, pairs, sign
from tests.queries import statements
from tests.world import Person, World


def fill(world: World, patient: Person, prescriber: Person, count: int) -> None:
    """Differences of several drugs, entries of one drug, and drugs of which there is no difference."""
    for n in range(count):
        world.medication(patient, prescriber, drug=f"drug {n}", dose=100)
        world.medication(patient, patient, drug=f"drug {n}", dose=50, source=MedicationSource.PATIENT)
        world.medication(patient, prescriber, drug="lithium carbonate 300 MG Oral Tablet", dose=300)
        world.medication(patient, prescriber, drug=f"other {n}")
        world.consent(patient, status=ConsentStatus.REVOKED, closed_at=world.now)


def sent_by(world: World, who: Person, address: str) -> int:
    world.session.expire_all()
    world.session.commit()
    with statements(world.app) as sent:
        assert world.client(who).get(address).status_code == 200
    return len(sent)


@pytest.mark.parametrize(
    ("part", "most"), [("medication-pairs", 15), ("medication-reconciliations", 9), ("shared-record", 24)]
)
def test_lists_take_as_many_statements_for_one_difference_as_for_many(world: World, part: str, most: int) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    counted = []
    for count in (1, 12):
        fill(world, patient, prescriber, count)
        found = [one for one in pairs(world, prescriber, patient)["items"] if one["state"] == "dose_differs"]
        decisions = [decision(one, "will_change") for one in found[: count // 2 + 1]]
        assert sign(world, prescriber, patient, *decisions).status_code == 201
        world.medication(patient, prescriber, drug=f"open {count}", dose=1)
        world.medication(patient, patient, drug=f"open {count}", dose=2, source=MedicationSource.PATIENT)
        counted.append(sent_by(world, therapist, f"{patient.record}/{part}"))
    assert counted[0] == counted[1] <= most


def test_signing_takes_as_many_statements_for_one_decision_as_for_many(world: World) -> None:
    counted = []
    for count in (1, 12):
        patient = world.patient(f"Maya {count}")
        prescriber = world.prescriber(f"Paul {count}")
        world.join(patient, prescriber, Role.PRESCRIBER)
        world.consent(patient, disclosers=OPEN)
        for n in range(count):
            world.medication(patient, prescriber, drug=f"drug {n}", dose=100)
            world.medication(patient, patient, drug=f"drug {n}", source=MedicationSource.PATIENT)
        decisions = [decision(one) for one in pairs(world, prescriber, patient)["items"]]
        with statements(world.app) as sent:
            assert sign(world, prescriber, patient, *decisions).status_code == 201
        counted.append(len(sent))
    assert counted[0] == counted[1]


def test_differences_beyond_the_first_page_of_the_shared_record_are_there_and_logged(world: World) -> None:
    patient, _, prescriber = world.trio()
    old = date(2020, 1, 1)
    world.medication(patient, prescriber, drug="old", dose=100, on=old)
    world.medication(patient, patient, drug="old", on=old, source=MedicationSource.PATIENT)
    for n in range(100):
        world.medication(patient, prescriber, drug=f"drug {n}", error_at=world.now)
    shown = world.client(patient).get(f"{patient.record}/shared-record").json["medications"]
    assert (len(shown["items"]), len(shown["differences"])) == (100, 1)
    logged = world.client(patient).get(f"{patient.record}/access-log").json["items"][0]
    assert sum(part["count"] for part in logged["items"]) == 102
