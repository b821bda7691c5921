"""Check-ins as their people walk through them: due, done, what came of them, and who may know what."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from careteam.models import CheckIn, Membership, Patient
from careteam.models.types import new_id
from careteam.policy.vocabulary import Label, MedicationSource, Role
from tests.queries import statements
from tests.treatment.managing import (
    BOTH,
    CHECK_IN,
    MEDICATION,
    SEEN,
    ago,
    changed,
    done,
    due,
    fulfilled,
    listed,
    same,
    started,
    states,
    today,
    written_at,
)
from tests.world import Person, World


def shared(world: World, *classes: Any, **consent: Any) -> tuple[Person, Person, Person]:
    """A linked team in which these classes of what members hold are shared."""
    people = world.trio()
    world.consent(people[0], classes=classes or BOTH, **consent)
    return people


# due, overdue, done -------------------------------------------------------------------------------


def test_a_start_asks_for_check_ins_and_one_that_is_done_settles_what_was_due_until_then(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=15)
    expected = [
        (ago(world, 8), "overdue"),
        (ago(world, 1), "overdue"),
        (ago(world, -13), "due"),
        (ago(world, -41), "due"),
    ]
    told = [(day.isoformat(), state) for day, state in expected]
    assert all(states(world, who, patient) == told for who in (patient, therapist, prescriber))
    made = fulfilled(world, prescriber, patient, entry, 1, symptoms="Sleeps better.", adherence_days=6)
    assert (made["cause"], made["due_on"], made["drug_name"]) == ("start", told[1][0], "Sertraline")
    assert (made["symptoms"], made["adherence_days"], made["date"]) == ("Sleeps better.", 6, today(world).isoformat())
    assert all(states(world, who, patient) == told[2:] for who in (patient, therapist, prescriber))
    assert [one["id"] for one in listed(world, therapist, patient, "check-ins")] == [made["id"]]


def test_a_check_in_links_the_change_that_came_of_it_and_the_change_asks_for_the_next(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=14)
    event = changed(world, prescriber, patient, entry, kind="dose_change", dose_value=100, dose_unit="mg")
    made = fulfilled(world, prescriber, patient, entry, 1, outcome="adjust", event_id=event["id"])
    assert (made["outcome"], made["event_id"]) == ("adjust", event["id"])
    asked = {(one["due_on"], one["cause"]) for one in due(world, patient, patient)}
    assert asked == {
        (ago(world, -14).isoformat(), "dose_change"),
        (ago(world, -28).isoformat(), "dose_change"),
        (ago(world, -42).isoformat(), "start"),
    }


def test_a_stop_ends_what_was_pending_and_asks_for_its_own(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=30)
    changed(world, prescriber, patient, entry, kind="stop", reason="No effect.")
    assert [(one["cause"], one["due_on"]) for one in due(world, patient, patient)] == [
        ("stop", ago(world, -7).isoformat()),
        ("stop", ago(world, -28).isoformat()),
    ]


def test_an_extra_check_in_settles_nothing_and_one_in_error_settles_no_more(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=8)
    before = states(world, patient, patient)
    assert done(world, prescriber, patient, entry)["cause"] == "extra"
    assert states(world, patient, patient) == before
    made = fulfilled(world, prescriber, patient, entry)
    assert states(world, patient, patient) == before[1:]
    place = f"{patient.record}/check-ins/{made['id']}"
    answer = world.client(prescriber).post(f"{place}/entered-in-error", {"reason": "Other patient."}, version=1)
    assert (answer.status_code, answer.json["entered_in_error_reason"]) == (200, "Other patient.")
    assert states(world, patient, patient) == before


def test_what_is_not_prescribed_in_error_or_of_the_dead_is_not_due(world: World) -> None:
    patient, _, prescriber = shared(world)
    started(world, patient, patient, days=8, source=MedicationSource.PATIENT)
    started(world, patient, prescriber, days=8, error_at=world.now)
    assert due(world, patient, patient) == []
    started(world, patient, prescriber, days=8)
    assert len(due(world, patient, patient)) == 4
    world.session.execute(update(Patient).where(Patient.id == patient.patient_id).values(death_date=today(world)))
    world.session.commit()
    assert due(world, patient, patient) == []


def test_what_is_due_is_filtered_by_state_medication_and_day(world: World) -> None:
    patient, _, prescriber = shared(world)
    first, second = (started(world, patient, prescriber, days=8) for _ in range(2))
    asked = {
        "": 8,
        "?state=overdue": 2,
        "?state=due": 6,
        f"?medication_id={first.id}": 4,
        f"?medication_id={new_id()}": 0,
        f"?through_date={ago(world, -6)}": 4,
        f"?state=due&medication_id={second.id}&through_date={ago(world, -6)}": 1,
    }
    assert {query: len(due(world, patient, patient, query)) for query in asked} == asked
    assert world.client(patient).get(f"{patient.record}/check-ins-due?state=done").status_code == 422


@pytest.mark.parametrize(
    ("zone", "moment", "state"),
    [
        ("America/New_York", "2026-11-03T04:59:59Z", "due"),
        ("America/New_York", "2026-11-03T05:00:00Z", "overdue"),
        ("Pacific/Kiritimati", "2026-11-02T09:59:59Z", "due"),
        ("Pacific/Kiritimati", "2026-11-02T10:00:00Z", "overdue"),
        ("Europe/Berlin", "2026-11-02T22:59:59Z", "due"),
        ("Europe/Berlin", "2026-11-02T23:00:00Z", "overdue"),
    ],
)
def test_it_is_overdue_the_day_after_where_the_patient_lives(world: World, zone: str, moment: str, state: str) -> None:
    patient, prescriber = world.patient(time_zone=zone), world.prescriber()
    world.join(patient, prescriber, Role.PRESCRIBER)
    entry = world.medication(patient, prescriber, on=date(2026, 10, 26))
    written_at(world, entry.id, datetime(2026, 10, 26, 12, tzinfo=UTC))
    with time_machine.travel(datetime.fromisoformat(moment), tick=False):
        first = due(world, prescriber, patient)[0]
    assert (first["due_on"], first["state"]) == ("2026-11-02", state)


# who may know what --------------------------------------------------------------------------------


@pytest.mark.parametrize(("classes", "told"), [((), False), ((MEDICATION,), False), ((CHECK_IN,), False), (BOTH, True)])
def test_a_therapist_is_told_what_is_due_only_where_medication_and_check_ins_are_shared(
    world: World, classes: Any, told: bool
) -> None:
    patient, therapist, prescriber = world.trio()
    if classes:
        world.consent(patient, classes=classes)
    started(world, patient, prescriber, days=15)
    assert bool(due(world, therapist, patient)) is told
    assert len(due(world, prescriber, patient)) == len(due(world, patient, patient)) == 4


def test_nothing_is_due_any_more_for_who_may_not_read_after_the_consent_is_revoked(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = world.consent(patient, classes=BOTH)
    entry = started(world, patient, prescriber, days=15)
    made = fulfilled(world, prescriber, patient, entry)
    place = f"{patient.record}/check-ins/{made['id']}"
    assert world.client(therapist).get(place).status_code == 200
    assert world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation").status_code == 200
    same(world.client(therapist).get(place), world.client(therapist).get(f"{patient.record}/check-ins/{new_id()}"))
    assert listed(world, therapist, patient, "check-ins") == due(world, therapist, patient) == []


def test_worlds_that_differ_in_hidden_check_ins_alone_answer_alike(world: World) -> None:
    patient, therapist, prescriber = shared(world, MEDICATION)
    entry = started(world, patient, prescriber, days=15)
    places = [
        f"{patient.record}/{part}" for part in ("check-ins-due", "check-ins", f"check-ins?medication_id={entry.id}")
    ]
    before = [world.client(therapist).get(place) for place in places]
    fulfilled(world, prescriber, patient, entry)
    for old, place in zip(before, places, strict=True):
        same(old, world.client(therapist).get(place))


def test_of_another_prescriber_who_keeps_check_ins_back_nothing_is_said_to_be_overdue(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.prescriber("Quinn Adler")
    world.join(patient, other, Role.PRESCRIBER, ended_at=world.now)
    world.consent(patient, disclosers=[f"member:{prescriber.user_id}"], classes=BOTH)
    started(world, patient, prescriber, days=15)
    answer = world.client(therapist).get(f"{patient.record}/check-ins-due").json
    assert (answer["items"], answer["empty"]) == ([], "nothing that you can see")
    assert answer["unseen"] == [{"kind": "member", "user_id": str(other.user_id)}]
    assert due(world, prescriber, patient) == [], "nor to the one whose check-ins these are"
    world.consent(patient, disclosers=[f"member:{other.user_id}"], classes=[CHECK_IN])
    assert len(due(world, therapist, patient)) == len(due(world, prescriber, patient)) == 4


def test_a_labelled_entry_is_due_only_where_check_ins_with_its_labels_are_shared(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=[MEDICATION], labels=[Label.HIV])
    world.consent(patient, classes=[CHECK_IN])
    entry = started(world, patient, prescriber, days=15, labels=frozenset({Label.HIV}))
    assert due(world, therapist, patient) == []
    assert done(world, prescriber, patient, entry)["labels"] == ["hiv"], "what is about it says no less"
    world.consent(patient, classes=[CHECK_IN], labels=[Label.HIV])
    assert len(due(world, therapist, patient)) == 4


def test_a_data_period_that_leaves_out_days_lets_nothing_be_said_of_them(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=[MEDICATION])
    world.consent(patient, classes=[CHECK_IN], data_through=ago(world, 3))
    started(world, patient, prescriber, days=15)
    assert due(world, therapist, patient) == []
    world.consent(patient, classes=[CHECK_IN], data_from=ago(world, 15))
    assert len(due(world, therapist, patient)) == 4


def test_a_check_in_about_a_hidden_entry_reads_as_if_it_named_none(world: World) -> None:
    patient, therapist, prescriber = shared(world, CHECK_IN)
    entry = started(world, patient, prescriber, days=15)
    made = fulfilled(world, prescriber, patient, entry)
    shown = world.client(therapist).get(f"{patient.record}/check-ins/{made['id']}").json
    hidden = ("medication_id", "drug_name", "cause", "cause_event_id", "due_on", "event_id")
    assert {name: shown[name] for name in hidden} == dict.fromkeys(hidden)
    assert shown["outcome"] == "continue"
    assert listed(world, therapist, patient, "check-ins", f"?medication_id={entry.id}") == []
    assert len(listed(world, prescriber, patient, "check-ins", f"?medication_id={entry.id}")) == 1


def test_a_former_prescriber_keeps_what_they_wrote_and_is_told_of_nothing_due(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=15)
    made = fulfilled(world, prescriber, patient, entry)
    ended = update(Membership).where(Membership.user_id == prescriber.user_id)
    world.session.execute(ended.values(ended_at=world.now))
    world.session.commit()
    shown = listed(world, prescriber, patient, "check-ins")[0]
    assert (shown["id"], shown["labels"], shown["cause_event_id"]) == (made["id"], None, None)
    assert due(world, prescriber, patient) == []
    place = f"{patient.record}/check-ins/{made['id']}/entered-in-error"
    assert world.client(prescriber).post(place, {"reason": "Wrong day."}, version="*").status_code == 200


def test_a_representation_is_told_within_its_classes(world: World) -> None:
    patient, _, prescriber = shared(world)
    started(world, patient, prescriber, days=15)
    whole, part = world.user("Rhea Onbehalf"), world.user("Rolf Onbehalf")
    world.acts_for(patient, whole)
    world.acts_for(patient, part, classes=[MEDICATION])
    assert (len(due(world, whole, patient)), due(world, part, patient)) == (4, [])


# doing one ----------------------------------------------------------------------------------------


def test_only_a_current_prescriber_does_a_check_in_of_an_entry_that_they_read(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    other, stranger = world.prescriber("Quinn Adler"), world.prescriber("Stella Stranger")
    world.join(patient, other, Role.PRESCRIBER)
    entry = started(world, patient, prescriber, days=8)
    body = {"medication_id": str(entry.id), "extra": True, **SEEN}
    asked = {patient: 403, therapist: 403, stranger: 404, prescriber: 201, other: 201}
    for who, status in asked.items():
        assert world.client(who).post(f"{patient.record}/check-ins", body).status_code == status, who.name


def test_an_entry_that_is_hidden_answers_like_one_that_does_not_exist(world: World) -> None:
    patient, _, prescriber = world.trio()
    other = world.prescriber("Quinn Adler")
    world.join(patient, other, Role.PRESCRIBER)
    entry = started(world, patient, prescriber, days=8)
    hidden, absent = (
        world.client(other).post(f"{patient.record}/check-ins", {"medication_id": str(i), "extra": True, **SEEN})
        for i in (entry.id, new_id())
    )
    assert hidden.status_code == 422
    same(hidden, absent)


def test_what_does_not_fit_is_refused_with_what_to_do(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry, another = (started(world, patient, prescriber, days=8) for _ in range(2))
    first = due(world, prescriber, patient, f"?medication_id={entry.id}")[0]
    elsewhere = due(world, prescriber, patient, f"?medication_id={another.id}")[0]
    named = {"cause_event_id": first["cause_event_id"], "due_on": first["due_on"]}
    change = changed(world, prescriber, patient, another, kind="hold")
    refused: list[dict[str, Any]] = [
        {},
        {"extra": False},
        {"extra": True, **named},
        {"due_on": first["due_on"]},
        {"cause_event_id": first["cause_event_id"]},
        {**named, "due_on": ago(world, 3).isoformat()},
        {**named, "cause_event_id": elsewhere["cause_event_id"]},
        {**named, "date": ago(world, 9).isoformat()},
        {**named, "date": ago(world, -1).isoformat()},
        {**named, "adherence_days": 8},
        {**named, "adherence_days": "7"},
        {**named, "outcome": "adjust", "event_id": change["id"]},
        {**named, "outcome": "continue", "event_id": first["cause_event_id"]},
        {**named, "outcome": "adjust", "event_id": str(new_id())},
        {**named, "mode": "by_letter"},
    ]
    for said in refused:
        body = {"medication_id": str(entry.id), **SEEN, **said}
        assert world.client(prescriber).post(f"{patient.record}/check-ins", body).status_code == 422, said
    assert listed(world, prescriber, patient, "check-ins") == []


def test_a_change_of_before_the_check_in_did_not_come_of_it(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=20)
    early = changed(
        world, prescriber, patient, entry, kind="dose_change", dose_text="half", effective_on=ago(world, 4).isoformat()
    )
    body = {"medication_id": str(entry.id), "extra": True, "mode": "in_person", "outcome": "adjust"}
    asked = {**body, "event_id": early["id"]}
    place = f"{patient.record}/check-ins"
    assert world.client(prescriber).post(place, {**asked, "date": ago(world, 3).isoformat()}).status_code == 422
    assert world.client(prescriber).post(place, {**asked, "date": ago(world, 4).isoformat()}).status_code == 201


def test_the_same_check_in_is_not_fulfilled_twice(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=8)
    one = due(world, prescriber, patient)[0]
    body = {"medication_id": str(entry.id), **SEEN, "cause_event_id": one["cause_event_id"], "due_on": one["due_on"]}
    answers = [world.client(prescriber).post(f"{patient.record}/check-ins", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]


def test_on_an_entry_in_error_nothing_is_recorded_and_text_is_sealed(world: World) -> None:
    patient, _, prescriber = shared(world)
    wrong = started(world, patient, prescriber, days=8, error_at=world.now)
    body = {"medication_id": str(wrong.id), "extra": True, **SEEN}
    assert world.client(prescriber).post(f"{patient.record}/check-ins", body).status_code == 409
    done(world, prescriber, patient, started(world, patient, prescriber, days=8), symptoms="Trembles", note="Call")
    row = world.session.execute(select(CheckIn.symptoms, CheckIn.note)).one()
    assert b"Trembles" not in row.symptoms
    assert b"Call" not in row.note


def test_check_ins_are_paged_filtered_and_found_where_they_say(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=40)
    made = [
        done(world, prescriber, patient, entry, date=ago(world, days).isoformat(), outcome=outcome, mode=mode)
        for days, outcome, mode in (
            (1, "continue", "virtual"),
            (5, "adjust", "in_person"),
            (9, "continue", "in_person"),
        )
    ]
    ids = [one["id"] for one in made]
    asked = {
        "": ids,
        "?outcome=adjust": ids[1:2],
        "?mode=in_person": ids[1:],
        f"?author_id={prescriber.user_id}": ids,
        f"?author_id={patient.user_id}": [],
        f"?from_date={ago(world, 5)}": ids[:2],
        f"?through_date={ago(world, 5)}": ids[1:],
        f"?medication_id={new_id()}": [],
    }
    for query, expected in asked.items():
        assert [one["id"] for one in listed(world, patient, patient, "check-ins", query)] == expected, query
    page = world.client(patient).get(f"{patient.record}/check-ins?limit=2").json
    rest = listed(world, patient, patient, "check-ins", f"?limit=2&cursor={page['next']}")
    assert [one["id"] for one in page["items"] + rest] == ids


def test_what_is_made_says_where_it_is_and_a_repeated_key_makes_it_once(world: World) -> None:
    patient, _, prescriber = shared(world)
    entry = started(world, patient, prescriber, days=8)
    body = {"medication_id": str(entry.id), "extra": True, **SEEN}
    key = {"Idempotency-Key": "a-check-in-of-today"}
    first, again = (world.client(prescriber).post(f"{patient.record}/check-ins", body, headers=key) for _ in range(2))
    read = world.client(prescriber).get(first.headers["Location"])
    assert (read.json, read.headers["ETag"]) == (first.json, first.headers["ETag"])
    assert (again.status_code, again.json) == (201, first.json)
    assert len(listed(world, prescriber, patient, "check-ins")) == 1


def test_statements_do_not_grow_with_what_is_listed_or_due(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    counts = []
    for _ in range(2):
        for _ in range(3):
            entry = started(world, patient, prescriber, days=15)
            done(world, prescriber, patient, entry)
        sent_for = []
        for part in ("check-ins", "check-ins-due"):
            client = world.client(therapist)
            with statements(world.app) as sent:
                assert client.get(f"{patient.record}/{part}").status_code == 200
            sent_for.append(len(sent))
        counts.append(sent_for)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 14


# schedules ----------------------------------------------------------------------------------------


def scheduled(world: World, who: Person, about: Person, cause: str, days: Any, version: int = 1) -> Any:
    """Set a schedule."""
    place = f"{about.record}/check-in-schedules/{cause}"
    return world.client(who)("PUT", place, json={"days": days}, version=version)


def test_a_prescriber_sets_the_patients_own_schedule_and_it_counts_from_today(world: World) -> None:
    patient, _, prescriber = shared(world)
    started(world, patient, prescriber, days=8)
    before = world.client(prescriber).get(f"{patient.record}/check-in-schedules/start")
    assert (before.json["days"], before.json["set_by"], before.headers["ETag"]) == ([7, 14, 28, 56], None, '"1"')
    answer = scheduled(world, prescriber, patient, "start", [21, 3, 10, 10])
    assert (answer.status_code, answer.json["days"], answer.json["version"]) == (200, [3, 10, 21], 2)
    assert answer.json["set_by"] == str(prescriber.user_id)
    asked = [one["due_on"] for one in due(world, patient, patient)]
    assert asked == [ago(world, days).isoformat() for days in (1, -2, -13)], "that of day 7 was asked for before"
    shown = listed(world, patient, patient, "check-in-schedules")
    assert [(one["cause"], one["days"]) for one in shown] == [
        ("start", [3, 10, 21]),
        ("dose_change", [14, 28]),
        ("stop", [7, 28]),
    ]


def test_schedules_are_set_by_prescribers_and_read_by_them_and_the_patient(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    stranger, rhea = world.prescriber("Stella Stranger"), world.user("Rhea Onbehalf")
    world.acts_for(patient, rhea)
    read = {patient: 200, prescriber: 200, rhea: 200, therapist: 403, stranger: 404}
    for who, status in read.items():
        for part in ("check-in-schedules", "check-in-schedules/stop"):
            assert world.client(who).get(f"{patient.record}/{part}").status_code == status
    for who, status in {patient: 403, therapist: 403, rhea: 403, stranger: 404, prescriber: 200}.items():
        assert scheduled(world, who, patient, "stop", [5]).status_code == status


def test_a_schedule_that_somebody_else_set_meanwhile_is_stale(world: World) -> None:
    patient, _, prescriber = world.trio()
    place = f"{patient.record}/check-in-schedules/start"
    assert world.client(prescriber)("PUT", place, json={"days": [5]}).status_code == 428
    assert [scheduled(world, prescriber, patient, "start", [5]).status_code for _ in range(2)] == [200, 412]
    assert scheduled(world, prescriber, patient, "start", [], 2).json["days"] == []
    for days in ([0], [367], ["7"], [7.5], list(range(1, 26)), None):
        assert scheduled(world, prescriber, patient, "start", days, 3).status_code == 422
    assert scheduled(world, prescriber, patient, "extra", [5], 1).status_code == 404


@pytest.mark.parametrize(
    ("drug", "years", "first"),
    [
        ("Sertraline", 24, 7),
        ("Sertraline", 25, 14),
        ("Zoloft", 24, 7),
        ("Lithium", 24, 14),
        ("Our own mixture", 24, 14),
        ("Bupropion", 18, 7),
    ],
)
def test_an_antidepressant_begun_under_25_is_seen_within_a_week_whatever_the_schedule(
    world: World, drug: str, years: int, first: int
) -> None:
    day = today(world)
    born = date(day.year - years, day.month, min(day.day, 28)) - timedelta(days=0 if years == 25 else 40)
    patient, prescriber = world.patient(birth_date=born), world.prescriber()
    world.join(patient, prescriber, Role.PRESCRIBER)
    assert scheduled(world, prescriber, patient, "start", [14, 28]).status_code == 200
    world.medication(patient, prescriber, drug=drug, on=day)
    assert due(world, prescriber, patient)[0]["due_on"] == (day + timedelta(days=first)).isoformat()
