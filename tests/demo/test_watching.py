"""What the story shows of an emergency, of a questioned access, and of who acts for a patient."""

from typing import Any

from tests.demo.kit import PRESCRIBER, THERAPIST, Demo, sentences

OFFICER = "priya"
PUT_DOWN = "Clara Lindgren, on behalf of Theo Lindgren, added a medication to your list: 1 medication of your own."


def emergency(demo: Demo, who: str) -> Any:
    (found,) = demo.client(who).get(f"{demo.record('theo')}/emergency-access").json["items"]
    return found


def practice(demo: Demo) -> str:
    """Return the address of the practice whose privacy officer is in the cast."""
    return f"/api/v1/practices/{emergency(demo, 'theo')['practice']['id']}"


def drugs(demo: Demo, who: str) -> set[str]:
    found = demo.client(who).get(f"{demo.record('theo')}/medications?limit=100").json["items"]
    return {entry["drug_name"] for entry in found}


def test_the_emergency_opened_three_classes_for_an_hour_and_theo_reads_what_was_shown(told: Demo) -> None:
    for who in ("theo", PRESCRIBER):
        found = emergency(told, who)
        assert (found["user"]["name"], found["open"]) == ("Samuel Osei", False)
        assert {(line["class"], line["name"], line["items"]) for line in found["disclosed"]} == {
            ("condition", "the patient", 1),
            ("medication", "the patient", 2),
            ("progress_note", "Imani Brooks", 1),
        }
    assert any("under emergency access" in sentence for sentence in sentences(told, "theo"))


def test_after_its_hour_the_prescriber_reads_his_own_and_nothing_else(told: Demo) -> None:
    assert drugs(told, PRESCRIBER) == {"Mirtazapine"}
    seen = told.client(PRESCRIBER).get(f"{told.record('theo')}/shared-record").json
    assert {note["title"] for note in seen["notes"]["items"]} == {"Evaluation"}


def test_a_privacy_officer_found_it_justified_and_learnt_no_name(told: Demo) -> None:
    review = emergency(told, "theo")["review"]
    assert (review["closed"], review["outcome"], review["steps"][0]["by"]["name"]) == (True, "justified", "Priya Nair")
    queue = told.client(OFFICER).get(f"{practice(told)}/emergency-reviews")
    assert [(one["user"]["name"], one["closed"]) for one in queue.json["items"]] == [("Samuel Osei", True)]
    assert b"Lindgren" not in queue.data


def test_the_question_was_answered_and_who_looked_was_told_nothing_of_it(told: Demo) -> None:
    (case,) = told.client("nora").get(f"{told.record()}/cases").json["items"]
    assert (case["state"], case["outcome"]) == ("answered", "explained")
    assert case["event"]["sentence"] == "Helen Marsh asked for the shared record and was refused."
    assert len(case["messages"]) == 2
    kinds = {notice["kind"] for notice in told.client("helen").get("me/notices?limit=100").json["items"]}
    assert not {kind for kind in kinds if kind.startswith(("case", "access"))}


def test_the_officer_reads_the_case_and_no_record(told: Demo) -> None:
    officer = told.client(OFFICER)
    (case,) = officer.get(f"{practice(told)}/cases").json["items"]
    assert case["patient"]["name"] == "Nora Whitfield"
    for of in ("nora", "theo"):
        assert officer.get(f"{told.record(of)}/shared-record").status_code == 404


def test_theos_daughter_reads_and_reports_on_his_behalf(told: Demo) -> None:
    assert drugs(told, "clara") == drugs(told, "theo") == {"Mirtazapine", "Valerian root", "Amlodipine"}
    assert PUT_DOWN in sentences(told, "theo")
    for who in (PRESCRIBER, THERAPIST):
        assert "Amlodipine" not in drugs(told, who)


def test_she_signs_nothing_and_reads_nobody_elses_record(own: Demo) -> None:
    document = {"disclosers": ["team"], "recipients": ["role:prescriber"], "classes": ["medication"]}
    clara = own.client("clara")
    assert clara.post(f"{own.record('theo')}/consents", document).status_code == 403
    assert clara.get(f"{own.record()}/shared-record").status_code == 404


def test_theo_ends_it_and_her_next_read_finds_nothing(own: Demo) -> None:
    place = f"{own.record('theo')}/representations"
    (standing,) = own.client("theo").get(place).json["items"]
    assert standing["state"] == "standing"
    ended = own.client("theo").post(f"{place}/{standing['id']}/end")
    assert ended.status_code == 200, ended.json
    assert own.client("clara").get(f"{own.record('theo')}/shared-record").status_code == 404
