"""What the patient is told of items that wait for somebody else: for whom, and what can be done about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from careteam.models import Item, Staff
from careteam.policy.vocabulary import ItemClass, Label, MembershipKind, Role
from tests.labels.acts import confirm, one, waiting_condition, waiting_entry, waits
from tests.world import LONG_AGO, Person, World


def others(world: World, patient: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = waits(world.client(patient), patient)["others"]
    return found


def test_the_patient_sees_for_whom_how_many_items_wait(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    waiting_entry(world, patient, prescriber, "Sertraline")
    waiting_condition(world, patient, prescriber, "B20")
    world.note(patient, therapist, awaits_review=True)
    world.medication(patient, prescriber)
    assert [(o["name"], o["holder"], o["waiting"], o["can_confirm"]) for o in others(world, patient)] == [
        ("Paul Reyes", {"kind": "member", "user_id": str(prescriber.user_id)}, 2, True),
        ("Tess Okafor", {"kind": "member", "user_id": str(therapist.user_id)}, 1, True),
    ]
    assert waits(world.client(patient), patient)["waiting"]["total"] == 0


def _joined(world: World, patient: Person, holder: Person) -> None:
    world.join(patient, holder, Role.PRESCRIBER)


def _left(world: World, patient: Person, holder: Person) -> None:
    world.join(patient, holder, Role.PRESCRIBER, ended_at=LONG_AGO)


def _back(world: World, patient: Person, holder: Person) -> None:
    _left(world, patient, holder)
    _joined(world, patient, holder)


def _later(world: World, patient: Person, holder: Person) -> None:
    period = {"valid_from": world.now + timedelta(days=1), "valid_until": world.now + timedelta(days=2)}
    world.join(patient, holder, Role.PRESCRIBER, kind=MembershipKind.COVERING, **period)


def _unverified(world: World, patient: Person, holder: Person) -> None:
    _joined(world, patient, holder)
    world.session.execute(update(Staff).where(Staff.user_id == holder.user_id).values(verified_at=None))
    world.session.commit()


def _never(_world: World, _patient: Person, _holder: Person) -> None:
    pass


PLACES: list[tuple[Callable[[World, Person, Person], None], bool, str]] = [
    (_joined, True, "Ask Paul Reyes to look through them."),
    (_back, True, "Ask Paul Reyes to look through them."),
    (_later, False, "Paul Reyes can confirm them when the membership begins."),
    (_unverified, False, "not verified at present and can confirm nothing: ask their practice"),
    (
        _left,
        False,
        "not in your care team any more and can confirm nothing, and nobody else may: invite Paul Reyes again",
    ),
]


@pytest.mark.parametrize(("place", "can_confirm", "advice"), PLACES)
def test_what_to_do_depends_on_whether_the_holder_can_still_confirm(
    world: World, place: Callable[[World, Person, Person], None], can_confirm: bool, advice: str
) -> None:
    patient, holder = world.patient(), world.prescriber()
    place(world, patient, holder)
    entry = waiting_entry(world, patient, holder, "Sertraline")
    (told,) = others(world, patient)
    assert (told["can_confirm"], told["waiting"]) == (can_confirm, 1)
    assert told["what_to_do"].startswith("Until the labels are confirmed, only you and Paul Reyes read these items.")
    assert advice in told["what_to_do"]
    assert (confirm(world.client(holder), patient, one(entry)).status_code == 200) is can_confirm


def test_a_holder_who_was_never_in_the_team_is_no_error(world: World) -> None:
    patient, holder = world.patient(), world.prescriber()
    waiting_entry(world, patient, holder, "Sertraline")
    (told,) = others(world, patient)
    assert (told["name"], told["can_confirm"]) == ("their holder", False)


def test_nobody_confirms_for_a_holder_who_left_and_it_stays_hidden(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.consent(patient, disclosers=["team", "patient", f"member:{former.user_id}"], classes=ItemClass, labels=Label)
    entry = waiting_entry(world, patient, former, "Sertraline")
    tried = [
        confirm(world.client(who), patient, one(entry)).status_code for who in (patient, therapist, prescriber, former)
    ]
    assert tried == [422, 422, 422, 403]
    assert world.session.get_one(Item, entry.id).awaits_review
    where = f"{patient.record}/medications/{entry.id}"
    read = [world.client(who).get(where).status_code for who in (patient, therapist, prescriber, former)]
    assert read == [200, 404, 404, 200]


def test_a_holder_who_comes_back_confirms(world: World) -> None:
    patient, therapist, _ = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.consent(patient)
    entry = waiting_entry(world, patient, former, "Sertraline")
    world.join(patient, former, Role.PRESCRIBER)
    assert confirm(world.client(former), patient, one(entry)).status_code == 200
    assert world.client(therapist).get(f"{patient.record}/medications/{entry.id}").status_code == 200
