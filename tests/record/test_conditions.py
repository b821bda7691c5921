"""Conditions: who records them, how they change, and what each said before."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from careteam.models import Membership
from careteam.models.types import new_id
from careteam.policy.vocabulary import ConditionStatus, ConditionVerification, ItemClass, Label, Role
from tests.record.acts import change, listed, place, record
from tests.world import Person, World

WHOLE: dict[str, Any] = {
    "name": "Generalized anxiety disorder",
    "codes": [
        {"system": "http://snomed.info/sct", "code": "21897009"},
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F41.1"},
    ],
    "clinical_status": "remission",
    "verification_status": "confirmed",
    "severity": "moderate",
    "onset": "2019",
    "abatement": "2019-11-30",
    "note": "Two episodes.",
}


def shared(world: World) -> tuple[Person, Person, Person]:
    """A linked team in which conditions are shared both ways."""
    people = world.trio()
    world.consent(people[0], disclosers=["team", "patient"], classes=[ItemClass.CONDITION])
    return people


@pytest.mark.parametrize("who", ["patient", "therapist", "prescriber"])
def test_clinicians_and_the_patient_record_conditions_and_hold_what_they_wrote(world: World, who: str) -> None:
    people = dict(zip(("patient", "therapist", "prescriber"), world.trio(), strict=True))
    patient, writer = people["patient"], people[who]
    made = record(world, writer, patient, "conditions", **WHOLE)
    assert {name: made[name] for name in WHOLE} == WHOLE
    own = {"kind": "patient"} if who == "patient" else {"kind": "member", "user_id": str(writer.user_id)}
    assert (made["author_id"], made["holder"]) == (str(writer.user_id), own)
    assert (made["class"], made["current"], made["changes"]) == ("condition", False, [])
    assert listed(world, writer, patient, "conditions") == [made]


def test_what_is_made_says_where_it_is_and_which_version(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = world.client(therapist).post(f"{patient.record}/conditions", {"name": "Panic"})
    again = world.client(therapist).get(made.headers["Location"])
    assert (made.status_code, again.json, again.headers["ETag"]) == (201, made.json, made.headers["ETag"])


def test_former_members_strangers_and_the_unverified_record_nothing(world: World) -> None:
    patient, former, _ = world.trio()
    world.session.execute(update(Membership).where(Membership.user_id == former.user_id).values(ended_at=world.now))
    world.session.commit()
    others = {former: 403, world.therapist("Stella Stranger"): 404, world.therapist("Uwe", verified=False): 404}
    for who, status in others.items():
        assert world.client(who).post(f"{patient.record}/conditions", {"name": "x"}).status_code == status
    assert listed(world, patient, patient, "conditions") == []


def test_a_hidden_entry_answers_like_one_that_does_not_exist(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry, absent = world.condition(patient, therapist), f"{patient.record}/conditions/{new_id()}"
    tails: tuple[tuple[str, str, Any], ...] = (
        ("GET", "", None),
        ("PATCH", "", {"note": "x"}),
        ("POST", "/entered-in-error", {"reason": "x"}),
    )
    for method, tail, body in tails:
        addresses = (place(patient, entry) + tail, absent + tail)
        hidden, none = (world.client(prescriber)(method, where, json=body, version=1) for where in addresses)
        assert (hidden.status_code, hidden.data) == (404, none.data)
    assert world.client(prescriber).get(f"{patient.record}/conditions").json["items"] == []


def test_an_allergy_is_absent_among_conditions(world: World) -> None:
    patient, therapist, _ = world.trio()
    allergy, condition = world.allergy(patient, therapist), world.condition(patient, therapist)
    client = world.client(therapist)
    assert client.get(f"{patient.record}/conditions/{allergy.id}").status_code == 404
    assert client.get(f"{patient.record}/allergies/{condition.id}").status_code == 404
    assert client.get(f"{patient.record}/notes/{condition.id}").status_code == 404


@pytest.mark.parametrize(("classes", "seen"), [((ItemClass.CONDITION,), 1), ((ItemClass.ALLERGY,), 0)])
def test_consent_opens_conditions_by_class(world: World, classes: Any, seen: int) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=classes)
    world.condition(patient, therapist)
    assert len(listed(world, prescriber, patient, "conditions")) == seen
    shown: Any = world.client(prescriber).get(f"{patient.record}/shared-record").json["conditions"]
    assert (len(shown["items"]), shown["empty"]) == (seen, None if seen else "nothing that you can see")


def test_a_condition_of_substance_use_counts_as_part2(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    made = record(world, therapist, patient, "conditions", labels=["substance_use"])
    assert (made["labels"], made["part2"]) == (["substance_use"], True)
    assert listed(world, prescriber, patient, "conditions") == []
    world.consent(patient, classes=[ItemClass.CONDITION], labels=[Label.SUBSTANCE_USE])
    assert len(listed(world, prescriber, patient, "conditions")) == 1


def test_a_change_keeps_what_was_said_before(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, "conditions", **WHOLE)
    back: dict[str, Any] = {"clinical_status": "relapse", "abatement": None}
    first = change(world, therapist, patient, made, reason="Panic attacks again.", **back).json
    assert (first["current"], first["version"]) == (True, 2)
    second = change(world, therapist, patient, first, severity="severe").json
    before, after = second["changes"]
    assert before["before"] == {name: made[name] for name in before["before"]}
    assert (before["changed"], before["reason"]) == (["abatement", "clinical_status"], "Panic attacks again.")
    assert (after["changed"], after["before"]["clinical_status"]) == (["severity"], "relapse")


def test_the_name_does_not_change(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, "conditions")
    for field in ("name", "codes", "labels", "holder", "author_id", "date", "awaits_label_review"):
        assert change(world, therapist, patient, made, **{field: "x"}).status_code == 422
    assert listed(world, therapist, patient, "conditions") == [made]


def test_only_whoever_recorded_it_changes_an_entry(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    made = record(world, therapist, patient, "conditions")
    for other in (patient, prescriber):
        assert change(world, other, patient, made, note="x").status_code == 403
        where = f"{place(patient, made)}/entered-in-error"
        assert world.client(other).post(where, {"reason": "x"}, version=1).status_code == 403
    assert listed(world, therapist, patient, "conditions") == [made]


def test_a_change_names_the_version_and_changes_something(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, "conditions")
    assert world.client(therapist).patch(place(patient, made), {"note": "x"}).status_code == 428
    assert change(world, therapist, patient, made, clinical_status="active").status_code == 422
    assert change(world, therapist, patient, made, note="x").headers["ETag"] == '"2"'
    assert change(world, therapist, patient, made, note="y").status_code == 412


def test_what_is_entered_in_error_stays_readable_also_after_leaving(world: World) -> None:
    patient, therapist, prescriber = shared(world)
    made = record(world, therapist, patient, "conditions")
    world.session.execute(update(Membership).where(Membership.user_id == therapist.user_id).values(ended_at=world.now))
    world.session.commit()
    assert change(world, therapist, patient, made, note="x").status_code == 403
    where = f"{place(patient, made)}/entered-in-error"
    assert world.client(therapist).post(where, {"reason": "Mixed up."}, version="*").status_code == 200
    (wrong,) = listed(world, prescriber, patient, "conditions")
    assert (wrong["verification_status"], wrong["clinical_status"]) == ("entered_in_error", None)
    assert (wrong["entered_in_error_reason"], wrong["current"]) == ("Mixed up.", False)


BAD: list[dict[str, Any]] = [
    {"name": ""},
    {"clinical_status": None},
    {"clinical_status": "entered_in_error"},
    {"verification_status": "entered_in_error"},
    {"severity": "extreme"},
    {"onset": "1889"},
    {"onset": "2150-01"},
    {"abatement": "2020"},
    {"abatement": "2150", "clinical_status": "resolved"},
    {"onset": "2020", "abatement": "2019-12-31", "clinical_status": "resolved"},
    {"onset": "2020-05-02", "abatement": "2020-05-01", "clinical_status": "resolved"},
    {"codes": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "7984"}]},
    {"codes": [{"system": "http://snomed.info/sct", "code": "1"}] * 11},
    {"date": "2150-01-01"},
]


@pytest.mark.parametrize("said", BAD)
def test_what_cannot_be_is_refused(world: World, said: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(therapist).post(f"{patient.record}/conditions", {"name": "Panic", **said})
    assert (answer.status_code, bool(answer.json["errors"])) == (422, True)
    assert listed(world, therapist, patient, "conditions") == []


@pytest.mark.parametrize(
    ("onset", "abatement"), [("2020", "2020-01"), ("2020-05", "2020"), ("2020-05-01", "2020-05-01")]
)
def test_dates_are_compared_as_exactly_as_both_are_known(world: World, onset: str, abatement: str) -> None:
    patient, therapist, _ = world.trio()
    said = {"onset": onset, "abatement": abatement, "clinical_status": "resolved"}
    assert record(world, therapist, patient, "conditions", **said)["onset"] == onset


def test_an_end_and_its_status_change_together(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, "conditions")
    assert change(world, therapist, patient, made, abatement="2024").status_code == 422
    ended = change(world, therapist, patient, made, abatement="2024", clinical_status="resolved").json
    assert change(world, therapist, patient, ended, clinical_status="active").status_code == 422


def test_a_deceased_patients_entries_are_not_current_and_nothing_is_added(world: World) -> None:
    patient, therapist = world.patient(death_date=date(2026, 1, 1)), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    world.condition(patient, therapist)
    assert [c["current"] for c in listed(world, therapist, patient, "conditions")] == [False]
    assert listed(world, therapist, patient, "conditions", "?current=true") == []
    assert world.client(therapist).post(f"{patient.record}/conditions", {"name": "x"}).status_code == 409


@pytest.mark.parametrize("status", [None, *ConditionStatus])
@pytest.mark.parametrize("verified", [None, *(v for v in ConditionVerification if v != "entered_in_error")])
def test_the_filters_and_the_entry_agree(
    world: World, status: ConditionStatus | None, verified: ConditionVerification | None
) -> None:
    patient, therapist, _ = world.trio()
    world.condition(patient, therapist, clinical_status=status, verification_status=verified)
    goes_on = status not in {"inactive", "remission", "resolved"} and verified != "refuted"
    for current in (True, False):
        found = listed(world, therapist, patient, "conditions", f"?current={str(current).lower()}")
        assert [c["current"] for c in found] == ([current] if current == goes_on else [])
    for asked in ConditionStatus:
        assert len(listed(world, therapist, patient, "conditions", f"?clinical_status={asked}")) == (asked is status)
    for sure in ConditionVerification:
        query = f"?verification_status={sure}"
        assert len(listed(world, therapist, patient, "conditions", query)) == (sure is verified)


def test_what_is_entered_in_error_is_found_as_that_alone(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.condition(patient, therapist, verification_status=ConditionVerification.CONFIRMED, error_at=world.now)
    found = {
        query: len(listed(world, therapist, patient, "conditions", f"?{query}"))
        for query in (
            "verification_status=entered_in_error",
            "verification_status=confirmed",
            "clinical_status=active",
            "current=true",
        )
    }
    assert list(found.values()) == [1, 0, 0, 0]


def test_a_list_is_filtered_and_paged(world: World) -> None:
    patient, therapist, _ = world.trio()
    for n in range(5):
        world.condition(patient, therapist, name=str(n), date=date(2026, 1, 1 + n))
    client = world.client(therapist)
    first: Any = client.get(f"{patient.record}/conditions?limit=4").json
    rest: Any = client.get(f"{patient.record}/conditions?limit=4&cursor={first['next']}").json
    assert [c["name"] for c in (*first["items"], *rest["items"])] == ["4", "3", "2", "1", "0"]
    query = "?from_date=2026-01-02&through_date=2026-01-03"
    assert [c["name"] for c in listed(world, therapist, patient, "conditions", query)] == ["2", "1"]
    assert listed(world, therapist, patient, "conditions", f"?author_id={patient.user_id}") == []
    assert client.get(f"{patient.record}/conditions?name=2").status_code == 422
