"""A practice's settings, its staff found by filters, sessions ended from outside, and the log of all that."""

from typing import Any

import pytest
from sqlalchemy import select, update

from careteam.models import AccessEvent, Membership, Staff, StaffTerm, User
from careteam.models.types import new_id
from careteam.policy.vocabulary import Role
from tests.identity.browser import signed_in
from tests.identity.test_practices import colleagues, place
from tests.team.inviting import accept, as_new, to_staff
from tests.world import Person, World

CRISIS = "Call or text 988 in the US, or 911."


def test_a_practice_shows_the_crisis_text_until_it_says_something_else(world: World) -> None:
    admin, tess = colleagues(world)
    address = f"practices/{admin.practice_id}"
    assert world.client(tess).get(address).json["crisis_text"] == CRISIS
    changed = world.client(admin).patch(address, {"crisis_text": " Call 112. "}, version=1)
    assert (changed.json["crisis_text"], changed.headers["ETag"]) == ("Call 112.", '"2"')
    assert world.client(tess).get(address).json == {**changed.json, "roles": [{"role": "therapist", "verified": True}]}


@pytest.mark.parametrize(("version", "status"), [(None, 428), (0, 412), (2, 412), ("*", 412), (1, 200)])
def test_settings_are_changed_in_the_version_that_was_read(world: World, version: Any, status: int) -> None:
    admin, _ = colleagues(world)
    client, address = world.client(admin), f"practices/{admin.practice_id}"
    assert client.get(address).headers["ETag"] == '"1"'
    assert client.patch(address, {"name": "Elm Street"}, version=version).status_code == status
    assert (client.get(address).json["name"] == "Elm Street") is (status == 200)


@pytest.mark.parametrize("text", ["", " ", "x" * 501, None, 911])
def test_a_crisis_text_that_says_nothing_is_refused(world: World, text: Any) -> None:
    admin, _ = colleagues(world)
    body = {"crisis_text": text}
    assert world.client(admin).patch(f"practices/{admin.practice_id}", body, version=1).status_code == 422


FILTERS: list[tuple[str, set[tuple[str, str]]]] = [
    (
        "",
        {
            ("Ada Admin", "administrator"),
            ("Tess Okafor", "therapist"),
            ("Ula New", "prescriber"),
            ("Di Off", "therapist"),
        },
    ),
    ("?role=therapist", {("Tess Okafor", "therapist"), ("Di Off", "therapist")}),
    ("?verified=true", {("Tess Okafor", "therapist"), ("Di Off", "therapist")}),
    ("?verified=false", {("Ula New", "prescriber")}),
    ("?disabled=true", {("Di Off", "therapist")}),
    ("?disabled=false&role=therapist", {("Tess Okafor", "therapist")}),
    ("?name=OKA", {("Tess Okafor", "therapist")}),
    ("?name=%25", set()),
    ("?name=a&role=privacy_officer", set()),
]


@pytest.mark.parametrize(("query", "found"), FILTERS)
def test_staff_are_found_by_role_verification_disabling_and_name(
    world: World, query: str, found: set[tuple[str, str]]
) -> None:
    admin, _ = colleagues(world)
    world.prescriber("Ula New", practice_id=admin.practice_id, verified=False)
    off = world.therapist("Di Off", practice_id=admin.practice_id)
    world.therapist("Oka Elsewhere")
    world.session.execute(update(Staff).where(Staff.user_id == off.user_id).values(disabled_at=world.now))
    world.session.commit()
    listed = world.client(admin).get(f"practices/{admin.practice_id}/staff{query}").json["items"]
    assert {(s["name"], s["role"]) for s in listed} == found


@pytest.mark.parametrize("query", ["role=doctor", "verified=1", "verified=True", "disabled=", "since=2026", "name="])
def test_a_filter_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    admin, _ = colleagues(world)
    assert world.client(admin).get(f"practices/{admin.practice_id}/staff?{query}").status_code == 422


def test_an_administrator_ends_every_session_and_token_of_their_staff(world: World) -> None:
    admin, tess = colleagues(world)
    here, there, other = signed_in(world, tess), signed_in(world, tess), signed_in(world, admin)
    assert world.client(admin)("DELETE", place(world, tess, Role.THERAPIST) + "/sessions").status_code == 204
    assert [b.signed_in for b in (here, there, other)] == [False, False, True]
    assert world.client(tess).get("me").status_code == 401
    assert signed_in(world, tess)("GET", "me").json["roles"][0]["verified"] is True


