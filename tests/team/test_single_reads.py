"""One membership, one invitation, what came of one: to whom a list shows it, and absent to everybody else."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, Membership, Staff
from careteam.models.types import new_id
from careteam.policy.vocabulary import Role
from tests.queries import statements
from tests.team.inviting import accept, as_new, invitation, register, to_staff, to_team, to_treatment
from tests.team.test_team import SEES, crowd
from tests.world import LONG_AGO, Client, Person, World

SIDES_ONLY = {"proposed_by": None, "created_at": None}


def last_act(world: World) -> Any:
    world.session.rollback()
    return world.session.scalars(select(AccessEvent).order_by(AccessEvent.id.desc())).first()


def own_place(world: World, person: Person) -> str:
    world.session.rollback()
    found = world.session.scalars(select(Membership.id).where(Membership.user_id == person.user_id)).one()
    return f"memberships/{found}"


def is_absent(client: Client, address: str) -> bool:
    """Say whether this answers byte for byte like an id that nobody has."""
    kind, _, rest = address.partition("/")
    hidden, absent = client.get(address), client.get(f"{kind}/{new_id()}{rest[36:]}")
    return (hidden.status_code, hidden.data) == (404, absent.data)


@pytest.mark.parametrize(("who", "shown"), SEES.items())
def test_a_membership_is_read_by_those_to_whom_a_list_or_the_team_shows_it(
    world: World, who: str, shown: list[str] | None
) -> None:
    people = crowd(world)
    places = {state: own_place(world, p) for state, p in people.items() if state != "patient"}
    client = world.client(people[who])
    may_read = {*(shown or []), *({who} - {"patient"})}
    for state, place in places.items():
        assert is_absent(client, place) is (state not in may_read), state
    team = client.get(f"{people['patient'].record}/team").json.get("members", [])
    for member in team:
        assert client.get(f"memberships/{member['id']}").json.items() >= member.items()


@pytest.mark.parametrize("state", ["current", "ended", "proposed", "declined", "withdrawn", "upcoming"])
def test_a_side_reads_of_a_membership_what_it_lists(world: World, state: str) -> None:
    people = crowd(world)
    for side in ("patient", state):
        client = world.client(people[side])
        for listed in client.get("memberships?limit=100").json["items"]:
            assert client.get(f"memberships/{listed['id']}").json == listed


def test_the_others_in_the_team_read_what_the_team_shows_and_no_more(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    found = world.client(therapist).get(own_place(world, prescriber)).json
    whose = {"patient": {"id": str(patient.patient_id), "name": patient.name}}
    members = world.client(therapist).get(f"{patient.record}/team").json["members"]
    shown = next(m for m in members if m["user_id"] == str(prescriber.user_id))
    assert found == {**shown, **whose, **SIDES_ONLY}
    row = last_act(world)
    assert world.client(prescriber).get(own_place(world, prescriber)).json["created_at"] is not None
    assert row.patient_id == patient.patient_id


def test_who_is_asked_to_join_reads_not_whose_team_it_is(world: World) -> None:
    patient, newcomer = world.patient(), world.therapist()
    world.join(patient, newcomer, Role.THERAPIST, patient_agreed_at=None, clinician_accepted_at=None)
    found = world.client(newcomer).get(own_place(world, newcomer))
    assert (found.status_code, found.json["patient"]) == (200, None)
    assert patient.name not in found.text


def test_an_unverified_member_reads_their_own_membership_only(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.session.execute(Staff.__table__.update().values(verified_at=None))  # type: ignore[attr-defined]
    world.session.commit()
    client = world.client(therapist)
    assert is_absent(client, own_place(world, prescriber))
    own = client.get(own_place(world, therapist))
    assert (own.json["patient"], patient.name in own.text) == (None, False)


def invited(world: World, kind: str) -> tuple[dict[str, Person], str]:
    """Maya's team with an invitation by Tess, and everybody who might ask for it."""
    patient, therapist, prescriber = world.trio()
    admin = world.staff("Ann Admin", Role.ADMINISTRATOR, practice_id=therapist.practice_id)
    addressee = world.therapist("Theo Brandt") if kind != "patient" else world.patient("Noor Haddad")
    made = {
        "clinician": lambda: to_team(world, therapist, addressee.email, patient_id=str(patient.patient_id)),
        "patient": lambda: to_treatment(world, therapist, addressee.email),
        "staff": lambda: to_staff(world, admin, addressee.email),
    }[kind]()
    people = {"patient": patient, "inviter": admin if kind == "staff" else therapist, "addressee": addressee}
    others = {"colleague": prescriber, "stranger": world.patient("Otto Other")}
    return people | others, f"invitations/{invitation(world, made).id}"


