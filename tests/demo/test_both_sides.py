"""What the story shows of the two-sided list, of imported items, of the cover, and of what is new."""

from typing import Any

import pytest

from careteam.demo.cast import CAST
from tests.demo.kit import COVERING, PRESCRIBER, THERAPIST, Demo, sentences


def lines(demo: Demo, who: str) -> dict[str, Any]:
    """Return the lines of Nora's two-sided list that somebody reads, by the first drug that stands in each."""
    items = demo.client(who).get(f"{demo.record()}/medication-pairs").json["items"]
    return {(line["prescribed"] + line["taken"])[0]["drug_name"]: line for line in items}


def user_id(demo: Demo, who: str) -> str:
    return str(demo.client(who).get("me").json["id"])


def reconciliation(demo: Demo, who: str) -> Any:
    (found,) = demo.client(who).get(f"{demo.record()}/medication-reconciliations").json["items"]
    return found


def test_the_prescriber_signed_what_he_decided_about_the_differences(told: Demo) -> None:
    signed = reconciliation(told, PRESCRIBER)
    assert (signed["signature_name"], signed["author_id"]) == ("Samuel Osei", user_id(told, PRESCRIBER))
    assert [(one["state"], one["decision"]) for one in signed["decisions"]] == [
        ("dose_differs", "accept_prescribed"),
        ("only_taken", "accept_taken"),
        ("only_taken", "accept_taken"),
    ]
    assert reconciliation(told, "nora")["decisions"] == signed["decisions"]


def test_what_differed_agrees_since_the_patient_changed_her_list(told: Demo) -> None:
    for who in ("nora", PRESCRIBER, THERAPIST, COVERING):
        line = lines(told, who)["Escitalopram"]
        assert (line["state"], line["difference"]) == ("agree", None)
        assert [side[0]["dose"]["value"] for side in (line["prescribed"], line["taken"])] == [10, 10]


def test_one_difference_is_open_and_the_prescriber_owns_it(told: Demo) -> None:
    for who in (PRESCRIBER, THERAPIST, COVERING):
        found = lines(told, who).values()
        (line,) = (line for line in found if line["difference"] and line["difference"]["resolution"] is None)
        assert (line["prescribed"][0]["drug_name"], line["state"]) == ("Hydroxyzine", "stopped_but_taken")
        assert [owner["name"] for owner in line["difference"]["owners"]] == ["Samuel Osei"]


def test_a_decision_stands_only_where_its_difference_can_be_seen(told: Demo) -> None:
    assert lines(told, COVERING)["Melatonin"]["difference"]["resolution"]["decision"] == "accept_taken"
    hidden = lines(told, THERAPIST)["Melatonin"]
    assert (hidden["state"], hidden["why_no_state"]) == (None, "other_side_unseen")


def test_the_open_difference_is_among_what_is_new_to_the_therapist(told: Demo) -> None:
    caseload = told.client(THERAPIST).get("patients?new=true").json["items"]
    counts = [{"class": "measure", "count": 1}, {"class": "medication", "count": 2}, {"class": "message", "count": 1}]
    assert [(p["name"], p["new"]["counts"]) for p in caseload] == [("Nora Whitfield", counts)]
    taken = lines(told, THERAPIST)["Hydroxyzine"]["taken"][0]["id"]
    shared = told.client(THERAPIST).get(f"{told.record()}/shared-record?since={caseload[0]['new']['since']}").json
    assert taken in [item["id"] for item in shared["new"]["items"]]


def test_what_was_prescribed_elsewhere_got_its_suggested_label_from_its_holder(told: Demo) -> None:
    client, held = told.client(PRESCRIBER), lines(told, PRESCRIBER)
    entry = held["Medroxyprogesterone acetate"]["prescribed"][0]
    labels = client.get(f"{told.record()}/items/{entry['id']}/labels").json
    assert (labels["labels"], labels["awaits_label_review"]) == (["gender_and_reproductive"], False)
    assert [change["author_id"] for change in labels["changes"]] == [user_id(told, PRESCRIBER)]
    assert (entry["source"], held["Cetirizine"]["prescribed"][0]["source"]) == ("imported", "imported")
    for who in (THERAPIST, COVERING):
        seen = lines(told, who)
        assert ("Cetirizine" in seen, "Medroxyprogesterone acetate" in seen) == (True, False)


def test_the_imported_diagnosis_waits_for_the_patient(told: Demo) -> None:
    waiting = told.client("nora").get(f"{told.record()}/label-reviews").json
    assert [(item["about"], item["suggested_labels"]) for item in waiting["items"]] == [("Hay fever", [])]
    for who in (THERAPIST, PRESCRIBER, COVERING):
        names = [c["name"] for c in told.client(who).get(f"{told.record()}/conditions").json["items"]]
        assert "Hay fever" not in names


def test_confirming_its_labels_opens_the_imported_diagnosis(own: Demo) -> None:
    nora, place = own.client("nora"), f"{own.record()}/label-reviews"
    (item,) = nora.get(place).json["items"]
    review = {"item_id": item["id"], "version": item["version"], "as_suggested": True}
    assert nora.post(place, {"reviews": [review]}).status_code == 200
    names = [c["name"] for c in own.client(THERAPIST).get(f"{own.record()}/conditions").json["items"]]
    assert "Hay fever" in names


def test_the_patient_said_yes_to_the_cover_before_the_colleague_did(told: Demo) -> None:
    steps = [
        "Samuel Osei sent an invitation about your record or care team.",
        "Nora Whitfield looked at what an invitation would open.",
        "Nora Whitfield agreed to an invitation into your care team.",
        "Helen Marsh accepted an invitation about your record or care team.",
        "Nora Whitfield looked at what is shared.",
        "Nora Whitfield made a restriction.",
    ]
    assert [sentence for sentence in reversed(sentences(told)) if sentence in steps][:6] == steps


def test_the_matrix_says_until_when_the_cover_reads_and_what_narrows_it(told: Demo) -> None:
    readers = told.client("nora").get(f"{told.record()}/sharing").json["readers"]
    (cover,) = (reader for reader in readers if reader["name"] == CAST[COVERING].name)
    (place,) = cover["memberships"]
    assert (place["kind"], place["state"]) == ("covering", "current")
    of_samuel = next(h for h in cover["holders"] if h["name"] == "Samuel Osei")
    cells = {cell["class"]: cell for cell in of_samuel["classes"]}
    assert (cells["medication"]["shared"], cells["medication"]["until"]) == (True, place["valid_until"])
    assert not cells["progress_note"]["shared"]
    assert len(cells["progress_note"]["narrowed_by"]["restrictions"]) == 1


@pytest.mark.parametrize("who", [THERAPIST, PRESCRIBER, COVERING])
def test_a_clinician_sees_their_own_row_and_no_restriction(told: Demo, who: str) -> None:
    (reader,) = told.client(who).get(f"{told.record()}/sharing").json["readers"]
    assert reader["name"] == CAST[who].name
    assert all(cell["narrowed_by"] is None for holder in reader["holders"] for cell in holder["classes"])
