"""Reminders through the API: who is told what, in which words, and what is never told."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from careteam import interaction_rules
from careteam.actor import Actor
from careteam.models import AccessEvent, Consent, Medication, Patient
from careteam.models.types import new_id
from careteam.policy.vocabulary import ConsentStatus, Label, MedicationChange, MedicationSource, Role
from careteam.services.medications import medication_events, medication_reminders, medications
from careteam.services.record.records import open_record
from tests.medications.acts import ago, event
from tests.queries import statements
from tests.reminders.acts import PLACE, reminders, takes, told
from tests.world import World


def test_a_prescriber_learns_of_what_the_patient_takes_only_under_consent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Lithium carbonate 300 mg")
    takes(world, patient, "Advil")
    assert told(reminders(world, prescriber, patient)) == []
    consent = world.consent(patient, disclosers=["patient"], recipients=["role:prescriber"])
    found = reminders(world, prescriber, patient)
    assert told(found) == [("major", ["lithium", "ibuprofen"])]
    assert found["says"] == "Checked against 2 entries that you can see."
    assert told(reminders(world, therapist, patient)) == []
    world.session.get_one(Consent, consent.id).status = ConsentStatus.REVOKED
    world.session.commit()
    assert told(reminders(world, prescriber, patient)) == []
    assert reminders(world, prescriber, patient)["says"] == "Checked against the one entry that you can see."


def test_patients_and_clinicians_are_told_in_their_own_words(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    mother = world.user("Mona Mother")
    world.acts_for(patient, mother)
    world.consent(patient, disclosers=["team"])
    for drug in ("Zoloft 50 mg", "Nardil"):
        world.medication(patient, prescriber, drug=drug)
    wording = interaction_rules.wordings()["serotonin_never"]
    names = {"one": "phenelzine", "other": "sertraline"}
    for who, words in (
        (patient, wording.patients),
        (mother, wording.patients),
        (therapist, wording.clinicians),
        (prescriber, wording.clinicians),
    ):
        [one] = reminders(world, who, patient)["reminders"]
        assert (one["kind"], one["severity"]) == ("interaction", "contraindicated")
        assert one["says"].lower() == words.format(**names).lower()
        assert one["says"][0].isupper()
        assert one["source"]["opened"] == "2026-11-23"
        assert "Zoloft" in one["source"]["title"]


def test_a_reminder_names_its_entries_and_their_holders(world: World) -> None:
    patient, _, prescriber = world.trio()
    lithium = world.medication(patient, prescriber, drug="Lithium")
    advil = takes(world, patient, "Advil")
    [one] = reminders(world, patient, patient)["reminders"]
    assert [[entry["id"] for entry in drug["entries"]] for drug in one["drugs"]] == [[str(lithium.id)], [str(advil.id)]]
    holders = [drug["entries"][0]["holder"]["kind"] for drug in one["drugs"]]
    assert holders == ["member", "patient"]


def test_what_the_table_does_not_know_is_named(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Sertraline")
    takes(world, patient, "Grandmother's tea")
    takes(world, patient, "lithium from the shop")
    found = reminders(world, patient, patient)
    assert found["checked"] == 3
    assert [(e["drug_name"], e["partly_known"]) for e in found["not_in_table"]] == [
        ("Grandmother's tea", False),
        ("lithium from the shop", True),
    ]
    assert found["says"].endswith("not (wholly) in our table: Grandmother's tea, lithium from the shop.")


@pytest.mark.parametrize("kind", [MedicationChange.STOP, MedicationChange.HOLD])
def test_only_what_is_current_is_checked(world: World, kind: MedicationChange) -> None:
    patient, _, prescriber = world.trio()
    old = world.medication(patient, prescriber, drug="Nardil")
    world.medication(patient, prescriber, drug="Zoloft")
    assert len(reminders(world, patient, patient)["reminders"]) == 1
    event(world, old, kind, ago(world, 3))
    assert reminders(world, patient, patient)["reminders"] == []
    assert reminders(world, patient, patient)["checked"] == 1


def test_neither_the_planned_nor_the_mistaken_nor_the_dead_are_reminded_of(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Zoloft")
    world.medication(patient, prescriber, drug="Nardil", on=world.now.date() + timedelta(days=5))
    world.medication(patient, prescriber, drug="Parnate", error_at=world.now)
    assert (reminders(world, patient, patient)["checked"], told(reminders(world, patient, patient))) == (1, [])
    with time_machine.travel(world.now + timedelta(days=6), tick=False):
        assert len(reminders(world, patient, patient)["reminders"]) == 1
    world.session.get_one(Patient, patient.patient_id).death_date = world.now.date()
    world.session.commit()
    assert reminders(world, patient, patient)["checked"] == 0


def test_a_restricted_entry_changes_nothing_for_the_restricted(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.prescriber("Pia Other")
    world.join(patient, other, Role.PRESCRIBER)
    world.consent(patient, disclosers=["team"], recipients=["role:prescriber", "role:therapist"])
    world.medication(patient, prescriber, drug="Lithium")
    before = world.client(other).get(f"{patient.record}/{PLACE}").data
    hidden = world.medication(patient, prescriber, drug="Advil")
    world.restriction(patient, item_id=hidden.id)
    assert world.client(other).get(f"{patient.record}/{PLACE}").data == before
    labelled = world.medication(patient, prescriber, drug="Haloperidol", labels=frozenset({Label.HIV}))
    assert world.client(therapist).get(f"{patient.record}/{PLACE}").data == before
    assert labelled.id
    assert len(reminders(world, prescriber, patient)["reminders"]) == 2


def test_strangers_find_nothing_and_nobody_searches_without_signing_in(world: World) -> None:
    patient, _, _ = world.trio()
    stranger = world.client(world.therapist("Sam Stranger"))
    found = stranger.get(f"{patient.record}/{PLACE}")
    assert (found.status_code, found.data) == (404, stranger.get(f"/api/v1/patients/{new_id()}/{PLACE}").data)
    assert world.client(None).get(f"{patient.record}/{PLACE}").status_code == 401
    assert world.client(None).get("/api/v1/drugs?q=a").status_code == 401


def test_an_unreviewed_rule_is_told_to_nobody(world: World) -> None:
    patient, _, prescriber = world.trio()
    for drug in ("Guanfacine", "Carbamazepine", "Metformin", "Lithium", "Alprazolam", "Lorazepam"):
        world.medication(patient, prescriber, drug=drug)
    pairs = {frozenset(names) for _, names in told(reminders(world, patient, patient))}
    assert frozenset({"lithium", "carbamazepine"}) in pairs
    for row in interaction_rules.rows():
        if row["status"] == "unreviewed":
            assert frozenset({row["one"], row["other"]}) not in pairs
    assert frozenset({"alprazolam", "lorazepam"}) not in pairs


def test_a_medication_is_written_down_whatever_it_interacts_with(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Nardil")
    body = {"drug_name": "Sertraline", "started_on": "2026-03-01", "dose_value": 50, "dose_unit": "mg"}
    assert world.client(prescriber).post(f"{patient.record}/medications", body).status_code == 201


def test_the_same_report_is_no_duplicate_and_two_prescriptions_are(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Sertraline 50 MG Oral Tablet")
    takes(world, patient, "Zoloft")
    world.medication(patient, therapist, drug="sertraline", source=MedicationSource.PATIENT_STATED)
    assert reminders(world, patient, patient)["reminders"] == []
    world.medication(patient, prescriber, drug="Zoloft")
    [one] = reminders(world, patient, patient)["reminders"]
    assert (one["kind"], one["source"], [d["name"] for d in one["drugs"]]) == ("duplicate", None, ["sertraline"])


def test_who_left_is_told_nothing_about_what_may_have_changed(world: World) -> None:
    patient, _, _ = world.trio()
    former = world.prescriber("Fia Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=world.now)
    for drug in ("Zoloft", "Nardil"):
        world.medication(patient, former, drug=drug)
    found = reminders(world, former, patient)
    assert (found["checked"], found["reminders"], "has ended" in found["says"]) == (0, [], True)


def test_the_look_is_in_the_log_with_what_it_disclosed(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"])
    world.medication(patient, prescriber, drug="Lithium")
    takes(world, patient, "Advil")
    reminders(world, prescriber, patient)
    seen = world.session.scalars(select(AccessEvent).where(AccessEvent.act == "read-medication-reminders")).one()
    assert (seen.actor_id, seen.patient_id, seen.items) == (prescriber.user_id, patient.patient_id, 2)
    sentences = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    assert any("what to mind about medications" in str(line) for line in sentences)


def test_the_number_of_statements_does_not_grow_with_the_list(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=["team", "patient"])

    def counted() -> int:
        with statements(world.app) as sent:
            reminders(world, patient, patient)
        return len(sent)

    world.medication(patient, prescriber, drug="Lithium")
    takes(world, patient, "Advil")
    few = counted()
    for drug in ("Naproxen", "Lisinopril", "Zoloft", "Imitrex", "Ultram", "Xanax", "Percocet"):
        world.medication(patient, prescriber, drug=drug)
        takes(world, patient, drug)
    assert counted() == few


def test_drugs_are_found_while_typing(world: World) -> None:
    _, therapist, _ = world.trio()
    client = world.client(therapist)
    found = client.get("/api/v1/drugs?q=zol&limit=2").json["drugs"]
    assert len(found) == 2
    assert client.get("/api/v1/drugs?q=Zoloft").json["drugs"][0]["name"] == "sertraline"
    assert client.get("/api/v1/drugs?q=nothing like it").json == {"drugs": []}
    for wrong in ("", "?q=", "?q=a&limit=0", "?q=a&limit=51", "?q=a&cursor=x", f"?q={'a' * 101}"):
        assert client.get(f"/api/v1/drugs{wrong}").status_code == 422


def test_a_caseload_is_checked_from_rows_without_a_statement_of_its_own(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Lithium")
    world.medication(patient, prescriber, drug="Naproxen")
    actor = Actor(patient.user_id, patient.name, patient.email, patient_id=patient.patient_id)
    record = open_record(world.session, actor, patient.patient_id or new_id(), at=world.now)
    rows = world.session.execute(record.rows(Medication, *medications.COLUMNS)).all()
    events = medication_events.of(world.session, record, [row.id for row in rows])
    with statements(world.app) as sent:
        found = medication_reminders.among(record, rows, events)
    assert sent == []
    assert found == medication_reminders.reminders_of(world.session, record)
    assert [r.words for r in found.checked.reminders] == ["lithium_up"]
