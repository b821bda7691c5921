"""What could be read at an earlier instant: the rule asked of the facts as they stood then."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from careteam.policy.facts import Team
from careteam.policy.past import could_read
from careteam.policy.scope import Shared
from tests.policy.cast import DAY, MEDICATION, NOW, PAUL, PRESCRIBER, TESS, as_paul, consent, member, restriction, team

AN_AGE: dict[str, Any] = {"valid_from": NOW - 99 * DAY, "signed_at": NOW - 99 * DAY}
AGO: dict[str, tuple[dict[str, Any], dict[int, bool]]] = {
    "signed five days ago": ({"consent": {"signed_at": NOW - 5 * DAY}}, {6: False, 5: True, 1: True}),
    "signed long ago, valid for five days": ({"consent": {"valid_from": NOW - 5 * DAY}}, {6: False, 5: True}),
    "revoked five days ago": (
        {"consent": {"revoked": True, "closed_at": NOW - 5 * DAY}},
        {6: True, 5: False, 1: False},
    ),
    "ended by an event five days ago": (
        {"consent": {"signed": False, "closed_at": NOW - 5 * DAY}},
        {6: True, 5: False},
    ),
    "revoked nobody knows when": ({"consent": {"revoked": True}}, {6: False, 1: False}),
    "superseded five days ago": ({"consent": {"superseded_at": NOW - 5 * DAY}}, {6: True, 5: False}),
    "never signed": ({"consent": {"signed": False, "signed_at": None}}, {6: False}),
    "joined five days ago": ({"paul": {"accepted_at": NOW - 5 * DAY}}, {6: False, 5: True}),
    "never accepted": ({"paul": {"patient_agreed": False}}, {6: False, 1: False}),
    "left five days ago": ({"paul": {"ended": True, "ended_at": NOW - 5 * DAY}}, {6: True, 5: False}),
}


@pytest.mark.parametrize(("how", "when"), AGO.values(), ids=AGO)
def test_permits_are_those_of_their_time(how: dict[str, Any], when: dict[int, bool]) -> None:
    given = consent(**{**AN_AGE, **how.get("consent", {})})
    members = team(paul=member(PAUL, PRESCRIBER, **how.get("paul", {})))
    for days, opened in when.items():
        assert bool(shared(members, [given], [], NOW - days * DAY)) is opened, days


def test_restrictions_are_those_of_their_time() -> None:
    window: dict[str, Any] = {"made_at": NOW - 5 * DAY, "lifted_at": NOW - 3 * DAY}
    kept = replace(restriction(item_class=MEDICATION, lifted=True), **window)
    given = consent(**AN_AGE)
    less = {days: shared(team(), [given], [kept], NOW - days * DAY)[0].less for days in (6, 5, 4, 3, 2)}
    assert {days for days, limits in less.items() if limits} == {5, 4}


def test_a_member_who_came_later_is_not_yet_one_of_those_who_are_read() -> None:
    members = team(tess=replace(member(TESS, PRESCRIBER), accepted_at=NOW - 5 * DAY))
    holders = {days: shared(members, [consent(**AN_AGE)], [], NOW - days * DAY)[0].holders for days in (6, 5)}
    assert (TESS in holders[6], TESS in holders[5]) == (False, True)


def shared(members: Team, consents: Any, restrictions: Any, at: datetime) -> list[Shared]:
    found = could_read(as_paul, members, consents, restrictions, at=at)
    return [permit for permit in found.permits if isinstance(permit, Shared)]
