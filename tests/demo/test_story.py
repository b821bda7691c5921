"""What the story promises, asked through the API as its people."""

from typing import Any

import pytest

from careteam.demo.cast import CAST
from careteam.demo.texts import ADDENDA, NOTES, OF_THE_PRESCRIBERS, OF_THE_THERAPIST
from careteam.services.consents import terms
from tests.demo.kit import COVERING, PRESCRIBER, THERAPIST, Demo, sentences

ABSENT = "01a2089b-0000-7000-8000-000000000000"


def titles(demo: Demo, who: str, **filters: str) -> set[str]:
    """Return the titles of Nora's notes that somebody reads, all pages."""
    query = "&".join(["limit=100", *(f"{k}={v}" for k, v in filters.items())])
    return {n["title"] for n in demo.client(who).get(f"{demo.record()}/notes?{query}").json["items"]}


def drugs(demo: Demo, who: str) -> dict[str, Any]:
    """Return Nora's medication entries that somebody reads, by drug."""
    found = demo.client(who).get(f"{demo.record()}/medications?limit=100").json["items"]
    return {entry["drug_name"]: entry for entry in found}


def named(*names: str) -> set[str]:
    return {NOTES[name].title for name in names}


def test_the_consent_of_the_referral_opens_what_the_therapist_writes_for_the_prescriber(told: Demo) -> None:
    written_for_him = titles(told, PRESCRIBER, kind="coordination_note")
    from_the_therapist = written_for_him - {t.title for t in OF_THE_PRESCRIBERS.values()}
    assert from_the_therapist == named("before-the-first-visit", "something-from-the-pharmacy", "what-i-see")


def test_the_wide_consent_opens_everything_of_the_prescriber_to_the_therapist(told: Demo) -> None:
    assert titles(told, THERAPIST) >= {t.title for n, t in OF_THE_PRESCRIBERS.items() if n != "theo-evaluation"}


def test_what_the_prescriber_read_before_the_revocation_is_closed_and_on_the_receipt(told: Demo) -> None:
    nora, record = told.client("nora"), told.record()
    (revoked,) = nora.get(f"{record}/consents?status=revoked").json["items"]
    receipt = nora.get(f"{record}/consents/{revoked['id']}/revocation").json
    assert receipt["covered"]["classes"] == ["progress_note"]
    assert [seen["items"] for seen in receipt["seen"]] == [6]
    assert titles(told, PRESCRIBER, kind="progress_note") == named(
        "first-evaluation", "two-weeks", "as-needed", "switch", "going-through-the-list"
    )
    shared = told.client(PRESCRIBER).get(f"{record}/shared-record").json
    of_the_therapist = next(h["shared"] for h in shared["sharing"] if h["name"] == "Imani Brooks")
    assert {"coordination_note", "medication"} <= set(of_the_therapist)
    assert "progress_note" not in of_the_therapist


def test_labels_keep_a_note_and_an_entry_from_readers_under_consents(told: Demo) -> None:
    assert "Levonorgestrel and ethinylestradiol" in drugs(told, "nora")
    for who in (THERAPIST, PRESCRIBER, COVERING):
        assert "Levonorgestrel and ethinylestradiol" not in drugs(told, who)
    earlier = NOTES["an-earlier-relationship"].title
    assert earlier in titles(told, THERAPIST) & titles(told, "nora")
    assert not any("an earlier relationship" in sentence.lower() for sentence in sentences(told))


def test_the_psychotherapy_note_is_there_for_its_author_and_for_nobody_else(told: Demo) -> None:
    listed = told.client(THERAPIST).get(f"{told.record()}/notes?kind=psychotherapy_note").json["items"]
    (kept,) = (n["id"] for n in listed if n["title"] == NOTES["between-the-lines"].title)
    for who in ("nora", PRESCRIBER, COVERING, "priya"):
        client = told.client(who)
        hidden = client.get(f"{told.record()}/notes/{kept}")
        assert hidden.status_code == 404
        assert hidden.data == client.get(f"{told.record()}/notes/{ABSENT}").data


def test_the_drafts_are_there_for_their_author_only(told: Demo) -> None:
    assert titles(told, THERAPIST, status="draft") == named("unfinished", "what-i-bring")
    assert not named("unfinished", "what-i-bring") & (titles(told, "nora") | titles(told, PRESCRIBER))


