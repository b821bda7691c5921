"""Who invites whom to what, and what inviters see of it."""

import re
from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import Role
from tests.team.inviting import accept, dismiss, invitation, register, to_staff, to_team, to_treatment
from tests.world import World

WHO = "new@example.org"


def test_the_link_is_shown_once_and_only_its_digest_is_kept(world: World) -> None:
    therapist = world.therapist()
    token = to_treatment(world, therapist, WHO)
    assert len(token) >= 43
    assert token not in str(vars(invitation(world, token)))
    listed = world.client(therapist).get("invitations")
    assert token not in listed.text
    assert "link" not in listed.json["items"][0]


def test_an_administrator_offers_roles_in_their_own_practice_only(world: World) -> None:
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR)
    other = world.therapist()
    offer = {"kind": "staff", "email": WHO, "role": "therapist"}
    client = world.client(ada)
    assert client.post("invitations", {**offer, "practice_id": str(ada.practice_id)}).status_code == 201
    hidden = client.post("invitations", {**offer, "practice_id": str(other.practice_id)})
    absent = client.post("invitations", {**offer, "practice_id": str(new_id())})
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    assert world.client(other).post("invitations", {**offer, "practice_id": str(other.practice_id)}).status_code == 403


@pytest.mark.parametrize(
    ("roles", "verified", "role", "status"),
    [
        ([Role.THERAPIST], True, "therapist", 201),
        ([Role.THERAPIST], False, "therapist", 403),
        ([Role.THERAPIST], True, "prescriber", 403),
        ([Role.ADMINISTRATOR], True, "therapist", 403),
        ([Role.PRIVACY_OFFICER], True, "prescriber", 403),
    ],
)
def test_only_a_clinician_verified_for_the_role_invites_to_treatment(
    world: World, roles: list[Role], verified: bool, role: str, status: int
) -> None:
    person = world.staff("Sam", *roles, verified=verified)
    offer = {"kind": "patient", "email": WHO, "role": role, "practice_id": str(person.practice_id)}
    assert world.client(person).post("invitations", offer).status_code == status


def test_nobody_invites_to_treatment_from_a_practice_that_is_not_theirs(world: World) -> None:
    therapist, other = world.therapist(), world.therapist("Ola Other")
    offer = {"kind": "patient", "email": WHO, "role": "therapist"}
    client = world.client(therapist)
    hidden = client.post("invitations", {**offer, "practice_id": str(other.practice_id)})
    absent = client.post("invitations", {**offer, "practice_id": str(new_id())})
    assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_the_patient_and_current_members_invite_clinicians_to_the_team(world: World) -> None:
    patient, therapist, _ = world.trio()
    offer = {"kind": "clinician", "email": WHO, "role": "prescriber"}
    assert world.client(patient).post("invitations", offer).status_code == 201
    named = {**offer, "patient_id": str(patient.patient_id)}
    assert world.client(therapist).post("invitations", named).status_code == 201
    assert world.client(therapist).post("invitations", offer).status_code == 422


def test_others_cannot_invite_to_a_team_nor_learn_that_it_exists(world: World) -> None:
    patient, stranger = world.patient(), world.therapist()
    client = world.client(stranger)
    offer = {"kind": "clinician", "email": WHO, "role": "prescriber"}
    hidden = client.post("invitations", {**offer, "patient_id": str(patient.patient_id)})
    absent = client.post("invitations", {**offer, "patient_id": str(new_id())})
    assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_a_former_member_no_longer_proposes_anybody(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST, ended_at=world.now)
    offer = {"kind": "clinician", "email": WHO, "role": "prescriber", "patient_id": str(patient.patient_id)}
    assert world.client(therapist).post("invitations", offer).status_code == 403


