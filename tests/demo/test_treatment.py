"""What the story shows of the treatment: the referral, what is prescribed and followed, scores, plan, and signals."""

from typing import Any

import pytest

from tests.demo.kit import COVERING, PRESCRIBER, THERAPIST, Demo


def items(demo: Demo, who: str, what: str, of: str = "nora") -> list[dict[str, Any]]:
    """Return the first page of something in a record, as somebody reads it."""
    answer = demo.client(who).get(f"{demo.record(of)}/{what}")
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def kinds(demo: Demo, who: str, of: str = "nora") -> set[str]:
    return {signal["kind"] for signal in items(demo, who, "signals", of)}


def test_the_patient_agreed_to_the_referral_before_the_prescriber_accepted_it(told: Demo) -> None:
    for who in ("nora", THERAPIST, PRESCRIBER):
        (referral,) = items(told, who, "referrals")
        assert referral["state"] == "closed"
        assert referral["patient_answered_at"] < referral["accepted_at"]
        assert {answer["outcome"] for answer in referral["answers"]} == {"appointment", "assessed"}
    assert items(told, COVERING, "referrals") == []


def test_the_intake_was_begun_by_the_therapist_and_added_to_by_the_patient(told: Demo) -> None:
    (intake,) = items(told, PRESCRIBER, "intake")
    assert [(part["section"], part["holder"]["kind"]) for part in intake["parts"]] == [
        ("symptoms", "member"),
        ("history", "member"),
        ("goals", "patient"),
        ("already_tried", "patient"),
    ]
    assert [trial["drug_name"] for trial in items(told, PRESCRIBER, "prior-trials")] == ["St John's wort"]


def test_check_ins_name_the_changes_to_which_they_led(told: Demo) -> None:
    found = items(told, THERAPIST, "check-ins?limit=100")
    led = [one["outcome"] for one in found if one["event_id"]]
    assert sorted(led) == ["adjust", "adjust", "adjust", "adjust", "adjust", "switch"]
    assert {one["outcome"] for one in found if not one["event_id"]} == {"continue"}
    assert {one["mode"] for one in found} == {"in_person", "virtual"}


def test_the_next_check_in_is_due_two_weeks_after_the_last_change(told: Demo) -> None:
    for who in (THERAPIST, PRESCRIBER, COVERING):
        due = items(told, who, "check-ins-due")
        assert {(one["drug_name"], one["cause"]) for one in due} == {("Escitalopram", "dose_change")}
        assert {one["state"] for one in due} == {"due"}
    schedules = told.client(PRESCRIBER).get(f"{told.record()}/check-in-schedules/stop").json
    assert schedules["days"] == [7]


def test_nausea_was_answered_with_advice_and_sweating_with_the_switch(told: Demo) -> None:
    reports = {one["effect_code"]: one for one in items(told, THERAPIST, "side-effects")}
    assert {code: [a["outcome"] for a in one["answers"]] for code, one in reports.items()} == {
        "nausea": ["manage"],
        "sweating": ["switch"],
    }
    assert reports["sweating"]["answers"][0]["event_id"]


def test_a_price_and_a_refill_were_answered_and_one_request_waits_for_the_cover(told: Demo) -> None:
    (price,) = items(told, PRESCRIBER, "cost-requests")
    assert [a["outcome"] for a in price["answers"]] == ["generic"]
    refills = items(told, COVERING, "refill-requests")
    assert [[a["outcome"] for a in one["answers"]] for one in refills] == [[], ["approved"]]
    assert {"request_unanswered", "refill_before_check_in", "message_unanswered"} <= kinds(told, COVERING)


def test_the_scores_rise_after_two_changes_of_dose(told: Demo) -> None:
    forms = items(told, PRESCRIBER, "measures?questionnaire=phq-9")
    assert [form["score"] for form in reversed(forms)] == [16, 15, 14, 19, 11, 8, 6, 13]
    for who in ("nora", THERAPIST, PRESCRIBER, COVERING):
        assert "score_worse" in kinds(told, who)


