"""Every emergency session waits for a privacy officer who did not open it; the patient is told what they find."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from careteam.models import Notice, Patient, Practice
from careteam.models.types import new_id
from careteam.policy.vocabulary import NoticeKind, Role
from careteam.services.log.practice_log import number_of
from tests.emergency.acts import NATURE, WHY, officer, opened, place, queue, review
from tests.queries import statements
from tests.world import LONG_AGO, Person, World

CANARY = "canarysleepsbetter"
MONDAY = datetime(2027, 3, 1, 15, tzinfo=UTC)


def told(world: World, person: Person) -> list[tuple[NoticeKind, Any]]:
    """What somebody was told, in order, and whether it names a patient."""
    query = select(Notice.kind, Notice.patient_id).where(Notice.user_id == person.user_id).order_by(Notice.id)
    return [(row.kind, row.patient_id) for row in world.session.execute(query)]


def test_every_session_waits_until_it_is_reviewed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    olga = officer(world, prescriber)
    world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    (line,) = queue(world, olga)
    assert (line["id"], line["closed"], line["outcome"], line["overdue"]) == (made["id"], False, None, False)
    assert review(world, olga, made["id"], "justified").status_code == 200
    (line,) = queue(world, olga)
    assert (line["closed"], line["outcome"]) == (True, "justified")
    assert queue(world, olga, "?closed=false") == []
    assert len(queue(world, olga, "?closed=true")) == 1


def test_the_officer_sees_a_number_and_counts_and_no_content(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    olga = officer(world, prescriber)
    note = world.note(patient, therapist, title=CANARY, body=CANARY)
    world.medication(patient, prescriber, drug=CANARY)
    made = opened(world, prescriber, patient)
    for _ in range(2):
        world.client(prescriber).get(f"{patient.record}/shared-record")
    address = f"practices/{olga.practice_id}/emergency-reviews"
    both = [world.client(olga).get(where) for where in (address, f"{address}/{made['id']}")]
    reviewed = review(world, olga, made["id"], "needs_more")
    for answer in (*both, reviewed):
        for hidden in (CANARY, "Maya", patient.email, *map(str, (patient.patient_id, patient.user_id, note.id))):
            assert hidden not in f"{answer.text}{answer.headers}"
    line = both[0].json["items"][0]
    assert line["patient"] == number_of(olga.practice_id, patient.patient_id)  # type: ignore[arg-type]
    assert [(d["class"], d["holder"], d["items"], d["answers"]) for d in line["disclosed"]] == [
        ("progress_note", "another practice", 1, 2)
    ]


def test_what_was_stated_is_shown_only_where_one_is_opened_for_review(world: World) -> None:
    patient, _, prescriber = world.trio()
    olga = officer(world, prescriber)
    made = opened(world, prescriber, patient)
    address = f"practices/{olga.practice_id}/emergency-reviews"
    assert NATURE not in world.client(olga).get(address).text
    shown = world.client(olga).get(f"{address}/{made['id']}").json
    assert (shown["nature"], shown["why_no_consent"]) == (NATURE, WHY)
    acts = [event["sentence"] for event in world.client(patient).get(f"{patient.record}/access-log").json["items"]]
    assert acts[0] == "Olga Officer read what was stated for an emergency access to your record."


def test_the_patient_and_who_opened_it_are_told_the_outcome_with_the_reasons(world: World) -> None:
    patient, _, prescriber = world.trio()
    olga = officer(world, prescriber)
    made = opened(world, prescriber, patient)
    review(world, olga, made["id"], "justified", words="The ward confirmed it.")
    for person in (patient, prescriber):
        assert told(world, person)[-1] == (NoticeKind.EMERGENCY_REVIEWED, patient.patient_id)
        shown = world.client(person).get(place(patient, made["id"])).json["review"]
        assert (shown["closed"], shown["outcome"]) == (True, "justified")
        assert [step["words"] for step in shown["steps"]] == ["The ward confirmed it."]


def test_the_officers_are_told_without_the_patient(world: World) -> None:
    patient, _, prescriber = world.trio()
    olga = officer(world, prescriber)
    opened(world, prescriber, patient)
    assert told(world, olga) == [(NoticeKind.EMERGENCY_REVIEW_DUE, None)]


def test_more_is_asked_of_the_clinician_who_explains_and_the_review_stays_open(world: World) -> None:
    patient, _, prescriber = world.trio()
    olga = officer(world, prescriber)
    made = opened(world, prescriber, patient)
    assert review(world, olga, made["id"], "needs_more").json["closed"] is False
    assert told(world, prescriber)[-1][0] is NoticeKind.EMERGENCY_EXPLANATION_ASKED
    explaining = place(patient, made["id"], "explanations")
    assert world.client(prescriber).post(explaining, {"words": "The ambulance called me."}).status_code == 200
    assert told(world, olga)[-1] == (NoticeKind.EMERGENCY_EXPLAINED, None)
    shown = review(world, olga, made["id"], "justified").json
    assert [step["outcome"] for step in shown["steps"]] == ["needs_more", None, "justified"]
    assert world.client(prescriber).post(explaining, {"words": "And more."}).status_code == 409


def test_only_who_opened_it_explains_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = opened(world, prescriber, patient)
    explaining = place(patient, made["id"], "explanations")
    found = [world.client(who).post(explaining, {"words": "x"}).status_code for who in (patient, therapist, None)]
    assert found == [403, 404, 401]


def test_a_review_is_of_what_was_read(world: World) -> None:
    patient, _, prescriber = world.trio()
    olga = officer(world, prescriber)
    made = opened(world, prescriber, patient)
    world.client(prescriber).post(place(patient, made["id"], "explanations"), {"words": "It was this way."})
    assert review(world, olga, made["id"], "not_justified", version=1).status_code == 412
    assert review(world, olga, made["id"], "justified").status_code == 200
    assert review(world, olga, made["id"], "not_justified").status_code == 409


def test_not_justified_leaves_a_follow_up_and_takes_nothing_away(world: World) -> None:
    patient, _, prescriber = world.trio()
    olga, ada = officer(world, prescriber), world.staff("Ada", Role.ADMINISTRATOR, practice_id=prescriber.practice_id)
    made = opened(world, prescriber, patient)
    review(world, olga, made["id"], "not_justified")
    rows = world.client(ada).get(f"practices/{ada.practice_id}/administration-log").json["items"]
    assert rows[0]["sentence"] == (
        "Olga Officer found an emergency access of Paul Reyes as prescriber not justified: follow it up."
    )
    assert "Maya" not in str(rows)
    assert told(world, ada) == [(NoticeKind.FOLLOW_UP, None)]
    assert world.client(prescriber).get(f"{patient.record}/team").status_code == 200


def test_nobody_reviews_their_own(world: World) -> None:
    patient, prescriber = world.patient(), world.staff("Dual Doctor", Role.PRESCRIBER, Role.PRIVACY_OFFICER)
    world.join(patient, prescriber, Role.PRESCRIBER)
    made = opened(world, prescriber, patient)
    (line,) = queue(world, prescriber)
    assert line["yours"] is True
    assert review(world, prescriber, made["id"], "justified").status_code == 403
    assert review(world, officer(world, prescriber), made["id"], "justified").status_code == 200


def test_without_another_officer_the_administrators_are_told_to_appoint_one(world: World) -> None:
    patient, prescriber = world.patient(), world.staff("Dual Doctor", Role.PRESCRIBER, Role.PRIVACY_OFFICER)
    world.join(patient, prescriber, Role.PRESCRIBER)
    ada = world.staff("Ada", Role.ADMINISTRATOR, practice_id=prescriber.practice_id)
    made = opened(world, prescriber, patient)
    assert told(world, ada) == [(NoticeKind.OFFICER_NEEDED, None)]
    assert told(world, prescriber) == []
    later = officer(world, prescriber)
    assert [line["id"] for line in queue(world, later)] == [made["id"]]


def test_an_officer_whose_own_record_it_is_does_not_find_it(world: World) -> None:
    _, _, prescriber = world.trio()
    olga = officer(world, prescriber)
    own = new_id()
    world.add(Patient(id=own, user_id=olga.user_id, name="Olga", name_key="olga", created_at=LONG_AGO))
    record = Person(olga.user_id, "Olga", olga.email, olga.token, own)
    world.join(record, prescriber, Role.PRESCRIBER)
    made = opened(world, prescriber, record)
    assert queue(world, olga) == []
    absent = world.client(olga).get(f"practices/{olga.practice_id}/emergency-reviews/{new_id()}")
    hidden = world.client(olga).get(f"practices/{olga.practice_id}/emergency-reviews/{made['id']}")
    assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_who_finds_the_queue(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = opened(world, prescriber, patient)
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR, practice_id=prescriber.practice_id)
    elsewhere = officer(world, therapist, "Elmar Elm")
    base = f"practices/{prescriber.practice_id}/emergency-reviews"
    for address in (base, f"{base}/{made['id']}"):
        found = [world.client(who).get(address).status_code for who in (ada, prescriber, elsewhere, patient, None)]
        assert found == [403, 403, 404, 404, 401]
    theirs = f"practices/{therapist.practice_id}/emergency-reviews"
    assert world.client(elsewhere).get(theirs).json["items"] == []
    assert world.client(elsewhere).get(f"{theirs}/{made['id']}").status_code == 404


DUE = [
    ("a Monday", 0, "2027-03-05T05:00:00+00:00"),
    ("a Wednesday", 2, "2027-03-09T05:00:00+00:00"),
    ("a Saturday", 5, "2027-03-11T05:00:00+00:00"),
    ("before the clocks change", 9, "2027-03-16T04:00:00+00:00"),
]


@pytest.mark.parametrize(("day", "after", "due"), DUE, ids=[row[0] for row in DUE])
def test_it_is_due_after_three_working_days_where_the_practice_is(world: World, day: str, after: int, due: str) -> None:
    """New York; its clocks change on 14 March 2027."""
    patient, _, prescriber = world.trio()
    olga = officer(world, prescriber)
    world.session.get_one(Practice, prescriber.practice_id).time_zone = "America/New_York"
    world.session.commit()
    with time_machine.travel(MONDAY + timedelta(days=after), tick=False):
        opened(world, prescriber, patient)
        assert datetime.fromisoformat(queue(world, olga)[0]["due_at"]) == datetime.fromisoformat(due)
    for moment, late in ((-1, False), (0, True)):
        with time_machine.travel(datetime.fromisoformat(due) + timedelta(milliseconds=moment), tick=False):
            assert queue(world, olga)[0]["overdue"] is late


def test_what_waits_comes_first_by_when_it_is_due_in_pages_of_a_fixed_number_of_statements(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    olga, made = officer(world, prescriber), []
    world.note(patient, therapist)
    for number in range(5):
        made.append(opened(world, prescriber, patient, nature=f"The patient collapsed again, number {number}."))
        world.client(prescriber).get(f"{patient.record}/notes")
        world.client(prescriber).post(place(patient, made[-1]["id"], "ended"))
    review(world, olga, made[0]["id"], "justified")
    seen, cursor, counts = [], "", []
    for _ in range(3):
        with statements(world.app) as sent:
            answer = world.client(olga).get(f"practices/{olga.practice_id}/emergency-reviews?limit=2{cursor}")
        counts.append(len(sent))
        seen += [line["id"] for line in answer.json["items"]]
        cursor = f"&cursor={answer.json['next']}"
    assert seen == [one["id"] for one in (*made[1:], made[0])]
    assert len(set(counts)) == 1


def test_looking_at_the_queue_is_logged_in_the_practice_and_in_nobodys_record(world: World) -> None:
    patient, _, prescriber = world.trio()
    olga = officer(world, prescriber)
    opened(world, prescriber, patient)
    queue(world, olga)
    (row,) = world.client(olga).get(f"practices/{olga.practice_id}/access-log?act=list-emergency-reviews").json["items"]
    assert row["sentence"] == "Olga Officer looked through the emergency accesses of a practice."
    assert "Olga" not in world.client(patient).get(f"{patient.record}/access-log").text
