"""What time makes due: 30, 7 and 1 days before an end, once each, to whom it concerns; and requests that lapsed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask

from careteam.extensions import own_transaction
from careteam.models import Consent
from careteam.policy.vocabulary import ConsentStatus, NoticeKind, Role
from careteam.services.notices import ahead
from careteam.services.notices.ahead import step
from tests.consent.acts import begun, member, place, revoked
from tests.identity.factor import at
from tests.identity.test_command_line import run
from tests.notices.acts import kinds, listed, sentences, stored, told
from tests.world import LONG_AGO, Person, World

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
END = datetime(2027, 5, 3, 12, tzinfo=UTC)
LONG = datetime(2026, 6, 1, tzinfo=UTC)

STEPS = [
    # before the end, signed so long before it -> the step that is due
    (30 * DAY + SECOND, 300 * DAY, None),
    (30 * DAY, 300 * DAY, 30),
    (8 * DAY, 300 * DAY, 30),
    (7 * DAY, 300 * DAY, 7),
    (DAY + SECOND, 300 * DAY, 7),
    (DAY, 300 * DAY, 1),
    (SECOND, 300 * DAY, 1),
    (timedelta(0), 300 * DAY, None),
    (-DAY, 300 * DAY, None),
    (20 * DAY, 30 * DAY, None),
    (20 * DAY, 30 * DAY + SECOND, 30),
    (20 * DAY, 25 * DAY, None),
    (6 * DAY, 25 * DAY, 7),
]


@pytest.mark.parametrize(("before", "age", "due"), STEPS)
def test_the_nearest_step_is_due_unless_the_consent_is_younger(
    before: timedelta, age: timedelta, due: int | None
) -> None:
    assert step(END, END - age, END - before) == due


def notify(app: Flask, moment: datetime) -> str:
    with at(moment):
        result = run(app, "notify")
    assert result.exit_code == 0, result.output
    return str(result.output).strip()


def ending(world: World, patient: Person, **values: Any) -> Consent:
    """A consent that ends at END, signed long before."""
    row: dict[str, Any] = {"valid_from": LONG, "valid_until": END, "signed_at": LONG, **values}
    consent = world.consent(patient, **row)
    world.session.query(Consent).filter_by(id=consent.id).update({"created_at": LONG})
    world.session.commit()
    return consent


def test_each_step_is_told_once_to_the_patient_and_to_recipients(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    ending(world, patient, recipients=[member(prescriber)])
    days = (31, 30, 29, 8, 7, 7, 2, 1, 0)
    assert [notify(world.app, END - day * DAY) for day in days] == [
        f"New notices: {new}." for new in (0, 2, 0, 0, 2, 0, 0, 2, 0)
    ]
    assert told(world, patient) == told(world, prescriber) == [NoticeKind.CONSENT_EXPIRING] * 3
    assert told(world, therapist) == []
    assert [n.step for n in stored(world) if n.user_id == patient.user_id] == [30, 7, 1]


def test_the_words_count_the_days_when_they_are_read(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent = ending(world, patient, recipients=["role:prescriber"])
    notify(world.app, END - 30 * DAY)
    with at(END - 3 * DAY):
        (notice, _) = listed(world, patient)
        assert notice["sentence"] == (
            "A consent of yours ends on 3 May 2027 (in 3 days). To go on sharing, sign another one before."
        )
        assert notice["about"] == {"kind": "consent", "id": str(consent.id)}
        what = f"What {patient.name} shares with you under a consent ends on 3 May 2027 (in 3 days)."
        assert listed(world, prescriber)[0]["sentence"] == what
    with at(END + DAY):
        assert listed(world, patient)[0]["sentence"] == "A consent of yours has ended."
        assert "has ended" in listed(world, prescriber)[0]["sentence"]
        assert listed(world, prescriber)[0]["about"] is None


def test_without_the_command_it_is_told_to_who_looks(world: World) -> None:
    patient, _, prescriber = world.trio()
    ending(world, patient)
    with at(END - 7 * DAY):
        for _ in range(2):
            assert kinds(world, prescriber) == ["consent_expiring"]
        assert told(world, patient) == []
        assert kinds(world, patient) == ["consent_expiring"]
    assert notify(world.app, END - 7 * DAY) == "New notices: 1."


def test_what_is_renewed_is_no_news_to_whom_the_renewal_concerns_too(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    old = ending(world, patient, superseded_at=END - DAY)
    renewal: dict[str, Any] = {"valid_from": END - DAY, "valid_until": END + 300 * DAY, "signed_at": END - 40 * DAY}
    world.consent(patient, recipients=[member(prescriber)], supersedes_id=old.id, **renewal)
    assert notify(world.app, END - 10 * DAY) == "New notices: 1."
    with at(END - 10 * DAY):
        assert "ends on 2 May 2027 (in 9 days)" in sentences(world, therapist)
    assert (told(world, prescriber), told(world, patient)) == ([], [])


ENDED: dict[str, dict[str, Any]] = {
    "revoked": {"status": ConsentStatus.REVOKED},
    "ended by its event": {"status": ConsentStatus.EXPIRED},
    "a draft": {"status": ConsentStatus.DRAFT, "signed_at": None},
}


@pytest.mark.parametrize("state", ENDED)
def test_what_is_not_in_force_has_no_end_to_speak_of(world: World, state: str) -> None:
    patient, _, _ = world.trio()
    ending(world, patient, **ENDED[state])
    assert notify(world.app, END - 7 * DAY) == "New notices: 0."


def test_only_current_verified_members_are_told(world: World) -> None:
    patient = world.patient()
    former, unverified = world.prescriber("Fay Former"), world.prescriber("Uwe Unverified", verified=False)
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.join(patient, unverified, Role.PRESCRIBER)
    ending(world, patient)
    assert notify(world.app, END - 7 * DAY) == "New notices: 1."
    assert (told(world, former), told(world, unverified)) == ([], [])


def test_what_is_left_of_a_narrowed_consent_is_not_spoken_of_a_second_time(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent = ending(world, patient, recipients=["role:prescriber"])
    notify(world.app, END - 20 * DAY)
    with at(END - 15 * DAY):
        revoked(world, patient, consent, item_class="medication")
    assert notify(world.app, END - 14 * DAY) == "New notices: 0."
    assert notify(world.app, END - 7 * DAY) == "New notices: 2."
    assert told(world, prescriber).count(NoticeKind.CONSENT_EXPIRING) == 2


def test_a_lapsed_request_is_told_to_who_made_it_and_can_be_answered_no_more(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    with at(LONG):
        world.client(patient)
        request = begun(world, prescriber, patient, lapses_at="2026-06-05T00:00:00Z", valid_until=END.isoformat())
    with at(datetime(2026, 6, 5, tzinfo=UTC) - SECOND):
        assert world.client(prescriber).get(place(patient, request)).json["status"] == "requested"
        assert kinds(world, prescriber) == []
    lapsed = datetime(2026, 6, 5, tzinfo=UTC)
    assert [notify(world.app, lapsed), notify(world.app, lapsed + DAY)] == ["New notices: 1.", "New notices: 0."]
    with at(lapsed + DAY):
        assert sentences(world, prescriber) == (
            f"Your request to {patient.name} for a consent has lapsed without an answer."
        )
        assert world.client(prescriber).get(place(patient, request)).json["status"] == "lapsed"
        assert world.client(patient).post(f"{place(patient, request)}/decline").status_code == 409
        assert "It has lapsed without an answer." in sentences(world, patient)
    assert told(world, therapist) == []


def test_two_hosts_at_once_tell_nobody_twice(world: World) -> None:
    patient, _, _ = world.trio()
    for _ in range(12):
        ending(world, patient)
    world.session.rollback()
    with ThreadPoolExecutor(3) as pool:
        told_by = list(pool.map(_told_by_a_host, [world.app] * 3))
    assert sum(told_by) == len(stored(world)) == 36


def _told_by_a_host(app: Flask) -> int:
    with app.app_context(), own_transaction() as session:
        return ahead.batch(session, after=None, at=END - 7 * DAY)[0]


def test_many_consents_are_told_in_several_transactions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, _, _ = world.trio()
    for _ in range(5):
        ending(world, patient, recipients=["role:prescriber"])
    monkeypatch.setattr(ahead, "BATCH", 2)
    with patch.object(ahead, "batch", wraps=ahead.batch) as batches:
        assert notify(world.app, END - DAY) == "New notices: 10."
    assert batches.call_count == 3
