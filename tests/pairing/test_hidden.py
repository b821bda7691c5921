"""What somebody may not see changes no byte of the two-sided list, of reconciliations, or of what may be signed."""

from datetime import timedelta

import pytest

from careteam.models import Medication
from careteam.policy.vocabulary import Label, MedicationChange, MedicationSource, Role
from tests.medications.acts import ago, event
from tests.pairing.acts import OPEN, decision, line, pairs, sign
from tests.world import Person, World

TAKEN, STATED = MedicationSource.PATIENT, MedicationSource.PATIENT_STATED
LISTS = ("medication-pairs", "medication-reconciliations", "medications")


def answers(world: World, who: Person, patient: Person) -> list[tuple[int, bytes]]:
    """Every list as this person gets it, and the differences of their shared record."""
    client = world.client(who)
    found = [client.get(f"{patient.record}/{part}") for part in LISTS]
    shared = client.get(f"{patient.record}/shared-record").json
    return [(answer.status_code, answer.data) for answer in found] + [(200, repr(shared["medications"]).encode())]


@pytest.mark.parametrize("way", ["an item", "a label"])
@pytest.mark.parametrize("dose", [50, 100])
def test_a_hidden_entry_is_no_side_of_anything(world: World, way: str, dose: int) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    world.medication(patient, prescriber, dose=100)
    world.medication(patient, therapist, dose=50, source=STATED)
    before = [answers(world, who, patient) for who in (therapist, prescriber)]
    labels = frozenset({Label.HIV}) if way == "a label" else frozenset()
    hidden = world.medication(patient, patient, dose=dose, source=TAKEN, labels=labels)
    if way == "an item":
        world.restriction(patient, item_id=hidden.id)
    event(world, hidden, MedicationChange.STOP, ago(world, 1))
    assert [answers(world, who, patient) for who in (therapist, prescriber)] == before
    assert len(pairs(world, patient, patient)["items"][0]["taken"]) == 2


