"""What patient, therapist and prescriber read of two lists, before and after consent."""

from datetime import timedelta

import pytest

from careteam.policy.vocabulary import ItemClass, Label, MedicationChange, MedicationSource, Role
from tests.medications.acts import ago, event
from tests.pairing.acts import OPEN, line, pairs, states
from tests.world import LONG_AGO, Person, World

TAKEN = MedicationSource.PATIENT


def two_doses(world: World) -> tuple[Person, Person, Person]:
    """Sertraline 100 mg is prescribed, 50 mg is taken."""
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Sertraline 100 MG Oral Tablet", dose=100)
    world.medication(patient, patient, drug="sertraline", dose=50, source=TAKEN)
    return patient, therapist, prescriber


def test_without_consent_each_sees_their_own_and_no_negative(world: World) -> None:
    patient, therapist, prescriber = two_doses(world)
    assert states(world, patient, patient) == [("dose_differs", None)]
    assert states(world, prescriber, patient) == [(None, "other_side_unseen")]
    assert line(world, prescriber, patient)["unseen_side"] == "taken"
    assert pairs(world, therapist, patient)["items"] == []
    assert pairs(world, therapist, patient)["empty"] == "nothing that you can see"


def test_with_consent_all_see_the_difference_and_whose_it_is(world: World) -> None:
    patient, therapist, prescriber = two_doses(world)
    world.consent(patient, disclosers=OPEN)
    for who in (patient, therapist, prescriber):
        found = line(world, who, patient)
        assert (found["state"], found["compared"]["dose"]) == ("dose_differs", "differs")
        assert found["difference"]["owners"] == [{"user_id": str(prescriber.user_id), "name": prescriber.name}]
        assert found["difference"]["resolution"] is None
        assert [(len(found["prescribed"]), len(found["taken"]))] == [(1, 1)]


def test_the_line_names_the_ingredient(world: World) -> None:
    patient, *_ = two_doses(world)
    assert line(world, patient, patient)["ingredients"] == [{"name": "sertraline", "rxnorm_code": "36437"}]


@pytest.mark.parametrize("shared", ["patient", "team", "both", "another class", "label", "revoked patient"])
def test_only_prescribed_is_said_where_every_holder_of_what_is_taken_is_shared(world: World, shared: str) -> None:
    patient, _therapist, prescriber = world.trio()
    world.medication(patient, prescriber)
    disclosers = {"patient": ["patient"], "team": ["team"]}.get(shared, OPEN)
    classes = [ItemClass.PROGRESS_NOTE] if shared == "another class" else [ItemClass.MEDICATION]
    world.consent(patient, disclosers=disclosers, classes=classes)
    if shared == "revoked patient":
        world.restriction(patient, against_user_id=prescriber.user_id, holder="patient")
    if shared == "label":
        world.restriction(patient, against_user_id=prescriber.user_id, label=Label.HIV)
    said = states(world, prescriber, patient) == [("only_prescribed", None)]
    assert said is (shared in {"both", "label"})


def test_the_therapists_own_record_of_what_is_taken_makes_it_their_list_too(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber)
    world.medication(patient, therapist, source=MedicationSource.PATIENT_STATED)
    world.consent(patient, disclosers=["patient"])
    assert states(world, prescriber, patient) == [(None, "other_side_unseen")]
    unseen = pairs(world, prescriber, patient)["unseen"]
    assert unseen == {"prescribed": [], "taken": [{"kind": "member", "user_id": str(therapist.user_id)}]}
    world.consent(patient, disclosers=[f"member:{therapist.user_id}"])
    assert states(world, prescriber, patient) == [("agree", None)]


