"""Until when an answer is due: the patient's own days, over weekends, leap days and changes of the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from careteam.actor import Actor
from careteam.policy.answering import due
from careteam.policy.treatment_words import CostConcern, Impact, Urgency
from careteam.policy.vocabulary import Severity
from careteam.services.cost_requests import cost_requests
from careteam.services.side_effects import reporting, side_effects
from tests.world import Person, World

NEW_YORK, AUCKLAND, KOLKATA, BERLIN = "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Europe/Berlin"
CLOCKS: tuple[tuple[str, str, str, str], ...] = (
    # zone, reported (UTC), urgent until, otherwise until: both as the clock shows it there, exclusive
    (NEW_YORK, "2026-11-23T15:00", "2026-11-24T00:00-05:00", "2026-11-27T00:00-05:00"),
    (NEW_YORK, "2026-11-24T04:59", "2026-11-24T00:00-05:00", "2026-11-27T00:00-05:00"),
    (NEW_YORK, "2026-11-24T05:00", "2026-11-25T00:00-05:00", "2026-11-28T00:00-05:00"),
    (NEW_YORK, "2026-11-27T15:00", "2026-11-28T00:00-05:00", "2026-12-03T00:00-05:00"),
    (NEW_YORK, "2026-11-28T15:00", "2026-11-29T00:00-05:00", "2026-12-03T00:00-05:00"),
    (NEW_YORK, "2026-11-29T15:00", "2026-11-30T00:00-05:00", "2026-12-03T00:00-05:00"),
    (NEW_YORK, "2026-03-06T15:00", "2026-03-07T00:00-05:00", "2026-03-12T00:00-04:00"),
    (NEW_YORK, "2026-03-08T06:30", "2026-03-09T00:00-04:00", "2026-03-12T00:00-04:00"),
    (NEW_YORK, "2026-10-30T15:00", "2026-10-31T00:00-04:00", "2026-11-05T00:00-05:00"),
    (NEW_YORK, "2026-11-01T05:30", "2026-11-02T00:00-05:00", "2026-11-05T00:00-05:00"),
    (AUCKLAND, "2026-11-22T10:59", "2026-11-23T00:00+13:00", "2026-11-26T00:00+13:00"),
    (AUCKLAND, "2026-11-22T11:00", "2026-11-24T00:00+13:00", "2026-11-27T00:00+13:00"),
    (KOLKATA, "2026-11-23T18:29", "2026-11-24T00:00+05:30", "2026-11-27T00:00+05:30"),
    (KOLKATA, "2026-11-23T18:30", "2026-11-25T00:00+05:30", "2026-11-28T00:00+05:30"),
    (BERLIN, "2028-02-28T12:00", "2028-02-29T00:00+01:00", "2028-03-03T00:00+01:00"),
    (BERLIN, "2028-02-29T12:00", "2028-03-01T00:00+01:00", "2028-03-04T00:00+01:00"),
    (BERLIN, "2026-12-31T23:30", "2027-01-02T00:00+01:00", "2027-01-07T00:00+01:00"),
)


@pytest.mark.parametrize(("zone", "reported", "urgent", "routine"), CLOCKS)
def test_the_clock_ends_at_midnight_where_the_patient_lives(
    zone: str, reported: str, urgent: str, routine: str
) -> None:
    since, there = datetime.fromisoformat(reported).replace(tzinfo=UTC), ZoneInfo(zone)
    assert due(Urgency.URGENT, since, there) == datetime.fromisoformat(urgent)
    assert due(Urgency.ROUTINE, since, there) == datetime.fromisoformat(routine)


def _actor(person: Person) -> Actor:
    return Actor(person.user_id, person.name, person.email, patient_id=person.patient_id)


WHEN: tuple[tuple[str, str, str, str], ...] = (
    ("I fainted", NEW_YORK, "2026-11-24T04:30", "2026-11-24T05:00"),
    ("I fainted", AUCKLAND, "2026-11-24T04:30", "2026-11-24T11:00"),
    ("a dry mouth", NEW_YORK, "2026-10-30T15:00", "2026-11-05T05:00"),
    ("a dry mouth", KOLKATA, "2026-11-27T20:00", "2026-12-02T18:30"),
)


@pytest.mark.parametrize(("effect", "zone", "reported", "late"), WHEN)
def test_a_report_is_overdue_from_that_instant_and_not_a_second_before(
    world: World, effect: str, zone: str, reported: str, late: str
) -> None:
    patient = world.patient(time_zone=zone)
    actor, session, patient_id = _actor(patient), world.session, patient.patient_id
    assert patient_id is not None
    since, until = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (reported, late))
    said: dict[str, Any] = {"severity": Severity.MILD, "impact": Impact.NONE, "effect": effect}
    made = reporting.report(session, actor, patient_id, **said, at=since)
    assert (made["answer_due_at"], made["overdue"]) == (until, False)
    for at, overdue in ((until - timedelta(seconds=1), False), (until, True)):
        shown = side_effects.read(session, actor, patient_id, made["id"], at=at)
        assert (shown["overdue"], shown["answer_note"]) == (overdue, "No answer that you can see.")


def test_a_request_about_cost_waits_three_working_days_whatever_it_says(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry, actor, session = world.medication(patient, prescriber), _actor(patient), world.session
    assert patient.patient_id is not None
    since = datetime(2026, 11, 27, 12, tzinfo=UTC)
    asked: dict[str, Any] = {"medication_id": entry.id, "concern": CostConcern.COST, "text": "chest pain"}
    made = cost_requests.ask(session, actor, patient.patient_id, **asked, at=since)
    assert made["answer_due_at"] == datetime(2026, 12, 3, 5, tzinfo=UTC)
    late = cost_requests.read(session, actor, patient.patient_id, made["id"], at=datetime(2026, 12, 3, 5, tzinfo=UTC))
    assert (late["overdue"], made["overdue"]) == (True, False)