PRACTICE = str(new_id())
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "staff", "role": "therapist"}, "practice_id"),
    ({"kind": "staff", "role": "therapist", "practice_id": PRACTICE, "membership_kind": "treating"}, "membership_kind"),
    ({"kind": "patient", "role": "therapist"}, "practice_id"),
    ({"kind": "patient", "role": "administrator", "practice_id": PRACTICE}, "role"),
    ({"kind": "clinician", "role": "privacy_officer"}, "role"),
    ({"kind": "clinician", "role": "therapist", "practice_id": PRACTICE}, "practice_id"),
    ({"kind": "clinician", "role": "therapist", "valid_until": "2030-01-01T00:00:00Z"}, "valid_from"),
    ({"kind": "clinician", "role": "therapist", "membership_kind": "covering"}, "valid_until"),
    ({"kind": "clinician", "role": "therapist", "email": "nobody"}, "email"),
    ({"kind": "clinician", "role": "therapist", "invited_by": PRACTICE}, "invited_by"),
]


@pytest.mark.parametrize(("offer", "field"), WRONG)
def test_an_offer_that_makes_no_sense_is_refused_by_field(world: World, offer: dict[str, Any], field: str) -> None:
    patient = world.patient()
    answer: Any = world.client(patient).post("invitations", {"email": WHO, **offer})
    assert answer.status_code == 422
    assert field in str(answer.json["errors"])


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2030-01-02T00:00:00Z", "2030-01-02T00:00:00Z"),
        ("2030-01-02T00:00:00Z", "2030-01-01T00:00:00Z"),
        ("2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z"),
    ],
)
def test_a_covering_period_ends_after_it_begins_and_in_the_future(world: World, begins: str, ends: str) -> None:
    offer = {"kind": "clinician", "email": WHO, "role": "therapist", "membership_kind": "covering"}
    answer: Any = world.client(world.patient()).post(
        "invitations", {**offer, "valid_from": begins, "valid_until": ends}
    )
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["valid_until"])


def test_nobody_is_asked_to_be_a_clinician_of_their_own(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    own = {"kind": "clinician", "email": patient.email, "role": "therapist"}
    assert world.client(patient).post("invitations", own).status_code == 422
    practice_id = str(therapist.practice_id)
    own = {"kind": "patient", "email": therapist.email, "role": "therapist", "practice_id": practice_id}
    assert world.client(therapist).post("invitations", own).status_code == 422


def test_inviting_again_ends_the_earlier_link(world: World) -> None:
    therapist = world.therapist()
    first, second = (to_treatment(world, therapist, WHO) for _ in range(2))
    anonymous = world.client(None)
    assert anonymous.post("invitations/preview", {"token": first}).status_code == 410
    assert anonymous.post("invitations/preview", {"token": second}).status_code == 200
    states = [i["state"] for i in world.client(therapist).get("invitations").json["items"]]
    assert states == ["open", "withdrawn"]


def test_inviting_again_leaves_other_peoples_links_alone(world: World) -> None:
    one = world.therapist()
    other = world.therapist("Ola Other", practice_id=one.practice_id)
    first = to_treatment(world, other, WHO)
    to_treatment(world, one, WHO)
    assert world.client(None).post("invitations/preview", {"token": first}).status_code == 200


def test_an_inviter_withdraws_their_invitation_once_and_for_all(world: World) -> None:
    therapist = world.therapist()
    token = to_treatment(world, therapist, WHO)
    address = f"invitations/{invitation(world, token).id}"
    stranger = world.client(world.therapist("Ola Other"))
    assert stranger("DELETE", address).data == stranger("DELETE", f"invitations/{new_id()}").data
    for _ in range(2):
        assert world.client(therapist)("DELETE", address).json["state"] == "withdrawn"
    assert register(world, token, birth_date="1990-01-01").status_code == 410


def test_an_answered_invitation_is_not_withdrawn(world: World) -> None:
    therapist = world.therapist()
    token = to_treatment(world, therapist, WHO)
    assert register(world, token, birth_date="1990-01-01").status_code == 201
    assert world.client(therapist)("DELETE", f"invitations/{invitation(world, token).id}").status_code == 409


def test_the_patient_sees_and_withdraws_what_a_member_proposed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    token = to_team(world, therapist, WHO, patient_id=str(patient.patient_id))
    team: Any = world.client(patient).get(f"{patient.record}/team").json
    assert [i["email"] for i in team["invitations"]] == [WHO]
    address = f"invitations/{team['invitations'][0]['id']}"
    assert world.client(prescriber)("DELETE", address).status_code == 404
    assert world.client(patient)("DELETE", address).status_code == 200
    assert world.client(None).post("invitations/preview", {"token": token}).status_code == 410


def test_an_invitation_dies_with_its_inviters_authority(world: World) -> None:
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR, Role.THERAPIST)
    patient = world.patient()
    membership = world.join(patient, ada, Role.THERAPIST)
    links = [
        to_staff(world, ada, WHO),
        to_treatment(world, ada, WHO),
        to_team(world, ada, WHO, patient_id=str(patient.patient_id)),
    ]
    look = world.client(None)
    assert [look.post("invitations/preview", {"token": t}).status_code for t in links] == [200, 200, 200]
    membership.ended_at = world.now
    dismiss(world, ada)
    assert [look.post("invitations/preview", {"token": t}).status_code for t in links] == [410, 410, 410]
    assert [register(world, t, birth_date="1990-01-01").status_code for t in links] == [410, 410, 410]