def test_only_taken_needs_every_prescriber_who_ever_was_in_the_team(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.medication(patient, therapist, source=MedicationSource.PATIENT_STATED, drug="St John's wort")
    world.consent(patient, disclosers=[f"member:{prescriber.user_id}"])
    assert states(world, therapist, patient) == [(None, "other_side_unseen")]
    assert line(world, therapist, patient)["unseen_side"] == "prescribed"
    world.consent(patient, disclosers=[f"member:{former.user_id}"])
    assert states(world, therapist, patient) == [("only_taken", None)]


def test_somebody_who_is_only_asked_to_join_changes_nothing(world: World) -> None:
    patient, therapist, _prescriber = world.trio()
    world.medication(patient, therapist, source=MedicationSource.PATIENT_STATED)
    world.consent(patient)
    before = world.client(therapist).get(f"{patient.record}/medication-pairs").data
    world.join(patient, world.prescriber("Olive Other"), Role.PRESCRIBER, patient_agreed_at=None)
    assert world.client(therapist).get(f"{patient.record}/medication-pairs").data == before


def test_the_owner_of_what_only_the_patient_names_are_the_current_prescribers(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    second, former = world.prescriber("Second Prescriber"), world.prescriber("Fran Former")
    world.join(patient, second, Role.PRESCRIBER)
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.medication(patient, patient, source=TAKEN)
    world.medication(patient, former, drug="Lithium")
    found = {one["ingredients"][0]["name"]: one for one in pairs(world, patient, patient)["items"]}
    both = {prescriber.name, second.name}
    assert {o["name"] for o in found["sertraline"]["difference"]["owners"]} == both
    assert {o["name"] for o in found["lithium"]["difference"]["owners"]} == both
    assert therapist.name not in str(found)


def test_a_patient_who_died_takes_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    dead = world.patient("Dora Dead", death_date=ago(world, 1))
    world.join(dead, prescriber, Role.PRESCRIBER)
    world.medication(dead, prescriber)
    assert states(world, prescriber, dead) == [(None, "deceased")]
    assert patient


def test_an_entry_in_error_stands_alone_and_is_no_side(world: World) -> None:
    patient, _, prescriber = two_doses(world)
    world.medication(patient, prescriber, drug="sertraline", dose=50, error_at=world.now)
    assert states(world, patient, patient) == [("dose_differs", None), (None, "entered_in_error")]


def test_a_switch_to_a_hidden_entry_reads_as_a_stop(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    old = world.medication(patient, prescriber)
    new = world.medication(patient, prescriber, labels=frozenset({Label.HIV}))
    event(world, old, MedicationChange.SWITCH, ago(world, 3), switched_to_id=new.id)
    world.medication(patient, patient, source=TAKEN)
    world.consent(patient, disclosers=OPEN)
    assert states(world, therapist, patient) == [("stopped_but_taken", None)]
    assert str(new.id) not in world.client(therapist).get(f"{patient.record}/medication-pairs").text
    assert states(world, patient, patient) == [("agree", None)]


def test_an_import_that_waits_is_a_side_for_those_who_read_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber, source=MedicationSource.IMPORTED, prescribed=True, awaits_review=True)
    world.medication(patient, patient, source=TAKEN)
    world.consent(patient, disclosers=OPEN)
    assert states(world, patient, patient) == states(world, prescriber, patient) == [("agree", None)]
    assert line(world, prescriber, patient)["prescribed"][0]["awaits_label_review"] is True
    assert states(world, therapist, patient) == [("only_taken", None)]


def test_a_former_member_reads_their_own_entries_and_no_states(world: World) -> None:
    patient, _, prescriber = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.medication(patient, former, dose=50)
    world.medication(patient, former, dose=100, source=MedicationSource.PATIENT_STATED)
    world.medication(patient, prescriber, drug="Lithium")
    world.consent(patient, disclosers=OPEN)
    shown = pairs(world, former, patient)
    assert [(one["state"], one["why_no_state"]) for one in shown["items"]] == [(None, "former_member")]
    assert (shown["unseen"], shown["last_reconciled"], "ithium" in str(shown)) == (None, None, False)


def test_the_shared_record_lists_the_open_differences(world: World) -> None:
    patient, therapist, prescriber = two_doses(world)
    world.medication(patient, prescriber, drug="Lithium carbonate 300 MG Oral Tablet", dose=300)
    world.medication(patient, patient, drug="lithium carbonate", dose=300, source=TAKEN)
    world.consent(patient, disclosers=OPEN)
    shown = world.client(therapist).get(f"{patient.record}/shared-record").json["medications"]
    (found,) = shown["differences"]
    assert found == pairs(world, therapist, patient)["items"][0]
    assert found["state"] == "dose_differs"


def test_strangers_and_nobody_get_what_an_absent_record_gives(world: World) -> None:
    patient, *_ = two_doses(world)
    stranger = world.therapist("Stella Stranger")
    hidden = world.client(stranger).get(f"{patient.record}/medication-pairs")
    absent = world.client(stranger).get(f"patients/{stranger.user_id}/medication-pairs")
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    assert world.client(None).get(f"{patient.record}/medication-pairs").status_code == 401


def test_reading_is_logged_with_every_entry_and_writes_nothing_else(world: World) -> None:
    patient, _, prescriber = two_doses(world)
    world.consent(patient, disclosers=OPEN, valid_from=world.now - timedelta(days=1))
    line(world, prescriber, patient)
    logged = world.client(patient).get(f"{patient.record}/access-log").json["items"][0]
    assert logged["sentence"].startswith("Paul Reyes compared what is prescribed with what you take: ")
    assert {(part["why"], part["count"]) for part in logged["items"]} == {("consent", 1), ("author", 1)}
