"""What the story shows of special notes, of Part 2, of a preview before signing and of why."""

from typing import Any

import pytest

from careteam.demo.texts import NOTES
from careteam.policy.vocabulary import TermsFor
from careteam.services.consents import terms
from careteam.services.log.part2_notice import NOTICE
from tests.demo.kit import COVERING, PRESCRIBER, THERAPIST, Demo, sentences

DRINKING = "Drinking, in my twenties"


def special(demo: Demo, who: str) -> dict[str, Any]:
    """Return the psychotherapy notes about Nora that somebody reads, by title."""
    found = demo.client(who).get(f"{demo.record()}/notes?kind=psychotherapy_note&limit=100").json["items"]
    return {note["title"]: note for note in found}


def of_author(demo: Demo, name: str) -> dict[str, Any]:
    """Return a psychotherapy note as its author reads it by itself."""
    note = special(demo, THERAPIST)[NOTES[name].title]
    return dict(demo.client(THERAPIST).get(f"{demo.record()}/notes/{note['id']}").json)


def signed(demo: Demo, who: str, kind: str) -> list[dict[str, Any]]:
    """Return the consents of this kind that are in force."""
    found = demo.client(who).get(f"{demo.record()}/consents?status=active").json["items"]
    return [consent for consent in found if consent["kind"] == kind]


def user_id(demo: Demo, who: str) -> str:
    return str(demo.client(who).get("me").json["id"])


@pytest.mark.parametrize(
    ("who", "reads"),
    [("nora", {"the-changed-ending"}), (PRESCRIBER, {"what-the-tablet-says"}), (COVERING, set()), ("priya", None)],
)
def test_of_the_psychotherapy_notes_everybody_reads_what_was_released_to_them(
    told: Demo, who: str, reads: set[str] | None
) -> None:
    if reads is None:
        assert told.client(who).get(f"{told.record()}/notes?kind=psychotherapy_note").status_code == 404
    else:
        assert set(special(told, who)) == {NOTES[name].title for name in reads}


def test_the_release_opens_it_under_a_consent_of_its_own_kind_with_its_own_terms(own: Demo) -> None:
    (consent,) = signed(own, "nora", "psychotherapy_notes")
    shown = terms.current(TermsFor.PSYCHOTHERAPY_NOTES)
    assert (consent["signature"]["terms_sha256"], consent["missing_elements"]) == (shown.sha256, [])
    revoked = own.client("nora").post(f"{own.record()}/consents/{consent['id']}/revocation")
    assert revoked.json["seen"] == []  # what is not released to her is not told to her
    assert special(own, PRESCRIBER) == {}


def test_the_patients_log_tells_of_the_note_that_was_released_to_her_and_of_no_other(told: Demo) -> None:
    told_of = [sentence for sentence in sentences(told) if "psychotherapy" in sentence]
    assert "Imani Brooks released a note to somebody: 1 psychotherapy note of Imani Brooks." in told_of
    assert not [sentence for sentence in told_of if sentence.startswith("Samuel Osei")]


def test_its_author_alone_sees_that_the_prescriber_read_it(told: Demo) -> None:
    note = of_author(told, "what-the-tablet-says")
    log = told.client(THERAPIST).get(f"{told.record()}/notes/{note['id']}/access-log").json["items"]
    assert [event["why"] for event in log if event["actor"]["name"] == "Samuel Osei"][-1] == "release"


def test_the_checker_points_out_what_her_draft_should_not_hold_and_the_rest_passes(told: Demo) -> None:
    (found,) = of_author(told, "what-i-bring")["belongs_elsewhere"]
    assert (found["category"], "escitalopram 15 mg" in found["text"]) == ("medication", True)
    for name in ("what-the-tablet-says", "the-changed-ending", "between-the-lines"):
        assert of_author(told, name)["belongs_elsewhere"] == []


def test_what_it_points_out_goes_into_a_progress_note_in_one_call(own: Demo) -> None:
    note = of_author(own, "what-i-bring")
    spans = [{"from": found["from"], "to": found["to"]} for found in note["belongs_elsewhere"]]
    moves = f"{own.record()}/notes/{note['id']}/moves"
    moved = own.client(THERAPIST).post(moves, {"spans": spans}, version=note["version"])
    assert moved.status_code == 201, moved.json
    assert "escitalopram 15 mg" in moved.json["progress_note"]["body"]
    assert moved.json["special_note"]["belongs_elsewhere"] == []


def test_what_is_under_part_2_comes_with_its_notice_and_to_the_named_prescriber_only(told: Demo) -> None:
    place = f"{told.record()}/conditions"
    answer = told.client(PRESCRIBER).get(place)
    assert DRINKING in [condition["name"] for condition in answer.json["items"]]
    assert answer.headers["X-Part2-Notice"] == answer.json["part2_notice"]["text"] == NOTICE.text
    (scope,) = answer.json["part2_notice"]["scope"]
    (consent,) = (c for c in signed(told, "nora", "sharing") if c["labels"])
    assert (scope["consent_id"], scope["labels"]) == (consent["id"], ["substance_use"])
    for who in (THERAPIST, COVERING):
        other = told.client(who).get(place)
        assert DRINKING not in [condition["name"] for condition in other.json["items"]]
        assert (other.json.get("part2_notice"), "X-Part2-Notice" in other.headers) == (None, False)


def test_the_consent_that_lists_substance_use_holds_all_elements_under_its_own_terms(told: Demo) -> None:
    (consent,) = (c for c in signed(told, "nora", "sharing") if c["labels"])
    assert consent["signature"]["terms_sha256"] == terms.current(TermsFor.SUBSTANCE_USE).sha256
    assert consent["missing_elements"] == []


def test_she_looked_at_what_signing_would_open_and_has_not_signed(told: Demo) -> None:
    looked = "Nora Whitfield looked at what signing a consent would open: 3 coordination notes of Imani Brooks."
    assert looked in sentences(told)
    nora = told.client("nora")
    (asked,) = nora.get(f"{told.record()}/consents?status=requested").json["items"]
    preview = nora.post(f"{told.record()}/consents/{asked['id']}/preview").json
    gained = {r["name"]: sum(change["gained"]["count"] for change in r["changes"]) for r in preview["readers"]}
    assert {name: count for name, count in gained.items() if count} == {"Helen Marsh": 3}


def test_why_is_another_answer_before_the_revocation(told: Demo) -> None:
    assert "Nora Whitfield asked why something of your record is read or not." in sentences(told)
    nora, record = told.client("nora"), told.record()
    (revoked,) = nora.get(f"{record}/consents?status=revoked").json["items"]
    asked = f"{record}/decisions?actor={user_id(told, PRESCRIBER)}&class=progress_note"
    then = nora.get(f"{asked}&as_of={revoked['signature']['signed_at']}").json["decisions"]
    by_holder = [
        {d["holder"].get("user_id"): d["decision"] for d in found}[user_id(told, THERAPIST)]
        for found in (then, nora.get(asked).json["decisions"])
    ]
    assert by_holder == ["permit", "deny"]


def test_she_printed_the_receipt_and_read_the_accounting_and_her_notices(told: Demo) -> None:
    log = sentences(told)
    assert "Nora Whitfield printed the receipt of a revocation." in log
    assert "Nora Whitfield looked at the accounting of what was disclosed." in log
    notices = told.client("nora").get("me/notices?limit=100").json
    assert notices["unread"] == 1
    assert [n["kind"] for n in notices["items"] if n["read_at"] is None] == ["consent_requested"]
