"""A privacy officer answers a case: with whom it lies, what they see, and what follows from the outcome."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from careteam.models import AccessCase, Notice, Patient
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, NoticeKind, Role
from careteam.services.log.practice_log import number_of
from tests.cases.acts import QUESTION, answered, desk, officer, opened, own, question
from tests.queries import statements
from tests.world import LONG_AGO, Person, World

CANARY = "canarysleepsbetter"


def told(world: World, person: Person) -> list[tuple[NoticeKind, Any]]:
    """What somebody was told, in order, and whether it names a patient."""
    query = select(Notice.kind, Notice.patient_id).where(Notice.user_id == person.user_id).order_by(Notice.id)
    return [(row.kind, row.patient_id) for row in world.session.execute(query)]


def test_the_officer_reads_the_question_and_answers_with_an_outcome(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    shown = world.client(olga).get(desk(olga, case)).json
    assert [message["words"] for message in shown["messages"]] == [QUESTION]
    assert shown["event"]["sentence"].startswith("Tess Okafor looked through the patient's notes (patient ")
    done = answered(world, olga, case, "explained", words="They cover on Fridays.")
    assert (done.status_code, done.json["state"], done.json["outcome"]) == (200, "answered", "explained")
    read = world.client(patient).get(own(patient, case)).json
    assert (read["state"], read["outcome"], read["messages"][-1]["words"]) == (
        "answered",
        "explained",
        "They cover on Fridays.",
    )
    assert told(world, patient) == [(NoticeKind.CASE_ANSWERED, patient.patient_id)]


def test_both_sides_write_until_it_is_answered(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    asked = world.client(olga).post(desk(olga, case, "messages"), {"words": "Which day was it?"})
    assert (asked.status_code, asked.json["awaits"]) == (200, "patient")
    replied = world.client(patient).post(own(patient, case, "messages"), {"words": "On Friday."})
    assert (replied.status_code, replied.json["awaits"]) == (200, "practice")
    assert [kind for kind, _ in told(world, patient)] == [NoticeKind.CASE_MESSAGE]
    assert told(world, olga) == [(NoticeKind.ACCESS_QUESTIONED, None), (NoticeKind.CASE_MESSAGE, None)]
    answered(world, olga, case)
    assert world.client(olga).post(desk(olga, case, "messages"), {"words": "x"}).status_code == 409


def test_an_answer_is_to_what_the_patient_wrote(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    world.client(patient).post(own(patient, case, "messages"), {"words": "It was on a Sunday."})
    assert answered(world, olga, case, version=1).status_code == 412
    assert world.client(olga).post(desk(olga, case, "answer"), {"outcome": "misuse", "words": "x"}).status_code == 428
    assert answered(world, olga, case).status_code == 200
    assert answered(world, olga, case).status_code == 409


def test_the_officer_finds_the_name_in_the_case_and_only_the_number_in_the_log(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    (line,) = world.client(olga).get(desk(olga)).json["items"]
    number = number_of(olga.practice_id, patient.patient_id)  # type: ignore[arg-type]
    assert line["patient"] == {"number": number, "name": "Maya Ellison"}
    assert world.client(olga).get(desk(olga, case)).json["event"]["patient"] == number
    assert "Maya" not in world.client(olga).get(f"practices/{olga.practice_id}/access-log").text


def test_no_officer_gets_anything_of_the_record(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=ItemClass, disclosers=["team", "patient"])
    notes = [
        world.note(patient, therapist, title=CANARY, body=CANARY, kind=kind) for kind in ItemClass if "note" in kind
    ]
    world.medication(patient, prescriber, drug=CANARY)
    world.client(therapist).get(f"{patient.record}/shared-record")
    case = opened(world, patient, therapist)
    olga = officer(world, therapist)
    answers = [world.client(olga).get(address) for address in (desk(olga), desk(olga, case))]
    answers += [world.client(olga).post(desk(olga, case, "messages"), {"words": "Which day?"})]
    answers += [answered(world, olga, case, outcome) for outcome in ("misuse",)]
    for answer in answers:
        assert answer.status_code == 200
        ids = (patient.patient_id, *(note.id for note in notes))
        for hidden in (CANARY, "psychotherapy", patient.email, *map(str, ids)):
            assert hidden not in answer.text


def test_nobody_answers_about_an_access_of_their_own(world: World) -> None:
    patient, dual = world.patient(), world.staff("Dual Doctor", Role.PRESCRIBER, Role.PRIVACY_OFFICER)
    world.join(patient, dual, Role.PRESCRIBER)
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR, practice_id=dual.practice_id)
    case = opened(world, patient, dual)
    assert told(world, dual) == []
    assert told(world, ada) == [(NoticeKind.OFFICER_NEEDED, None)]
    assert world.client(dual).get(desk(dual)).json["items"][0]["about_you"] is True
    assert answered(world, dual, case).status_code == 403
    assert world.client(dual).post(desk(dual, case, "messages"), {"words": "x"}).status_code == 403
    assert answered(world, officer(world, dual), case).status_code == 200


def test_an_officer_who_is_the_patient_does_not_find_it(world: World) -> None:
    _, therapist, _ = world.trio()
    olga, id_ = officer(world, therapist), new_id()
    world.add(Patient(id=id_, user_id=olga.user_id, name="Olga", name_key="olga", created_at=LONG_AGO))
    herself = Person(olga.user_id, "Olga", olga.email, olga.token, id_)
    world.join(herself, therapist, Role.THERAPIST)
    case = opened(world, herself, therapist)
    assert world.client(olga).get(desk(olga)).json["items"] == []
    assert world.client(olga).get(desk(olga, case)).status_code == 404
    assert len(world.client(officer(world, therapist, "Otto")).get(desk(olga)).json["items"]) == 1


FOLLOWS = [("explained", [], 0), ("not_established", [], 0), ("in_error", [True], 0), ("misuse", [True], 1)]


@pytest.mark.parametrize(("outcome", "notices", "follow_ups"), FOLLOWS, ids=[row[0] for row in FOLLOWS])
def test_who_looked_is_told_only_of_what_was_wrong_and_not_whose_case_it_was(
    world: World, outcome: str, notices: list[bool], follow_ups: int
) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR, practice_id=therapist.practice_id)
    answered(world, olga, case, outcome)
    found = world.session.scalars(select(Notice).where(Notice.user_id == therapist.user_id)).all()
    assert [n.kind is NoticeKind.ACCESS_FOUND_WRONG for n in found] == notices
    assert [(n.patient_id, n.target) for n in found] == [(None, therapist.practice_id) for _ in notices]
    rows = world.client(ada).get(f"practices/{ada.practice_id}/administration-log").json["items"]
    assert [row["act"] for row in rows] == ["access-misused"] * follow_ups
    assert len(told(world, ada)) == follow_ups
    assert "Maya" not in str(rows)


def test_who_finds_the_cases_of_a_practice(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    case = opened(world, patient, therapist)
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR, practice_id=therapist.practice_id)
    elsewhere = officer(world, prescriber, "Elmar Elm")
    here = Person(therapist.user_id, "", "", "", practice_id=therapist.practice_id)
    for address in (desk(here), desk(here, case)):
        found = [world.client(who).get(address).status_code for who in (ada, therapist, elsewhere, patient, None)]
        assert found == [403, 403, 404, 404, 401]
    assert world.client(elsewhere).get(desk(elsewhere)).json["items"] == []
    assert world.client(elsewhere).get(desk(elsewhere, case)).status_code == 404
    assert answered(world, elsewhere, case).status_code == 404


def test_what_is_open_comes_first_by_when_it_is_due_in_pages_of_a_fixed_number_of_statements(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga = officer(world, therapist)
    made = [opened(world, patient, therapist) for _ in range(5)]
    answered(world, olga, made[0])
    later = world.now + timedelta(days=60)
    world.session.execute(update(AccessCase).where(AccessCase.id == UUID(made[1]["id"])).values(due_at=later))
    world.session.commit()
    seen, cursor, counts = [], "", []
    for _ in range(3):
        with statements(world.app) as sent:
            answer = world.client(olga).get(f"{desk(olga)}?limit=2{cursor}")
        counts.append(len(sent))
        seen += [line["id"] for line in answer.json["items"]]
        cursor = f"&cursor={answer.json['next']}"
    assert seen == [case["id"] for case in (*made[2:], made[1], made[0])]
    assert len(set(counts)) == 1
    assert len(world.client(olga).get(f"{desk(olga)}?state=answered").json["items"]) == 1


def test_looking_at_a_case_is_in_the_patients_log_and_at_the_list_in_the_practices(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    world.client(olga).get(desk(olga))
    world.client(olga).get(desk(olga, case))
    (row,) = world.client(olga).get(f"practices/{olga.practice_id}/access-log?act=list-cases").json["items"]
    assert row["sentence"] == "Olga Officer looked through the questioned accesses of a practice."
    sentences = [e["sentence"] for e in world.client(patient).get(f"{patient.record}/access-log").json["items"]]
    assert [s for s in sentences if "Olga" in s] == ["Olga Officer read a case about an access that you questioned."]


def test_the_look_of_an_officer_can_be_questioned_too_and_another_one_answers(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, otto = officer(world, therapist), officer(world, therapist, "Otto Officer")
    case = opened(world, patient, therapist)
    world.client(olga).get(desk(olga, case))
    log = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    look = next(event for event in log if event["actor"]["name"] == "Olga Officer")
    second = question(world, patient, look["id"]).json
    assert answered(world, olga, second).status_code == 403
    assert answered(world, otto, second).status_code == 200