def test_an_addendum_and_a_note_entered_in_error_are_there_with_their_words(told: Demo) -> None:
    notes = told.client("nora").get(f"{told.record()}/notes?limit=100").json["items"]
    assert {n["title"]: [a["body"] for a in n["addenda"]] for n in notes if n["addenda"]} == {
        NOTES["nightmares"].title: [ADDENDA["nightmares"]]
    }
    (wrong,) = (n for n in notes if n["status"] == "entered_in_error")
    assert wrong["entered_in_error_reason"].startswith("There was no session")


def test_the_medication_list_tells_doses_holds_a_stop_and_a_switch(told: Demo) -> None:
    found = drugs(told, "nora")
    kinds = {name: [e["kind"] for e in entry["events"]] for name, entry in found.items()}
    assert kinds["Sertraline"] == ["start", "dose_change", "dose_change", "dose_change", "switch"]
    assert kinds["Hydroxyzine"] == ["start", "hold", "resume", "stop"]
    assert found["Sertraline"]["events"][-1]["switched_to"] == found["Escitalopram"]["id"]
    assert (found["Escitalopram"]["status"], found["Escitalopram"]["dose"]["value"]) == ("active", 10)
    sources = {name: entry["source"] for name, entry in found.items()}
    assert (sources["Melatonin"], sources["Diphenhydramine"]) == ("patient", "patient_stated")


def test_the_list_says_who_confirmed_and_reviewed_it(told: Demo) -> None:
    listed = told.client("nora").get(f"{told.record()}/medications?limit=100").json
    ids = {who: told.client(who).get("me").json["id"] for who in (PRESCRIBER, COVERING)}
    assert listed["last_reviewed"]["by"] == ids[PRESCRIBER]
    confirmed = {e["drug_name"]: e["last_confirmed"] for e in listed["items"]}
    assert confirmed["Escitalopram"]["by"] == ids[COVERING]


def test_what_the_prescriber_found_out_ended_his_own_statement(told: Demo) -> None:
    found = told.client(PRESCRIBER).get(f"{told.record()}/allergies").json["items"]
    own = {a["kind"]: a for a in found if a["author_id"] == told.client(PRESCRIBER).get("me").json["id"]}
    ended, allergy = own["no_known_allergies"], own["allergy"]
    assert (ended["current"], ended["superseded_by"], ended["covers"]) == (False, allergy["id"], "medication")
    assert (allergy["substance"], allergy["contradicted_by"]) == ("Penicillin", [])
    assert allergy["reactions"][0]["manifestation"].startswith("Rash")


def test_the_therapists_statement_stands_against_it_for_whoever_reads_both(told: Demo) -> None:
    for who in ("nora", THERAPIST):
        listed = told.client(who).get(f"{told.record()}/allergies").json
        standing = {a["covers"]: len(a["contradicted_by"]) for a in listed["items"] if a["current"] and a["covers"]}
        assert standing == {"everything": 2}
        assert listed["contradiction"]
    for who in (PRESCRIBER, COVERING):
        listed = told.client(who).get(f"{told.record()}/allergies").json
        assert {a["covers"] for a in listed["items"]} == {None, "medication"}
        assert listed["contradiction"] is None


def test_a_condition_tells_how_it_went_on(told: Demo) -> None:
    conditions = told.client(THERAPIST).get(f"{told.record()}/conditions").json["items"]
    statuses = {c["name"].partition(",")[0]: c["clinical_status"] for c in conditions}
    assert statuses == {"Depressive episode": "active", "Major depressive disorder": "remission"}
    (changed,) = (c["changes"][0] for c in conditions if c["changes"])
    assert (changed["before"]["clinical_status"], changed["changed"]) == ("active", ["clinical_status"])


def test_the_restriction_closes_progress_notes_to_the_covering_prescriber(told: Demo) -> None:
    shared = told.client(COVERING).get(f"{told.record()}/shared-record").json
    sections = {h["name"]: h["shared"] for h in shared["sharing"]}
    assert "progress_note" not in sections["Samuel Osei"]
    assert "medication" in sections["Samuel Osei"]
    assert titles(told, COVERING) == named("away", "what-to-watch")


