"""The state by the clock: of a row, in SQL, and in the rule are one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from careteam.facts import consent_fact
from careteam.models import Consent
from careteam.policy.sharing import in_force
from careteam.policy.vocabulary import ConsentStatus
from careteam.services.consents.states import in_state, state_of
from tests.consent.acts import consents, place
from tests.world import Person, World

MILLI = timedelta(milliseconds=1)
STORED = (
    ConsentStatus.REQUESTED,
    ConsentStatus.DRAFT,
    ConsentStatus.ACTIVE,
    ConsentStatus.REVOKED,
    ConsentStatus.EXPIRED,
    ConsentStatus.DECLINED,
    ConsentStatus.WITHDRAWN,
)


def grid(world: World, patient: Person) -> Iterator[Consent]:
    """One consent for each stored state and each order of the instants that matter."""
    near = (world.now - MILLI, world.now, world.now + MILLI)
    ends = (None, *near)
    for status, until, superseded, lapses in product(STORED, near, ends, ends):
        yield Consent(
            patient_id=patient.patient_id,
            status=status,
            disclosers=["team"],
            recipients=["role:prescriber"],
            classes=["medication"],
            valid_from=world.now - timedelta(days=1),
            valid_until=until,
            superseded_at=superseded,
            lapses_at=lapses,
            created_at=world.now,
        )


def test_sql_and_python_agree_on_every_state(world: World) -> None:
    patient = world.patient()
    world.session.add_all(grid(world, patient))
    world.session.commit()
    everything = world.session.scalars(select(Consent)).all()
    assert {state_of(c, world.now) for c in everything} == set(ConsentStatus)
    for status in ConsentStatus:
        found = world.session.scalars(select(Consent).where(in_state(status, world.now))).all()
        assert {c.id for c in found} == {c.id for c in everything if state_of(c, world.now) is status}


def test_the_rule_opens_what_is_active_and_nothing_else(world: World) -> None:
    patient = world.patient()
    world.session.add_all(grid(world, patient))
    world.session.commit()
    for consent in world.session.scalars(select(Consent)):
        assert in_force(consent_fact(consent), world.now) == (state_of(consent, world.now) is ConsentStatus.ACTIVE)


SUPERSEDED: dict[str, tuple[int, int, str]] = {
    # superseded at and asked at, in days from the end of the period: the state
    "before either": (-1, -2, "active"),
    "at the succession": (-1, -1, "superseded"),
    "after both": (-1, 1, "superseded"),
    "renewed at its end": (0, 0, "superseded"),
    "renewed after a gap, in the gap": (2, 1, "expired"),
    "renewed after a gap, afterwards": (2, 3, "expired"),
}


@pytest.mark.parametrize("what", SUPERSEDED)
def test_superseded_or_expired_is_which_came_first(world: World, what: str) -> None:
    superseded, asked, state = SUPERSEDED[what]
    patient, end = world.patient(), world.now + timedelta(days=10)
    consent = world.consent(patient, valid_until=end, superseded_at=end + timedelta(days=superseded))
    assert state_of(consent, end + timedelta(days=asked)) == state


def test_the_list_filters_by_the_state_that_it_shows(world: World) -> None:
    patient = world.patient()
    moments: tuple[datetime, ...] = (world.now - timedelta(hours=1), world.now + timedelta(hours=1))
    for until in moments:
        world.consent(patient, valid_from=world.now - timedelta(days=1), valid_until=until)
    shown: dict[str, Any] = {
        status: [c["status"] for c in world.client(patient).get(f"{consents(patient)}?status={status}").json["items"]]
        for status in ("active", "expired", "revoked")
    }
    assert shown == {"active": ["active"], "expired": ["expired"], "revoked": []}
    assert world.client(patient).get(f"{consents(patient)}?status=open").status_code == 422


@pytest.mark.parametrize("state", ["superseded", "expired"])
def test_a_consent_that_is_over_stays_readable_to_the_patient(world: World, state: str) -> None:
    patient, start = world.patient(), world.now - timedelta(days=2)
    ends: dict[str, dict[str, Any]] = {
        "superseded": {"superseded_at": world.now},
        "expired": {"valid_until": world.now},
    }
    consent = world.consent(patient, valid_from=start, **ends[state])
    assert world.client(patient).get(place(patient, consent)).json["status"] == state