def test_the_plan_that_was_not_working_was_changed_and_agreed_anew(told: Demo) -> None:
    (review,) = items(told, THERAPIST, "plan-reviews")
    assert {a["outcome"] for a in review["answers"]} == {"plan_kept", "plan_changed"}
    assert review["closed_at"] is not None
    (tablets,) = (one for one in items(told, THERAPIST, "plan") if one["kind"] == "medication")
    assert (tablets["number"], tablets["alignment"]["state"]) == (3, "aligned")
    assert {party["says"] for party in tablets["alignment"]["parties"]} == {"agree"}


@pytest.mark.parametrize("who", [THERAPIST, PRESCRIBER])
def test_each_clinician_has_one_version_of_the_plan_to_look_at(told: Demo, who: str) -> None:
    waits = [signal for signal in items(told, who, "signals") if signal["kind"] == "plan_unacknowledged"]
    assert len(waits) == 1


def test_one_question_is_answered_one_carried_over_and_one_kept_for_herself(told: Demo) -> None:
    assert [one["state"] for one in items(told, "nora", "questions")] == ["open", "carried_over", "answered"]
    assert [one["state"] for one in items(told, PRESCRIBER, "questions")] == ["carried_over", "answered"]
    assert items(told, THERAPIST, "questions") == []


def test_the_last_message_waits_for_whoever_covers(told: Demo) -> None:
    assert "message_unanswered" in kinds(told, COVERING)
    for who in (THERAPIST, PRESCRIBER):
        assert "message_unanswered" not in kinds(told, who)
    assert len(items(told, "nora", "message-threads")) == 2


def test_what_she_keeps_private_is_told_to_her_alone(told: Demo) -> None:
    assert "kept_private" in kinds(told, "nora")
    for who in (THERAPIST, PRESCRIBER, COVERING):
        client = told.client(who)
        assert "kept_private" not in kinds(told, who)
        for what in ("medications?limit=100", "medication-reminders", "signals", "medication-pairs"):
            assert b"wort" not in client.get(f"{told.record()}/{what}").data
    assert b"wort" in told.client("nora").get(f"{told.record()}/medications?limit=100").data


def test_a_form_with_a_safety_flag_reached_the_therapist_because_theo_sent_it(told: Demo) -> None:
    forms = items(told, THERAPIST, "measures", "theo")
    assert [(form["score"], form["safety_flag"]) for form in forms] == [(9, False), (18, True)]
    assert items(told, PRESCRIBER, "measures", "theo") == []
    assert "safety_flag" not in kinds(told, THERAPIST, "theo")
    assert "check_in_overdue" in kinds(told, PRESCRIBER, "theo")


def test_the_timeline_holds_doses_check_ins_side_effects_scores_and_the_plan(told: Demo) -> None:
    points = items(told, THERAPIST, "timeline?limit=100")
    assert {point["kind"] for point in points} >= {"dose_step", "check_in", "side_effect", "score", "plan_change"}
    assert [point["on"] for point in points] == sorted((point["on"] for point in points), reverse=True)


def test_whoever_covers_takes_no_part_in_the_plan(told: Demo) -> None:
    assert items(told, COVERING, "plan") == []
    tablets = next(one for one in items(told, "nora", "plan") if one["kind"] == "medication")
    assert "Helen Marsh" not in {party["name"] for party in tablets["alignment"]["parties"]}


def test_revoking_what_was_agreed_with_the_referral_closes_the_plan_to_the_prescriber(own: Demo) -> None:
    before = {one["kind"] for one in items(own, PRESCRIBER, "plan")}
    (referral,) = items(own, "nora", "referrals")
    revoked = own.client("nora").post(f"{own.record()}/consents/{referral['consent_id']}/revocation")
    assert revoked.status_code == 200
    assert before - {one["kind"] for one in items(own, PRESCRIBER, "plan")} == {"therapy"}
    assert "plan_unacknowledged" not in kinds(own, PRESCRIBER)