def test_the_covering_prescriber_is_a_current_member(told: Demo) -> None:
    team = told.client("nora").get(f"{told.record()}/team").json["members"]
    assert {(m["role"], m["kind"], m["state"]) for m in team} == {
        ("therapist", "treating", "current"),
        ("prescriber", "treating", "current"),
        ("prescriber", "covering", "current"),
    }


def test_the_access_log_tells_what_was_read_and_who_was_refused(told: Demo) -> None:
    log = sentences(told)
    assert "Helen Marsh asked for the shared record and was refused." in log
    assert (
        "Samuel Osei looked through your notes: 4 progress notes of Imani Brooks, 2 progress notes of Samuel Osei."
        in log
    )
    revoked = log.index("Nora Whitfield revoked a consent.")
    assert log[revoked + 1] == "Nora Whitfield read this access log."


def test_a_waiting_request_opens_the_notes_once_it_is_signed(own: Demo) -> None:
    nora, record = own.client("nora"), own.record()
    (asked,) = nora.get(f"{record}/consents?status=requested").json["items"]
    assert not named("what-i-see") & titles(own, COVERING)
    signature = {
        "typed_name": "Nora Whitfield",
        "password": CAST["nora"].password,
        "terms_sha256": terms.current().sha256,
    }
    signed = nora.post(f"{record}/consents/{asked['id']}/signature", signature, version=asked["version"])
    assert signed.status_code == 200
    assert named("what-i-see") <= titles(own, COVERING)


def test_revoking_what_is_left_closes_it_with_the_next_read(own: Demo) -> None:
    nora, record = own.client("nora"), own.record()
    for consent in nora.get(f"{record}/consents?status=active").json["items"]:
        assert nora.post(f"{record}/consents/{consent['id']}/revocation").status_code == 200
    assert titles(own, PRESCRIBER) <= {t.title for t in OF_THE_PRESCRIBERS.values()}
    assert titles(own, THERAPIST) <= {t.title for t in OF_THE_THERAPIST.values()}


def test_the_second_patient_shares_nothing_yet(told: Demo) -> None:
    for who in (THERAPIST, PRESCRIBER):
        caseload = told.client(who).get("patients").json["items"]
        assert [p["name"] for p in caseload] == ["Nora Whitfield", "Theo Lindgren"]
        assert caseload[1]["shared"] == []
    seen = told.client(THERAPIST).get(f"{told.record('theo')}/shared-record").json
    assert {n["title"] for n in seen["notes"]["items"]} == named("theo-first", "theo-later")
    assert seen["medications"]["empty"] == "nothing that you can see"


@pytest.mark.parametrize("who", ["gwen", "luis", "priya", "theo", "clara"])
def test_administrators_officers_and_other_patients_find_nothing(told: Demo, who: str) -> None:
    client = told.client(who)
    refused = client.get(f"{told.record()}/shared-record")
    assert refused.status_code == 404
    assert refused.data == client.get(f"/api/v1/patients/{ABSENT}/shared-record").data


def test_the_file_holds_no_text_in_clear(told: Demo) -> None:
    stored = told.bytes()
    told_texts = [*ADDENDA.values(), *(part for text in NOTES.values() for part in (text.title, text.body))]
    others = [
        "There was no session on Thursday",
        "Delays sleep",
        "Rash all over",
        "Major depressive",
        "Penicillin",
        "sessions stay between us",
        "while I stand in",
        "Drinking, in my twenties",
        "Nearly every evening",
        "Brought to the emergency department",
        "He does not know where he is",
        "I spoke with Dr. Osei",
        "I do not know a Helen Marsh",
        "She was shown nothing",
        "from the box in his kitchen",
        "Low mood on most days",
        "Nobody has noticed",
        "when you have quiet",
        "Will I still feel things",
        "And if I never want to stop",
        "Take it with food",
        "84 dollars",
        "Five tablets left",
        "awake until two",
        "She dreads the parents",
        "It helped my aunt",
        "whether medication beside the sessions",
    ]
    assert b"Escitalopram" in stored
    assert [text for text in (*told_texts, *others) if text.encode()[:40] in stored] == []
