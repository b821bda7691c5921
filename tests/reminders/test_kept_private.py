"""What a patient keeps from a prescriber it bears on: told to the patient alone, with what would share it."""

from typing import Any

import pytest

from careteam.policy.vocabulary import ItemClass, Label, Power, Role
from tests.queries import statements
from tests.reminders.acts import PLACE, reminders, takes, told
from tests.world import Person, World


def nudges(world: World, patient: Person) -> list[dict[str, Any]]:
    found = reminders(world, patient, patient)["kept_private"]
    return [
        {"to": n["prescriber"]["user_id"], **{choice["drug_name"]: choice["how"] for choice in n["choices"]}}
        for n in found
    ]


def test_the_patient_is_told_and_sends_and_the_prescriber_then_sees_both(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Lithium")
    advil = takes(world, patient, "Advil")
    paul = str(prescriber.user_id)
    assert nudges(world, patient) == [{"to": paul, "Advil": "send"}]
    assert told(reminders(world, prescriber, patient)) == []
    place = f"{patient.record}/sent-items/{advil.id}"
    assert world.client(patient).post(place, {"send_to": [paul]}).status_code == 200
    assert told(reminders(world, prescriber, patient)) == [("major", ["lithium", "ibuprofen"])]
    assert nudges(world, patient) == []


@pytest.mark.parametrize("role", ["prescriber", "therapist", "representative", "former"])
def test_nobody_else_can_tell_a_world_with_something_kept_private_from_one_without(world: World, role: str) -> None:
    patient, therapist, prescriber = world.trio()
    mother, former = world.user("Mona Mother"), world.therapist("Fay Former")
    world.acts_for(patient, mother, powers=[Power.READ], classes=[ItemClass.CONDITION])
    world.join(patient, former, Role.THERAPIST, ended_at=world.now)
    world.medication(patient, prescriber, drug="Lithium")
    world.consent(patient, disclosers=["team"])
    who = {"prescriber": prescriber, "therapist": therapist, "representative": mother, "former": former}[role]
    before = world.client(who).get(f"{patient.record}/{PLACE}")
    takes(world, patient, "Advil")
    takes(world, patient, "Nardil")
    after = world.client(who).get(f"{patient.record}/{PLACE}")
    assert (after.status_code, after.data, after.headers.get("Content-Length")) == (
        before.status_code,
        before.data,
        before.headers.get("Content-Length"),
    )
    assert after.json["kept_private"] is None
    assert nudges(world, patient)


def test_whoever_sees_neither_half_is_nobody_to_tell_of(world: World) -> None:
    patient, _, _ = world.trio()
    takes(world, patient, "Lithium")
    takes(world, patient, "Advil")
    assert told(reminders(world, patient, patient)) == [("major", ["lithium", "ibuprofen"])]
    assert nudges(world, patient) == []


def test_each_prescriber_is_named_with_what_they_do_not_see(world: World) -> None:
    patient, therapist, paul = world.trio()
    pia = world.prescriber("Pia Other")
    world.join(patient, pia, Role.PRESCRIBER)
    world.medication(patient, paul, drug="Lithium")
    world.medication(patient, pia, drug="Lisinopril")
    world.medication(patient, therapist, drug="Sertraline")
    found = nudges(world, patient)
    assert {"to": str(paul.user_id), "Lisinopril": "consent"} in found
    assert {"to": str(pia.user_id), "Lithium": "consent"} in found
    assert {"to": str(paul.user_id), "Sertraline": "consent"} in found
    assert len(found) == 3


def test_what_a_restriction_stops_is_opened_by_lifting_it(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"])
    world.medication(patient, prescriber, drug="Lithium")
    hiv = takes(world, patient, "Advil", labels=frozenset({Label.HIV}))
    assert nudges(world, patient) == [{"to": str(prescriber.user_id), "Advil": "send"}]
    for limit in ({"label": Label.HIV}, {"item_id": hiv.id}):
        made = world.restriction(patient, **limit)
        assert nudges(world, patient) == [{"to": str(prescriber.user_id), "Advil": "lift_restriction"}]
        made.lifted_at = world.now
        world.session.commit()


def test_another_entry_of_the_same_drug_that_is_shared_is_enough(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Lithium")
    world.medication(patient, prescriber, drug="Ibuprofen 600 MG Oral Tablet")
    takes(world, patient, "Advil")
    assert nudges(world, patient) == []


def test_minor_things_and_therapists_are_no_reason(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Fluvoxamine")
    takes(world, patient, "Melatonin")
    world.medication(patient, therapist, drug="Zoloft")
    takes(world, patient, "Imitrex")
    found = nudges(world, patient)
    assert all("Melatonin" not in nudge for nudge in found)
    assert {nudge["to"] for nudge in found} == {str(prescriber.user_id)}


def test_a_prescriber_who_left_is_not_named(world: World) -> None:
    patient, _, _ = world.trio()
    former = world.prescriber("Fia Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=world.now)
    world.medication(patient, former, drug="Lithium")
    takes(world, patient, "Advil")
    assert nudges(world, patient) == []


def test_the_statements_do_not_grow_with_prescribers_or_entries(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Lithium")
    takes(world, patient, "Advil")

    def counted() -> int:
        with statements(world.app) as sent:
            assert nudges(world, patient)
        return len(sent)

    few = counted()
    for n in range(4):
        other = world.prescriber(f"Pia {n}")
        world.join(patient, other, Role.PRESCRIBER)
        world.medication(patient, other, drug=("Lisinopril", "Naproxen", "Zoloft", "Nardil")[n])
        takes(world, patient, ("Ultram", "Xanax", "Percocet", "Imitrex")[n])
    assert counted() == few
