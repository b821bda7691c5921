"""Every answer about a patient leaves exactly one event, and every event is of one answer."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, AccessEventItem
from careteam.services.log import access_log
from tests.world import Person, World

EXPECTED: Mapping[int, str] = {200: "disclosed", 201: "changed", 404: "refused", 403: "refused"}


class Session:
    """Sends requests as several people, and keeps what was answered to each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.answered: dict[str, tuple[str, int, int]] = {}

    def __call__(self, person: Person, method: str, path: str, json: Any = None, **options: Any) -> Any:
        given = {"json": json} if json is not None else {}
        answer = self._world.client(person)(method, path, **given, **options)
        items = len(answer.json["items"]) if answer.status_code == 200 and "items" in (answer.json or {}) else 0
        self.answered[answer.headers["X-Request-ID"]] = (f"{method} {path}", answer.status_code, items)
        return answer


def script(world: World) -> Session:
    """A morning: reading, refused reading, writing, saying no, by five people."""
    patient, therapist, prescriber = world.trio()
    stranger = world.therapist("Sam Stranger")
    entry = world.medication(patient, prescriber)
    world.medication(patient, prescriber, drug="Lithium")
    consent = world.consent(patient)
    act, here = Session(world), patient.record
    for person in (patient, therapist, prescriber, stranger):
        for part in ("medications", f"medications/{entry.id}", "allergies", "team", "shared-record"):
            act(person, "GET", f"{here}/{part}")
    act(therapist, "GET", "patients")
    act(patient, "POST", f"{here}/restrictions", {"against": "anyone", "item_class": "medication"})
    act(therapist, "GET", f"{here}/medications")
    act(patient, "POST", f"{here}/consents/{consent.id}/revocation", {})
    act(therapist, "GET", f"{here}/medications")
    act(therapist, "POST", f"{here}/restrictions", {"against": "anyone", "item_class": "medication"})
    act(patient, "GET", f"{here}/access-log")
    return act


def logged(world: World) -> Counter[str]:
    """How many events each request left."""
    world.session.rollback()
    return Counter(world.session.scalars(select(AccessEvent.request_id)))


def unequal(world: World, act: Session) -> dict[str, int]:
    """The requests that left another number of events than one, by what they asked."""
    counts = logged(world)
    return {asked: counts[request] for request, (asked, _, _) in act.answered.items() if counts[request] != 1}


def test_every_request_of_a_session_left_exactly_one_event(world: World) -> None:
    act = script(world)
    assert len(act.answered) > 25
    assert unequal(world, act) == {}
    assert logged(world).total() == len(act.answered)


def test_every_item_that_was_shown_is_a_row_of_its_answers_event(world: World) -> None:
    act = script(world)
    world.session.rollback()
    query = select(AccessEvent.request_id).join(AccessEventItem, AccessEventItem.event_id == AccessEvent.id)
    rows = Counter(world.session.scalars(query))
    lists = {r: (asked, items) for r, (asked, _, items) in act.answered.items() if asked.endswith("/medications")}
    assert sum(items for _, items in lists.values()) >= 4
    assert {asked: rows[request] for request, (asked, items) in lists.items() if rows[request] != items} == {}


def test_the_outcome_is_that_of_the_answer(world: World) -> None:
    act = script(world)
    world.session.rollback()
    outcomes = {row.request_id: row.outcome for row in world.session.scalars(select(AccessEvent))}
    wrong = {
        asked: (status, outcomes[request])
        for request, (asked, status, _) in act.answered.items()
        if outcomes[request] != EXPECTED[status] and not asked.startswith("POST")
    }
    assert wrong == {}


def test_a_path_that_does_not_log_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same comparison, on a build in which one read leaves no event."""
    whole = access_log.disclosed

    def forgetful(session: Any, actor: Any, patient_id: Any, act: str, *rest: Any, **more: Any) -> None:
        if act != "read-allergies":
            whole(session, actor, patient_id, act, *rest, **more)

    monkeypatch.setattr(access_log, "disclosed", forgetful)
    act = script(world)
    found = unequal(world, act)
    assert found
    assert all(asked.endswith("/allergies") and count == 0 for asked, count in found.items())
