"""Covering: proposed by who is away, agreed by the patient, accepted by the colleague; open in [from, until) alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from careteam.policy.vocabulary import MembershipKind, Role
from tests.team.inviting import accept, at_instant, dismiss, invitation, to_team
from tests.world import LONG_AGO, Person, World

DAY, MS = timedelta(days=1), timedelta(milliseconds=1)
NOTE = {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-03-02"}


def period(start: datetime, days: int = 14) -> dict[str, Any]:
    """The part of an invitation that says from when and until when."""
    end = start + days * DAY
    return {"membership_kind": "covering", "valid_from": start.isoformat(), "valid_until": end.isoformat()}


def soon(world: World, days: int = 7) -> datetime:
    return world.now.replace(microsecond=0) + days * DAY


def away(world: World) -> tuple[Person, Person, Person, Person]:
    """A patient with a therapist and a prescriber, whose notes a consent opens to prescribers; and a colleague."""
    patient, therapist, prescriber = world.trio()
    world.consent(patient, recipients=["role:prescriber"])
    world.note(patient, therapist, body="Sleeps better.")
    return patient, therapist, prescriber, world.prescriber("Cora Cover", practice_id=prescriber.practice_id)


def shared(world: World, reader: Person, patient: Person) -> list[str]:
    answer = world.client(reader).get(f"{patient.record}/shared-record")
    return (
        [n["body"] for n in answer.json["notes"]["items"]] if answer.status_code == 200 else [str(answer.status_code)]
    )


def propose(world: World, by: Person, cover: Person, patient: Person, start: datetime, days: int = 14) -> str:
    return to_team(world, by, cover.email, patient_id=str(patient.patient_id), **period(start, days))


def agreed(world: World, patient: Person, place: str) -> Any:
    return world.client(patient).post(f"memberships/{place}/agreement")


def test_the_whole_way_of_a_holiday(world: World) -> None:
    patient, _, prescriber, cora = away(world)
    start = soon(world)
    accepted = accept(world.client(cora), propose(world, prescriber, cora, patient, start)).json
    assert accepted["patient_id"] is None
    place = accepted["membership_id"]
    opens = world.client(patient).get(f"memberships/{place}/preview").json
    assert {h["name"]: h["shared"] for h in opens["opens"]}["Tess Okafor"] == ["medication", "progress_note"]
    assert agreed(world, patient, place).json["state"] == "upcoming"
    for moment, standing, read in (
        (start - MS, "upcoming", []),
        (start, "current", ["Sleeps better."]),
        (start + MS, "current", ["Sleeps better."]),
        (start + 14 * DAY - MS, "current", ["Sleeps better."]),
        (start + 14 * DAY, "former", []),
        (start + 14 * DAY + MS, "former", []),
    ):
        assert at_instant(world, moment, lambda: world.client(cora).get(patient.record)).json["standing"] == standing
        assert at_instant(world, moment, lambda: shared(world, cora, patient)) == read, moment


@pytest.mark.parametrize(("after", "writes"), [(-MS, 403), (0 * MS, 201), (14 * DAY - MS, 201), (14 * DAY, 403)])
def test_who_covers_writes_in_the_period_alone(world: World, after: timedelta, writes: int) -> None:
    patient, cora = world.patient(), world.prescriber("Cora Cover")
    start = soon(world)
    world.join(patient, cora, Role.PRESCRIBER, kind="covering", valid_from=start, valid_until=start + 14 * DAY)
    wrote = at_instant(world, start + after, lambda: world.client(cora).post(f"{patient.record}/notes", NOTE))
    assert wrote.status_code == writes


@pytest.mark.parametrize("when", ["before", "during"])
def test_the_patient_may_say_yes_first_and_the_colleague_before_or_during(world: World, when: str) -> None:
    patient, _, prescriber, cora = away(world)
    start = soon(world)
    link = propose(world, prescriber, cora, patient, start)
    (asked,) = world.client(patient).get(f"{patient.record}/team").json["invitations"]
    opens = world.client(patient).get(f"invitations/{asked['id']}/opens").json
    assert {h["name"]: h["shared"] for h in opens["opens"]}["Tess Okafor"] == ["medication", "progress_note"]
    said = world.client(patient).post(f"invitations/{asked['id']}/agreement")
    assert said.json["patient_agreed_at"] is not None
    assert world.client(patient).post(f"invitations/{asked['id']}/agreement").status_code == 409
    moment = start - DAY if when == "before" else start + timedelta(hours=1)
    if when == "during":
        moment = min(moment, invitation(world, link).expires_at - MS)
    accepted = at_instant(world, moment, lambda: accept(world.client(cora), link))
    assert accepted.json["patient_id"] == str(patient.patient_id)
    assert at_instant(world, start + DAY, lambda: shared(world, cora, patient)) == ["Sleeps better."]


@pytest.mark.parametrize("who", ["inviter", "addressee", "another patient", "stranger"])
def test_only_the_patient_says_the_patients_yes(world: World, who: str) -> None:
    patient, therapist, prescriber, cora = away(world)
    link = propose(world, prescriber, cora, patient, soon(world))
    row = invitation(world, link)
    people = {"inviter": prescriber, "addressee": cora, "another patient": world.patient("Noor"), "stranger": therapist}
    for method, part in (("GET", "opens"), ("POST", "agreement")):
        assert world.client(people[who])(method, f"invitations/{row.id}/{part}").status_code == 404
    assert invitation(world, link).patient_agreed_at is None


def test_a_no_of_the_patient_after_their_yes_counts(world: World) -> None:
    patient, _, prescriber, cora = away(world)
    link = propose(world, prescriber, cora, patient, soon(world))
    row = invitation(world, link)
    world.client(patient).post(f"invitations/{row.id}/agreement")
    assert world.client(patient)("DELETE", f"invitations/{row.id}").status_code == 200
    assert accept(world.client(cora), link).status_code == 410
    assert world.client(patient).post(f"invitations/{row.id}/agreement").status_code == 410


def test_a_proposal_of_somebody_who_has_left_is_not_agreed_to(world: World) -> None:
    patient, _, prescriber, cora = away(world)
    row = invitation(world, propose(world, prescriber, cora, patient, soon(world)))
    dismiss(world, prescriber)
    assert world.client(patient).post(f"invitations/{row.id}/agreement").status_code == 410


def test_a_link_whose_period_is_over_is_dead(world: World) -> None:
    patient, _, prescriber, cora = away(world)
    start = world.now.replace(microsecond=0) - DAY
    link = propose(world, prescriber, cora, patient, start, days=2)
    for moment, status in ((start + 2 * DAY, 410), (start + 2 * DAY - MS, 201)):
        assert at_instant(world, moment, lambda: accept(world.client(cora), link)).status_code == status


PERIODS: list[tuple[dict[str, Any], int]] = [
    ({"membership_kind": "covering"}, 422),
    ({**period(datetime(2031, 1, 1, tzinfo=UTC)), "membership_kind": "treating"}, 422),
    ({"valid_until": "2031-01-01T00:00:00Z"}, 422),
    ({"membership_kind": "covering", "valid_from": "2031-01-01T00:00:00Z"}, 422),
    ({"membership_kind": "covering", "valid_until": "2031-01-01T00:00:00Z"}, 422),
    ({"membership_kind": "covering", "valid_from": "2031-01-01T00:00:00Z", "valid_until": "2031-01-01T00:00:00Z"}, 422),
    ({"membership_kind": "covering", "valid_from": "2021-01-01T00:00:00Z", "valid_until": "2021-02-01T00:00:00Z"}, 422),
    ({"membership_kind": "covering", "valid_from": "2031-01-01T00:00:00", "valid_until": "2031-02-01T00:00:00"}, 422),
    (period(datetime(2031, 1, 1, tzinfo=UTC), 92), 201),
    ({**period(datetime(2031, 1, 1, tzinfo=UTC), 92), "valid_until": "2031-04-03T00:00:00.000001Z"}, 422),
    (period(datetime(2031, 1, 1, tzinfo=UTC), 93), 422),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "status"), PERIODS)
def test_covering_is_dated_for_at_most_92_days_and_treating_is_not_dated(
    world: World, asked: dict[str, Any], status: int
) -> None:
    patient, cora = world.patient(), world.prescriber("Cora Cover")
    body = {"kind": "clinician", "email": cora.email, "role": "prescriber", **asked}
    assert world.client(patient).post("invitations", body).status_code == status


def test_a_role_reaches_who_covers_only_while_it_lasts_and_a_restriction_on_it_too(world: World) -> None:
    patient, _, _, cora = away(world)
    start, end = world.now - DAY, world.now + DAY
    world.join(patient, cora, Role.PRESCRIBER, kind="covering", valid_from=start, valid_until=end)
    assert shared(world, cora, patient) == ["Sleeps better."]
    world.restriction(patient, item_class="progress_note", against_role=Role.PRESCRIBER)
    assert shared(world, cora, patient) == []
    assert at_instant(world, end, lambda: shared(world, cora, patient)) == []


def test_an_extension_is_agreed_to_anew_and_joins_without_a_gap(world: World) -> None:
    patient, _, prescriber, cora = away(world)
    start = soon(world)
    ends = start + 14 * DAY
    first = accept(world.client(cora), propose(world, prescriber, cora, patient, start)).json["membership_id"]
    agreed(world, patient, first)
    link = propose(world, prescriber, cora, patient, ends)
    second = accept(world.client(cora), link).json["membership_id"]
    assert at_instant(world, ends - MS, lambda: shared(world, cora, patient)) == ["Sleeps better."]
    assert at_instant(world, ends, lambda: shared(world, cora, patient)) == []
    assert agreed(world, patient, second).status_code == 200
    for moment, read in ((ends, 1), (ends + 14 * DAY - MS, 1), (ends + 14 * DAY, 0)):
        assert len(at_instant(world, moment, lambda: shared(world, cora, patient))) == read


@pytest.mark.parametrize(("later", "status"), [(14 * DAY, 201), (14 * DAY - MS, 409), (0 * MS, 409), (3 * DAY, 409)])
def test_periods_of_one_colleague_in_one_role_do_not_overlap(world: World, later: timedelta, status: int) -> None:
    patient, cora = world.patient(), world.prescriber("Cora Cover")
    start = soon(world)
    world.join(patient, cora, Role.PRESCRIBER, kind="covering", valid_from=start, valid_until=start + 14 * DAY)
    link = to_team(world, patient, cora.email, **period(start + later))
    assert accept(world.client(cora), link).status_code == status


def test_who_covers_may_be_asked_to_stay_and_a_treating_member_need_not_cover(world: World) -> None:
    patient, cora = world.patient(), world.prescriber("Cora Cover")
    now = world.now
    world.join(patient, cora, Role.PRESCRIBER, kind="covering", valid_from=now - DAY, valid_until=now + DAY)
    assert accept(world.client(cora), to_team(world, patient, cora.email)).status_code == 201
    at_end = at_instant(world, now + DAY, lambda: world.client(cora).get(patient.record))
    assert at_end.json["standing"] == "current"
    link = to_team(world, patient, cora.email, **period(soon(world)))
    assert accept(world.client(cora), link).status_code == 409


STATES = [(-MS, "upcoming", "upcoming"), (0 * MS, "current", "current"), (14 * DAY, "former", "ended")]


@pytest.mark.parametrize(("after", "standing", "state"), STATES)
def test_team_and_caseload_show_the_dates(world: World, after: timedelta, standing: str, state: str) -> None:
    patient, _, _, cora = away(world)
    start = soon(world)
    world.join(patient, cora, Role.PRESCRIBER, kind="covering", valid_from=start, valid_until=start + 14 * DAY)
    moment, (begins, until) = start + after, (f"{t:%Y-%m-%dT%H:%M:%S}Z" for t in (start, start + 14 * DAY))
    listed = at_instant(world, moment, lambda: world.client(cora).get(f"patients?state={standing}")).json["items"]
    expected = [{"role": "prescriber", "valid_from": begins, "valid_until": until, "state": state}]
    assert [row["covering"] for row in listed] == [expected]
    team = at_instant(world, moment, lambda: world.client(patient).get(f"{patient.record}/team")).json["members"]
    assert [(m["kind"], m["state"], m["valid_until"]) for m in team if m["name"] == "Cora Cover"] == [
        ("covering", state, until)
    ]


def test_a_treating_member_covers_for_nobody_in_the_caseload(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.join(
        patient,
        therapist,
        Role.PRESCRIBER,
        kind="covering",
        valid_from=LONG_AGO,
        valid_until=world.now,
        ended_at=world.now,
    )
    (row,) = world.client(therapist).get("patients").json["items"]
    assert row["covering"] == []


@pytest.mark.parametrize(
    ("begins", "hours"),
    [("2027-03-13T12:00:00-05:00", 23), ("2027-11-06T12:00:00-04:00", 25)],
    ids=["clocks go forward", "clocks go back"],
)
def test_from_noon_to_noon_across_a_change_of_clocks(world: World, begins: str, hours: int) -> None:
    """New York, noon to noon of the next day: 23 and 25 hours."""
    start = datetime.fromisoformat(begins)
    end = start + timedelta(hours=hours)
    patient, _, _, cora = away(world)
    world.consent(patient, valid_until=start + 30 * DAY)
    link = to_team(
        world, patient, cora.email, membership_kind="covering", valid_from=begins, valid_until=end.isoformat()
    )
    accept(world.client(cora), link)
    for moment, read in ((start - MS, 0), (start, 1), (end - MS, 1), (end, 0)):
        assert len(at_instant(world, moment, lambda: shared(world, cora, patient))) == read, moment


def test_the_end_of_a_treating_membership_does_not_end_the_cover(world: World) -> None:
    patient, _, prescriber, cora = away(world)
    now = world.now
    world.join(
        patient, cora, Role.PRESCRIBER, kind=MembershipKind.COVERING, valid_from=now - DAY, valid_until=now + DAY
    )
    for place in world.client(prescriber).get("memberships").json["items"]:
        assert world.client(prescriber).post(f"memberships/{place['id']}/end").status_code == 200
    assert shared(world, cora, patient) == ["Sleeps better."]
