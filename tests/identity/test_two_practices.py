"""A clinician of two practices: a membership counts while the practice that it names verifies the role."""

from typing import Any

import pytest
from sqlalchemy import select, update

from careteam.models import Membership, Patient, Staff
from careteam.policy.vocabulary import Role
from tests.fhir_reading.samples import bundle, patient, request
from tests.identity.test_practices import place
from tests.importing.kit import BORN, post, rows
from tests.team.inviting import accept, as_new, to_team
from tests.world import LONG_AGO, Person, World


class Two:
    """Paul prescribes for Oak and for Elm; for Oak he is in Maya's team, and a consent opens Tess's note to him."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.oak = world.staff("Ada Oak", Role.ADMINISTRATOR)
        self.elm = world.staff("Eli Elm", Role.ADMINISTRATOR)
        self.maya, self.tess = world.patient(), world.therapist()
        self.paul = world.prescriber(practice_id=self.oak.practice_id)
        row = Staff(user_id=self.paul.user_id, practice_id=self.elm.practice_id, role=Role.PRESCRIBER)
        row.created_at = row.verified_at = LONG_AGO
        world.add(row)
        world.join(self.maya, self.tess, Role.THERAPIST)
        self.place = world.join(self.maya, self.paul, Role.PRESCRIBER)
        world.consent(self.maya, recipients=["role:prescriber", f"member:{self.paul.user_id}"])
        self.note = world.note(self.maya, self.tess)
        self.own = world.note(self.maya, self.paul)

    def reads(self) -> bool:
        """Whether Paul reads what Tess wrote."""
        return bool(self.world.client(self.paul).get(f"{self.maya.record}/notes/{self.note.id}").status_code == 200)

    def at_oak(self) -> str:
        return place(self.world, self.paul, Role.PRESCRIBER)

    def caseload(self, state: str) -> list[Any]:
        found: list[Any] = self.world.client(self.paul).get(f"patients?state={state}").json["items"]
        return found


@pytest.fixture
def two(world: World) -> Two:
    return Two(world)


ACTS = {
    "end": ("DELETE", ""),
    "disable": ("PUT", "/disabled"),
    "withdraw verification": ("DELETE", "/verification"),
}


@pytest.mark.parametrize("act", ACTS)
def test_another_practices_word_does_not_keep_a_place_open(world: World, two: Two, act: str) -> None:
    method, rest = ACTS[act]
    assert two.reads()
    assert world.client(two.oak)(method, two.at_oak() + rest).status_code < 300
    paul = as_paul(world, two.paul)
    two.paul = paul
    assert not two.reads()
    assert two.world.client(paul).get(f"{two.maya.record}/notes/{two.own.id}").status_code == 200
    note = {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-03-02"}
    assert world.client(paul).post(f"{two.maya.record}/notes", note).status_code == 403
    assert (len(two.caseload("current")), len(two.caseload("former"))) == (0, 1)


def as_paul(world: World, paul: Person) -> Person:
    """Paul with a token that is good whatever was revoked."""
    made = as_new(world, paul.email)
    return Person(paul.user_id, paul.name, paul.email, made.token, practice_id=paul.practice_id)


@pytest.mark.parametrize("act", ["PUT", "DELETE"])
def test_the_other_practices_acts_change_nothing_here(world: World, two: Two, act: str) -> None:
    row = select(Staff.id).where(Staff.user_id == two.paul.user_id, Staff.practice_id == two.elm.practice_id)
    staff_id = world.session.scalars(row).one()
    address = f"practices/{two.elm.practice_id}/staff/{staff_id}/verification"
    assert world.client(two.elm)(act, address).status_code == 200
    assert two.reads()


def test_verified_again_the_place_counts_again(world: World, two: Two) -> None:
    for method, reads in (("DELETE", False), ("PUT", True)):
        world.client(two.oak)(method, two.at_oak() + "/verification")
        assert two.reads() is reads


def test_a_place_that_names_no_practice_counts_while_any_verifies(world: World, two: Two) -> None:
    world.session.execute(update(Membership).where(Membership.id == two.place.id).values(practice_id=None))
    world.session.commit()
    world.client(two.oak)("DELETE", two.at_oak() + "/verification")
    assert two.reads()
    world.session.execute(update(Staff).where(Staff.user_id == two.paul.user_id).values(verified_at=None))
    world.session.commit()
    assert not two.reads()


def test_the_team_shows_whether_the_named_practice_verifies(world: World, two: Two) -> None:
    for method, verified in (("DELETE", False), ("PUT", True)):
        world.client(two.oak)(method, two.at_oak() + "/verification")
        team = world.client(two.maya).get(f"{two.maya.record}/team").json["members"]
        assert {m["name"]: m["verified"] for m in team}["Paul Reyes"] is verified


def test_a_clinician_agrees_only_while_the_named_practice_verifies(world: World, two: Two) -> None:
    noor = world.patient("Noor Haddad")
    row = world.join(noor, two.paul, Role.PRESCRIBER, clinician_accepted_at=None)
    for method, status in (("DELETE", 403), ("PUT", 200)):
        world.client(two.oak)(method, two.at_oak() + "/verification")
        assert world.client(two.paul).post(f"memberships/{row.id}/agreement").status_code == status


def test_who_left_one_practice_joins_from_the_other(world: World, two: Two) -> None:
    world.client(two.oak)("DELETE", two.at_oak())
    assert not two.reads()
    link = to_team(world, two.maya, two.paul.email)
    made = accept(world.client(two.paul), link)
    assert (made.status_code, made.json["practice_id"]) == (201, str(two.elm.practice_id))
    assert two.reads()


def test_an_import_into_a_record_that_is_recognised_needs_a_place_that_counts(world: World, two: Two) -> None:
    def imported(content: Any, **query: Any) -> int:
        answer = post(world, two.paul, content, pair=(two.tess, two.paul), **query)
        return int(answer.status_code)

    world.session.execute(update(Patient).values(birth_date=BORN))
    world.session.commit()
    assert imported(bundle(patient(), request()), patient_id=two.maya.patient_id) == 201
    world.client(two.oak)("DELETE", two.at_oak() + "/verification")
    before = rows(world)
    assert imported(bundle(patient(), request(id="another"))) == 422
    assert imported(bundle(patient(), request(id="another")), patient_id=two.maya.patient_id) == 403
    assert rows(world) == before
    world.client(two.oak)("PUT", two.at_oak() + "/verification")
    assert imported(bundle(patient(), request(id="another"))) == 201
