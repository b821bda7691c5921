"""The inviter is shown the link, so that they can use it themselves and be the person whom they invite."""

from tests.fhir_reading.samples import SERTRALINE, bundle, request
from tests.fhir_reading.samples import patient as fhir_patient
from tests.importing.kit import post
from tests.team.inviting import as_new, register, to_treatment
from tests.world import World

DRUG = str(SERTRALINE["coding"][0]["display"])


def test_who_brought_a_record_does_not_read_the_others_items_as_its_person(world: World) -> None:
    therapist, prescriber = world.therapist(), world.prescriber()
    pair = (therapist, prescriber)
    made = post(world, therapist, bundle(fhir_patient()), pair=pair).json
    assert (
        post(world, prescriber, bundle(fhir_patient(), request()), pair=pair).json["patient_id"] == made["patient_id"]
    )
    medications = f"patients/{made['patient_id']}/medications"
    assert DRUG in world.client(prescriber).get(medications).text
    assert DRUG not in world.client(therapist).get(medications).text
    link = to_treatment(world, therapist, "made.up@example.org", patient_id=made["patient_id"])
    register(world, link, birth_date="1990-02-28")
    assert DRUG not in world.client(as_new(world, "made.up@example.org")).get(medications).text
