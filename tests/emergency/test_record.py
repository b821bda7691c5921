"""The record of an emergency session: for the patient and who opened it, and for nobody else in the team."""

from careteam.models.types import new_id
from careteam.policy.vocabulary import MedicationSource, Role
from tests.emergency.acts import NATURE, WHY, opened, place
from tests.queries import statements
from tests.world import World


def test_it_holds_what_the_law_asks_to_be_documented(world: World) -> None:
    """42 CFR 2.51(c): recipient and affiliation, whose items, when, and the nature of the emergency."""
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    for _ in range(2):
        world.client(prescriber).get(f"{patient.record}/notes")
    for person in (patient, prescriber):
        shown = world.client(person).get(place(patient, made["id"])).json
        assert (shown["user"]["name"], shown["practice"]["name"]) == ("Paul Reyes", "Paul Reyes's practice")
        assert (shown["nature"], shown["why_no_consent"], shown["role"]) == (NATURE, WHY, "prescriber")
        (part,) = shown["disclosed"]
        assert (part["class"], part["name"], part["items"], part["answers"]) == ("progress_note", "Tess Okafor", 2, 2)
        assert made["began_at"] <= part["first_at"] < part["last_at"] < made["until"]


def test_what_the_patient_holds_is_told_as_the_patients(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, patient, source=MedicationSource.PATIENT)
    made = opened(world, prescriber, patient)
    world.client(prescriber).get(f"{patient.record}/medications")
    (part,) = world.client(patient).get(place(patient, made["id"])).json["disclosed"]
    assert (part["holder"], part["name"]) == ({"kind": "patient"}, "the patient")


def test_to_others_in_the_team_it_is_absent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    theo = world.prescriber("Theo Brandt")
    world.join(patient, theo, Role.PRESCRIBER)
    made = opened(world, prescriber, patient)
    for other in (therapist, theo):
        assert world.client(other).get(place(patient)).json["items"] == []
        hidden, absent = (world.client(other).get(place(patient, i)) for i in (made["id"], new_id()))
        assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_who_opened_it_keeps_their_record_of_it_after_leaving(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = opened(world, prescriber, patient)
    (membership,) = world.client(prescriber).get("memberships").json["items"]
    world.client(patient).post(f"memberships/{membership['id']}/end")
    assert world.client(prescriber).get(place(patient, made["id"])).status_code == 200


def test_the_address_of_another_record_does_not_show_it(world: World) -> None:
    patient, _, prescriber = world.trio()
    noor = world.patient("Noor Haddad")
    world.join(noor, prescriber, Role.PRESCRIBER)
    made = opened(world, prescriber, patient)
    for who in (noor, prescriber):
        assert world.client(who).get(place(noor, made["id"])).status_code == 404
        assert world.client(who).post(place(noor, made["id"], "ended")).status_code == 404


def test_looking_at_it_is_logged(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = opened(world, prescriber, patient)
    world.client(prescriber).get(place(patient))
    world.client(prescriber).get(place(patient, made["id"]))
    told = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    assert [event["sentence"] for event in told[:2]] == [
        "Paul Reyes looked at the emergency accesses to your record."
    ] * 2


def test_the_list_is_newest_first_in_a_fixed_number_of_statements(world: World) -> None:
    patient, _, prescriber = world.trio()
    made, counts = [], []
    for number in range(3):
        made.append(opened(world, prescriber, patient, nature=f"The patient collapsed again, number {number}."))
        world.client(prescriber).post(place(patient, made[-1]["id"], "ended"))
        with statements(world.app) as sent:
            shown = world.client(patient).get(place(patient)).json["items"]
        counts.append(len(sent))
        assert [one["id"] for one in shown] == [one["id"] for one in reversed(made)]
    assert len(set(counts)) == 1
