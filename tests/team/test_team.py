"""Who sees whom in a team, and what a membership would open."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, MembershipKind, Role
from tests.queries import statements
from tests.world import LONG_AGO, Person, World


def crowd(world: World) -> dict[str, Person]:
    """A patient, and one clinician in every state that a membership can have."""
    later = world.now + timedelta(days=3)
    states: dict[str, dict[str, Any]] = {
        "current": {},
        "upcoming": {"kind": MembershipKind.COVERING, "valid_from": later, "valid_until": later + timedelta(days=1)},
        "ended": {"ended_at": world.now},
        "proposed": {"patient_agreed_at": None},
        "declined": {"patient_agreed_at": None, "declined_at": world.now},
        "withdrawn": {"clinician_accepted_at": None, "ended_at": world.now},
    }
    people = {"patient": world.patient()}
    for state, values in states.items():
        people[state] = world.therapist(f"Dr {state.title()}")
        world.join(people["patient"], people[state], Role.THERAPIST, **values)
    return people


SEES = {
    "patient": ["current", "upcoming", "proposed", "ended", "withdrawn", "declined"],
    "current": ["current", "upcoming", "ended"],
    "upcoming": ["upcoming"],
    "ended": ["ended"],
    "proposed": None,
    "declined": None,
    "withdrawn": None,
}


@pytest.mark.parametrize(("who", "shown"), SEES.items())
def test_who_sees_which_memberships(world: World, who: str, shown: list[str] | None) -> None:
    people = crowd(world)
    answer = world.client(people[who]).get(f"{people['patient'].record}/team")
    if shown is None:
        assert answer.data == world.client(people[who]).get(f"patients/{new_id()}/team").data
        assert answer.status_code == 404
        return
    assert [m["state"] for m in answer.json["members"]] == shown
    assert [m["name"] for m in answer.json["members"]] == [f"Dr {s.title()}" for s in shown]
    assert (answer.json["invitations"] is None) is (who != "patient")
    assert world.client(people[who]).get(people["patient"].record).json["team"] == answer.json["members"]


def test_strangers_unverified_and_other_staff_see_no_team(world: World) -> None:
    patient, _, _ = world.trio()
    unverified = world.therapist("Una Unverified", verified=False)
    world.join(patient, unverified, Role.THERAPIST)
    others = [world.therapist("Sam Stranger"), world.patient("Ola Other"), unverified]
    others += [world.staff("Ada", Role.ADMINISTRATOR), world.staff("Pia", Role.PRIVACY_OFFICER)]
    for person in others:
        for address in ("", "/team", "/team/preview?role=therapist"):
            hidden = world.client(person).get(f"{patient.record}{address}")
            absent = world.client(person).get(f"patients/{new_id()}{address}")
            assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_the_patient_sees_whether_a_practice_vouches_for_a_member(world: World) -> None:
    patient = world.patient()
    for name, verified in (("Vera", True), ("Una", False)):
        world.join(patient, world.therapist(name, verified=verified), Role.THERAPIST)
    members = world.client(patient).get(f"{patient.record}/team").json["members"]
    assert {m["name"]: m["verified"] for m in members} == {"Vera": True, "Una": False}


def opened(answer: Any) -> dict[str, list[str]]:
    return {holder["name"]: holder["shared"] for holder in answer["opens"]}


def test_the_preview_names_what_opens_by_whose_items(world: World) -> None:
    patient, therapist, _ = world.trio()
    newcomer = world.prescriber("Newt Newcomer")
    membership = world.join(patient, newcomer, Role.PRESCRIBER, patient_agreed_at=None)
    by_role = world.consent(patient, disclosers=[f"member:{therapist.user_id}"], recipients=["role:prescriber"])
    by_name = world.consent(
        patient,
        disclosers=["patient"],
        recipients=[f"member:{newcomer.user_id}"],
        classes=[ItemClass.ALLERGY],
        valid_from=world.now - timedelta(days=1),
    )
    world.consent(patient, recipients=["role:therapist"], classes=ItemClass)
    shown = world.client(patient).get(f"memberships/{membership.id}/preview").json
    assert opened(shown) == {
        "the patient": ["allergy"],
        "Paul Reyes": [],
        "Tess Okafor": ["medication", "progress_note"],
    }
    assert {c["id"] for c in shown["consents"]} == {str(by_role.id), str(by_name.id)}


def test_the_preview_is_exactly_what_agreeing_opens(world: World) -> None:
    patient, _, _ = world.trio()
    newcomer = world.prescriber("Newt Newcomer")
    membership = world.join(patient, newcomer, Role.PRESCRIBER, patient_agreed_at=None)
    world.consent(patient, disclosers=["team", "patient"], except_holders=[f"member:{newcomer.user_id}"])
    world.restriction(patient, item_class=ItemClass.MEDICATION, against_role=Role.PRESCRIBER)
    world.restriction(patient, holder="patient", against_user_id=newcomer.user_id)
    before = opened(world.client(patient).get(f"memberships/{membership.id}/preview").json)
    world.client(patient).post(f"memberships/{membership.id}/agreement")
    (row,) = world.client(newcomer).get("patients").json["items"]
    assert before == {holder["name"]: holder["shared"] for holder in row["sharing"]}
    assert before == {"the patient": [], "Paul Reyes": ["progress_note"], "Tess Okafor": ["progress_note"]}


CLOSED: list[dict[str, Any]] = [
    {"valid_until": -timedelta(seconds=1)},
    {"valid_from": timedelta(seconds=60)},
    {"superseded_at": timedelta(0)},
]


@pytest.mark.parametrize("ends", CLOSED)
def test_the_preview_counts_only_consents_in_force(world: World, ends: dict[str, timedelta]) -> None:
    patient, _, _ = world.trio()
    membership = world.join(patient, world.prescriber("Newt"), Role.PRESCRIBER, patient_agreed_at=None)
    moments: dict[str, Any] = {name: world.now + moment for name, moment in ends.items()}
    world.consent(patient, **moments)
    shown = world.client(patient).get(f"memberships/{membership.id}/preview").json
    assert not any(opened(shown).values())
    assert shown["consents"] == []


def test_what_begins_later_is_asked_about_at_its_beginning(world: World) -> None:
    patient, _, _ = world.trio()
    begins = world.now + timedelta(days=30)
    period = {"kind": MembershipKind.COVERING, "valid_from": begins, "valid_until": begins + timedelta(days=5)}
    membership = world.join(patient, world.prescriber("Newt"), Role.PRESCRIBER, patient_agreed_at=None, **period)
    world.consent(patient, valid_until=begins - timedelta(days=1), classes=[ItemClass.MEDICATION])
    world.consent(patient, valid_from=begins - timedelta(days=1), classes=[ItemClass.PROGRESS_NOTE])
    shown = world.client(patient).get(f"memberships/{membership.id}/preview").json
    assert opened(shown)["Tess Okafor"] == ["progress_note"]


def test_only_the_patient_sees_a_preview(world: World) -> None:
    patient, therapist, _ = world.trio()
    newcomer = world.prescriber("Newt")
    membership = world.join(patient, newcomer, Role.PRESCRIBER, patient_agreed_at=None)
    assert world.client(newcomer).get(f"memberships/{membership.id}/preview").status_code == 403
    assert world.client(therapist).get(f"memberships/{membership.id}/preview").status_code == 404
    assert world.client(therapist).get(f"{patient.record}/team/preview?role=therapist").status_code == 403


def test_before_inviting_in_a_role_the_patient_sees_what_it_opens(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.consent(patient, disclosers=[f"member:{therapist.user_id}"], recipients=["role:prescriber"])
    client = world.client(patient)
    preview = f"{patient.record}/team/preview?role="
    assert opened(client.get(f"{preview}prescriber").json)["Tess Okafor"] == ["medication", "progress_note"]
    assert not any(opened(client.get(f"{preview}therapist").json).values())
    assert client.get(f"{preview}administrator").status_code == 422


def test_looking_at_a_team_is_logged(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.client(therapist).get(f"{patient.record}/team")
    row = world.session.execute(select(AccessEvent)).scalar_one()
    assert (row.act, row.outcome, row.patient_id, row.items) == ("read-team", "disclosed", patient.patient_id, 0)


@pytest.mark.parametrize("address", ["/team", "", "/team/preview?role=prescriber"])
def test_a_team_takes_as_many_statements_for_two_as_for_twelve(world: World, address: str) -> None:
    patient, _, _ = world.trio()
    world.consent(patient)
    counts = []
    for more in (0, 10):
        for number in range(more):
            world.join(patient, world.therapist(f"T {number}"), Role.THERAPIST, ended_at=LONG_AGO)
        with statements(world.app) as sent:
            assert world.client(patient).get(f"{patient.record}{address}").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 10
