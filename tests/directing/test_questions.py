"""Questions for the next visit: the patient's, shared one by one, answered or carried over, as each reader may know."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from careteam.models import Answer, Question
from careteam.policy.questions import Stands, state_of
from careteam.policy.representing import DEFAULT_CLASSES
from careteam.policy.treatment_words import QuestionState
from careteam.policy.vocabulary import ItemClass, Label, RepresentationBasis
from tests.directing.sends import TEXT, listed_ids, place, revoke, sees, send, written
from tests.representations.acting import friend
from tests.world import Person, World

TODAY = date(2026, 3, 2)
CASES: tuple[tuple[Stands, QuestionState | None], ...] = (
    (Stands(), QuestionState.OPEN),
    (Stands(for_visit_on=TODAY), QuestionState.OPEN),
    (Stands(for_visit_on=TODAY - timedelta(days=1)), QuestionState.CARRIED_OVER),
    (Stands(carried_over=True), QuestionState.CARRIED_OVER),
    (Stands(carried_over=True, for_visit_on=TODAY + timedelta(days=9)), QuestionState.CARRIED_OVER),
    (Stands(answered=True, carried_over=True), QuestionState.ANSWERED),
    (Stands(answered=True, for_visit_on=TODAY - timedelta(days=1)), QuestionState.ANSWERED),
    (Stands(withdrawn=True, answered=True), QuestionState.WITHDRAWN),
    (Stands(in_error=True, withdrawn=True, answered=True), None),
)


def get(world: World, who: Person, patient: Person, made: dict[str, Any]) -> dict[str, Any]:
    answer = world.client(who).get(place(patient, made))
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def act(world: World, who: Person, patient: Person, made: dict[str, Any], tail: str, body: Any = None) -> Any:
    """Change a question as it is now."""
    method = "PATCH" if not tail else "POST"
    version = get(world, who, patient, made)["version"]
    return world.client(who)(method, place(patient, made, tail), json=body or {}, version=version)


def answered(world: World, who: Person, patient: Person, made: dict[str, Any], text: str = "Yes.") -> Any:
    return world.client(who).post(place(patient, made, "/answers"), {"outcome": "answered", "text": text})


@pytest.mark.parametrize(("stands", "state"), CASES)
def test_how_a_question_stands(stands: Stands, state: QuestionState | None) -> None:
    assert state_of(stands, today=TODAY) is state


def test_a_question_is_the_patients_alone_until_it_is_shared_and_the_toggle_goes_both_ways(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = written(world, patient, for_visit_on=str(world.now.date() + timedelta(days=3)))
    assert (made["text"], made["state"], made["sent_to"], made["holder"]) == (TEXT, "open", [], {"kind": "patient"})
    assert made["delivery"]["note"].startswith("Nobody but you")
    assert not sees(world, prescriber, patient, made)
    send(world, patient, patient, made, prescriber)
    assert [one["user_id"] for one in get(world, patient, patient, made)["sent_to"]] == [str(prescriber.user_id)]
    assert (sees(world, prescriber, patient, made), sees(world, therapist, patient, made)) == (True, False)
    revoke(world, patient, patient, made)
    assert not sees(world, prescriber, patient, made)


def test_a_consent_shares_questions_as_it_shares_everything_and_revoking_it_stops_that(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient)
    consent = world.consent(patient, disclosers=["patient"], classes=[ItemClass.QUESTION])
    assert sees(world, prescriber, patient, made)
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    assert not sees(world, prescriber, patient, made)


def test_where_it_can_be_read_and_which_version_is_said(world: World) -> None:
    patient, _, _ = world.trio()
    made = world.client(patient).post(f"{patient.record}/questions", {"text": TEXT})
    again = world.client(patient).get(made.headers["Location"])
    assert (made.status_code, again.json["id"], made.headers["ETag"]) == (201, made.json["id"], again.headers["ETag"])


def test_the_patient_changes_a_question_that_waits(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    changed = act(world, patient, patient, made, "", {"text": "And at noon?"})
    assert (changed.status_code, changed.json["text"], changed.json["version"]) == (200, "And at noon?", 2)
    assert get(world, prescriber, patient, made)["text"] == "And at noon?"
    assert act(world, patient, patient, made, "", {"text": "And at noon?"}).status_code == 422
    stale = world.client(patient).patch(place(patient, made), {"text": "x"}, version=1)
    missing = world.client(patient).patch(place(patient, made), {"text": "x"})
    assert (stale.status_code, missing.status_code) == (412, 428)


def test_a_visit_is_ahead_where_the_patient_lives(world: World) -> None:
    patient = world.patient(time_zone="Pacific/Kiritimati")
    today = world.now.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    for day, status in ((today - timedelta(days=1), 422), (today, 201), (today + timedelta(days=366), 422)):
        answer = world.client(patient).post(f"{patient.record}/questions", {"text": TEXT, "for_visit_on": str(day)})
        assert answer.status_code == status, answer.text


def test_what_the_visit_did_not_answer_waits_for_the_next_one(world: World) -> None:
    patient, _, _ = world.trio()
    made = written(world, patient, for_visit_on=str(world.now.date() + timedelta(days=2)))
    carried = act(world, patient, patient, made, "/carry-over").json
    assert (carried["state"], carried["for_visit_on"], carried["carried_over"]) == ("carried_over", None, 1)
    past = written(world, patient)
    long_ago = {"for_visit_on": (world.now - timedelta(days=9)).date()}
    world.session.execute(update(Question).where(Question.id == UUID(past["id"])).values(**long_ago))
    world.session.commit()
    assert get(world, patient, patient, past)["state"] == "carried_over"
    assert set(listed_ids(world, patient, patient, "?state=carried_over")) == {made["id"], past["id"]}
    assert listed_ids(world, patient, patient, f"?for_visit_on={long_ago['for_visit_on']}") == [past["id"]]


def test_the_patient_notes_what_was_answered(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    noted = act(world, patient, patient, made, "/noted-answer", {"text": "Yes, in the evening."}).json
    assert (noted["state"], noted["answer"], noted["answered_at"] is None) == (
        "answered",
        "Yes, in the evening.",
        False,
    )
    assert get(world, prescriber, patient, made)["state"] == "answered"
    assert act(world, patient, patient, made, "/noted-answer").json["answer"] is None
    for tail, body in (("", {"text": "x"}), ("/carry-over", {})):
        assert act(world, patient, patient, made, tail, body).status_code == 409


def test_a_clinician_answers_and_the_patient_is_told(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    given = answered(world, prescriber, patient, made)
    assert (given.status_code, given.json["outcome"], given.json["answers_id"]) == (201, "answered", made["id"])
    shown = get(world, patient, patient, made)
    assert (shown["state"], [a["text"] for a in shown["answers"]], shown["version"]) == ("answered", ["Yes."], 1)
    assert "answered" in [n["kind"] for n in world.client(patient).get("me/notices").json["items"]]
    assert act(world, patient, patient, made, "/carry-over").status_code == 409


def test_whether_it_is_answered_is_said_from_what_each_may_read(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = written(world, patient, None, therapist, prescriber)
    before = world.client(therapist).get(place(patient, made)).data
    answered(world, prescriber, patient, made)
    assert world.client(therapist).get(place(patient, made)).data == before
    states = {p.name: get(world, p, patient, made)["state"] for p in (patient, therapist, prescriber)}
    assert states == {patient.name: "answered", therapist.name: "open", prescriber.name: "answered"}
    for who, state in ((therapist, "open"), (prescriber, "answered")):
        for word in QuestionState:
            expected = [made["id"]] if word == state else []
            assert listed_ids(world, who, patient, f"?state={word}") == expected
    world.consent(patient, classes=[ItemClass.QUESTION])
    assert get(world, therapist, patient, made)["state"] == "answered"


def test_an_answer_entered_in_error_answers_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    given = answered(world, prescriber, patient, made).json
    world.session.execute(update(Answer).where(Answer.id == UUID(given["id"])).values(error_at=world.now))
    world.session.commit()
    assert get(world, patient, patient, made)["state"] == "open"
    assert listed_ids(world, patient, patient, "?state=open") == [made["id"]]


def test_withdrawing_needs_no_version_and_may_be_repeated(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    first, again = (world.client(patient).post(place(patient, made, "/withdrawal")) for _ in range(2))
    assert (first.status_code, first.json["state"], again.json) == (200, "withdrawn", first.json)
    assert get(world, prescriber, patient, made)["state"] == "withdrawn"
    assert answered(world, prescriber, patient, made).status_code == 409
    assert act(world, patient, patient, made, "/noted-answer").status_code == 409


def test_an_error_is_marked_and_has_no_state(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    marked = act(world, patient, patient, made, "/entered-in-error", {"reason": "Asked twice."})
    assert (marked.json["state"], marked.json["entered_in_error_reason"]) == (None, "Asked twice.")
    assert all(made["id"] not in listed_ids(world, patient, patient, f"?state={s}") for s in QuestionState)
    assert sees(world, prescriber, patient, made)
    assert answered(world, prescriber, patient, made).status_code == 409


def test_clinicians_keep_no_questions_and_change_none(world: World) -> None:
    patient, _, prescriber = world.trio()
    made, hidden = written(world, patient, None, prescriber), written(world, patient)
    client = world.client(prescriber)
    assert client.post(f"{patient.record}/questions", {"text": TEXT}).status_code == 403
    for tail, body in (("", {"text": "x"}), ("/carry-over", {}), ("/noted-answer", {}), ("/withdrawal", {})):
        method = "POST" if tail else "PATCH"
        mine = client(method, place(patient, made, tail), json=body, version=1)
        kept, absent = (
            client(method, place(patient, i, tail), json=body, version=1) for i in (hidden, {"id": uuid4()})
        )
        assert (mine.status_code, kept.status_code, kept.data) == (403, 404, absent.data)


def test_the_patient_cannot_answer_for_a_clinician(world: World) -> None:
    patient, _, _ = world.trio()
    assert answered(world, patient, patient, written(world, patient)).status_code == 403


def test_questions_are_not_a_parents_unless_the_patient_says_so(world: World) -> None:
    patient, _, _ = world.trio()
    made = written(world, patient)
    assert ItemClass.QUESTION not in DEFAULT_CLASSES
    parent, _ = friend(world, patient, basis=RepresentationBasis.GUARDIAN)
    assert not sees(world, parent, patient, made)
    assert world.client(parent).post(f"{patient.record}/questions", {"text": TEXT}).status_code == 403
    other, _ = friend(world, patient, "Olga Ellison", classes=[*DEFAULT_CLASSES, ItemClass.QUESTION])
    assert sees(world, other, patient, made)


def test_a_label_keeps_a_question_from_a_consent_but_not_from_whom_it_is_sent_to(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.QUESTION])
    made = written(world, patient, None, prescriber, labels=[Label.SEXUAL_HEALTH])
    assert (sees(world, prescriber, patient, made), sees(world, therapist, patient, made)) == (True, False)
