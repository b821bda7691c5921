"""What imported items say, who wrote and who holds them, and what they add up to."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import ImportSource, Item, Medication, MedicationEvent, Note
from careteam.policy.vocabulary import ItemClass, Label, MedicationStatus, NoteStatus
from tests.fhir_reading.samples import ACT_CODE, bundle, made, note, patient, practitioner, request, statement
from tests.importing.kit import clinicians, command, count, linked, post, states, written
from tests.world import Person, World

NOTED: Any = {"author": [{"reference": "Practitioner/d1"}]}
SERTRALINE = "Sertraline 25 MG Oral Tablet"


def imported(world: World, *resources: Any, **query: Any) -> tuple[Person, Person, Person]:
    """Import these resources about a patient, over the API, as the therapist."""
    person, therapist, prescriber = linked(world)
    answer = post(
        world,
        therapist,
        bundle(patient(), *resources),
        pair=(therapist, prescriber),
        patient_id=person.patient_id,
        **query,
    )
    assert answer.status_code == 201, answer.json
    return person, therapist, prescriber


def listed(world: World, who: Person, what: str, about: Person) -> list[dict[str, Any]]:
    """What this person reads in a list of the record."""
    world.session.rollback()
    answer: Any = world.client(who).get(f"{about.record}/{what}").json
    found: list[dict[str, Any]] = answer["items"]
    return found


PERIOD = {"start": "2024-01-10", "end": "2024-03-01"}
STATUSES: list[tuple[dict[str, Any], MedicationStatus]] = [
    (request(status="active"), MedicationStatus.ACTIVE),
    (request(status="unknown"), MedicationStatus.ACTIVE),
    (request(status="on-hold"), MedicationStatus.ON_HOLD),
    (request(status="stopped"), MedicationStatus.STOPPED),
    (request(status="completed", authoredOn=None), MedicationStatus.STOPPED),
    (request(status="cancelled", authoredOn="2150"), MedicationStatus.STOPPED),
    (request(status="entered-in-error"), MedicationStatus.ENTERED_IN_ERROR),
    (statement(status="completed", effectivePeriod=PERIOD), MedicationStatus.STOPPED),
    (statement(status="completed", effectivePeriod={"end": "2024", "start": "2024-03"}), MedicationStatus.STOPPED),
    (statement(status="stopped", effectivePeriod={"end": "2150"}), MedicationStatus.STOPPED),
    (statement(status="on-hold", effectivePeriod={"start": "2024", "end": "2150"}), MedicationStatus.ON_HOLD),
    (statement(status="active", effectivePeriod={"start": "2150"}), MedicationStatus.ACTIVE),
    (statement(status="active", effectivePeriod=PERIOD), MedicationStatus.ACTIVE),
]


@pytest.mark.parametrize(("resource", "status"), STATUSES)
def test_the_events_add_up_to_the_status_of_the_source(
    world: World, resource: dict[str, Any], status: MedicationStatus
) -> None:
    person, _, prescriber = imported(world, resource)
    assert states(world, person.patient_id) == [status]
    (entry,) = listed(world, prescriber, "medications", person)
    assert entry["status"] == status
    days = world.session.scalars(select(MedicationEvent.effective_on).order_by(MedicationEvent.position)).all()
    assert days == sorted(days)


@pytest.mark.parametrize(("status", "since"), [("on-hold", "2024-02-01"), ("stopped", "2024-03-01")])
def test_an_end_is_when_something_stopped_and_not_when_it_was_held(world: World, status: str, since: str) -> None:
    person, _, prescriber = imported(world, statement(status=status, dateAsserted="2024-02-01", effectivePeriod=PERIOD))
    (entry,) = listed(world, prescriber, "medications", person)
    assert [e["effective_on"] for e in entry["events"] if e["kind"] != "start"] == [since]


def test_a_prescribed_entry_is_the_prescribers_and_says_what_the_source_says(world: World) -> None:
    dosage = {
        "text": "one in the morning",
        "doseAndRate": [{"doseQuantity": {"value": 25, "unit": "mg"}}],
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
        "route": {"text": "oral"},
        "asNeededBoolean": False,
    }
    said = {"dosageInstruction": [dosage], "reasonCode": [{"text": "Panic"}]}
    person, _, prescriber = imported(world, practitioner(), request(requester={"reference": "Practitioner/d1"}, **said))
    (entry,) = listed(world, prescriber, "medications", person)
    assert (entry["drug_name"], entry["rxnorm_code"], entry["route"]) == (SERTRALINE, "312940", "oral")
    assert (entry["source"], entry["reason"], entry["date"]) == ("imported", "Panic", "2024-03-01")
    assert (entry["author_id"], entry["outside_author"]) == (None, "Dr. Emily Garcia")
    assert entry["holder"] == {"kind": "member", "user_id": str(prescriber.user_id)}
    assert (entry["awaits_label_review"], entry["labels"]) == (True, [])
    (start,) = entry["events"]
    assert (start["dose"]["value"], start["dose"]["unit"], start["dose"]["text"]) == (25, "mg", "one in the morning")
    assert (start["timing"], start["as_needed"], start["outside_author"]) == (
        "1 time every day",
        False,
        "Dr. Emily Garcia",
    )


REPORTED = [
    (request(reportedBoolean=True), "Ada Okafor"),
    (statement(informationSource={"reference": "Patient/p1"}), "Ada Okafor"),
    (statement(informationSource={"reference": "RelatedPerson/x", "display": "Her sister"}), "Her sister"),
    (request(reportedReference={"reference": "Practitioner/d1"}), "Dr. Emily Garcia"),
]


@pytest.mark.parametrize(("resource", "author"), REPORTED)
def test_a_reported_entry_is_the_patients(world: World, resource: dict[str, Any], author: str) -> None:
    person, _, prescriber = imported(world, practitioner(), resource)
    (entry,) = listed(world, person, "medications", person)
    assert (entry["holder"]["kind"], entry["outside_author"], entry["prescribed"]) == ("patient", author, False)
    assert listed(world, prescriber, "medications", person) == []


def test_an_author_whom_the_file_does_not_name_is_not_made_up(world: World) -> None:
    person, _, prescriber = imported(world, request())
    (entry,) = listed(world, prescriber, "medications", person)
    assert entry["outside_author"] == "Not stated in the imported file"


def test_what_the_source_leaves_open_is_said(world: World) -> None:
    open_ended = statement(status="stopped", dateAsserted="2024-05")
    person, _, prescriber = imported(world, open_ended, request(id="m2", authoredOn=None, intent="plan"))
    told = {
        e["drug_name"]: [x["reason"] for x in e["events"]] for e in listed(world, prescriber, "medications", person)
    }
    assert told["St John's wort"] == [
        "The source gives the date only as 2024-05. The source records this as taken, not as an order.",
        "The source calls this stopped (stopped) and does not say since when.",
    ]
    assert told[SERTRALINE] == [
        "The source gives no date: this is the day of the import. The source calls this a plan, not an order."
    ]


def test_names_that_are_too_long_are_shortened_and_kept_whole(world: World) -> None:
    name, who = "vitamin " * 100, "Emily " * 100
    person, _, prescriber = imported(
        world,
        request(medicationCodeableConcept={"text": name}, requester={"display": who}),
    )
    (entry,) = listed(world, prescriber, "medications", person)
    assert (len(entry["drug_name"]), len(entry["outside_author"])) == (300, 200)
    assert entry["events"][0]["dose"]["text"] == f"Full name: {name.strip()}"


def test_a_note_is_signed_and_its_patients_unless_its_author_is_named(world: World) -> None:
    person, therapist, _ = imported(world, practitioner(), note(**NOTED))
    (found,) = listed(world, person, "notes", person)
    assert (found["status"], found["body"], found["date"]) == ("signed", "Slept better.", "2024-03-02")
    assert (found["holder"], found["outside_author"]) == ({"kind": "patient"}, "Dr. Emily Garcia")
    assert found["signed_at"] == "2024-03-02T09:00:00Z"
    assert listed(world, therapist, "notes", person) == []


@pytest.mark.parametrize("called", ["Dr. Emily Garcia", "Practitioner/d1"])
def test_the_member_who_is_named_for_an_author_holds_their_notes(world: World, tmp_path: Path, called: str) -> None:
    person, *pair = linked(world)
    file = written(tmp_path, bundle(patient(), practitioner(), note(**NOTED), note("Alone.", id="n2")))
    both = [f"{called}={pair[0].email}", f"Dr. Nobody={pair[1].email}"]
    done = command(world, file, pair=(pair[0], pair[1]), patient=person.email, author=both)
    assert done.exit_code == 0, done.output
    assert [n["body"] for n in listed(world, pair[0], "notes", person)] == ["Slept better."]
    assert [n["holder"]["kind"] for n in listed(world, person, "notes", person)].count("patient") == 1
    assert "! Nobody in this file is called Dr. Nobody." in done.stdout


def test_an_author_is_named_over_the_api_too(world: World) -> None:
    person, therapist, prescriber = linked(world)
    named = [f"Dr. Emily Garcia={therapist.user_id}"]
    query: Any = {"pair": (therapist, prescriber), "patient_id": person.patient_id}
    file = bundle(patient(), practitioner(), note(**NOTED))
    assert post(world, therapist, file, author=["Garcia"], **query).status_code == 422
    assert post(world, therapist, file, author=named, **query).status_code == 201
    assert [n["body"] for n in listed(world, therapist, "notes", person)] == ["Slept better."]


def test_nobody_but_a_member_is_named_for_an_author(world: World, tmp_path: Path) -> None:
    person, *pair = linked(world)
    stranger = world.therapist("Tom Else")
    file = written(tmp_path, bundle(patient(), practitioner(), note(**NOTED)))
    named = f"Practitioner/d1={stranger.email}"
    done = command(world, file, pair=(pair[0], pair[1]), patient=person.email, author=named)
    assert "Somebody who is named for an author is not a member of this team." in done.stdout
    assert count(world, Note) == 0


def test_a_name_that_two_authors_have_names_nobody(world: World, tmp_path: Path) -> None:
    person, *pair = linked(world)
    twins = [practitioner(), practitioner(id="d2", identifier=None)]
    file = written(tmp_path, bundle(patient(), *twins, note(**NOTED)))
    named = f"Dr. Emily Garcia={pair[0].email}"
    done = command(world, file, pair=(pair[0], pair[1]), patient=person.email, author=named)
    assert "Several authors in the file have a name that is given" in done.stdout


def test_a_note_entered_in_error_stays_marked(world: World) -> None:
    person, _, _ = imported(world, note(status="entered-in-error"))
    (found,) = listed(world, person, "notes", person)
    assert found["status"] == NoteStatus.ENTERED_IN_ERROR
    assert found["entered_in_error_reason"] == "The source marks this note as entered in error."


def test_a_note_of_no_day_is_dated_by_the_import_and_reported(world: World, tmp_path: Path) -> None:
    pair = clinicians(world)
    done = command(world, written(tmp_path, bundle(patient(), note(date=None))), pair=pair)
    assert "! Bundle.entry[1].resource: The source gives no date" in done.stdout
    assert world.session.scalars(select(Note)).one().date == world.now.date()


def tagged(base: dict[str, Any], *codes: str) -> dict[str, Any]:
    return made(base, {"meta": {"security": [{"system": ACT_CODE, "code": code} for code in codes]}})


def test_security_tags_become_suggestions_and_the_item_waits(world: World) -> None:
    imported(world, tagged(request(), "ETH", "HIV"), request(id="m2"))
    found = {source.source_key: source for source in world.session.scalars(select(ImportSource))}
    assert found["MedicationRequest/m1"].suggested_labels == {Label.SUBSTANCE_USE, Label.HIV}
    assert found["MedicationRequest/m2"].suggested_labels == frozenset()
    assert all(item.awaits_review and not item.labels for item in world.session.scalars(select(Item)))


def test_a_psychotherapy_note_is_kept_sealed_and_said_so(world: World, tmp_path: Path) -> None:
    person, *pair = linked(world)
    file = written(tmp_path, bundle(patient(), practitioner(), tagged(note(**NOTED), "PSYTHPN")))
    named = f"Practitioner/d1={pair[0].email}"
    done = command(world, file, pair=(pair[0], pair[1]), patient=person.email, author=named)
    assert "tagged as a psychotherapy note: only its author could read it here" in done.stdout
    assert count(world, Note) == 0
    kept = world.session.scalars(select(ImportSource).filter_by(resource_type="DocumentReference")).one()
    assert (kept.item_id, kept.holder_id) == (None, pair[0].user_id)
    assert b"Slept" not in (kept.kept or b"")


def test_a_resource_that_changed_at_the_source_is_reported_and_not_taken(world: World) -> None:
    person, therapist, prescriber = imported(world, request(), note())
    changed = bundle(patient(), request(status="stopped"), note("Rewritten."), request(id="m2"))
    again = post(world, therapist, changed, pair=(therapist, prescriber), patient_id=person.patient_id)
    found = {part["resource_type"]: part for part in again.json["resources"]}
    assert found["MedicationRequest"] == {
        "resource_type": "MedicationRequest",
        "taken": 1,
        "kept": 0,
        "unchanged": 0,
        "changed": ["Bundle.entry[1].resource"],
        "skipped": [],
    }
    assert found["DocumentReference"]["changed"] == ["Bundle.entry[2].resource"]
    assert (found["Patient"]["unchanged"], found["Patient"]["taken"]) == (1, 0)
    assert sorted(states(world, person.patient_id)) == [MedicationStatus.ACTIVE, MedicationStatus.ACTIVE]
    assert [n["body"] for n in listed(world, person, "notes", person)] == ["Slept better."]


def test_a_very_long_source_key_is_recognised_again(world: World, tmp_path: Path) -> None:
    pair = clinicians(world)
    nameless = request(id=None, identifier=[{"system": "urn:" + "s" * 900, "value": "1"}])
    file = written(tmp_path, bundle(patient(), nameless, urls=False))
    for _ in range(2):
        assert command(world, file, pair=pair).exit_code == 0
    assert count(world, Medication) == 1


def test_every_item_is_medication_or_note_and_dated(world: World) -> None:
    imported(world, request(authoredOn="2024-02-29T23:30:00-05:00"), note())
    found = {(item.item_class, item.date) for item in world.session.scalars(select(Item))}
    assert found == {(ItemClass.MEDICATION, date(2024, 2, 29)), (ItemClass.PROGRESS_NOTE, date(2024, 3, 2))}
