"""The patient questions an access: what can be questioned, by whom, and what becomes of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from careteam.models import AccessCase, AccessEvent, CaseMessage, Notice
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, NoticeKind, Role
from tests.cases.acts import QUESTION, answered, desk, events, looked, officer, opened, own, question
from tests.queries import statements
from tests.world import World


def test_a_question_opens_a_case_with_a_clock(world: World) -> None:
    patient, therapist, _ = world.trio()
    event = looked(world, therapist, patient)
    made = question(world, patient, event["id"])
    assert made.status_code == 201
    case = made.json
    assert made.headers["Location"] == own(patient, case)
    assert (case["state"], case["awaits"], case["outcome"], case["overdue"]) == ("open", "practice", None, False)
    assert case["event"] == event
    assert [(m["words"], m["from_practice"]) for m in case["messages"]] == [(QUESTION, False)]
    opened_at, due_at = (datetime.fromisoformat(case[key]) for key in ("opened_at", "due_at"))
    assert due_at - opened_at == timedelta(days=30)
    for moment, late in ((-1, False), (0, True)):
        with time_machine.travel(due_at + timedelta(milliseconds=moment), tick=False):
            assert world.client(patient).get(own(patient, case)).json["overdue"] is late


def test_everything_in_the_log_that_others_did_can_be_questioned(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.client(therapist).get(f"{patient.record}/team")
    world.client(prescriber).post(f"{patient.record}/revocations", {"given": "orally"})
    world.client(world.therapist("Sam Stranger")).get(f"{patient.record}/notes")
    found = events(world, patient)
    assert {event["outcome"] for event in found} == {"disclosed", "changed", "refused"}
    assert [question(world, patient, event["id"]).status_code for event in found] == [201, 201, 201]


def test_ones_own_acts_are_met_with_what_to_do_if_it_was_somebody_else(world: World) -> None:
    patient, _, _ = world.trio()
    world.client(patient).get(f"{patient.record}/notes")
    event = world.session.scalars(select(AccessEvent)).one()
    answer = question(world, patient, event.id)
    assert answer.status_code == 409
    assert "change your password" in answer.json["detail"]


def test_what_is_not_in_ones_log_is_absent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    noor = world.patient("Noor Haddad")
    world.join(noor, therapist, Role.THERAPIST)
    special = world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    world.client(therapist).get(f"{noor.record}/notes")
    world.client(therapist).get(f"{patient.record}/notes/{special.id}")
    world.client(prescriber).get("memberships")
    hidden = world.session.scalars(select(AccessEvent.id)).all()
    answers = [question(world, patient, event_id) for event_id in (*hidden, new_id())]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert world.session.query(AccessCase).count() == 0


def test_only_the_patient_questions_reads_and_writes(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    case = opened(world, patient, therapist)
    event_id = case["event"]["id"]
    for other in (therapist, prescriber, world.patient("Noor Haddad"), officer(world, therapist)):
        client = world.client(other)
        answers = [
            client.post(f"{patient.record}/access-log/{event_id}/question", {"words": QUESTION}),
            client.get(own(patient)),
            client.get(own(patient, case)),
            client.post(own(patient, case, "messages"), {"words": QUESTION}),
            client.post(own(patient, case, "withdrawal")),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.data for answer in answers}) == 1


def test_the_case_of_another_patient_is_absent(world: World) -> None:
    patient, therapist, _ = world.trio()
    noor = world.patient("Noor Haddad")
    case = opened(world, patient, therapist)
    hidden = world.client(noor).get(own(noor, case))
    assert (hidden.status_code, hidden.data) == (404, world.client(noor).get(own(noor, {"id": str(new_id())})).data)


def test_one_access_has_one_open_case(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    again = question(world, patient, case["event"]["id"])
    assert again.status_code == 409
    assert case["id"] in again.json["detail"]
    assert answered(world, olga, case).status_code == 200
    assert question(world, patient, case["event"]["id"]).status_code == 201


WORDS: dict[str, Any] = {"nothing": "", "space": "  ", "none": None, "a list": ["x"], "too much": "x" * 2001}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_a_question_is_asked_in_words(world: World, words: Any) -> None:
    patient, therapist, _ = world.trio()
    assert question(world, patient, looked(world, therapist, patient)["id"], words).status_code == 422


def test_what_is_written_is_sealed(world: World) -> None:
    patient, therapist, _ = world.trio()
    opened(world, patient, therapist)
    assert b"looked" not in world.session.scalars(select(CaseMessage)).one().words


def test_who_looked_is_told_nothing_and_the_officers_without_a_name(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    told = world.session.execute(select(Notice.user_id, Notice.kind, Notice.target, Notice.patient_id)).all()
    assert [(row.user_id, row.kind, str(row.target), row.patient_id) for row in told] == [
        (olga.user_id, NoticeKind.ACCESS_QUESTIONED, case["id"], None)
    ]


def test_a_withdrawn_case_is_closed_and_withdrawing_again_changes_nothing(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    first = world.client(patient).post(own(patient, case, "withdrawal"))
    assert (first.status_code, first.json["state"], first.json["awaits"]) == (200, "withdrawn", None)
    assert world.client(patient).post(own(patient, case, "withdrawal")).json == first.json
    assert world.client(patient).post(own(patient, case, "messages"), {"words": "x"}).status_code == 409
    assert answered(world, olga, case).status_code == 409
    assert world.client(olga).get(desk(olga)).json["items"][0]["state"] == "withdrawn"


def test_an_answered_case_is_not_withdrawn(world: World) -> None:
    patient, therapist, _ = world.trio()
    olga, case = officer(world, therapist), opened(world, patient, therapist)
    answered(world, olga, case)
    assert world.client(patient).post(own(patient, case, "withdrawal")).status_code == 409


def test_a_repeated_key_opens_one_case(world: World) -> None:
    patient, therapist, _ = world.trio()
    address = f"{patient.record}/access-log/{looked(world, therapist, patient)['id']}/question"
    sent = [
        world.client(patient).post(address, {"words": QUESTION}, headers={"Idempotency-Key": "one"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json == sent[1].json
    assert world.session.query(AccessCase).count() == 1


def test_the_list_is_newest_first_by_state_in_a_fixed_number_of_statements(world: World) -> None:
    patient, therapist, _ = world.trio()
    made: list[str] = []
    counts = []
    for _ in range(3):
        made.insert(0, opened(world, patient, therapist)["id"])
        with statements(world.app) as sent:
            shown = world.client(patient).get(own(patient)).json["items"]
        counts.append(len(sent))
        assert [case["id"] for case in shown] == made
    assert len(set(counts)) == 1
    world.client(patient).post(own(patient, {"id": made[0]}, "withdrawal"))
    by_state = {
        state: world.client(patient).get(f"{own(patient)}?state={state}").json for state in ("open", "withdrawn")
    }
    assert {state: len(page["items"]) for state, page in by_state.items()} == {"open": 2, "withdrawn": 1}
    assert world.client(patient).get(f"{own(patient)}?state=lost").status_code == 422


def test_each_act_and_look_is_logged(world: World) -> None:
    patient, therapist, _ = world.trio()
    case = opened(world, patient, therapist)
    client = world.client(patient)
    client.get(own(patient))
    client.get(own(patient, case))
    client.post(own(patient, case, "messages"), {"words": "And one thing more."})
    client.post(own(patient, case, "withdrawal"))
    rows = world.session.query(AccessEvent).filter_by(actor_id=patient.user_id).order_by(AccessEvent.id)
    assert [(row.act, row.target) for row in rows if "case" in row.act or "question" in row.act] == [
        ("question-access", case["id"]),
        ("read-cases", ""),
        ("read-case", case["id"]),
        ("write-in-case", case["id"]),
        ("withdraw-case", case["id"]),
    ]