@pytest.mark.parametrize(
    ("kind", "readers"),
    [
        ("clinician", {"patient", "inviter", "addressee"}),
        ("patient", {"inviter", "addressee"}),
        ("staff", {"inviter", "addressee"}),
    ],
)
def test_an_invitation_is_read_by_its_inviter_its_address_and_the_patient_whose_team_it_is_about(
    world: World, kind: str, readers: set[str]
) -> None:
    people, place = invited(world, kind)
    assert {who for who, p in people.items() if not is_absent(world.client(p), place)} == readers
    for who in sorted(readers & {"inviter", "addressee"}):
        client = world.client(people[who])
        (listed,) = client.get("invitations").json["items"]
        assert client.get(place).json == listed
    assert "token" not in world.client(people["inviter"]).get(place).text


def test_the_patient_reads_an_invitation_as_their_team_shows_it(world: World) -> None:
    people, place = invited(world, "clinician")
    client = world.client(people["patient"])
    (shown,) = client.get(f"{people['patient'].record}/team").json["invitations"]
    assert client.get(place).json == shown


@pytest.mark.parametrize(("who", "named"), [("patient", True), ("inviter", True), ("addressee", False)])
def test_reading_an_invitation_is_in_the_log_of_whose_team_the_reader_knows(
    world: World, who: str, named: bool
) -> None:
    people, place = invited(world, "clinician")
    world.client(people[who]).get(place)
    row = last_act(world)
    assert (row.act, row.outcome) == ("read-invitation", "disclosed")
    assert row.patient_id == (people["patient"].patient_id if named else None)


@pytest.mark.parametrize("kind", ["clinician", "patient", "staff"])
def test_what_came_of_an_invitation_is_read_by_who_accepted_it_only(world: World, kind: str) -> None:
    people, place = invited(world, kind)
    client = world.client(people["addressee"])
    assert is_absent(client, f"{place}/acceptance"), "nobody has accepted it yet"
    made = client.post(f"{place}/acceptance", {})
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/{place}/acceptance"
    client = world.client(as_new(world, people["addressee"].email))
    assert client.get(f"{place}/acceptance").json == made.json
    assert last_act(world).act == "read-acceptance"
    for who in ("patient", "inviter", "colleague", "stranger"):
        assert is_absent(world.client(people[who]), f"{place}/acceptance"), who


def test_who_registered_by_an_invitation_reads_that_they_did(world: World) -> None:
    therapist = world.therapist()
    token = to_treatment(world, therapist, "nia@example.org")
    made = register(world, token, birth_date="1990-05-17")
    assert made.json["registered"]
    place = made.headers["Location"].removeprefix("/api/v1/")
    assert world.client(as_new(world, "nia@example.org")).get(place).json == made.json
    assert world.client(None).get(place).status_code == 401


def test_an_acceptance_names_the_place_to_which_it_led_and_no_other(world: World) -> None:
    patient, _, _ = world.trio()
    theo = world.therapist("Theo Brandt")
    world.join(patient, theo, Role.THERAPIST, ended_at=LONG_AGO + timedelta(days=1))
    client, made = world.client(theo), []
    for _ in range(2):
        token = to_team(world, patient, theo.email, Role.THERAPIST)
        place = f"invitations/{invitation(world, token).id}/acceptance"
        made.append((place, accept(client, token).json))
        client.post(f"memberships/{made[-1][1]['membership_id']}/end")
    assert made[0][1]["membership_id"] != made[1][1]["membership_id"]
    for place, answer in made:
        assert client.get(place).json["membership_id"] == answer["membership_id"]


def test_an_acceptance_names_the_proposal_that_it_took_up_and_not_an_ended_place(world: World) -> None:
    patient, _, _ = world.trio()
    theo = world.therapist("Theo Brandt")
    waiting = world.join(patient, theo, Role.THERAPIST, patient_agreed_at=None, clinician_accepted_at=None)
    world.join(patient, theo, Role.THERAPIST, ended_at=LONG_AGO + timedelta(days=1))
    token = to_team(world, patient, theo.email, Role.THERAPIST)
    place = f"invitations/{invitation(world, token).id}/acceptance"
    made = accept(world.client(theo), token).json
    assert made["membership_id"] == str(waiting.id)
    assert world.client(theo).get(place).json == made


@pytest.mark.parametrize("what", ["membership", "invitation"])
def test_a_single_read_takes_as_many_statements_in_a_small_team_as_in_a_large_one(world: World, what: str) -> None:
    people, invitation_place = invited(world, "clinician")
    place = own_place(world, people["colleague"]) if what == "membership" else invitation_place
    counts = []
    for more in (0, 10):
        for number in range(more):
            world.join(people["patient"], world.therapist(f"T {number}"), Role.THERAPIST)
        with statements(world.app) as sent:
            assert world.client(people["inviter"]).get(place).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8
