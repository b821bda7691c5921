"""The inviter is shown the link, so that they can use it themselves and be the person whom they invite."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, ImportSource, Patient
from careteam.policy.vocabulary import Role
from tests.fhir_reading.samples import SERTRALINE, bundle, request
from tests.fhir_reading.samples import patient as fhir_patient
from tests.importing.kit import post
from tests.team.inviting import accept, account, as_new, brought, invitation, register, to_treatment
from tests.world import LONG_AGO, Person, World

DRUG = str(SERTRALINE["coding"][0]["display"])
WHO = "made.up@example.org"
BORN = "1990-02-28"


def brought_by_both(world: World) -> tuple[Person, Person, str]:
    """A therapist who brought a person, a prescriber who brought that person's drug, and the record's id."""
    therapist, prescriber = world.therapist(), world.prescriber()
    pair = (therapist, prescriber)
    made = post(world, therapist, bundle(fhir_patient()), pair=pair).json
    more = post(world, prescriber, bundle(fhir_patient(), request()), pair=pair).json
    assert more["patient_id"] == made["patient_id"]
    return therapist, prescriber, str(made["patient_id"])


def taken_over(world: World, patient_id: str) -> bool:
    world.session.rollback()
    row = world.session.get_one(Patient, UUID(patient_id))
    return row.user_id is not None or row.merged_into_id is not None


def refusals(world: World) -> list[str]:
    world.session.rollback()
    return list(world.session.scalars(select(AccessEvent.act).where(AccessEvent.outcome == "refused")))


def test_who_brought_a_record_does_not_read_the_others_items_as_its_person(world: World) -> None:
    therapist, prescriber, patient_id = brought_by_both(world)
    medications = f"patients/{patient_id}/medications"
    assert DRUG in world.client(prescriber).get(medications).text
    assert DRUG not in world.client(therapist).get(medications).text
    link = to_treatment(world, therapist, WHO, patient_id=patient_id)
    refused = register(world, link, birth_date=BORN)
    assert (refused.status_code, "ask them for an invitation" in refused.text) == (409, True)
    assert account(world, WHO) is None
    assert not taken_over(world, patient_id)
    assert refusals(world) == ["invitations.accept_invitation"]


def test_the_refusal_does_not_tell_whether_the_address_has_an_account(world: World) -> None:
    therapist, _, patient_id = brought_by_both(world)
    links = [to_treatment(world, therapist, who, patient_id=patient_id) for who in (WHO, world.patient().email)]
    answers = [register(world, link, birth_date=BORN) for link in links]
    assert (answers[0].status_code, answers[0].data) == (409, answers[1].data)


def test_nor_by_folding_it_into_an_account_that_they_made_before(world: World) -> None:
    therapist, _, patient_id = brought_by_both(world)
    register(world, to_treatment(world, therapist, WHO), birth_date=BORN)
    person = as_new(world, WHO)
    link = to_treatment(world, therapist, WHO, patient_id=patient_id)
    assert accept(world.client(person), link).status_code == 409
    assert DRUG not in world.client(person).get(f"patients/{patient_id}/medications").text
    assert not taken_over(world, patient_id)


def test_once_the_other_has_invited_the_same_address_either_link_hands_it_over(world: World) -> None:
    therapist, prescriber, patient_id = brought_by_both(world)
    link = to_treatment(world, therapist, WHO, patient_id=patient_id)
    to_treatment(world, prescriber, WHO.upper(), Role.PRESCRIBER, patient_id=patient_id)
    assert register(world, link, birth_date=BORN).status_code == 201
    assert DRUG in world.client(as_new(world, WHO)).get(f"patients/{patient_id}/medications").text


@pytest.mark.parametrize("how", ["another address", "another record", "withdrawn", "expired"])
def test_an_invitation_that_does_not_stand_for_the_address_vouches_for_nothing(world: World, how: str) -> None:
    therapist, prescriber, patient_id = brought_by_both(world)
    link = to_treatment(world, therapist, WHO, patient_id=patient_id)
    email = "real@example.org" if how == "another address" else WHO
    named: dict[str, Any] = {} if how == "another record" else {"patient_id": patient_id}
    row = invitation(world, to_treatment(world, prescriber, email, Role.PRESCRIBER, **named))
    if how == "withdrawn":
        row.withdrawn_at = world.now
    if how == "expired":
        row.expires_at = world.now - timedelta(seconds=1)
    world.session.commit()
    assert register(world, link, birth_date=BORN).status_code == 409


def test_who_imported_everything_hands_it_over_alone(world: World) -> None:
    therapist = world.therapist()
    made = post(world, therapist, bundle(fhir_patient(), request()), pair=(therapist, world.prescriber())).json
    link = to_treatment(world, therapist, WHO, patient_id=made["patient_id"])
    assert register(world, link, birth_date=BORN).status_code == 201


@pytest.mark.parametrize(("importer", "status"), [("inviter", 201), ("other", 409), ("operator", 409)])
@pytest.mark.parametrize("kept", [False, True])
def test_what_the_patient_holds_is_as_safe_as_its_importer_makes_it(
    world: World, importer: str, status: int, kept: bool
) -> None:
    therapist, prescriber = world.therapist(), world.prescriber()
    record = brought(world, (therapist, Role.THERAPIST), (prescriber, Role.PRESCRIBER))
    reported = None if kept else world.medication(record, prescriber, holder_id=None, outside_author="Somebody")
    if reported:
        reported.author_id = None
    by = {"inviter": therapist.user_id, "other": prescriber.user_id, "operator": None}[importer]
    world.add(
        ImportSource(
            patient_id=record.patient_id,
            source_key="MedicationStatement/1",
            resource_type="MedicationStatement",
            content_sha256="0" * 64,
            imported_at=LONG_AGO,
            imported_by=by,
            item_id=reported.id if reported else None,
        )
    )
    link = to_treatment(world, therapist, WHO, patient_id=str(record.patient_id))
    assert register(world, link, birth_date=BORN).status_code == status


def test_asking_by_the_link_whether_an_address_has_an_account_leaves_a_trace(world: World) -> None:
    therapist, patient = world.therapist(), world.patient()
    link = to_treatment(world, therapist, patient.email)
    assert refusals(world) == []
    assert register(world, link, birth_date=BORN).status_code == 409
    assert refusals(world) == ["invitations.accept_invitation"]
