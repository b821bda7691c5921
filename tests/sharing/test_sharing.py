"""The sharing matrix over HTTP: everything to the patient, their own row to a clinician, nothing to others."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent
from careteam.models.types import new_id
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, Label, MembershipKind, Role
from tests.consent.acts import member
from tests.queries import statements
from tests.world import Person, World

NOTE, MEDICATION = "progress_note", "medication"


def matrix(world: World, patient: Person, reader: Person) -> Any:
    answer = world.client(reader).get(f"{patient.record}/sharing")
    assert answer.status_code == 200, answer.json
    return answer.json


def row(shown: Any, reader: Person, part: str = "readers") -> Any:
    (found,) = [r for r in shown[part] if r["user_id"] == str(reader.user_id)]
    return found


def cell(reader: Any, holder: str, item_class: str) -> Any:
    (found,) = [h for h in reader["holders"] if h["name"] == holder]
    (made,) = [c for c in found["classes"] if c["class"] == item_class]
    return made


def said(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_every_reader_meets_every_holder_and_every_class(world: World) -> None:
    patient, _, _ = world.trio()
    former = world.therapist("Fay Former")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now)
    shown = matrix(world, patient, patient)
    assert [r["name"] for r in shown["readers"]] == ["Paul Reyes", "Tess Okafor"]
    holders = {r["name"]: [h["name"] for h in r["holders"]] for r in shown["readers"]}
    assert holders["Paul Reyes"] == ["the patient", "Fay Former", "Tess Okafor"]
    assert holders["Tess Okafor"] == ["the patient", "Fay Former", "Paul Reyes"]
    for holder in (h for r in shown["readers"] for h in r["holders"]):
        assert [c["class"] for c in holder["classes"]] == sorted(SHAREABLE_CLASSES)
        assert not any(c["shared"] for c in holder["classes"])
    assert shown["author_only"] == ["psychotherapy_note", "sud_counseling_note"]


def test_a_cell_says_by_which_consents_with_which_labels_and_until_when(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    short = world.consent(
        patient,
        disclosers=[member(therapist)],
        recipients=["role:prescriber"],
        labels=[Label.HIV],
        valid_until=world.now + timedelta(days=5),
        data_from=date(2026, 1, 1),
    )
    long = world.consent(
        patient, disclosers=[member(therapist)], recipients=[member(prescriber)], classes=[ItemClass.MESSAGE]
    )
    shown = matrix(world, patient, patient)
    opened = cell(row(shown, prescriber), "Tess Okafor", NOTE)
    assert (opened["shared"], opened["labels"], opened["until"]) == (True, ["hiv"], said(short.valid_until))
    assert opened["consents"] == [
        {
            "id": str(short.id),
            "labels": ["hiv"],
            "until": said(short.valid_until),
            "data_from": "2026-01-01",
            "data_through": None,
        }
    ]
    assert cell(row(shown, prescriber), "Tess Okafor", "message")["until"] == said(long.valid_until)
    assert not cell(row(shown, therapist), "Paul Reyes", NOTE)["shared"]
    assert shown["ending"] == [{"id": str(short.id), "until": said(short.valid_until), "superseded": False}]


def test_a_renewal_without_a_gap_goes_on_and_a_covering_membership_ends_by_itself(world: World) -> None:
    patient, _, prescriber = world.trio()
    soon, later, sooner = (world.now + timedelta(days=n) for n in (10, 400, 3))
    world.consent(patient, valid_until=later, superseded_at=soon)
    renewal = world.consent(patient, valid_from=soon, valid_until=later)
    covering = world.prescriber("Cora Covering")
    world.join(patient, covering, Role.PRESCRIBER, kind=MembershipKind.COVERING, valid_until=sooner)
    shown = matrix(world, patient, patient)
    assert cell(row(shown, prescriber), "Tess Okafor", NOTE)["until"] == said(renewal.valid_until)
    assert cell(row(shown, covering), "Tess Okafor", NOTE)["until"] == said(sooner)
    assert row(shown, covering)["memberships"][0]["kind"] == "covering"
    assert [e["superseded"] for e in shown["ending"]] == [True]


def test_what_narrows_it_is_for_the_patient_alone(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, other = world.note(patient, therapist), world.note(patient, therapist)
    consent = world.consent(
        patient, disclosers=["team", "patient"], except_items=[str(note.id)], except_holders=["patient"]
    )
    single = world.restriction(patient, item_id=other.id)
    labelled = world.restriction(patient, label=Label.HIV, against_role=Role.PRESCRIBER)
    whole = world.restriction(patient, item_class=ItemClass.MEDICATION, holder=member(therapist))
    reader = row(matrix(world, patient, patient), prescriber)
    assert cell(reader, "Tess Okafor", NOTE)["narrowed_by"] == {
        "excepted_holder": [],
        "excepted_items": [{"consent_id": str(consent.id), "item_id": str(note.id)}],
        "restrictions": sorted([str(single.id), str(labelled.id)]),
    }
    assert cell(reader, "the patient", NOTE)["narrowed_by"]["excepted_holder"] == [str(consent.id)]
    closed = cell(reader, "Tess Okafor", MEDICATION)
    assert (closed["shared"], closed["narrowed_by"]["restrictions"]) == (False, [str(labelled.id), str(whole.id)])
    own = row(matrix(world, patient, prescriber), prescriber)
    assert {c["narrowed_by"] is None for h in own["holders"] for c in h["classes"]} == {True}


def test_a_label_that_a_restriction_keeps_is_not_opened_and_a_clinician_cannot_tell(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, labels=[Label.HIV, Label.VIOLENCE])
    before = world.client(prescriber).get(f"{patient.record}/sharing")
    world.restriction(patient, label=Label.HIV)
    assert cell(row(matrix(world, patient, patient), prescriber), "Tess Okafor", NOTE)["labels"] == ["violence"]
    after = world.client(prescriber).get(f"{patient.record}/sharing")
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert cell(row(after.json, prescriber), "Tess Okafor", NOTE)["labels"] == ["hiv", "violence"]


def test_a_clinician_finds_their_own_row_and_of_consents_only_what_concerns_them(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    mine = world.consent(patient, disclosers=[member(therapist)], data_from=date(2026, 1, 1))
    world.consent(patient, disclosers=[member(prescriber)], recipients=[member(therapist)])
    shown = matrix(world, patient, prescriber)
    assert [r["name"] for r in shown["readers"]] == ["Paul Reyes"]
    (consent,) = cell(shown["readers"][0], "Tess Okafor", NOTE)["consents"]
    assert (consent["id"], consent["data_from"]) == (str(mine.id), None)
    assert (shown["upcoming"], shown["roles"]) == ([], [])


def test_whoever_has_left_or_not_begun_finds_no_rows(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.consent(patient)
    former, upcoming = world.therapist("Fay Former"), world.prescriber("Una Upcoming")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now)
    world.join(patient, upcoming, Role.PRESCRIBER, valid_from=world.now + timedelta(days=1))
    for who in (former, upcoming):
        answer = world.client(who).get(f"{patient.record}/sharing")
        assert {k: v for k, v in answer.json.items() if k != "author_only"} == {
            "readers": [],
            "upcoming": [],
            "roles": [],
            "ending": [],
            "emergencies": [],
            "representations": [],
        }
        assert therapist.name not in answer.text


def test_those_who_come_stand_apart_with_what_they_would_read(world: World) -> None:
    patient, _, _ = world.trio()
    begins = world.now + timedelta(days=2)
    world.consent(patient, recipients=["role:prescriber"])
    upcoming, proposed = world.prescriber("Una Upcoming"), world.therapist("Theo Proposed", verified=False)
    world.join(patient, upcoming, Role.PRESCRIBER, valid_from=begins)
    world.join(patient, proposed, Role.THERAPIST, clinician_accepted_at=None)
    shown = matrix(world, patient, patient)
    una, theo = row(shown, upcoming, "upcoming"), row(shown, proposed, "upcoming")
    assert (una["reads_from"], una["memberships"][0]["state"]) == (said(begins), "upcoming")
    assert cell(una, "Tess Okafor", NOTE)["shared"]
    assert (theo["reads_from"], theo["memberships"][0]["state"]) == (None, "proposed")
    assert [m["verified"] for m in (*una["memberships"], *theo["memberships"])] == [True, False]
    assert not cell(theo, "Tess Okafor", NOTE)["shared"]
    assert "Theo Proposed" not in [h["name"] for h in una["holders"]]


def test_a_role_that_nobody_has_is_said_with_what_it_would_open(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    world.consent(patient, recipients=["role:prescriber"])
    (role,) = matrix(world, patient, patient)["roles"]
    assert role["role"] == "prescriber"
    assert cell(role, "Tess Okafor", NOTE)["shared"]
    world.join(patient, world.prescriber(), Role.PRESCRIBER)
    assert matrix(world, patient, patient)["roles"] == []


def test_a_member_whom_nobody_vouches_for_reads_nothing_and_leaves_their_role_open(world: World) -> None:
    patient, therapist = world.patient(), world.therapist(verified=False)
    world.join(patient, therapist, Role.THERAPIST)
    world.consent(patient, disclosers=["patient"])
    shown = matrix(world, patient, patient)
    assert not cell(row(shown, therapist), "the patient", NOTE)["shared"]
    assert row(shown, therapist)["memberships"][0]["verified"] is False
    assert [r["role"] for r in shown["roles"]] == ["prescriber", "therapist"]


@pytest.mark.parametrize("who", ["stranger", "administrator", "another patient"])
def test_hidden_is_absent(world: World, who: str) -> None:
    patient, therapist, _ = world.trio()
    people: dict[str, Callable[[], Person]] = {
        "stranger": lambda: world.therapist("Stella Stranger"),
        "administrator": lambda: world.staff("Ann", Role.ADMINISTRATOR, practice_id=therapist.practice_id),
        "another patient": lambda: world.patient("Noor Haddad"),
    }
    asking = world.client(people[who]())
    hidden, absent = asking.get(f"{patient.record}/sharing"), asking.get(f"patients/{new_id()}/sharing")
    assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_reading_it_is_logged_and_an_answer_that_did_not_change_is_told_by_its_etag(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.consent(patient)
    asking = world.client(therapist)
    tag = asking.get(f"{patient.record}/sharing").headers["ETag"]
    assert asking.get(f"{patient.record}/sharing", headers={"If-None-Match": tag}).status_code == 304
    events = world.session.scalars(select(AccessEvent).order_by(AccessEvent.id)).all()
    assert [(e.act, e.patient_id, e.items) for e in events] == [("read-sharing", patient.patient_id, 0)] * 2
    world.session.rollback()
    world.restriction(patient, item_class=ItemClass.MEDICATION)
    assert asking.get(f"{patient.record}/sharing", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("size", [1, 8])
def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(world: World, size: int) -> None:
    patient, therapist, _ = world.trio()
    for n in range(size):
        note = world.note(patient, therapist)
        world.consent(patient, except_items=[str(note.id)])
        world.restriction(patient, item_id=note.id)
        world.join(patient, world.prescriber(f"Pia {n}"), Role.PRESCRIBER)
        world.join(patient, world.therapist(f"Theo {n}"), Role.THERAPIST, patient_agreed_at=None)
    with statements(world.app) as sent:
        matrix(world, patient, patient)
    assert len(sent) == 7, "\n".join(sent)
    with statements(world.app) as sent:
        matrix(world, patient, therapist)
    assert len(sent) == 5, "\n".join(sent)
