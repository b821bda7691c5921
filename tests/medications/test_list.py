"""Reading the medication list: who sees what of it, filters, pages, and what every list says."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from careteam.models import Consent
from careteam.models.types import new_id
from careteam.policy.vocabulary import (
    ConsentStatus,
    ItemClass,
    Label,
    MedicationChange,
    MedicationSource,
    MedicationStatus,
    Role,
)
from tests.medications.acts import ago, change, event, listed, place, read
from tests.world import LONG_AGO, Person, World


def test_a_therapist_reads_medications_only_under_consent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    client = world.client(therapist)
    absent = client.get(place(patient, new_id()))
    hidden = client.get(place(patient, entry))
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    assert listed(client, patient) == []
    consent = world.consent(patient)
    assert [e["drug_name"] for e in listed(client, patient)] == ["Sertraline"]
    world.session.get_one(Consent, consent.id).status = ConsentStatus.REVOKED
    world.session.commit()
    assert listed(client, patient) == []


def test_every_list_says_what_it_is(world: World) -> None:
    patient, therapist, _ = world.trio()
    for who in (patient, therapist):
        answer = world.client(who).get(f"{patient.record}/medications").json
        assert "The patient decides what is shared" in answer["caution"]
        assert "not an order: nothing here reaches a pharmacy" in answer["caution"]
        assert (answer["items"], answer["next"], answer["last_reviewed"]) == ([], None, None)


def test_strangers_and_the_uninvited_find_nothing(world: World) -> None:
    patient, _, _ = world.trio()
    for who in (world.patient("Somebody Else"), world.therapist("Sam Stranger")):
        found = world.client(who).get(f"{patient.record}/medications")
        nobody = world.client(who).get(f"/api/v1/patients/{new_id()}/medications")
        assert (found.status_code, found.data) == (404, nobody.data)
    assert world.client(None).get(f"{patient.record}/medications").status_code == 401


def _of_each_status(world: World, patient: Person, prescriber: Person) -> None:
    for name, kind in (("held", MedicationChange.HOLD), ("stopped", MedicationChange.STOP)):
        entry = world.medication(patient, prescriber, drug=name)
        event(world, entry, kind, ago(world, 3))
    world.medication(patient, prescriber, drug="active")
    world.medication(patient, prescriber, drug="wrong", error_at=world.now)


@pytest.mark.parametrize(
    ("status", "names"),
    [("active", ["active"]), ("on_hold", ["held"]), ("stopped", ["stopped"]), ("entered_in_error", ["wrong"])],
)
def test_the_list_is_filtered_by_status(world: World, status: str, names: list[str]) -> None:
    patient, _, prescriber = world.trio()
    _of_each_status(world, patient, prescriber)
    found = listed(world.client(prescriber), patient, f"?status={status}")
    assert [e["drug_name"] for e in found] == names
    assert {e["status"] for e in found} == {status}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?source=patient", ["Fish oil"]),
        ("?source=prescriber", ["Bupropion", "Sertraline"]),
        ("?source=imported", []),
        ("?from_date=2026-02-01", ["Bupropion", "Sertraline"]),
        ("?from_date=2026-02-02", ["Bupropion"]),
        ("?through_date=2026-02-01", ["Sertraline", "Fish oil"]),
        ("?from_date=2026-02-01&through_date=2026-02-01", ["Sertraline"]),
        ("", ["Bupropion", "Sertraline", "Fish oil"]),
    ],
)
def test_the_list_is_filtered_by_source_and_day(world: World, query: str, names: list[str]) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, on=date(2026, 2, 1))
    world.medication(patient, prescriber, drug="Bupropion", on=date(2026, 3, 1))
    world.medication(patient, patient, drug="Fish oil", source=MedicationSource.PATIENT, on=date(2026, 1, 1))
    assert [e["drug_name"] for e in listed(world.client(patient), patient, query)] == names


@pytest.mark.parametrize("query", ["?status=vanished", "?source=x", "?from_date=x", "?limit=0", "?cursor=x", "?drug=x"])
def test_a_query_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    patient, _, prescriber = world.trio()
    assert world.client(prescriber).get(f"{patient.record}/medications{query}").status_code == 422


def test_pages_hold_every_entry_once(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = {str(world.medication(patient, prescriber, drug=f"drug {n}").id) for n in range(5)}
    client, seen, cursor = world.client(prescriber), [], ""
    for size in (2, 2, 1):
        answer = client.get(f"{patient.record}/medications?limit=2&status=active{cursor}")
        assert len(answer.json["items"]) == size
        assert ("next" in answer.headers.get("Link", "")) is (answer.json["next"] is not None)
        seen += [e["id"] for e in answer.json["items"]]
        cursor = f"&cursor={answer.json['next']}"
    assert (set(seen), len(seen)) == (made, 5)


def test_a_page_tells_nothing_of_entries_that_are_hidden(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    shown = world.medication(patient, prescriber)
    before = world.client(therapist).get(f"{patient.record}/medications?limit=1")
    for _ in range(3):
        world.medication(patient, prescriber, labels=frozenset({Label.HIV}))
    after = world.client(therapist).get(f"{patient.record}/medications?limit=1")
    assert (before.data, before.json["items"][0]["id"]) == (after.data, str(shown.id))


@pytest.mark.parametrize("kept", ["own", "imported"])
def test_a_former_prescriber_keeps_their_entry_without_what_others_added(world: World, kept: str) -> None:
    patient, therapist, _ = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    entry = world.medication(patient, former, labels=frozenset({Label.HIV}))
    event(world, entry, MedicationChange.HOLD, ago(world, 3), author=patient)
    if kept == "imported":
        _as_imported(world, entry)
    world.medication(patient, world.prescriber("Olga Other"))
    for status in ("active", None):
        found = listed(world.client(former), patient, f"?status={status}" if status else "")
        assert [(e["id"], e["status"]) for e in found] == [(str(entry.id), "active")]
    shown = read(world.client(former), patient, entry)
    assert [e["kind"] for e in shown["events"]] == ["start"]
    assert (shown["labels"], shown["dose"]["value"]) == (None, 50)
    assert listed(world.client(former), patient, "?status=on_hold") == []
    assert read(world.client(patient), patient, entry)["status"] == "on_hold"
    assert listed(world.client(therapist), patient) == []


def _as_imported(world: World, entry: Any) -> None:
    from careteam.models import MedicationEvent

    entry.author_id, entry.outside_author, entry.source = None, "Dr. Elsewhere", MedicationSource.IMPORTED
    start = world.session.query(MedicationEvent).filter_by(medication_id=entry.id, position=1).one()
    start.author_id, start.outside_author = None, "Dr. Elsewhere"
    world.session.commit()


def test_what_others_withdrew_does_not_show_to_a_former_member(world: World) -> None:
    patient, _, other = world.trio()
    former = world.prescriber("Fran Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    entry = world.medication(patient, former)
    gone: dict[str, Any] = {"withdrawn_at": world.now, "withdrawn_by": other.user_id}
    event(world, entry, MedicationChange.HOLD, ago(world, 1), author=former, **gone)
    for who, status in ((former, "on_hold"), (patient, "active")):
        assert read(world.client(who), patient, entry)["status"] == status
        assert len(listed(world.client(who), patient, f"?status={status}")) == 1
    assert read(world.client(former), patient, entry)["events"][1]["withdrawn_by"] is None


@pytest.mark.parametrize(
    ("zone", "status"), [("Pacific/Auckland", "stopped"), ("UTC", "active"), ("America/Los_Angeles", "active")]
)
def test_a_day_begins_where_the_patient_lives(world: World, zone: str, status: str) -> None:
    """A stop planned for 2 March, asked for at 12:00 UTC on 1 March: it is 2 March in Auckland."""
    patient, prescriber = world.patient(time_zone=zone), world.prescriber()
    world.join(patient, prescriber, Role.PRESCRIBER)
    entry = world.medication(patient, prescriber, on=date(2027, 1, 1))
    event(world, entry, MedicationChange.STOP, date(2027, 3, 2))
    with time_machine.travel(datetime(2027, 3, 1, 12, tzinfo=UTC), tick=False):
        assert read(world.client(prescriber), patient, entry)["status"] == status
        assert len(listed(world.client(prescriber), patient, f"?status={status}")) == 1


def test_the_log_names_the_entries_that_were_shown(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    entry = world.medication(patient, prescriber)
    listed(world.client(therapist), patient)
    change(world.client(prescriber), patient, entry, "stop")
    told = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    sentences = {event["sentence"] for event in told}
    assert "Tess Okafor looked through your medication list: 1 medication of Paul Reyes." in sentences
    assert "Paul Reyes stopped a medication: 1 medication of Paul Reyes." in sentences


def test_a_consent_for_a_data_period_goes_by_the_start(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=[ItemClass.MEDICATION], data_from=date(2026, 2, 1))
    world.medication(patient, prescriber, drug="before", on=date(2026, 1, 31))
    world.medication(patient, prescriber, drug="in it", on=date(2026, 2, 1))
    assert [e["drug_name"] for e in listed(world.client(therapist), patient)] == ["in it"]


def test_the_four_statuses_part_the_list(world: World) -> None:
    patient, _, prescriber = world.trio()
    _of_each_status(world, patient, prescriber)
    parts = [{e["id"] for e in listed(world.client(prescriber), patient, f"?status={s}")} for s in MedicationStatus]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len(listed(world.client(prescriber), patient))