@pytest.mark.parametrize("who", ["colleague", "another practice's administrator"])
def test_nobody_else_ends_them(world: World, who: str) -> None:
    admin, tess = colleagues(world)
    others = {
        "colleague": world.therapist("Cy", practice_id=admin.practice_id),
        "another practice's administrator": world.staff("Oz", Role.ADMINISTRATOR),
    }
    address, browser = place(world, tess, Role.THERAPIST) + "/sessions", signed_in(world, tess)
    answer = world.client(others[who])("DELETE", address)
    assert answer.status_code == (403 if who == "colleague" else 404)
    assert browser.signed_in


def test_an_administrator_whose_account_is_shut_does_not_count_as_one(world: World) -> None:
    first, second = colleagues(world, Role.ADMINISTRATOR)
    world.session.execute(update(User).where(User.id == second.user_id).values(disabled_at=world.now))
    world.session.commit()
    assert world.client(first)("DELETE", place(world, first, Role.ADMINISTRATOR)).status_code == 409


def test_one_person_administers_several_practices_each_by_itself(world: World) -> None:
    ada, _tess = colleagues(world)
    other = world.staff("Oz Other", Role.ADMINISTRATOR, Role.THERAPIST)
    world.add(Staff(user_id=ada.user_id, practice_id=other.practice_id, role=Role.ADMINISTRATOR, created_at=world.now))
    client = world.client(ada)
    assert len(client.get("practices").json["items"]) == 2
    assert client("DELETE", place(world, other, Role.ADMINISTRATOR)).status_code == 204
    assert client("DELETE", place(world, other, Role.THERAPIST) + "/verification").status_code == 200
    assert client("DELETE", place(world, ada, Role.ADMINISTRATOR)).status_code == 409


def log_of(world: World, who: Person, query: str = "") -> list[dict[str, Any]]:
    answer = world.client(who).get(f"practices/{who.practice_id}/administration-log{query}")
    assert answer.status_code == 200, answer.json
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def test_every_act_of_administration_is_read_in_words_by_the_administrators(world: World) -> None:
    admin, tess = colleagues(world, verified=False)
    client, role = world.client(admin), place(world, tess, Role.THERAPIST)
    nia = world.user("Nia New")
    accept(world.client(nia), to_staff(world, admin, nia.email))
    world.client(None).post("invitations/decline", {"token": to_staff(world, admin, "no@example.org", Role.PRESCRIBER)})
    client.patch(f"practices/{admin.practice_id}", {"name": "Elm"}, version=1)
    for method, rest in (
        ("PUT", "/verification"),
        ("DELETE", "/verification"),
        ("PUT", "/disabled"),
        ("DELETE", "/disabled"),
        ("DELETE", "/sessions"),
        ("DELETE", ""),
    ):
        assert client(method, role + rest).status_code < 300
    assert [e["sentence"] for e in reversed(log_of(world, admin))] == [
        "Ada Admin invited nia.new@example.org as therapist.",
        "Nia New accepted an invitation as therapist.",
        "Ada Admin invited no@example.org as prescriber.",
        "no@example.org declined an invitation as prescriber.",
        "Ada Admin changed the settings of the practice.",
        "Ada Admin verified Tess Okafor as therapist.",
        "Ada Admin withdrew the verification of Tess Okafor as therapist.",
        "Ada Admin disabled Tess Okafor in this practice.",
        "Ada Admin enabled Tess Okafor again.",
        "Ada Admin ended the sessions and access tokens of Tess Okafor.",
        "Ada Admin ended the role of Tess Okafor as therapist.",
    ]


def test_what_was_refused_or_changed_nothing_is_not_in_it(world: World) -> None:
    admin, tess = colleagues(world)
    client, own = world.client(admin), place(world, admin, Role.ADMINISTRATOR)
    client("DELETE", own)
    client("PUT", place(world, tess, Role.THERAPIST) + "/verification")
    world.client(tess)("PUT", own + "/disabled")
    assert log_of(world, admin) == []


def test_the_log_is_filtered_and_paged(world: World) -> None:
    admin, tess = colleagues(world)
    role = place(world, tess, Role.THERAPIST)
    for _ in range(3):
        world.client(admin)("DELETE", role + "/verification")
        world.client(admin)("PUT", role + "/verification")
    assert {e["act"] for e in log_of(world, admin, "?act=verify-role")} == {"verify-role"}
    assert len(log_of(world, admin, f"?user_id={tess.user_id}&actor_id={admin.user_id}")) == 6
    assert log_of(world, admin, f"?actor_id={tess.user_id}") == []
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        answer = world.client(admin).get(f"practices/{admin.practice_id}/administration-log?limit=2{cursor}").json
        seen, cursor = seen + [e["id"] for e in answer["items"]], f"&cursor={answer['next']}"
    assert len(set(seen)) == 6
    assert world.client(admin).get(f"practices/{admin.practice_id}/administration-log?act=x").status_code == 422


