"""Questionnaires answered: score and band, whose they are, who reads them, and what their changes rest on."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from careteam import questionnaires
from careteam.models import AccessEvent, AccessEventItem, Measure, MedicationEvent, Membership
from careteam.policy.vocabulary import MedicationChange, MedicationSource
from tests.measures.acts import BOTH, MEASURE, answers, listed, post, read, record, scoring
from tests.policy.test_questionnaires import SMALL
from tests.queries import statements
from tests.world import Person, World

MARCH = date(2026, 3, 1)


def test_answers_become_a_score_with_its_band(world: World) -> None:
    patient, *_ = world.trio()
    made = record(world, patient, patient, questionnaire="gad-7", answers=answers("gad-7", 2, q1=3), date="2026-03-01")
    assert (made["score"], made["band"], made["lowest"], made["highest"]) == (15, "severe", 0, 21)
    assert (made["class"], made["source"], made["date"], made["title"]) == ("measure", "entered", "2026-03-01", "GAD-7")
    assert made["holder"] == {"kind": "patient"}
    first, second = made["answers"][:2]
    assert first == {
        "item": "1", "text": "Feeling nervous, anxious or on edge", "value": 3, "answer": "Nearly every day",
    }  # fmt: skip
    assert (second["value"], len(made["answers"])) == (2, 7)
    assert (made["remission"], made["response"], made["since_baseline"], made["safety"]) == (None, None, None, None)


def test_an_unscored_question_is_kept_and_counts_for_nothing(world: World) -> None:
    patient, *_ = world.trio()
    made = record(world, patient, patient, answers=answers(value=0, qdifficulty=2))
    assert (made["score"], made["answers"][-1]["answer"], made["remission"]) == (0, "Very difficult", True)


def test_answers_are_stored_sealed(world: World) -> None:
    patient, *_ = world.trio()
    record(world, patient, patient)
    (row,) = world.session.scalars(select(Measure))
    assert row.answers is not None
    assert b'"1"' not in row.answers


BAD: list[dict[str, Any]] = [
    {"questionnaire": "phq-8"},
    {"questionnaire": "phq-9-teens", "answers": {}},
    {"answers": {}},
    {"answers": {**answers(), "9": 4}},
    {"answers": {**answers(), "9": True}},
    {"answers": {**answers(), "9": 1.0}},
    {"answers": {**answers(), "9": "1"}},
    {"answers": {**answers(), "10": 1}},
    {"answers": [1] * 9},
    {"answers": {k: v for k, v in answers().items() if k != "4"}},
    {"date": "2150-01-01"},
    {"date": "1889-01-01"},
    {"score": 9},
    {"request_id": "01990000-0000-7000-8000-000000000009"},
    {"send_to": ["01990000-0000-7000-8000-000000000009"]},
    {"part2": True},
]


@pytest.mark.parametrize("said", BAD)
def test_what_cannot_be_scored_is_refused_and_leaves_nothing(world: World, said: dict[str, Any]) -> None:
    patient, *_ = world.trio()
    answer = post(world, patient, patient, **said)
    assert (answer.status_code, bool(answer.json["errors"])) == (422, True)
    assert listed(world, patient, patient) == []


def test_the_fault_names_the_question(world: World) -> None:
    patient, *_ = world.trio()
    short = {k: v for k, v in answers().items() if k != "4"}
    assert set(post(world, patient, patient, answers=short).json["errors"]["answers"]) == {"4"}


# who holds it, who reads it ---------------------------------------------------------------------


def test_what_is_done_with_a_clinician_is_held_by_the_clinician(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = record(world, therapist, patient, 12)
    assert made["holder"] == {"kind": "member", "user_id": str(therapist.user_id)}
    assert (made["sent_to"], made["delivery"]) == (None, None)
    assert [m["score"] for m in listed(world, patient, patient)] == [12]
    assert listed(world, prescriber, patient) == []
    answer = post(world, therapist, patient, send_to=[str(prescriber.user_id)])
    assert (answer.status_code, "Only the patient" in answer.json["errors"]["send_to"][0]) == (422, True)


def test_the_patient_sends_it_and_that_opens_this_one_form(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = record(world, patient, patient, 12, send_to=[str(prescriber.user_id)])
    kept = record(world, patient, patient, 14)
    assert [m["name"] for m in made["delivery"]["sent_to"]] == [prescriber.name]
    assert [m["name"] for m in made["sent_to"]] == [prescriber.name]
    assert (kept["delivery"]["read_by"], "Nobody but you" in kept["delivery"]["note"]) == ([], True)
    assert [(m["id"], m["sent_to"]) for m in listed(world, prescriber, patient)] == [(made["id"], None)]
    assert listed(world, therapist, patient) == []
    read(world, prescriber, patient, kept, 404)


def test_before_consent_after_it_and_after_revocation(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = record(world, therapist, patient, 12)
    where = f"{patient.record}/measures/{made['id']}"
    absent = world.client(prescriber).get(f"{patient.record}/measures/01990000-0000-7000-8000-000000000009")
    assert world.client(prescriber).get(where).data == absent.data
    consent = world.consent(patient, classes=MEASURE)
    assert read(world, prescriber, patient, made)["score"] == 12
    revoked = world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation", {})
    assert revoked.status_code == 200, revoked.json
    assert world.client(prescriber).get(where).data == absent.data
    assert listed(world, prescriber, patient) == []


@pytest.mark.parametrize("labels", [[], ["hiv"]])
def test_a_label_keeps_it_from_a_consent_that_does_not_list_it(world: World, labels: list[str]) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=MEASURE)
    record(world, therapist, patient, 12, labels=labels)
    assert len(listed(world, prescriber, patient)) == (not labels)


def test_who_acts_for_the_patient_reports_and_sends(world: World) -> None:
    patient, therapist, _ = world.trio()
    helper = world.user("Rhea Onbehalf")
    world.acts_for(patient, helper, classes=MEASURE)
    made = record(world, helper, patient, 12, send_to=[str(therapist.user_id)])
    assert (made["holder"], made["on_behalf_of"]["kind"]) == ({"kind": "patient"}, "patient")
    assert [m["name"] for m in made["sent_to"]] == [therapist.name]
    other = world.user("Rick Onbehalf")
    world.acts_for(patient, other, classes=[])
    assert post(world, other, patient).status_code == 403


def test_strangers_find_nothing_and_former_members_write_nothing(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, 12)
    stranger = world.therapist("Stella Stranger")
    for who in (stranger, world.patient("Noor Haddad")):
        assert post(world, who, patient).status_code == 404
        read(world, who, patient, made, 404)
    world.session.execute(update(Membership).where(Membership.user_id == therapist.user_id).values(ended_at=world.now))
    world.session.commit()
    assert post(world, therapist, patient).status_code == 403
    assert read(world, therapist, patient, made)["version"] is None
    assert post(world, None, patient).status_code == 401


# changes ------------------------------------------------------------------------------------------


def days(number: int) -> str:
    return str(MARCH + timedelta(days=number))


def test_response_and_remission_are_those_of_the_first_score(world: World) -> None:
    patient, *_ = world.trio()
    for number, points in enumerate((20, 11, 10, 4)):
        record(world, patient, patient, points, date=days(number))
    found = [
        ((m["since_baseline"] or {}).get("change"), m["response"], m["remission"])
        for m in reversed(listed(world, patient, patient))
    ]
    assert found == [(None, None, False), (-9, False, False), (-10, True, False), (-16, True, True)]


def test_the_baseline_is_the_first_that_this_viewer_can_read(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    record(world, patient, patient, 20, date=days(0))
    second = record(world, therapist, patient, 16, date=days(7))
    third = record(world, therapist, patient, 8, date=days(14))
    world.consent(patient, classes=MEASURE)
    own, others = (read(world, who, patient, third) for who in (patient, prescriber))
    assert (own["since_baseline"]["score"], own["response"]) == (20, True)
    assert others["since_baseline"] == {"measure_id": second["id"], "date": days(7), "score": 16, "change": -8}
    assert read(world, prescriber, patient, second)["since_baseline"] is None


def test_what_a_viewer_cannot_read_changes_nothing_of_their_answer(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=MEASURE)
    made = record(world, therapist, patient, 16, date=days(7))
    reading = world.client(prescriber)
    where = [f"{patient.record}/measures", f"{patient.record}/measures/{made['id']}"]
    before = [reading.get(place).data for place in where]
    record(world, patient, patient, 20, date=days(0))
    record(world, therapist, patient, 27 - 9, date=days(1), labels=["hiv"])
    assert [reading.get(place).data for place in where] == before


def test_questionnaires_are_compared_with_themselves_only(world: World) -> None:
    patient, *_ = world.trio()
    record(world, patient, patient, 20, date=days(0))
    made = record(world, patient, patient, questionnaire="gad-7", answers=answers("gad-7"), date=days(1))
    assert made["since_baseline"] is None


def stepped(world: World, entry: Any, kind: MedicationChange, on: date, position: int = 2, **values: Any) -> None:
    """Add a change to an entry."""
    made = {"author_id": entry.author_id, "created_at": world.now, **values}
    world.add(MedicationEvent(medication_id=entry.id, position=position, kind=kind, effective_on=on, **made))


def since_dose(world: World, who: Person, about: Person, made: Any) -> Any:
    found = read(world, who, about, made)["since_dose_change"]
    return found and (found["changed_on"], found["score"], found["change"])


def test_the_change_since_the_last_dose_needs_both_parts(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    record(world, therapist, patient, 12, date=days(0))
    made = record(world, therapist, patient, 18, date=days(20))
    entry = world.medication(patient, prescriber, on=MARCH - timedelta(days=30))
    stepped(world, entry, MedicationChange.DOSE_CHANGE, MARCH + timedelta(days=7))
    assert since_dose(world, patient, patient, made) == (days(7), 12, 6)
    assert since_dose(world, therapist, patient, made) is None
    consent = world.consent(patient, classes=BOTH)
    assert since_dose(world, therapist, patient, made) == (days(7), 12, 6)
    assert since_dose(world, prescriber, patient, made) == (days(7), 12, 6)
    assert world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation", {}).status_code == 200
    assert since_dose(world, therapist, patient, made) is None


COUNTS: list[tuple[MedicationChange, int, dict[str, Any], bool]] = [
    (MedicationChange.DOSE_CHANGE, 7, {}, True),
    (MedicationChange.HOLD, 7, {}, True),
    (MedicationChange.STOP, 7, {}, True),
    (MedicationChange.CONFIRM, 7, {}, False),
    (MedicationChange.DOSE_CHANGE, 20, {}, False),
    (MedicationChange.DOSE_CHANGE, 25, {}, False),
    (MedicationChange.DOSE_CHANGE, 7, {"withdrawn": True}, False),
]


@pytest.mark.parametrize(("kind", "on", "values", "counts"), COUNTS)
def test_only_a_change_that_holds_before_the_day_counts(
    world: World, kind: MedicationChange, on: int, values: dict[str, Any], counts: bool
) -> None:
    patient, _, prescriber = world.trio()
    record(world, patient, patient, 12, date=days(0))
    made = record(world, patient, patient, 18, date=days(20))
    entry = world.medication(patient, prescriber, on=MARCH - timedelta(days=30))
    stepped(world, entry, kind, MARCH + timedelta(days=on), withdrawn_at=world.now if values else None)
    assert since_dose(world, patient, patient, made) == ((days(7), 12, 6) if counts else None)


def test_what_the_patient_takes_without_a_prescription_is_no_dose_change(world: World) -> None:
    patient, *_ = world.trio()
    record(world, patient, patient, 12, date=days(0))
    made = record(world, patient, patient, 18, date=days(20))
    world.medication(patient, patient, source=MedicationSource.PATIENT, on=MARCH + timedelta(days=7))
    assert since_dose(world, patient, patient, made) is None


def test_what_a_score_is_compared_with_is_logged_as_disclosed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    first = record(world, therapist, patient, 12, date=days(0))
    made = record(world, therapist, patient, 18, date=days(20))
    entry = world.medication(patient, prescriber, on=MARCH + timedelta(days=7))
    world.consent(patient, classes=BOTH)
    read(world, therapist, patient, made)
    query = select(AccessEventItem.item_id).join(AccessEvent, AccessEvent.id == AccessEventItem.event_id)
    last = select(AccessEvent.id).where(AccessEvent.act == "read-measure").order_by(AccessEvent.id.desc()).limit(1)
    shown = {str(i) for i in world.session.scalars(query.where(AccessEvent.id == last.scalar_subquery()))}
    assert shown == {made["id"], first["id"], str(entry.id)}


# entered in error, lists -----------------------------------------------------------------------------


def test_what_is_entered_in_error_stays_readable_and_counts_for_nothing(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=MEASURE)
    wrong = record(world, therapist, patient, answers=answers(value=3), date=days(0))
    made = record(world, therapist, patient, 8, date=days(7))
    where = f"{patient.record}/measures/{wrong['id']}/entered-in-error"
    assert world.client(prescriber).post(where, {"reason": "No."}, version=1).status_code == 403
    assert world.client(therapist).post(where, {"reason": "Wrong form."}).status_code == 428
    marked = world.client(therapist).post(where, {"reason": "Wrong form."}, version=1).json
    assert (marked["entered_in_error_reason"], marked["score"], marked["remission"]) == ("Wrong form.", 27, None)
    assert (marked["safety_flag"], marked["safety"]) == (False, None)
    assert read(world, prescriber, patient, made)["since_baseline"] is None
    assert world.client(therapist).post(where, {"reason": "Again."}, version=2).status_code == 409


def test_a_list_is_filtered_and_paged(world: World) -> None:
    patient, *_ = world.trio()
    for number in range(4):
        record(world, patient, patient, 10 + number, date=days(number))
    record(world, patient, patient, questionnaire="gad-7", answers=answers("gad-7"), date=days(9))
    first: Any = world.client(patient).get(f"{patient.record}/measures?questionnaire=phq-9&limit=3").json
    rest = listed(world, patient, patient, f"?questionnaire=phq-9&limit=3&cursor={first['next']}")
    assert [m["score"] for m in (*first["items"], *rest)] == [13, 12, 11, 10]
    assert [m["score"] for m in listed(world, patient, patient, f"?from_date={days(1)}&through_date={days(2)}")] == [
        12,
        11,
    ]
    assert world.client(patient).get(f"{patient.record}/measures?sort=score").status_code == 422


def test_a_list_asks_the_database_as_often_for_many_as_for_two(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=BOTH)
    world.medication(patient, prescriber, on=MARCH)
    counts = []
    for number in (2, 30):
        for one in range(number):
            world.add(bare(world, patient, therapist, MARCH + timedelta(days=one + number)))
        with statements(world.app) as sent:
            listed(world, prescriber, patient, "?limit=100")
        counts.append(len(sent))
    assert counts[0] == counts[1]


def bare(world: World, patient: Person, holder: Person, on: date) -> Measure:
    """A row with a score alone."""
    made = {"created_at": world.now, "updated_at": world.now, "questionnaire_version": "1", "flagged": False}
    by = {"patient_id": patient.patient_id, "author_id": holder.user_id, "holder_id": holder.user_id}
    said = {"questionnaire": "phq-9", "source": "entered", "score": 7, "band": "mild", "item_class": "measure"}
    return Measure(date=on, **made, **by, **said)


# a further questionnaire ---------------------------------------------------------------------------


def test_a_further_questionnaire_is_a_further_file(
    world: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sleep.json").write_text(json.dumps(SMALL))
    monkeypatch.setattr(questionnaires, "FOLDER", tmp_path)
    patient, therapist, _ = world.trio()
    client = world.client(patient)
    assert [q["id"] for q in client.get("questionnaires").json["items"]] == ["sleep-2"]
    told: Any = client.get("questionnaires/sleep-2").json
    given = {item["id"]: item["options"][-1]["value"] for item in told["items"]}
    made = record(world, patient, patient, questionnaire="sleep-2", answers=given, send_to=[str(therapist.user_id)])
    assert (made["score"], made["band"], made["safety_flag"]) == (4, "poor", True)
    later = record(world, patient, patient, questionnaire="sleep-2", answers=dict.fromkeys(given, 0))
    assert (later["since_baseline"]["change"], later["response"], later["remission"]) == (-4, True, True)
    assert read(world, therapist, patient, made)["answers"][0]["answer"] == "often"
    assert post(world, patient, patient).status_code == 422


def test_a_questionnaire_whose_file_is_gone_is_shown_without_its_words(
    world: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, *_ = world.trio()
    made = record(world, patient, patient, answers=scoring(4))
    monkeypatch.setattr(questionnaires, "FOLDER", tmp_path)
    shown = read(world, patient, patient, made)
    assert (shown["score"], shown["band"], shown["title"], shown["remission"]) == (4, "minimal", "phq-9", None)
    assert shown["answers"][0] == {"item": "1", "text": None, "value": 3, "answer": None}


def test_questionnaires_are_there_for_whoever_is_signed_in(world: World) -> None:
    patient, *_ = world.trio()
    found: Any = world.client(patient).get("questionnaires").json["items"]
    assert [(q["id"], q["answered_here"]) for q in found] == [("gad-7", True), ("phq-9", True), ("phq-9-teens", False)]
    whole: Any = world.client(patient).get("questionnaires/phq-9").json
    assert (whole["items"][8]["code"], whole["bands"][3]["id"]) == ("44260-8", "moderately_severe")
    assert whole["safety"] == [{"item": "9", "above": 0}]
    assert world.client(patient).get("questionnaires/phq-8").status_code == 404
    assert world.client(None).get("questionnaires").status_code == 401