def test_hiding_the_other_side_by_item_reads_as_if_it_were_not_there(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    world.medication(patient, prescriber)
    before = answers(world, prescriber, patient)
    hidden = world.medication(patient, patient, dose=25, source=TAKEN)
    world.restriction(patient, against_role=Role.PRESCRIBER, item_id=hidden.id)
    assert answers(world, prescriber, patient) == before
    assert line(world, prescriber, patient)["state"] == "only_prescribed"


def shared_with_labels(world: World) -> tuple[Person, Person, Person, Person]:
    """A second prescriber reads labelled entries too; the therapist and the first one do not."""
    patient, therapist, prescriber = world.trio()
    second = world.prescriber("Second Prescriber")
    world.join(patient, second, Role.PRESCRIBER)
    world.consent(patient, disclosers=OPEN)
    world.consent(patient, disclosers=OPEN, recipients=[f"member:{second.user_id}"], labels=[Label.HIV])
    return patient, therapist, prescriber, second


def test_a_decision_is_known_only_to_those_who_read_all_of_its_entries(world: World) -> None:
    patient, therapist, prescriber, second = shared_with_labels(world)
    world.medication(patient, prescriber, dose=100)
    world.medication(patient, patient, source=TAKEN)
    secret = {"drug": "abacavir", "labels": frozenset({Label.HIV})}
    world.medication(patient, prescriber, dose=300, **secret)  # type: ignore[arg-type]
    world.medication(patient, patient, dose=600, source=TAKEN, **secret)  # type: ignore[arg-type]
    both = pairs(world, second, patient)["items"]
    assert [one["state"] for one in both] == ["dose_differs", "dose_differs"]
    made = sign(world, second, patient, *(decision(one, "will_change") for one in both)).json
    counts = {}
    for who in (patient, therapist, prescriber, second):
        address = f"{patient.record}/medication-reconciliations"
        (listed,) = world.client(who).get(address).json["items"]
        assert listed == world.client(who).get(f"{address}/{made['id']}").json
        counts[who.name] = len(listed["decisions"])
    assert counts == {patient.name: 2, therapist.name: 1, prescriber.name: 1, second.name: 2}


def test_a_reconciliation_of_which_one_may_know_nothing_is_absent(world: World) -> None:
    patient, therapist, prescriber, second = shared_with_labels(world)
    world.medication(patient, prescriber)
    before = answers(world, therapist, patient)
    secret = world.medication(patient, patient, drug="abacavir", source=TAKEN, labels=frozenset({Label.HIV}))
    (found,) = (one for one in pairs(world, second, patient)["items"] if one["state"] == "only_taken")
    made = sign(world, second, patient, decision(found, "accept_taken", text="CANARY")).json
    assert answers(world, therapist, patient) == before
    place = f"{patient.record}/medication-reconciliations"
    hidden, absent = (world.client(therapist).get(f"{place}/{i}") for i in (made["id"], secret.id))
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    marks = [
        world.client(therapist).post(f"{place}/{i}/entered-in-error", {"reason": "x"}, version=1)
        for i in (made["id"], secret.id)
    ]
    assert marks[0].status_code == marks[1].status_code == 404
    assert marks[0].data == marks[1].data


def test_whoever_signed_keeps_what_they_signed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = world.consent(patient, disclosers=OPEN)
    world.medication(patient, prescriber, dose=100)
    world.medication(patient, patient, source=TAKEN)
    made = sign(world, prescriber, patient, decision(line(world, prescriber, patient), text="Told her.")).json
    assert world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation").status_code == 200
    kept = world.client(prescriber).get(f"{patient.record}/medication-reconciliations/{made['id']}")
    assert kept.json["decisions"] == made["decisions"]
    assert world.client(therapist).get(f"{patient.record}/medication-reconciliations").json["items"] == []


def test_a_former_prescriber_marks_their_own_as_entered_in_error(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=OPEN)
    world.medication(patient, patient, source=TAKEN)
    made = sign(world, prescriber, patient, decision(line(world, prescriber, patient), "accept_taken")).json
    places = world.client(prescriber).get("memberships").json["items"]
    assert world.client(prescriber).post(f"memberships/{places[0]['id']}/end").status_code == 200
    place = f"{patient.record}/medication-reconciliations/{made['id']}"
    shown = world.client(prescriber).get(place).json
    assert (shown["version"], shown["labels"], len(shown["decisions"])) == (None, None, 1)
    marked = world.client(prescriber).post(f"{place}/entered-in-error", {"reason": "x"}, version="*")
    assert marked.status_code == 200
    assert line(world, patient, patient)["difference"]["resolution"] is None


def test_the_age_is_the_viewers_own(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    joined = world.prescriber("Jo Joined")
    world.join(patient, joined, Role.PRESCRIBER, clinician_accepted_at=world.now - timedelta(minutes=10))
    start, early = world.now - timedelta(hours=1), world.now - timedelta(days=9)
    first = world.consent(patient, disclosers=OPEN, valid_from=world.now - timedelta(days=5))
    first.superseded_at = start
    world.session.commit()
    world.consent(patient, disclosers=OPEN, valid_from=start)
    world.medication(patient, prescriber, dose=100, created_at=early)
    world.medication(patient, patient, source=TAKEN, created_at=early)
    world.session.execute(Medication.metadata.tables["medication_event"].update().values(created_at=early))
    world.session.commit()
    expected = {
        patient: early,
        therapist: world.now - timedelta(days=5),
        prescriber: world.now - timedelta(days=5),
        joined: world.now - timedelta(minutes=10),
    }
    for who, since in expected.items():
        shown = line(world, who, patient)["difference"]["since"].replace("Z", "+00:00")
        assert shown == since.isoformat(), who.name


def test_what_is_new_names_no_reconciliation_of_which_one_may_know_nothing(world: World) -> None:
    patient, therapist, prescriber, second = shared_with_labels(world)
    address = f"{patient.record}/shared-record"
    world.medication(patient, patient, drug="abacavir", source=TAKEN, labels=frozenset({Label.HIV}))
    world.medication(patient, patient, source=TAKEN)
    found = {one["ingredients"][0]["name"]: one for one in pairs(world, second, patient)["items"]}
    secret = sign(world, second, patient, decision(found["abacavir"], "accept_taken")).json["id"]
    assert secret not in world.client(therapist).get(address).text
    assert secret in world.client(patient).get(address).text
    plain = sign(world, second, patient, decision(found["sertraline"], "accept_taken")).json["id"]
    assert plain in world.client(therapist).get(address).text
    assert plain in world.client(prescriber).get(address).text