def test_who_reads_the_administration_log(world: World) -> None:
    admin, tess = colleagues(world)
    officer = world.staff("Olga", Role.PRIVACY_OFFICER, practice_id=admin.practice_id)
    outside = world.staff("Oz", Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)
    address = f"practices/{admin.practice_id}/administration-log"
    assert log_of(world, officer) == []
    assert world.client(tess).get(address).status_code == 403
    hidden, absent = (
        world.client(outside).get(address),
        world.client(outside).get(f"practices/{new_id()}/administration-log"),
    )
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    read = world.session.scalars(select(AccessEvent).where(AccessEvent.act == "read-administration-log")).one()
    assert (read.actor_id, read.target) == (officer.user_id, str(admin.practice_id))


def test_the_log_of_one_practice_holds_nothing_of_another(world: World) -> None:
    admin, _ = colleagues(world)
    other = world.staff("Oz", Role.ADMINISTRATOR)
    ned = world.therapist("Ned Near", practice_id=other.practice_id, verified=False)
    before = log_of(world, admin)
    world.client(other)("PUT", place(world, ned, Role.THERAPIST) + "/verification")
    to_staff(world, other, "new@example.org")
    assert log_of(world, admin) == before
    assert len(log_of(world, other)) == 2


def test_ending_a_role_ends_the_places_in_care_teams_for_this_practice_and_role(world: World) -> None:
    admin, tess = colleagues(world, Role.THERAPIST, Role.PRESCRIBER)
    elsewhere = world.staff("Oz", Role.ADMINISTRATOR)
    people = [world.patient(name) for name in ("Maya Ellison", "Noor Haddad", "Ola Other")]
    world.join(people[0], tess, Role.THERAPIST)
    world.join(people[1], tess, Role.PRESCRIBER)
    other = world.join(people[2], tess, Role.THERAPIST)
    other.practice_id = elsewhere.practice_id
    world.session.commit()
    assert world.client(admin)("DELETE", place(world, tess, Role.THERAPIST)).status_code == 204
    ended = world.session.execute(
        select(Membership.patient_id, Membership.ended_by).where(Membership.ended_at.is_not(None))
    )
    assert ended.all() == [(people[0].patient_id, admin.user_id)]
    told = world.client(people[0]).get(f"{people[0].record}/access-log").json["items"]
    assert told[0]["sentence"] == "Ada Admin ended a role in a practice, and with it a membership in your care team."


def test_a_role_that_is_given_anew_wakes_no_place_and_keeps_the_time_before(world: World) -> None:
    admin, tess = colleagues(world)
    patient = world.patient()
    world.join(patient, tess, Role.THERAPIST)
    world.client(admin)("DELETE", place(world, tess, Role.THERAPIST))
    accept(world.client(tess), to_staff(world, admin, tess.email))
    assert world.client(admin)("PUT", place(world, tess, Role.THERAPIST) + "/verification").status_code == 200
    back = world.client(as_new(world, tess.email))
    assert back.get("patients").json["items"] == []
    assert back.get(patient.record).json["standing"] == "former"
    term = world.session.scalars(select(StaffTerm)).one()
    assert (term.user_id, term.practice_id, term.role) == (tess.user_id, admin.practice_id, Role.THERAPIST)
    assert term.began_at < term.ended_at


def test_who_was_disabled_and_let_go_can_be_invited_anew_but_not_by_an_older_link(world: World) -> None:
    admin, tess = colleagues(world)
    elsewhere = world.staff("Oz", Role.ADMINISTRATOR)
    world.add(Staff(user_id=tess.user_id, practice_id=elsewhere.practice_id, role=Role.THERAPIST, created_at=world.now))
    older, role = to_staff(world, admin, tess.email, Role.PRESCRIBER), place(world, tess, Role.THERAPIST)
    world.client(admin)("PUT", role + "/disabled")
    world.client(admin)("DELETE", role)
    back = as_new(world, tess.email)
    assert accept(world.client(back), older).status_code == 410
    assert accept(world.client(back), to_staff(world, admin, tess.email)).status_code == 201
