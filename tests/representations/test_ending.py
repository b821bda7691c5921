"""How a representation ends: at will, by the clock, on a document; and what ends with it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import Consent, Patient
from careteam.policy.signers import MinorRule, age, is_minor, needed
from careteam.policy.vocabulary import (
    ConsentStatus,
    ItemClass,
    Label,
    MinorSigners,
    RepresentationBasis,
    Role,
    Signer,
)
from careteam.services.notices import ahead
from careteam.services.record import notes
from tests.consent.acts import begun, notes_seen, place
from tests.representations.acting import (
    SEEN,
    added,
    events,
    friend,
    joined_team,
    minor,
    one,
    parent,
    registered,
    representations,
    sign,
    token_of,
    told,
)
from tests.world import Person, World

DOCUMENT = {"document": SEEN}


def end(world: World, who: Person, patient: Person, made: Any, body: Any = None, *, status: int = 200) -> Any:
    answer = world.client(who).post(f"{one(patient, made)}/end", body or {})
    assert answer.status_code == status, answer.json
    return answer.json


def test_an_adult_ends_it_at_will_and_it_bites_at_once(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, by = friend(world, patient, patient_agreed_at=None, attested_at=world.now)
    world.note(patient, therapist)
    assert len(notes_seen(world, nora, patient)) == 1
    ended = end(world, patient, patient, by)
    assert (ended["state"], ended["end_basis"]) == ("ended", "patient")
    assert world.client(nora).get(f"{patient.record}/notes").status_code == 404
    assert told(world, nora) == ["representation_ended"]
    again = end(world, patient, patient, by)
    assert again["ended_at"] == ended["ended_at"]


def test_who_acts_steps_down_and_names_nobody_afterwards(world: World) -> None:
    patient = world.patient()
    nora, by = friend(world, patient)
    ended = end(world, nora, patient, by)
    assert (ended["end_basis"], ended["patient"]) == (
        "representative",
        {"id": str(patient.patient_id), "name": None},
    )
    assert end(world, nora, patient, by)["ended_at"] == ended["ended_at"]
    assert world.client(nora).get("me/representations").json["items"][0]["patient"]["name"] is None
    assert told(world, patient) == ["representation_ended"]
    assert {e.representation_id for e in events(world, patient, nora)} == {by.id}


def test_who_will_act_steps_down_before_it_begins(world: World) -> None:
    patient = world.patient()
    nora, by = friend(world, patient, valid_from=world.now + timedelta(days=1))
    assert end(world, nora, patient, by)["state"] == "ended"


def test_a_guardians_ends_on_a_court_order_alone(world: World) -> None:
    patient, therapist, _ = world.trio()
    guardian, by = friend(
        world, patient, basis=RepresentationBasis.GUARDIAN, patient_agreed_at=None, attested_at=world.now
    )
    assert "court" in end(world, patient, patient, by, status=403)["detail"]
    assert "document" in end(world, therapist, patient, by, status=422)["errors"]
    assert end(world, therapist, patient, by, DOCUMENT)["end_basis"] is None
    shown = world.client(patient).get(one(patient, by)).json
    assert (shown["end_basis"], shown["end_document"]["document"]) == ("document", SEEN["document"])
    assert world.client(guardian).get(patient.record).status_code == 404


def test_a_minor_does_not_end_a_parents_and_a_clinician_does_on_a_document(world: World) -> None:
    patient = minor(world)
    therapist, _ = joined_team(world, patient)
    mother, by = parent(world, patient)
    assert "come of age" in end(world, patient, patient, by, status=403)["detail"]
    end(world, therapist, patient, by, DOCUMENT)
    assert told(world, mother) == ["representation_ended"]


def test_others_end_nothing(world: World) -> None:
    patient, stranger = minor(world), world.therapist("Sam Hill")
    mother, by = parent(world, patient)
    father, _ = parent(world, patient, "Frank Young")
    former = world.therapist("Fay Gone")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now)
    for who in (stranger, father, former):
        end(world, who, patient, by, DOCUMENT, status=404)
    assert world.client(mother).get(patient.record).status_code == 200


def test_who_added_it_takes_back_what_nobody_accepted(world: World) -> None:
    patient = minor(world)
    therapist, prescriber = joined_team(world, patient)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    end(world, prescriber, patient, made, status=404)
    assert end(world, therapist, patient, made)["state"] == "withdrawn"
    assert world.client(None).post("invitations/preview", {"token": token_of(made)}).status_code == 410


def test_its_drafts_end_with_it_and_what_was_signed_stays(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    nora, by = friend(world, patient)
    note = world.note(patient, therapist)
    signed = sign(world, nora, patient, begun(world, nora, patient))
    draft, own = begun(world, nora, patient), begun(world, patient, patient)
    end(world, patient, patient, by)
    states = [world.session.get_one(Consent, UUID(c["id"])).status for c in (signed, draft, own)]
    assert states == [ConsentStatus.ACTIVE, ConsentStatus.WITHDRAWN, ConsentStatus.DRAFT]
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    assert world.client(patient).post(f"{place(patient, signed)}/revocation").status_code == 200


# changing -----------------------------------------------------------------------------------------


def test_the_patient_opens_to_a_parent_what_nobody_else_may(world: World) -> None:
    patient = minor(world)
    therapist, _ = joined_team(world, patient)
    mother, by = parent(world, patient)
    world.note(patient, therapist, labels=frozenset({Label.SEXUAL_HEALTH}))
    assert notes_seen(world, mother, patient) == set()
    address = one(patient, by)
    body = {"labels": ["hiv", "violence", "sexual_health"]}
    assert world.client(therapist).patch(address, body, version=1).status_code == 403
    assert world.client(mother).patch(address, body, version=1).status_code == 403
    assert world.client(patient).patch(address, body, version=9).status_code == 412
    made = world.client(patient).patch(address, body, version=1)
    assert (made.status_code, made.json["succeeds_id"], made.headers["ETag"]) == (200, str(by.id), '"1"')
    assert len(notes_seen(world, mother, patient)) == 1
    assert world.client(patient).get(address).json["end_basis"] == "changed"
    assert world.client(patient).patch(address, body, version=2).status_code == 409


def test_a_minor_takes_nothing_else_from_a_parent(world: World) -> None:
    patient = minor(world)
    _, by = parent(world, patient)
    refused = world.client(patient).patch(one(patient, by), {"classes": ["medication"]}, version=1)
    assert refused.status_code == 403


def test_an_adult_narrows_what_a_friend_reads(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, by = friend(world, patient)
    world.note(patient, therapist)
    made = world.client(patient).patch(one(patient, by), {"classes": ["medication"]}, version=1)
    assert made.json["classes"] == ["medication"]
    assert notes_seen(world, nora, patient) == set()
    special = world.client(patient).patch(one(patient, made.json), {"classes": ["psychotherapy_note"]}, version=1)
    assert special.status_code == 422


def test_a_no_against_it_goes_on_against_its_successor(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, by = friend(world, patient)
    world.note(patient, therapist)
    body = {"against": f"representation:{by.id}", "item_class": "progress_note", "note": "Ours"}
    world.client(patient).post(f"{patient.record}/restrictions", body)
    made = world.client(patient).patch(one(patient, by), {"labels": []}, version=1).json
    assert notes_seen(world, nora, patient) == set()
    rows = world.client(patient).get(f"{patient.record}/restrictions?state=standing").json["items"]
    assert [(r["against"], r["note"]) for r in rows] == [(f"representation:{made['id']}", "Ours")]


def test_what_it_reads_is_shown_whole_to_itself_less_what_was_attested(world: World) -> None:
    patient = minor(world)
    therapist, _ = joined_team(world, patient)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    mother = registered(world, made, "Petra Young")
    own = world.client(mother).get(one(patient, made)).json
    assert (own["attested"], own["labels"], own["end_document"]) == (None, ["hiv", "violence"], None)
    assert SEEN["document"] not in world.client(mother).get(representations(patient)).text


# majority -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "zone", "of_age"),
    [
        ("2008-05-17", "America/New_York", "2026-05-17T04:00:00+00:00"),
        ("2008-05-17", "Pacific/Auckland", "2026-05-16T12:00:00+00:00"),
        ("2008-05-17", "Pacific/Pago_Pago", "2026-05-17T11:00:00+00:00"),
        ("2008-02-29", "America/New_York", "2026-02-28T05:00:00+00:00"),
        ("2008-03-01", "America/New_York", "2026-03-01T05:00:00+00:00"),
        ("2008-12-31", "UTC", "2026-12-31T00:00:00+00:00"),
    ],
)
def test_a_parents_ends_to_the_instant_where_the_patient_lives(world: World, born: str, zone: str, of_age: str) -> None:
    moment = datetime.fromisoformat(of_age)
    patient = minor(world, birth_date=date.fromisoformat(born), time_zone=zone)
    therapist = world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    note = world.note(patient, therapist)
    mother, _ = parent(world, patient)
    actor = Actor(mother.user_id, mother.name, mother.email)
    assert patient.patient_id is not None
    for before in (timedelta(seconds=1), timedelta(microseconds=1)):
        read = notes.read(world.session, actor, patient.patient_id, note.id, at=moment - before)
        assert read["id"] == note.id
        assert is_minor(date.fromisoformat(born), ZoneInfo(zone), moment - before)
    for after in (timedelta(0), timedelta(microseconds=1), timedelta(days=1)):
        with pytest.raises(NotFound):
            notes.read(world.session, actor, patient.patient_id, note.id, at=moment + after)
        assert not is_minor(date.fromisoformat(born), ZoneInfo(zone), moment + after)


def test_a_guardians_and_a_friends_do_not_end_at_majority(world: World) -> None:
    patient = world.patient()
    for name, basis in (("Gus Ward", RepresentationBasis.GUARDIAN), ("Nora Ellison", None)):
        person, _ = friend(world, patient, name, **({"basis": basis} if basis else {}))
        assert world.client(person).get(patient.record).status_code == 200


@pytest.mark.parametrize(
    ("born", "at", "years"),
    [
        ("2012-02-29", "2025-02-27T12:00:00+00:00", 12),
        ("2012-02-29", "2025-02-28T12:00:00+00:00", 13),
        ("2012-02-29", "2024-02-28T12:00:00+00:00", 11),
        ("2012-02-29", "2024-02-29T12:00:00+00:00", 12),
        ("2012-06-01", "2026-06-01T03:59:59+00:00", 13),
        ("2012-06-01", "2026-06-01T04:00:00+00:00", 14),
    ],
)
def test_years_are_completed_where_the_patient_lives(born: str, at: str, years: int) -> None:
    zone = ZoneInfo("America/New_York")
    assert age(date.fromisoformat(born), zone, datetime.fromisoformat(at)) == years


@pytest.mark.parametrize(
    ("rules", "account", "who"),
    [
        ([], True, {"patient", "parent"}),
        ([], False, {"parent"}),
        ([None], False, {"parent"}),
        ([MinorRule(MinorSigners.PATIENT, 14)], True, {"patient"}),
        ([MinorRule(MinorSigners.PATIENT, 14)], False, {"patient"}),
        ([MinorRule(MinorSigners.PATIENT, 16)], True, {"patient", "parent"}),
        ([MinorRule(MinorSigners.PARENT, 0), None], True, {"patient", "parent"}),
    ],
)
def test_whose_signatures_a_minor_of_fifteen_needs(rules: list[Any], account: bool, who: set[str]) -> None:
    assert needed(15, has_account=account, rules=rules) == {Signer(word) for word in who}


def test_what_a_parent_signed_stays_when_the_patient_comes_of_age_and_they_are_told_once(world: World) -> None:
    patient = minor(world)
    therapist, prescriber = joined_team(world, patient)
    mother, _ = parent(world, patient)
    note = world.note(patient, therapist)
    draft = begun(world, patient, patient)
    sign(world, patient, patient, draft)
    sign(world, mother, patient, draft)
    born = (datetime.now(UTC) - timedelta(days=2)).date()
    world.session.get_one(Patient, patient.patient_id).birth_date = born.replace(year=born.year - 18)
    world.session.commit()
    assert world.client(mother).get(patient.record).status_code == 404
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    for _ in range(2):
        with world.session.begin_nested():
            ahead.batch(world.session, after=None, at=datetime.now(UTC))
        world.session.commit()
        found = world.client(patient).get("me/notices").json["items"]
        assert [n["kind"] for n in found].count("came_of_age") == 1
    assert world.client(patient).post(f"{place(patient, draft)}/revocation").status_code == 200
    shown = world.client(patient).get(representations(patient)).json["items"][0]
    assert (shown["state"], shown["end_basis"]) == ("ended", "majority")


def test_an_adult_signs_alone_what_a_parent_had_signed_before(world: World) -> None:
    patient = minor(world)
    therapist, _ = joined_team(world, patient)
    mother, _ = parent(world, patient)
    request = begun(world, therapist, patient, classes=[ItemClass.PROGRESS_NOTE.value])
    sign(world, mother, patient, request)
    world.session.get_one(Patient, patient.patient_id).birth_date = date(1990, 1, 1)
    world.session.commit()
    done = sign(world, patient, patient, request)
    assert (done["status"], done["signature"]["grantor_id"]) == ("active", str(patient.user_id))
