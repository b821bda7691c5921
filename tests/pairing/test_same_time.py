"""Signing while somebody changes an entry: what was signed is what was there, or nothing is signed."""

from concurrent.futures import ThreadPoolExecutor

from careteam.policy.vocabulary import MedicationChange, MedicationSource
from careteam.services.medications import medication_changes
from tests.medications.acts import change
from tests.medications.test_same_time import acting
from tests.pairing.acts import OPEN, decision, line
from tests.races import during
from tests.world import Client, World


def test_a_change_that_is_being_written_makes_the_signature_stale(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    entry = world.medication(patient, prescriber, dose=100)
    world.medication(patient, patient, source=MedicationSource.PATIENT)
    found = line(world, prescriber, patient)
    assert patient.patient_id
    world.session.rollback()
    hold = {"kind": MedicationChange.HOLD, "version": 1, "at": world.now}
    medication_changes.change(world.session, acting(prescriber), patient.patient_id, entry.id, **hold)  # type: ignore[arg-type]
    client = Client(world.app, prescriber.token)
    body = {"typed_name": prescriber.name, "decisions": [decision(found)]}
    assert during(world, client.post, f"{patient.record}/medication-reconciliations", body).status_code == 412
    assert line(world, prescriber, patient)["difference"]["resolution"] is None


def test_whichever_comes_first_a_difference_is_never_resolved_that_was_not_seen(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    entry = world.medication(patient, prescriber, dose=100)
    world.medication(patient, patient, source=MedicationSource.PATIENT)
    place = {"id": str(entry.id)}
    found = line(world, prescriber, patient)
    with ThreadPoolExecutor(2) as pool:
        changing = pool.submit(
            change,
            Client(world.app, prescriber.token),
            patient,
            place,
            "dose_change",
            version=1,
            dose_value=75,
            dose_unit="mg",
        )
        body = {"typed_name": prescriber.name, "decisions": [decision(found)]}
        address = f"{patient.record}/medication-reconciliations"
        signing = pool.submit(Client(world.app, prescriber.token).post, address, body)
        statuses = changing.result(timeout=60).status_code, signing.result(timeout=60).status_code
    assert statuses in {(201, 201), (201, 412)}
    assert line(world, prescriber, patient)["difference"]["resolution"] is None
