"""Allergies: who records them, how they change, and what ends or contradicts "no known allergies"."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from careteam.models import Membership
from careteam.models.types import new_id
from careteam.policy.vocabulary import (
    AllergyScope,
    AllergyStatus,
    AllergyVerification,
    ItemClass,
    Label,
    Role,
)
from tests.record.acts import change, listed, place, record
from tests.world import Person, World

ALLERGY = (ItemClass.ALLERGY,)
WHOLE: dict[str, Any] = {
    "substance": "Penicillin V",
    "codes": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "7984"}],
    "category": ["medication"],
    "criticality": "high",
    "clinical_status": "active",
    "verification_status": "confirmed",
    "onset": "2019-04",
    "reactions": [{"manifestation": "Hives", "severity": "moderate", "onset": "2019"}],
    "note": "Within an hour of the second tablet.",
}


def shared(world: World, *disclosers: str) -> tuple[Person, Person, Person]:
    """A linked team in which allergies are shared both ways."""
    people = world.trio()
    world.consent(people[0], disclosers=disclosers or ["team", "patient"], classes=ALLERGY)
    return people


@pytest.mark.parametrize("who", ["patient", "therapist", "prescriber"])
def test_clinicians_and_the_patient_record_allergies_and_hold_what_they_wrote(world: World, who: str) -> None:
    people = dict(zip(("patient", "therapist", "prescriber"), world.trio(), strict=True))
    patient, writer = people["patient"], people[who]
    made = record(world, writer, patient, **WHOLE)
    assert {name: made[name] for name in WHOLE} == WHOLE
    own = {"kind": "patient"} if who == "patient" else {"kind": "member", "user_id": str(writer.user_id)}
    assert (made["author_id"], made["holder"]) == (str(writer.user_id), own)
    assert (made["kind"], made["class"], made["current"], made["signed_at"]) == ("allergy", "allergy", True, None)
    assert listed(world, writer, patient) == [made]


def test_what_is_made_says_where_it_is_and_which_version(world: World) -> None:
    patient, therapist, _ = world.trio()
    for where, body in (("no-known-allergies", {"covers": "food"}), ("allergies", {"substance": "Latex"})):
        made = world.client(therapist).post(f"{patient.record}/{where}", body)
        again = world.client(therapist).get(made.headers["Location"])
        assert (made.status_code, again.status_code) == (201, 200)
        assert (again.json, again.headers["ETag"]) == (made.json, made.headers["ETag"])


def test_former_members_strangers_and_the_unverified_record_nothing(world: World) -> None:
    patient, former, _ = world.trio()
    world.session.execute(update(Membership).where(Membership.user_id == former.user_id).values(ended_at=world.now))
    world.session.commit()
    others = {former: 403, world.therapist("Stella Stranger"): 404, world.therapist("Uwe", verified=False): 404}
    for who, status in others.items():
        for where, body in (("allergies", {"substance": "Latex"}), ("no-known-allergies", {"covers": "food"})):
            assert world.client(who).post(f"{patient.record}/{where}", body).status_code == status
    assert listed(world, patient, patient) == []


def test_a_hidden_entry_answers_like_one_that_does_not_exist(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.allergy(patient, therapist)
    absent = f"{patient.record}/allergies/{new_id()}"
    for method, tail, body in (
        ("GET", "", None),
        ("PATCH", "", {"note": "x"}),
        ("POST", "/entered-in-error", {"reason": "x"}),
    ):
        hidden, none = (
            world.client(prescriber)(method, where + tail, json=body, version=1)
            for where in (place(patient, entry), absent)
        )
        assert (hidden.status_code, hidden.data) == (none.status_code, none.data) == (404, none.data)
    assert world.client(prescriber).get(f"{patient.record}/allergies").json["items"] == []


@pytest.mark.parametrize(
    ("classes", "labels", "seen"),
    [((ItemClass.ALLERGY,), (), 1), ((ItemClass.CONDITION,), (), 0), ((ItemClass.ALLERGY,), (Label.HIV,), 1)],
)
def test_consent_opens_allergies_by_class(world: World, classes: Any, labels: Any, seen: int) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=classes, labels=labels)
    world.allergy(patient, therapist)
    assert len(listed(world, prescriber, patient)) == seen


def test_a_labelled_allergy_needs_a_consent_that_lists_the_label(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    made = record(world, therapist, patient, labels=["hiv"])
    assert listed(world, prescriber, patient) == []
    where = f"{patient.record}/items/{made['id']}/labels/hiv"
    assert world.client(therapist)("DELETE", where, json={"reason": "Not needed."}, version=1).status_code == 200
    assert [a["id"] for a in listed(world, prescriber, patient)] == [made["id"]]


# changing -----------------------------------------------------------------------------------------


def test_a_change_keeps_what_was_said_before(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, **WHOLE)
    said: dict[str, Any] = {"criticality": "low", "reactions": [], "note": None}
    first = change(world, therapist, patient, made, reason="Tested.", **said).json
    second = change(world, therapist, patient, first, clinical_status="resolved").json
    assert (second["version"], second["criticality"], second["note"], second["current"]) == (3, "low", None, False)
    before, after = second["changes"]
    assert before["before"] == {name: made[name] for name in before["before"]}
    assert (before["changed"], before["reason"]) == (["criticality", "note", "reactions"], "Tested.")
    assert (after["changed"], after["before"]["criticality"]) == (["clinical_status"], "low")
    assert before["author_id"] == str(therapist.user_id)


def test_the_substance_does_not_change(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient)
    for field in ("substance", "codes", "kind", "covers", "holder", "author_id", "signed_at", "superseded_by"):
        assert change(world, therapist, patient, made, **{field: "x"}).status_code == 422
    assert listed(world, therapist, patient) == [made]


def test_only_whoever_recorded_it_changes_an_entry(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    made = record(world, therapist, patient)
    for other in (patient, prescriber):
        assert change(world, other, patient, made, note="x").status_code == 403
        wrong = world.client(other).post(f"{place(patient, made)}/entered-in-error", {"reason": "x"}, version=1)
        assert wrong.status_code == 403
    assert listed(world, therapist, patient) == [made]


def test_a_change_names_the_version_that_was_read(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient)
    assert world.client(therapist).patch(place(patient, made), {"note": "x"}).status_code == 428
    assert change(world, therapist, patient, made, note="x").headers["ETag"] == '"2"'
    assert change(world, therapist, patient, made, note="y").status_code == 412


@pytest.mark.parametrize("said", [{}, {"reason": "Nothing."}, {"clinical_status": "active"}, {"category": []}])
def test_a_change_changes_something(world: World, said: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient)
    assert change(world, therapist, patient, made, **said).status_code == 422
    assert listed(world, therapist, patient) == [made]


def test_what_is_entered_in_error_stays_readable_and_does_not_change(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    made = record(world, therapist, patient)
    where = f"{place(patient, made)}/entered-in-error"
    wrong = world.client(therapist).post(where, {"reason": "Another patient's."}, version=1).json
    assert (wrong["verification_status"], wrong["clinical_status"]) == ("entered_in_error", None)
    assert (wrong["entered_in_error_reason"], wrong["current"]) == ("Another patient's.", False)
    assert [a["substance"] for a in listed(world, prescriber, patient)] == ["Penicillin V"]
    assert world.client(therapist).post(where, {"reason": "Again."}, version=2).status_code == 409
    assert change(world, therapist, patient, wrong, note="x").status_code == 409


def test_who_has_left_marks_their_own_as_entered_in_error_and_changes_nothing(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient)
    world.session.execute(update(Membership).where(Membership.user_id == therapist.user_id).values(ended_at=world.now))
    world.session.commit()
    assert change(world, therapist, patient, made, note="x").status_code == 403
    where = f"{place(patient, made)}/entered-in-error"
    assert world.client(therapist).post(where, {"reason": "Wrong."}, version="*").status_code == 200


BAD: list[dict[str, Any]] = [
    {"substance": " "},
    {"substance": "x" * 301},
    {"clinical_status": "entered_in_error"},
    {"verification_status": "entered_in_error"},
    {"criticality": "unable-to-assess"},
    {"category": ["pets"]},
    {"category": "food"},
    {"onset": "1889"},
    {"onset": "2150"},
    {"onset": "2019-02-30"},
    {"onset": "2019-4"},
    {"onset": "04/2019"},
    {"date": "2150-01-01"},
    {"date": "1889-01-01"},
    {"reactions": [{"severity": "mild"}]},
    {"reactions": [{"manifestation": "Hives", "severity": "fatal"}]},
    {"reactions": [{"manifestation": "Hives", "onset": "2150"}]},
    {"reactions": [{"manifestation": "Hives"}] * 21},
    {"codes": [{"system": "http://example.org", "code": "1"}]},
    {"codes": [{"code": "1"}]},
    {"codes": [{"system": "http://snomed.info/sct", "code": "1 2"}]},
    {"part2": True},
    {"covers": "everything"},
]


@pytest.mark.parametrize("said", BAD)
def test_what_cannot_be_is_refused(world: World, said: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(therapist).post(f"{patient.record}/allergies", {"substance": "Latex", **said})
    assert (answer.status_code, bool(answer.json["errors"])) == (422, True)
    assert listed(world, therapist, patient) == []


def test_a_deceased_patients_entries_are_not_current_and_nothing_is_added(world: World) -> None:
    patient = world.patient(death_date=date(2026, 1, 1))
    therapist = world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    world.allergy(patient, therapist)
    assert [a["current"] for a in listed(world, therapist, patient)] == [False]
    assert listed(world, therapist, patient, query="?current=true") == []
    for where, body in (("allergies", {"substance": "Latex"}), ("no-known-allergies", {"covers": "food"})):
        assert world.client(therapist).post(f"{patient.record}/{where}", body).status_code == 409


# no known allergies -------------------------------------------------------------------------------


def test_no_known_allergies_is_signed_and_dated_and_says_what_it_covers(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, "no-known-allergies", covers="medication", note="Asked at intake.")
    today = world.now.date()
    assert (made["kind"], made["class"], made["covers"]) == ("no_known_allergies", "allergy", "medication")
    assert made["signed_at"] == made["created_at"]
    assert abs(date.fromisoformat(made["date"]) - today) <= timedelta(days=1)
    assert (made["substance"], made["current"], made["note"]) == (None, True, "Asked at intake.")


@pytest.mark.parametrize(
    "said", [{}, {"covers": "other"}, {"covers": "food", "substance": "Nuts"}, {"covers": "everything", "codes": []}]
)
def test_a_statement_says_exactly_what_it_covers(world: World, said: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    assert world.client(therapist).post(f"{patient.record}/no-known-allergies", said).status_code == 422


def test_a_signed_statement_does_not_change_but_can_be_taken_back(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, "no-known-allergies")
    for said in ({"note": "x"}, {"clinical_status": "resolved"}, {"clinical_status": "inactive", "note": "x"}):
        assert change(world, therapist, patient, made, **said).status_code == 409
    gone = change(world, therapist, patient, made, clinical_status="inactive", reason="Not asked about food.").json
    assert (gone["current"], gone["superseded_by"], gone["signed_at"]) == (False, None, made["signed_at"])
    assert change(world, therapist, patient, gone, clinical_status="active").status_code == 409


ENDS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"covers": "everything"}, {"category": ["food"]}, True),
    ({"covers": "everything"}, {}, True),
    ({"covers": "food"}, {"category": ["food", "environment"]}, True),
    ({"covers": "food"}, {"category": ["medication"]}, False),
    ({"covers": "food"}, {}, True),
    ({"covers": "other", "substance": "penicillin  v"}, {"category": ["medication"]}, True),
    ({"covers": "other", "substance": "Latex"}, {}, False),
    ({"covers": "everything"}, {"clinical_status": "inactive"}, False),
    ({"covers": "everything"}, {"clinical_status": "resolved"}, False),
    ({"covers": "everything"}, {"verification_status": "refuted"}, False),
    ({"covers": "everything"}, {"verification_status": "unconfirmed"}, True),
]


@pytest.mark.parametrize(("said", "recorded", "ends"), ENDS)
def test_an_active_allergy_ends_ones_own_statement_that_covers_it(
    world: World, said: dict[str, Any], recorded: dict[str, Any], ends: bool
) -> None:
    patient, therapist, _ = world.trio()
    first = record(world, therapist, patient, "no-known-allergies", **said)
    second = record(world, therapist, patient, **recorded)
    now = world.client(therapist).get(place(patient, first)).json
    assert (now["current"], now["superseded_by"]) == ((False, second["id"]) if ends else (True, None))
    assert second["supersedes"] == ([first["id"]] if ends else [])
    assert [c["changed"] for c in now["changes"]] == ([["clinical_status"]] if ends else [])
    assert now["contradicted_by"] == []


def test_an_allergy_that_becomes_active_again_ends_it_too(world: World) -> None:
    patient, therapist, _ = world.trio()
    past = record(world, therapist, patient, clinical_status="resolved")
    said = record(world, therapist, patient, "no-known-allergies")
    assert change(world, therapist, patient, past, clinical_status="active").json["supersedes"] == [said["id"]]
    assert not world.client(therapist).get(place(patient, said)).json["current"]


def test_nobody_states_what_their_own_active_allergy_denies(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    made = record(world, therapist, patient, category=["food"])
    client = world.client(therapist)
    assert client.post(f"{patient.record}/no-known-allergies", {"covers": "everything"}).status_code == 409
    assert client.post(f"{patient.record}/no-known-allergies", {"covers": "medication"}).status_code == 201
    assert record(world, prescriber, patient, "no-known-allergies")["contradicted_by"] == [made["id"]]
    change(world, therapist, patient, made, clinical_status="resolved")
    assert client.post(f"{patient.record}/no-known-allergies", {"covers": "everything"}).status_code == 201


def test_a_new_statement_takes_the_place_of_ones_own_earlier_one(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    others = record(world, prescriber, patient, "no-known-allergies")
    food, drugs = (record(world, therapist, patient, "no-known-allergies", covers=c) for c in ("food", "medication"))
    again = record(world, therapist, patient, "no-known-allergies", covers="food")
    assert again["supersedes"] == [food["id"]]
    whole = record(world, therapist, patient, "no-known-allergies", covers="everything")
    assert sorted(whole["supersedes"]) == sorted([drugs["id"], again["id"]])
    current = listed(world, therapist, patient, query="?current=true")
    assert {a["id"] for a in current} == {others["id"], whole["id"]}


def test_a_wrong_allergy_does_not_bring_the_statement_back(world: World) -> None:
    patient, therapist, _ = world.trio()
    said, made = record(world, therapist, patient, "no-known-allergies"), record(world, therapist, patient)
    where = f"{place(patient, made)}/entered-in-error"
    assert world.client(therapist).post(where, {"reason": "Wrong."}, version=1).status_code == 200
    now = world.client(therapist).get(place(patient, said)).json
    assert (now["current"], now["superseded_by"]) == (False, made["id"])


# contradictions -----------------------------------------------------------------------------------


def test_a_contradiction_between_holders_is_said_to_whoever_reads_both(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    said = record(world, therapist, patient, "no-known-allergies")
    made = record(world, patient, patient, category=["medication"])
    for who in (patient, therapist, prescriber):
        answer: Any = world.client(who).get(f"{patient.record}/allergies").json
        against = {a["id"]: a["contradicted_by"] for a in answer["items"]}
        assert against == {said["id"]: [made["id"]], made["id"]: [said["id"]]}
        assert [a["current"] for a in answer["items"]] == [True, True]
        assert "ask the patient" in answer["contradiction"]
        whole: Any = world.client(who).get(f"{patient.record}/shared-record").json["allergies"]
        assert (whole["items"], whole["contradiction"]) == (answer["items"], answer["contradiction"])


def test_whoever_reads_one_of_the_two_is_told_of_no_contradiction(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=[f"member:{therapist.user_id}"], classes=ALLERGY)
    record(world, therapist, patient, "no-known-allergies")
    before = world.client(prescriber).get(f"{patient.record}/allergies").data
    record(world, patient, patient)
    assert world.client(prescriber).get(f"{patient.record}/allergies").data == before
    assert world.client(patient).get(f"{patient.record}/allergies").json["contradiction"]


def test_a_hidden_allergy_leaves_a_statement_that_its_holder_took_back(world: World) -> None:
    """Who may not read the labelled allergy cannot tell its recording from a taking back."""
    patient, therapist, prescriber = shared(world)
    said = record(world, therapist, patient, "no-known-allergies")
    record(world, therapist, patient, labels=["hiv"])
    (ended,) = listed(world, prescriber, patient)
    other = world.patient("Noor Haddad")
    world.join(other, therapist, Role.THERAPIST)
    world.join(other, prescriber, Role.PRESCRIBER)
    world.consent(other, classes=ALLERGY)
    taken = record(world, therapist, other, "no-known-allergies")
    change(world, therapist, other, taken, clinical_status="inactive")
    (back,) = listed(world, prescriber, other)
    unlike = {"id", "created_at", "updated_at", "signed_at", "changes"}
    assert {k: v for k, v in ended.items() if k not in unlike} == {k: v for k, v in back.items() if k not in unlike}
    one, two = ended["changes"][0], back["changes"][0]
    assert [one[k] for k in ("changed", "reason", "before")] == [two[k] for k in ("changed", "reason", "before")]
    assert ended["id"] == said["id"]


@pytest.mark.parametrize(
    ("values", "current"),
    [
        ({}, True),
        ({"clinical_status": None}, True),
        ({"clinical_status": AllergyStatus.INACTIVE}, False),
        ({"clinical_status": AllergyStatus.RESOLVED}, False),
        ({"verification_status": AllergyVerification.REFUTED}, False),
        ({"verification_status": AllergyVerification.CONFIRMED}, True),
        ({"verification_status": AllergyVerification.UNCONFIRMED}, True),
    ],
)
def test_the_filter_and_the_entry_agree_on_what_is_current(world: World, values: Any, current: bool) -> None:
    patient, therapist, _ = world.trio()
    world.allergy(patient, therapist, **values)
    assert [a["current"] for a in listed(world, therapist, patient)] == [current]
    assert len(listed(world, therapist, patient, query="?current=true")) == current
    assert len(listed(world, therapist, patient, query="?current=false")) == (not current)


def test_a_list_is_filtered_and_paged(world: World) -> None:
    patient, therapist, _ = world.trio()
    for n in range(5):
        world.allergy(patient, therapist, substance=str(n), date=date(2026, 1, 1 + n))
    world.allergy(patient, therapist, covers=AllergyScope.FOOD, date=date(2026, 1, 9))
    client = world.client(therapist)
    first: Any = client.get(f"{patient.record}/allergies?limit=4&kind=allergy").json
    rest: Any = client.get(f"{patient.record}/allergies?limit=4&kind=allergy&cursor={first['next']}").json
    assert [a["substance"] for a in (*first["items"], *rest["items"])] == ["4", "3", "2", "1", "0"]
    assert (rest["next"], first["caution"]) == (None, rest["caution"])
    query = "?from_date=2026-01-02&through_date=2026-01-03"
    assert [a["substance"] for a in listed(world, therapist, patient, query=query)] == ["2", "1"]
    assert len(listed(world, therapist, patient, query="?kind=no_known_allergies")) == 1
    assert client.get(f"{patient.record}/allergies?sort=substance").status_code == 422


def test_an_empty_section_never_says_none(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    record(world, therapist, patient)
    for who, empty in ((prescriber, "nothing that you can see"), (therapist, None)):
        shown: Any = world.client(who).get(f"{patient.record}/shared-record").json
        assert shown["allergies"]["empty"] == empty
        assert "does not say that there is none" in shown["allergies"]["caution"]