def test_what_the_inviter_sees_is_the_same_whether_the_address_has_an_account(world: World) -> None:
    therapist = world.therapist()
    client = world.client(therapist)
    offer = {"kind": "patient", "email": "nia.new@example.org", "role": "therapist"}
    offer["practice_id"] = str(therapist.practice_id)
    views = []
    for known in (False, True):
        if known:
            world.patient("Nia New")
        made: Any = client.post("invitations", offer)
        token = made.json["link"].rpartition("/")[2]
        seen = [made, *(by.post("invitations/preview", {"token": token}) for by in (client, world.client(None)))]
        seen += [accept(world.client(None), token, **bad) for bad in REFUSED]
        listed: Any = client.get("invitations").json
        told = [(a.status_code, masked(a.text, token)) for a in seen]
        views.append([*told, masked(str(listed["items"][0]), token)])
    assert views[0] == views[1]


REFUSED: list[dict[str, Any]] = [
    {},
    {"name": "Nia New", "birth_date": "1990-01-01"},
    {"name": "Nia New", "password": "short", "birth_date": "1990-01-01"},
    {"name": "Nia New", "password": "four unrelated words here"},
    {"name": "Nia New", "password": "four unrelated words here", "birth_date": "1700-01-01"},
    {"name": "Nia New", "password": "four unrelated words here", "birth_date": "1990-01-01", "time_zone": "Mars"},
    {"name": "\n", "password": "four unrelated words here", "birth_date": "1990-01-01"},
    {
        "name": "Nia New",
        "password": "four unrelated words here",
        "birth_date": "1990-01-01",
        "practice_id": PRACTICE,
    },
]
"""Registrations that fail: whoever holds the link must not learn from them whether the address has an account."""


def masked(text: str, token: str) -> str:
    """Leave out what is new in every invitation: token, ids and instants."""
    text = text.replace(token, "TOKEN")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "INSTANT", text)


def test_the_inviter_finds_whose_record_it_was_about_only_while_they_are_verified(world: World) -> None:
    patient, therapist, _ = world.trio()
    to_team(world, therapist, WHO, patient_id=str(patient.patient_id))
    to_team(world, patient, WHO)
    client = world.client(therapist)
    assert client.get("invitations").json["items"][0]["patient_id"] == str(patient.patient_id)
    dismiss(world, therapist)
    assert client.get("invitations").json["items"][0]["patient_id"] is None
    assert world.client(patient).get("invitations").json["items"][0]["patient_id"] == str(patient.patient_id)
