"""Practices and their staff through the REST door."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, Patient, Staff
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Role
from tests.identity.browser import Browser, signed_in
from tests.world import Person, World

NIL = "00000000-0000-7000-8000-000000000000"


def place(world: World, person: Person, role: Role) -> str:
    """The address of one role of a person in their practice."""
    found = select(Staff.id).where(Staff.user_id == person.user_id, Staff.practice_id == person.practice_id)
    row_id = world.session.execute(found.where(Staff.role == role)).scalar_one()
    world.session.rollback()
    return f"practices/{person.practice_id}/staff/{row_id}"


def colleagues(world: World, *roles: Role, **options: Any) -> tuple[Person, Person]:
    """An administrator, and somebody with these roles in the same practice."""
    admin = world.staff("Ada Admin", Role.ADMINISTRATOR)
    return admin, world.staff("Tess Okafor", *roles or (Role.THERAPIST,), practice_id=admin.practice_id, **options)


def test_who_may_make_practices_becomes_the_administrator(world: World) -> None:
    maker = world.user("Mina Maker", makes_practices=True)
    browser = signed_in(world, maker)
    made = browser("POST", "practices", {"name": " Oak Street ", "time_zone": "America/Chicago"})
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/practices/{made.json['id']}"
    assert (made.json["name"], made.json["roles"]) == ("Oak Street", [{"role": "administrator", "verified": False}])
    assert browser("GET", f"practices/{made.json['id']}").json == made.json
    assert browser("GET", "practices").json["items"] == [made.json]
    assert browser("GET", "me").json["roles"][0]["practice_name"] == "Oak Street"


def test_others_may_not_make_practices(world: World) -> None:
    for person in (world.user("Nobody"), world.staff("Ada Admin", Role.ADMINISTRATOR), world.patient()):
        assert world.client(person).post("practices", {"name": "Mine"}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 201},
        {"name": "two\nlines"},
        {"name": "A", "time_zone": "Mars/Olympus"},
        {"name": "A", "time_zone": "america/chicago"},
        {"name": "A", "created_by": NIL},
    ],
)
def test_a_practice_that_makes_no_sense_is_refused(world: World, body: dict[str, Any]) -> None:
    maker = world.client(world.user("Mina Maker", makes_practices=True))
    assert maker.post("practices", body).status_code == 422
    assert maker.get("practices").json == {"items": [], "next": None}


def test_making_a_practice_ends_the_makers_other_sessions(world: World) -> None:
    maker = world.user("Mina Maker", makes_practices=True)
    here, there = signed_in(world, maker), signed_in(world, maker)
    here("POST", "practices", {"name": "Oak Street"})
    assert here.signed_in
    assert not there.signed_in


def test_an_administrator_edits_the_practice_and_nobody_else(world: World) -> None:
    admin, tess = colleagues(world)
    address = f"practices/{admin.practice_id}"
    edited = world.client(admin).patch(address, {"name": "Elm Street", "time_zone": "Europe/Berlin"}, version=1)
    assert (edited.json["name"], edited.json["time_zone"]) == ("Elm Street", "Europe/Berlin")
    assert world.client(tess).get(address).json["name"] == "Elm Street"
    assert world.client(tess).patch(address, {"name": "x"}, version=2).status_code == 403
    assert world.client(admin).patch(address, {"time_zone": "Nowhere"}, version=2).status_code == 422


def test_the_staff_list_shows_names_and_roles_by_name(world: World) -> None:
    admin, _tess = colleagues(world, Role.THERAPIST, Role.PRIVACY_OFFICER)
    world.therapist("Other Practice")
    listed: Any = world.client(admin).get(f"practices/{admin.practice_id}/staff").json
    assert [(s["name"], s["role"]) for s in listed["items"]] == [
        ("Ada Admin", "administrator"),
        ("Tess Okafor", "therapist"),
        ("Tess Okafor", "privacy_officer"),
    ]
    assert "example.org" not in str(listed)


def test_the_staff_list_comes_in_pages(world: World) -> None:
    admin, _ = colleagues(world)
    for name in ("Cy", "Bo", "Al"):
        world.therapist(name, practice_id=admin.practice_id)
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        got: Any = world.client(admin).get(
            f"practices/{admin.practice_id}/staff?limit=2{cursor and '&cursor=' + cursor}"
        )
        names += [s["name"] for s in got.json["items"]]
        cursor = got.json["next"]
    assert names == ["Ada Admin", "Al", "Bo", "Cy", "Tess Okafor"]


ACTS = [
    ("GET", "", "/staff"),
    ("PUT", "one", "/verification"),
    ("DELETE", "one", "/verification"),
    ("PUT", "one", "/disabled"),
    ("DELETE", "one", "/disabled"),
    ("DELETE", "one", ""),
]


@pytest.mark.parametrize(("method", "one", "rest"), ACTS)
def test_only_administrators_of_the_practice_act_on_its_staff(world: World, method: str, one: str, rest: str) -> None:
    admin, tess = colleagues(world)
    outsider = world.staff("Oz Outside", Role.ADMINISTRATOR)
    of_staff = place(world, tess, Role.THERAPIST) if one else f"practices/{admin.practice_id}"
    absent = f"practices/{NIL}/staff/{NIL}" if one else f"practices/{NIL}"
    assert world.client(tess)(method, of_staff + rest).status_code == 403
    hidden, missing = world.client(outsider)(method, of_staff + rest), world.client(outsider)(method, absent + rest)
    assert (hidden.status_code, hidden.data) == (missing.status_code, missing.data)
    assert hidden.status_code == 404
    assert world.client(tess).get("me").json["roles"][0]["verified"] is True


def test_a_role_of_another_practice_is_not_reached_through_ones_own(world: World) -> None:
    admin, tess = colleagues(world)
    outsider = world.staff("Oz Outside", Role.ADMINISTRATOR)
    row_id = place(world, tess, Role.THERAPIST).rpartition("/")[2]
    for method, rest in (("PUT", "/verification"), ("PUT", "/disabled"), ("DELETE", "")):
        theirs = f"practices/{outsider.practice_id}/staff/{row_id}{rest}"
        assert world.client(outsider)(method, theirs).status_code == 404
    assert world.client(tess).get("me").json["roles"][0]["practice_id"] == str(admin.practice_id)


def test_verifying_says_by_whom_and_opens_the_role(world: World) -> None:
    admin, tess = colleagues(world, verified=False)
    patient = world.patient()
    world.join(patient, tess, Role.THERAPIST)
    note = f"{patient.record}/notes"
    assert world.client(tess).get(note).status_code == 404
    verified = world.client(admin)("PUT", place(world, tess, Role.THERAPIST) + "/verification")
    assert (verified.json["verified"], verified.json["verified_by"]) == (True, str(admin.user_id))
    assert world.client(tess).get(note).status_code == 200
    again = world.client(admin)("PUT", place(world, tess, Role.THERAPIST) + "/verification")
    assert again.json == verified.json
    withdrawn = world.client(admin)("DELETE", place(world, tess, Role.THERAPIST) + "/verification")
    assert (withdrawn.json["verified"], withdrawn.json["verified_by"]) == (False, None)
    assert world.client(tess).get(note).status_code == 404


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_only_clinical_roles_are_verified(world: World, role: Role) -> None:
    admin, other = colleagues(world, role, verified=False)
    assert world.client(admin)("PUT", place(world, other, role) + "/verification").status_code == 409


def test_a_sole_administrator_may_attest_their_own_licence(world: World) -> None:
    sole = world.staff("Sol Solo", Role.ADMINISTRATOR, Role.PRESCRIBER, verified=False)
    browser = signed_in(world, sole)
    verified: Any = browser("PUT", place(world, sole, Role.PRESCRIBER) + "/verification").json
    assert (verified["verified"], verified["verified_by"]) == (True, str(sole.user_id))
    assert browser.signed_in
    acts = select(AccessEvent.act, AccessEvent.actor_id).where(AccessEvent.act == "verify-role")
    assert world.session.execute(acts).all() == [("verify-role", sole.user_id)]


def test_with_two_administrators_nobody_attests_their_own(world: World) -> None:
    first, second = colleagues(world, Role.ADMINISTRATOR, Role.PRESCRIBER, verified=False)
    own = place(world, second, Role.PRESCRIBER) + "/verification"
    assert world.client(second)("PUT", own).status_code == 403
    assert world.client(first)("PUT", own).status_code == 200


def test_a_practice_keeps_an_administrator(world: World) -> None:
    first, second = colleagues(world, Role.ADMINISTRATOR)
    ada, tess = world.client(first), world.client(second)
    assert ada("DELETE", place(world, second, Role.ADMINISTRATOR)).status_code == 204
    assert tess.get(f"practices/{first.practice_id}").status_code == 404
    own = place(world, first, Role.ADMINISTRATOR)
    assert ada("DELETE", own).status_code == 409
    assert ada("PUT", own + "/disabled").status_code == 409
    assert ada.get(f"practices/{first.practice_id}/staff").json["items"][0]["disabled_at"] is None


def test_a_disabled_administrator_does_not_count_as_one(world: World) -> None:
    first, second = colleagues(world, Role.ADMINISTRATOR)
    assert world.client(first)("PUT", place(world, second, Role.ADMINISTRATOR) + "/disabled").status_code == 200
    assert world.client(first)("DELETE", place(world, first, Role.ADMINISTRATOR)).status_code == 409


def test_an_ended_role_is_gone_and_ending_it_again_finds_nothing(world: World) -> None:
    admin, tess = colleagues(world)
    role = place(world, tess, Role.THERAPIST)
    assert world.client(admin)("DELETE", role).status_code == 204
    assert world.client(admin)("DELETE", role).status_code == 404
    assert world.client(tess).get("me").json["roles"] == []


def test_disabling_covers_all_roles_here_and_none_elsewhere(world: World) -> None:
    admin, tess = colleagues(world, Role.THERAPIST, Role.PRESCRIBER)
    elsewhere = world.staff("Oz Outside", Role.ADMINISTRATOR)
    world.add(Staff(user_id=tess.user_id, practice_id=elsewhere.practice_id, role=Role.THERAPIST, created_at=world.now))
    world.client(admin)("PUT", place(world, tess, Role.THERAPIST) + "/disabled")
    browser = Browser(world.app)
    assert browser.sign_in(tess.email).status_code == 201
    assert [r["practice_id"] for r in browser("GET", "me").json["roles"]] == [str(elsewhere.practice_id)]
    listed: Any = world.client(admin).get(f"practices/{admin.practice_id}/staff").json
    assert [bool(s["disabled_at"]) for s in listed["items"]] == [False, True, True]


def test_a_disabled_clinician_keeps_their_own_record_and_the_administrator_does_not_learn_of_it(world: World) -> None:
    admin, tess = colleagues(world)
    plain = world.therapist("Pia Plain", practice_id=admin.practice_id)
    record_id = new_id()
    world.add(Patient(id=record_id, user_id=tess.user_id, name="Tess", name_key="tess", created_at=world.now))
    answers = [world.client(admin)("PUT", place(world, p, Role.THERAPIST) + "/disabled") for p in (tess, plain)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json.keys() == answers[1].json.keys()
    assert Browser(world.app).sign_in(plain.email).status_code == 401
    own = Browser(world.app)
    assert own.sign_in(tess.email).status_code == 201
    assert own("GET", "me").json["roles"] == []
    assert own("GET", f"patients/{record_id}/notes").status_code == 200


def test_what_is_disabled_stays_so_when_the_role_is_ended(world: World) -> None:
    admin, tess = colleagues(world)
    role = place(world, tess, Role.THERAPIST)
    world.client(admin)("PUT", role + "/disabled")
    world.client(admin)("DELETE", role)
    assert Browser(world.app).sign_in(tess.email).status_code == 401


def test_an_administrator_sees_no_patient(world: World) -> None:
    admin, tess = colleagues(world)
    patient = world.patient("Maya Ellison")
    world.join(patient, tess, Role.THERAPIST)
    world.consent(patient, classes=[ItemClass.PROGRESS_NOTE])
    note = world.note(patient, tess)
    client = world.client(admin)
    for address in (f"{patient.record}/notes", f"{patient.record}/notes/{note.id}", f"{patient.record}/access-log"):
        assert client.get(address).status_code == 404
    for address in ("me", "practices", f"practices/{admin.practice_id}", f"practices/{admin.practice_id}/staff"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Maya" not in answer.text
        assert str(patient.patient_id) not in answer.text
        assert str(patient.user_id) not in answer.text


def test_every_change_of_staff_is_logged_with_its_target(world: World) -> None:
    admin, tess = colleagues(world, verified=False)
    role, client = place(world, tess, Role.THERAPIST), world.client(admin)
    for method, rest in (("PUT", "/verification"), ("DELETE", "/verification"), ("PUT", "/disabled")):
        client(method, role + rest)
    client("DELETE", role + "/disabled")
    client("DELETE", role)
    rows = world.session.execute(select(AccessEvent.act, AccessEvent.target).order_by(AccessEvent.id)).all()
    acts = ["verify-role", "withdraw-verification", "disable-staff", "enable-staff", "end-role"]
    assert rows == [(act, role.rpartition("/")[2]) for act in acts]
    assert UUID(rows[0].target)
