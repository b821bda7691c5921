"""The accounting of disclosures: what others were shown, the same in three forms, and the log agrees row by row."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from careteam.models import AccessEvent, AccessEventItem
from careteam.policy.vocabulary import ItemClass, Label
from tests.world import Person, World


def accounting(world: World, patient: Person, kind: str = "", **query: Any) -> Any:
    return world.client(patient).get(f"{patient.record}/accounting{kind}", query_string=query)


def shared(world: World) -> tuple[Person, Person, Person]:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, title="Canary title", labels=frozenset({Label.SUBSTANCE_USE}), part2=True)
    world.note(patient, prescriber)
    world.consent(patient, labels=[Label.SUBSTANCE_USE])
    return patient, therapist, prescriber


def test_it_says_who_received_what_for_what_and_by_what_right(world: World) -> None:
    patient, _, prescriber = shared(world)
    world.client(prescriber).get(f"{patient.record}/notes")
    (row,) = accounting(world, patient).json["items"]
    assert row["recipient"] == {
        "user_id": str(prescriber.user_id),
        "name": "Paul Reyes",
        "affiliation": "Paul Reyes's practice",
        "address": None,
    }
    assert row["description"] == "1 progress note of Tess Okafor"
    assert (row["purpose"], row["part2"], row["on_behalf"]) == ("treatment", True, False)
    assert row["basis"].startswith("under your consent ")


def test_what_is_somebodys_own_is_no_disclosure(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.note(patient, therapist)
    for reader in (patient, therapist):
        world.client(reader).get(f"{patient.record}/notes")
    assert accounting(world, patient).json["items"] == []


def test_the_three_forms_say_the_same_and_the_log_agrees(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    for reader in (therapist, prescriber, therapist):
        world.client(reader).get(f"{patient.record}/notes")
    told = accounting(world, patient).json["items"]
    rows = list(csv.DictReader(io.StringIO(accounting(world, patient, ".csv").text)))
    page = accounting(world, patient, ".html").text
    assert [r["event_id"] for r in rows] == [t["event_id"] for t in told]
    assert [r["description"] for r in rows] == [t["description"] for t in told]
    assert all(t["description"] in page and t["recipient"]["name"] in page for t in told)
    items = world.session.query(AccessEventItem.event_id).filter(AccessEventItem.clause == "consent").distinct()
    assert {str(event_id) for (event_id,) in items} == {t["event_id"] for t in told}


def test_no_content_is_in_it(world: World) -> None:
    patient, _, prescriber = shared(world)
    world.client(prescriber).get(f"{patient.record}/notes")
    for kind in ("", ".csv", ".html"):
        assert "Canary" not in accounting(world, patient, kind).text


def test_the_page_can_be_printed_and_runs_nothing(world: World) -> None:
    patient, *_ = shared(world)
    world.session.query(AccessEvent).delete()
    world.session.commit()
    page = accounting(world, patient, ".html")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in page.text
    assert "Nothing was disclosed in this period." in page.text


def test_names_are_text_on_the_page(world: World) -> None:
    patient, prescriber = world.patient(), world.prescriber("<b>Bo</b> & Co")
    therapist = world.therapist()
    for clinician, role in ((prescriber, "prescriber"), (therapist, "therapist")):
        world.join(patient, clinician, role)  # type: ignore[arg-type]
    world.note(patient, therapist)
    world.consent(patient)
    world.client(prescriber).get(f"{patient.record}/notes")
    page = accounting(world, patient, ".html").text
    assert "<b>Bo" not in page
    assert "&lt;b&gt;Bo&lt;/b&gt; &amp; Co" in page


def test_a_period_is_days_where_the_patient_lives(world: World) -> None:
    patient, _, prescriber = shared(world)
    world.client(prescriber).get(f"{patient.record}/notes")
    at = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # 2 March in New York
    world.session.query(AccessEvent).update({"at": at})
    world.session.commit()
    days = {
        "2026-03-01": 0,
        "2026-03-02": 1,
        "2026-03-03": 0,
    }
    for day, count in days.items():
        assert len(accounting(world, patient, since=day, through=day).json["items"]) == count


def test_it_goes_back_six_years_unless_said_otherwise(world: World) -> None:
    patient, _, prescriber = shared(world)
    world.client(prescriber).get(f"{patient.record}/notes")
    world.session.query(AccessEvent).update({"at": datetime.now(UTC) - timedelta(days=6 * 366)})
    world.session.commit()
    assert accounting(world, patient).json["items"] == []
    assert len(accounting(world, patient, since="2015-01-01").json["items"]) == 1


def test_a_period_that_ends_before_it_begins_is_refused(world: World) -> None:
    patient, *_ = world.trio()
    assert accounting(world, patient, since="2026-02-02", through="2026-02-01").status_code == 422


@pytest.mark.parametrize("kind", ["", ".csv", ".html"])
def test_it_is_the_patients_alone_and_looking_is_logged(world: World, kind: str) -> None:
    patient, therapist, _ = shared(world)
    for other in (therapist, world.patient("Noor Aziz")):
        assert world.client(other).get(f"{patient.record}/accounting{kind}").status_code == 404
    accounting(world, patient, kind)
    act = world.session.query(AccessEvent.act).order_by(AccessEvent.id.desc()).first()
    assert act
    assert act[0] == {"": "read-accounting", ".csv": "export-accounting", ".html": "print-accounting"}[kind]


def test_special_notes_are_accounted_for_once_they_are_released_to_the_patient(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE, on=date(2026, 1, 2))
    event = AccessEvent(at=world.now, actor_id=prescriber.user_id, patient_id=patient.patient_id, act="read-note")
    event.outcome, event.items = "disclosed", 1
    world.add(event)
    world.add(
        AccessEventItem(
            event_id=event.id,
            item_id=note.id,
            item_class=ItemClass.PSYCHOTHERAPY_NOTE,
            holder_id=therapist.user_id,
            version=1,
            clause="release",
            consent_id=world.consent(patient).id,
        )
    )
    assert accounting(world, patient).json["items"] == []
    released = world.client(therapist).post(f"{patient.record}/notes/{note.id}/releases", {"to": "patient"})
    assert released.status_code == 201, released.json
    (row,) = accounting(world, patient).json["items"]
    assert "released by its author" in row["basis"]
