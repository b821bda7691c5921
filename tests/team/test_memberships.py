"""Memberships: agreed to by both, in either order; declined, ended, covering; nobody else's business."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, Membership
from careteam.models.types import new_id
from careteam.policy.vocabulary import MembershipKind, Role
from tests.team.inviting import accept, at_instant, invitation, to_team, to_treatment
from tests.world import LONG_AGO, Person, World


def proposed(world: World, **values: Any) -> tuple[Person, Person, str]:
    """A patient, a therapist, and the address of a membership between them that nobody has agreed to yet."""
    patient, therapist = world.patient(), world.therapist()
    row = {"patient_agreed_at": None, "clinician_accepted_at": None, **values}
    membership = world.join(patient, therapist, Role.THERAPIST, **row)
    return patient, therapist, f"memberships/{membership.id}"


@pytest.mark.parametrize("first", ["patient", "clinician"])
def test_both_agree_in_either_order(world: World, first: str) -> None:
    patient, therapist, address = proposed(world)
    sides = [patient, therapist] if first == "patient" else [therapist, patient]
    half = world.client(sides[0]).post(f"{address}/agreement").json
    assert (half["state"], half["awaits"]) == ("proposed", ["clinician" if first == "patient" else "patient"])
    assert world.client(therapist).get(patient.record).status_code == 404
    whole = world.client(sides[1]).post(f"{address}/agreement").json
    assert (whole["state"], whole["awaits"]) == ("current", [])
    assert world.client(therapist).get(patient.record).status_code == 200


def test_one_side_cannot_agree_for_both(world: World) -> None:
    patient, therapist, address = proposed(world)
    for side in (patient, therapist):
        client = world.client(side)
        statuses = [client.post(f"{address}/agreement").status_code for _ in range(2)]
        assert statuses == [200, 409]


def test_until_both_agree_the_clinician_does_not_learn_whose_team_it_is(world: World) -> None:
    patient, therapist, address = proposed(world)
    listed = world.client(therapist).get("memberships")
    assert listed.json["items"][0]["patient"] is None
    assert patient.name not in listed.text
    accepted = world.client(therapist).post(f"{address}/agreement")
    assert patient.name not in accepted.text
    world.client(patient).post(f"{address}/agreement")
    assert world.client(therapist).get("memberships").json["items"][0]["patient"]["name"] == patient.name


@pytest.mark.parametrize("side", [0, 1])
def test_either_declines_and_then_nothing_revives_it(world: World, side: int) -> None:
    patient, therapist, address = proposed(world)
    assert world.client((patient, therapist)[side]).post(f"{address}/decline").json["state"] == "declined"
    for person in (patient, therapist):
        acts = [world.client(person).post(f"{address}/{act}").status_code for act in ("agreement", "decline", "end")]
        assert acts == [409, 409, 409]


def test_a_yes_can_be_taken_back_before_the_other_side_answers(world: World) -> None:
    patient, therapist, address = proposed(world)
    world.client(patient).post(f"{address}/agreement")
    assert world.client(patient).post(f"{address}/decline").status_code == 200
    assert world.client(therapist).post(f"{address}/agreement").status_code == 409


def test_an_accepted_membership_is_ended_not_declined(world: World) -> None:
    patient, _, address = proposed(world, patient_agreed_at=LONG_AGO, clinician_accepted_at=LONG_AGO)
    assert world.client(patient).post(f"{address}/decline").status_code == 409
    assert world.client(patient).post(f"{address}/agreement").status_code == 409


@pytest.mark.parametrize("side", [0, 1])
def test_either_ends_it_and_the_next_read_is_refused(world: World, side: int) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    note = world.note(patient, therapist)
    membership = world.session.scalars(select(Membership).where(Membership.user_id == prescriber.user_id)).one()
    address = f"memberships/{membership.id}"
    reading = world.client(prescriber)
    assert reading.get(f"{patient.record}/notes/{note.id}").status_code == 200
    ended = world.client((patient, prescriber)[side]).post(f"{address}/end")
    assert (ended.status_code, ended.json["state"]) == (200, "ended")
    assert reading.get(f"{patient.record}/notes/{note.id}").status_code == 404
    again = world.client(patient).post(f"{address}/end")
    assert (again.status_code, again.json["closed_at"]) == (200, ended.json["closed_at"])


def test_a_former_member_keeps_what_they_wrote_read_only(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    own, others = world.note(patient, prescriber), world.note(patient, therapist)
    membership = world.session.scalars(select(Membership).where(Membership.user_id == prescriber.user_id)).one()
    world.client(patient).post(f"memberships/{membership.id}/end")
    client = world.client(prescriber)
    assert [n["id"] for n in client.get(f"{patient.record}/notes").json["items"]] == [str(own.id)]
    assert client.get(f"{patient.record}/notes/{others.id}").status_code == 404
    draft = {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-03-02"}
    assert client.post(f"{patient.record}/notes", draft).status_code == 403


@pytest.mark.parametrize(
    ("method", "act"), [("POST", "agreement"), ("POST", "decline"), ("POST", "end"), ("GET", "preview")]
)
def test_a_membership_of_others_is_absent(world: World, method: str, act: str) -> None:
    patient, _, address = proposed(world)
    member = world.prescriber()
    world.join(patient, member, Role.PRESCRIBER)
    for person in (member, world.patient("Ola Other"), world.staff("Ada", Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)):
        hidden = world.client(person)(method, f"{address}/{act}")
        absent = world.client(person)(method, f"memberships/{new_id()}/{act}")
        assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_after_an_end_the_same_clinician_can_be_asked_again(world: World) -> None:
    patient, therapist, address = proposed(world, patient_agreed_at=LONG_AGO, clinician_accepted_at=LONG_AGO)
    world.client(patient).post(f"{address}/end")
    made = accept(world.client(therapist), to_team(world, patient, therapist.email, Role.THERAPIST))
    assert made.status_code == 201
    assert made.json["membership_id"] not in address
    assert world.client(therapist).get(patient.record).json["standing"] == "current"


@pytest.mark.parametrize("act", ["decline", "end"])
def test_the_patients_no_withdraws_what_was_open_to_this_clinician_and_nothing_else(world: World, act: str) -> None:
    agreed = LONG_AGO if act == "end" else None
    patient, therapist, address = proposed(world, patient_agreed_at=agreed, clinician_accepted_at=LONG_AGO)
    other = world.prescriber()
    undoing = to_team(world, patient, therapist.email, Role.PRESCRIBER)
    elsewhere = world.patient("Ola Other")
    kept = [to_team(world, patient, other.email), to_team(world, elsewhere, therapist.email)]
    assert world.client(patient).post(f"{address}/{act}").status_code == 200
    assert accept(world.client(therapist), undoing).status_code == 410
    assert [invitation(world, token).withdrawn_at for token in kept] == [None, None]


@pytest.mark.parametrize("act", ["decline", "end"])
def test_the_clinicians_no_withdraws_their_own_invitation_of_the_patient(world: World, act: str) -> None:
    agreed = LONG_AGO if act == "end" else None
    patient, therapist, address = proposed(world, patient_agreed_at=agreed, clinician_accepted_at=LONG_AGO)
    undoing = to_treatment(world, therapist, patient.email)
    kept = to_team(world, patient, therapist.email, Role.THERAPIST)
    assert world.client(therapist).post(f"{address}/{act}").status_code == 200
    assert accept(world.client(patient), undoing).status_code == 410
    assert invitation(world, kept).withdrawn_at is None


@pytest.mark.parametrize("inviter", ["patient", "clinician"])
def test_a_yes_that_is_older_than_the_no_of_the_same_side_counts_for_nothing(world: World, inviter: str) -> None:
    patient, therapist = world.patient(), world.therapist()
    if inviter == "patient":
        by, to, link = patient, therapist, to_team(world, patient, therapist.email, Role.THERAPIST)
    else:
        by, to, link = therapist, patient, to_treatment(world, therapist, patient.email)
    said = invitation(world, link).created_at
    world.join(patient, therapist, Role.THERAPIST, ended_at=said, ended_by=by.user_id)
    made = accept(world.client(to), link)
    states = {m["id"]: m for m in world.client(patient).get("memberships").json["items"]}
    shown = states[made.json["membership_id"]]
    assert (shown["state"], shown["awaits"]) == ("proposed", [inviter])


@pytest.mark.parametrize(("verified", "status"), [(Role.PRESCRIBER, 403), (Role.THERAPIST, 200)])
def test_a_clinician_agrees_only_in_a_role_in_which_they_are_verified(
    world: World, verified: Role, status: int
) -> None:
    patient, clinician = world.patient(), world.staff("Cleo Clinician", verified)
    row = world.join(patient, clinician, Role.THERAPIST, clinician_accepted_at=None)
    row.proposed_by = patient.user_id
    world.session.commit()
    answer = world.client(clinician).post(f"memberships/{row.id}/agreement")
    assert (answer.status_code, patient.name in answer.text) == (status, status == 200)
    listed = world.client(clinician).get("memberships")
    assert (patient.name in listed.text, str(patient.user_id) in listed.text) == ((status == 200,) * 2)
    assert world.client(clinician).post(f"memberships/{row.id}/end").status_code == 200


PERIOD = timedelta(days=14)


def covering(world: World, patient: Person, clinician: Person, start: datetime, role: Role = Role.PRESCRIBER) -> str:
    """Invite to cover for a fortnight."""
    period: dict[str, Any] = {"valid_from": start.isoformat(), "valid_until": (start + PERIOD).isoformat()}
    return to_team(world, patient, clinician.email, role, membership_kind="covering", **period)


@pytest.mark.parametrize(
    ("after_start", "standing", "writes"),
    [
        (timedelta(microseconds=-1), "upcoming", 403),
        (timedelta(0), "current", 201),
        (PERIOD - timedelta(microseconds=1), "current", 201),
        (PERIOD, "former", 403),
    ],
)
def test_covering_begins_and_ends_by_the_clock(
    world: World, after_start: timedelta, standing: str, writes: int
) -> None:
    patient, prescriber = world.patient(), world.prescriber()
    start = world.now.replace(microsecond=0) + timedelta(days=7)
    assert accept(world.client(prescriber), covering(world, patient, prescriber, start)).status_code == 201
    client = world.client(prescriber)
    note = {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-03-02"}
    seen = at_instant(world, start + after_start, lambda: client.get(patient.record))
    wrote = at_instant(world, start + after_start, lambda: client.post(f"{patient.record}/notes", note))
    assert (seen.json["standing"], wrote.status_code) == (standing, writes)
    assert seen.json["team"][0]["kind"] == "covering"


def test_a_covering_proposal_whose_period_is_over_is_not_agreed_to(world: World) -> None:
    start = world.now - timedelta(days=3)
    patient, _, address = proposed(
        world,
        kind=MembershipKind.COVERING,
        valid_from=start,
        valid_until=start + timedelta(days=2),
        clinician_accepted_at=LONG_AGO,
    )
    assert world.client(patient).get(f"{address}/preview").status_code == 409
    assert world.client(patient).post(f"{address}/agreement").status_code == 409


def test_who_covered_once_can_be_asked_for_another_period(world: World) -> None:
    patient, therapist, _ = proposed(
        world,
        kind=MembershipKind.COVERING,
        valid_from=LONG_AGO,
        valid_until=LONG_AGO + PERIOD,
        patient_agreed_at=LONG_AGO,
        clinician_accepted_at=LONG_AGO,
    )
    made = accept(world.client(therapist), to_team(world, patient, therapist.email, Role.THERAPIST))
    assert made.status_code == 201
    rows = world.session.scalars(select(Membership).order_by(Membership.id)).all()
    assert [r.ended_at for r in rows] == [LONG_AGO + PERIOD, None]


def test_a_proposal_for_another_period_does_not_change_an_open_one(world: World) -> None:
    patient, therapist, _ = proposed(world, clinician_accepted_at=LONG_AGO)
    token = covering(world, patient, therapist, world.now + timedelta(days=1), Role.THERAPIST)
    assert accept(world.client(therapist), token).status_code == 409


def test_a_list_shows_both_sides_their_own_and_pages_without_loss(world: World) -> None:
    world.trio()
    therapist = world.therapist("Lena List")
    for number in range(5):
        world.join(world.patient(f"Person {number}"), therapist, Role.THERAPIST)
    seen, cursor = [], ""
    for _ in range(3):
        answer = world.client(therapist).get(f"memberships?limit=2{cursor}").json
        seen += [m["patient"]["name"] for m in answer["items"]]
        cursor = f"&cursor={answer['next']}"
    assert seen == [f"Person {n}" for n in (4, 3, 2, 1, 0)]
    assert answer["next"] is None


def test_the_patient_finds_what_waits_for_their_answer(world: World) -> None:
    patient, therapist, _ = proposed(world, clinician_accepted_at=LONG_AGO)
    (shown,) = world.client(patient).get("memberships").json["items"]
    assert (shown["awaits"], shown["proposed_by"]["name"]) == (["patient"], therapist.name)


def test_every_act_is_told_in_the_patients_log(world: World) -> None:
    patient, therapist, address = proposed(world)
    for person, act in ((therapist, "agreement"), (patient, "agreement"), (patient, "end")):
        assert world.client(person).post(f"{address}/{act}").status_code == 200
    told = select(AccessEvent.act, AccessEvent.target).where(AccessEvent.patient_id == patient.patient_id)
    rows = world.session.execute(told.order_by(AccessEvent.id)).all()
    assert [row.act for row in rows] == ["agree-membership", "agree-membership", "end-membership"]
    assert {UUID(row.target) for row in rows} == {UUID(address.partition("/")[2])}
