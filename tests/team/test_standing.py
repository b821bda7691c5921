"""The rules of `careteam.policy.team` as tables: how a membership stands, and how a clinician stands to a patient."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from careteam.policy.facts import Membership, Reader, Team, Verification
from careteam.policy.team import covering, current, overlap, roles_now, standing, state, was_member
from careteam.policy.vocabulary import MembershipKind, Role, Standing
from careteam.policy.vocabulary import MembershipState as S

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
CLINICIAN, PERSON, OTHER, PATIENT = (UUID(int=n) for n in range(1, 5))
OPEN = Membership(CLINICIAN, Role.THERAPIST)
STATES: list[tuple[Membership, S]] = [
    (OPEN, S.CURRENT),
    (replace(OPEN, patient_agreed=False), S.PROPOSED),
    (replace(OPEN, clinician_accepted=False), S.PROPOSED),
    (replace(OPEN, patient_agreed=False, clinician_accepted=False), S.PROPOSED),
    (replace(OPEN, declined=True), S.DECLINED),
    (replace(OPEN, patient_agreed=False, declined=True), S.DECLINED),
    (replace(OPEN, declined=True, ended=True), S.DECLINED),
    (replace(OPEN, ended=True), S.ENDED),
    (replace(OPEN, patient_agreed=False, ended=True), S.WITHDRAWN),
    (replace(OPEN, valid_from=NOW + TICK), S.UPCOMING),
    (replace(OPEN, valid_from=NOW), S.CURRENT),
    (replace(OPEN, valid_from=NOW - TICK), S.CURRENT),
    (replace(OPEN, valid_until=NOW + TICK), S.CURRENT),
    (replace(OPEN, valid_until=NOW), S.ENDED),
    (replace(OPEN, valid_until=NOW - TICK), S.ENDED),
    (replace(OPEN, valid_from=NOW + TICK, ended=True), S.ENDED),
    (replace(OPEN, valid_from=NOW + TICK, patient_agreed=False), S.PROPOSED),
    (replace(OPEN, valid_until=NOW, patient_agreed=False), S.WITHDRAWN),
]


@pytest.mark.parametrize(("membership", "stands"), STATES)
def test_how_a_membership_stands(membership: Membership, stands: S) -> None:
    assert state(membership, NOW) is stands
    assert current(membership, NOW) is (stands is S.CURRENT)


OAK, ELM = UUID(int=5), UUID(int=6)
THERAPIST = Reader(CLINICIAN, frozenset({Verification(Role.THERAPIST, OAK)}))
UNVERIFIED = replace(THERAPIST, verifications=frozenset())
PRESCRIBER = replace(THERAPIST, verifications=frozenset({Verification(Role.PRESCRIBER, OAK)}))
STANDINGS: list[tuple[Reader, UUID | None, tuple[Membership, ...], Standing | None]] = [
    (THERAPIST, PERSON, (OPEN,), Standing.CURRENT),
    (THERAPIST, PERSON, (), None),
    (THERAPIST, PERSON, (replace(OPEN, user_id=OTHER),), None),
    (THERAPIST, PERSON, (replace(OPEN, patient_agreed=False),), None),
    (THERAPIST, PERSON, (replace(OPEN, clinician_accepted=False),), None),
    (THERAPIST, PERSON, (replace(OPEN, declined=True),), None),
    (THERAPIST, PERSON, (replace(OPEN, ended=True),), Standing.FORMER),
    (THERAPIST, PERSON, (replace(OPEN, ended=True), OPEN), Standing.CURRENT),
    (THERAPIST, PERSON, (replace(OPEN, valid_from=NOW + TICK),), Standing.UPCOMING),
    (THERAPIST, PERSON, (replace(OPEN, valid_from=NOW),), Standing.CURRENT),
    (THERAPIST, PERSON, (replace(OPEN, valid_until=NOW),), Standing.FORMER),
    (THERAPIST, PERSON, (replace(OPEN, role=Role.PRESCRIBER),), Standing.FORMER),
    (THERAPIST, None, (replace(OPEN, patient_agreed=False),), Standing.UNCLAIMED),
    (THERAPIST, None, (replace(OPEN, patient_agreed=False, clinician_accepted=False),), None),
    (THERAPIST, None, (replace(OPEN, patient_agreed=False, declined=True),), None),
    (UNVERIFIED, PERSON, (OPEN,), None),
    (UNVERIFIED, None, (OPEN,), None),
    (replace(THERAPIST, disabled=True), PERSON, (OPEN,), None),
    (PRESCRIBER, PERSON, (OPEN,), Standing.FORMER),
    (THERAPIST, PERSON, (replace(OPEN, practice_id=OAK),), Standing.CURRENT),
    (THERAPIST, PERSON, (replace(OPEN, practice_id=ELM),), Standing.FORMER),
    (THERAPIST, PERSON, (replace(OPEN, practice_id=ELM, valid_from=NOW + TICK),), Standing.FORMER),
    (THERAPIST, PERSON, (replace(OPEN, practice_id=OAK, valid_from=NOW + TICK),), Standing.UPCOMING),
    (THERAPIST, PERSON, (replace(OPEN, practice_id=ELM), replace(OPEN, practice_id=OAK)), Standing.CURRENT),
    (PRESCRIBER, PERSON, (replace(OPEN, practice_id=OAK),), Standing.FORMER),
]


@pytest.mark.parametrize(("reader", "person", "memberships", "stands"), STANDINGS)
def test_how_a_clinician_stands_to_a_patient(
    reader: Reader, person: UUID | None, memberships: tuple[Membership, ...], stands: Standing | None
) -> None:
    team = Team(PATIENT, person, memberships)
    assert standing(reader, team, NOW) is stands
    assert bool(roles_now(reader, team, NOW)) is (stands is Standing.CURRENT)
    if reader.verified and not reader.disabled:
        assert was_member(team, reader.user_id) is (stands is not None)


def cover(begins: int, ends: int) -> Membership:
    """From so many days from now until so many."""
    day = timedelta(days=1)
    return replace(OPEN, kind=MembershipKind.COVERING, valid_from=NOW + begins * day, valid_until=NOW + ends * day)


LATER = replace(cover(3, 5), valid_from=NOW + timedelta(days=3) - TICK)
OVERLAPS = [
    (cover(0, 3), cover(3, 5), False),
    (cover(0, 3), LATER, True),
    (cover(0, 9), cover(3, 5), True),
    (cover(0, 3), cover(0, 3), True),
    (cover(0, 3), cover(7, 9), False),
    (OPEN, cover(3, 5), True),
    (OPEN, OPEN, True),
]


@pytest.mark.parametrize(("one", "other", "together"), OVERLAPS)
def test_two_periods_share_an_instant_or_not_whichever_is_asked_first(
    one: Membership, other: Membership, together: bool
) -> None:
    assert overlap(one, other) is overlap(other, one) is together


def test_covering_periods_are_ones_own_accepted_ones_by_their_beginning() -> None:
    first, second = cover(0, 3), cover(3, 5)
    others = (
        OPEN,
        replace(first, user_id=OTHER),
        replace(first, ended=True),
        replace(first, declined=True),
        replace(first, patient_agreed=False),
    )
    assert covering(THERAPIST, Team(PATIENT, PERSON, (second, *others, first))) == (first, second)
