"""Two answers at the same moment: one of them counts, on PostgreSQL with real transactions side by side."""

import threading
from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from sqlalchemy import func, select

from careteam.models import Membership, Patient, Staff, User
from careteam.policy.vocabulary import Role
from tests.team.inviting import BORN, accept, brought, register, to_staff, to_team, to_treatment
from tests.world import LONG_AGO, World

TOGETHER = 4
WHO = "nia.new@example.org"


def at_once(world: World, *acts: Callable[[], Any]) -> list[int]:
    """Do all of these at the same moment, each in a context of its own, and return their statuses in order."""
    world.session.rollback()
    ready, statuses = threading.Barrier(len(acts)), [0] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        ready.wait(20)
        statuses[number] = Context().run(act).status_code

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(statuses)


def rows(world: World, model: Any, *conditions: Any) -> int:
    world.session.rollback()
    counted = world.session.execute(select(func.count()).select_from(model).where(*conditions)).scalar()
    return int(counted or 0)


@pytest.mark.parametrize("_", range(3))
def test_one_link_registers_one_person_with_one_membership(world: World, _: int) -> None:
    token = to_treatment(world, world.therapist(), WHO)
    statuses = at_once(world, *[lambda: register(world, token, birth_date=BORN)] * TOGETHER)
    assert statuses == [201, *[410] * (TOGETHER - 1)]
    assert rows(world, User, User.email == WHO) == rows(world, Membership) == rows(world, Patient) == 1


def test_two_links_to_one_new_address_make_one_account(world: World) -> None:
    tokens = [to_treatment(world, world.therapist(name), WHO) for name in ("A B", "C D")]
    statuses = at_once(world, *[lambda t=t: register(world, t, birth_date=BORN) for t in tokens])
    assert statuses == [201, 409]
    assert rows(world, User, User.email == WHO) == rows(world, Membership) == rows(world, Patient) == 1


def test_two_practices_accepted_at_once_meet_on_one_patient(world: World) -> None:
    person = world.user("Nia New")
    tokens = [to_treatment(world, world.therapist(name), WHO) for name in ("A B", "C D")]
    client = world.client(person)
    statuses = at_once(world, *[lambda t=t: accept(client, t, birth_date=BORN) for t in tokens])
    assert statuses == [201, 201]
    assert (rows(world, Patient), rows(world, Membership)) == (1, 2)


def test_two_invitations_for_one_role_make_one_membership(world: World) -> None:
    patient, prescriber = world.patient(), world.prescriber()
    by_patient = to_team(world, patient, prescriber.email)
    by_prescriber = to_treatment(world, prescriber, patient.email, Role.PRESCRIBER)
    statuses = at_once(
        world,
        lambda: accept(world.client(prescriber), by_patient),
        lambda: accept(world.client(patient), by_prescriber),
    )
    assert statuses == [201, 409]
    assert rows(world, Membership) == 1


def test_a_record_is_taken_over_once(world: World) -> None:
    therapist = world.therapist()
    record = brought(world, (therapist, Role.THERAPIST))
    tokens = [
        to_treatment(world, therapist, email, patient_id=str(record.patient_id)) for email in (WHO, "ola@example.org")
    ]
    statuses = at_once(world, *[lambda t=t: register(world, t, birth_date=BORN) for t in tokens])
    assert statuses[0] == 201
    assert statuses[1] in {409, 410}
    assert rows(world, Patient) == rows(world, User, User.email.in_([WHO, "ola@example.org"])) == 1


def test_a_link_is_either_accepted_or_withdrawn(world: World) -> None:
    therapist = world.therapist()
    token = to_treatment(world, therapist, WHO)
    listed = world.client(therapist).get("invitations").json
    address = f"invitations/{listed['items'][0]['id']}"
    statuses = at_once(
        world,
        lambda: register(world, token, birth_date=BORN),
        lambda: world.client(therapist)("DELETE", address),
    )
    assert statuses in ([200, 410], [201, 409])
    assert rows(world, Membership) == (1 if statuses == [201, 409] else 0)


def test_agreeing_and_ending_at_once_leave_an_ended_membership(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    membership = world.join(patient, therapist, Role.THERAPIST, patient_agreed_at=None, clinician_accepted_at=LONG_AGO)
    address = f"memberships/{membership.id}"
    at_once(
        world,
        lambda: world.client(patient).post(f"{address}/agreement"),
        lambda: world.client(therapist).post(f"{address}/end"),
    )
    assert rows(world, Membership, Membership.ended_at.is_not(None)) == 1


def test_one_staff_invitation_gives_one_role(world: World) -> None:
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR)
    person = world.user("Nia New")
    token = to_staff(world, ada, WHO)
    client = world.client(person)
    first, *others = at_once(world, *[lambda: accept(client, token)] * TOGETHER)
    assert first == 201
    assert set(others) <= {401, 410}, "a new role ends the token, too"
    assert rows(world, Staff, Staff.user_id == person.user_id) == 1
