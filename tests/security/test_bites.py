"""The sweeps are worth what they find: each of these faults, put into the program, must be found."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from flask import g
from marshmallow import EXCLUDE
from sqlalchemy import false, select, true, update
from sqlalchemy.orm import Session

from careteam import access, context
from careteam.api import auth
from careteam.api.parsing import StrictParser
from careteam.errors import NotFound
from careteam.extensions import csrf
from careteam.models import AccessEvent, Allergy, Item, Patient, Restriction
from careteam.policy import matrix, pairing
from careteam.services import paging
from careteam.services.consents import restrictions, views
from careteam.services.directing import sent_items
from careteam.services.log import access_history, access_log
from careteam.services.medications import medication_pairs, reconciliation_rows
from careteam.services.record import allergies, news, questions, reading, records
from careteam.services.team import sharing_matrix, teams
from tests.conftest import empty
from tests.security.stage import Stage
from tests.security.test_access_matrix import sweep
from tests.security.test_browsers import changed_by_reading, forged
from tests.security.test_id_swap import Swaps, swapped_addresses
from tests.security.test_lists_and_reads import differences
from tests.security.test_mass_assignment import taken_columns
from tests.security.test_patients_log import differences as log_differences
from tests.security.test_patients_log import kept
from tests.world import World

Fault = Callable[[World], AbstractContextManager[Any]]
SEEDS = range(4, 16)
ITEM = Item.__table__


@contextmanager
def _in_the_gate(name: str, value: Any) -> Iterator[None]:
    """Change a part of the gate; what it worded before and words now is forgotten."""
    access._permit_number.cache_clear()
    with patch.object(access, name, value):
        yield
    access._permit_number.cache_clear()


@contextmanager
def _one_decision_for_all() -> Iterator[None]:
    """Keep the first decision about a record, for whoever asks next."""
    kept: dict[Any, Any] = {}
    fresh = access.opened

    def opened(session: Any, reader: Any, patient_id: Any, *, at: Any) -> Any:
        if patient_id not in kept:
            kept[patient_id] = fresh(session, reader, patient_id, at=at)
        return kept[patient_id]

    with patch.object(access, "opened", opened):
        yield


@contextmanager
def _whoever_came_last() -> Iterator[None]:
    """Somebody who is not signed in is taken for whoever was, before."""
    kept: list[Any] = []
    fresh = context.asking

    def asking() -> Any:
        kept[:] = kept or [fresh()]
        return g.get("asking") or kept[0]

    with patch.object(context, "asking", asking):
        yield


@contextmanager
def _reading_writes() -> Iterator[None]:
    """Reading who is in a team changes the patient's time zone."""
    fresh = teams.read

    def read(session: Any, *rest: Any, **at: Any) -> Any:
        session.execute(update(Patient).values(time_zone="Europe/Berlin"))
        return fresh(session, *rest, **at)

    with patch.object(teams, "read", read):
        yield


def _by_id_alone(session: Any, _record: Any, restriction_id: Any) -> Any:
    if (found := session.get(Restriction, restriction_id)) is None:
        raise NotFound
    return found


def _as_for_the_patient(session: Any, record: Any, consent: Any) -> Any:
    return {**dict.fromkeys(views._PATIENT_ONLY), **views._for_patient(session, record, consent, None, frozenset())}


def _swap(world: World) -> list[str]:
    return swapped_addresses(Swaps(world, "/restrictions/"))


def _lists(*parts: str) -> Callable[[World], list[str]]:
    """Look at worlds until one shows the fault: a single one may hold nothing that it would touch."""

    def look(world: World) -> list[str]:
        for seed in SEEDS:
            with closing(differences(world, seed, Counter(), *parts)) as found:
                if (first := next(found, None)) is not None:
                    return [first]
            empty(world.app.config["SQLALCHEMY_DATABASE_URI"])
        return []

    return look


def _log(world: World) -> list[Any]:
    _, held, told = kept(world, SEEDS[0])
    return log_differences(held, told)


def _without_restrictions(asked: Any, *rest: Any) -> Any:
    return matrix.cells(replace(asked, restrictions=()), *rest)


def _one_left_out(entries: Any) -> Any:
    return pairing.paired(entries)[:-1]


def _one_less(*rest: Any, **how: Any) -> Any:
    found = paging.page(*rest, **how)
    return replace(found, rows=found.rows[:-1])


def _every_allergy(session: Session, record: Any) -> Any:
    """What the patient reads, to whoever asks."""
    names = ("id", "kind", "covers", "substance", "category", "superseded_by_id")
    columns = (*(getattr(Allergy, name) for name in names), allergies._ACTIVE)
    return session.execute(select(*columns).where(Allergy.patient_id == record.patient_id)).all()


FAULTS: Mapping[str, tuple[Fault, Callable[[World], list[str]]]] = {
    "no label matters": (
        lambda _: _in_the_gate("label_mask", lambda labels: 31),
        lambda world: sweep(world, "active", only="/notes")[1],
    ),
    "no restriction matters": (
        lambda _: _in_the_gate("_limited", lambda item, limit: false()),
        lambda world: sweep(world, "restriction", only="/notes")[1],
    ),
    "no restriction matters, in random worlds": (
        lambda _: _in_the_gate("_limited", lambda item, limit: false()),
        _lists(),
    ),
    "what is sent to one is open to all": (
        lambda _: _in_the_gate("sent_to", lambda user_id, after=None: ITEM.c.directed),
        _lists("lists"),
    ),
    "what was sent is told to the team": (
        lambda _: patch.object(sent_items, "open_own", records.open_record),
        _lists("sent"),
    ),
    "questions are listed in any state": (
        lambda _: patch.object(questions, "in_state", lambda *_: true()),
        _lists("filters"),
    ),
    "a disclosure is not logged": (
        lambda _: patch.object(access_log, "disclosed", lambda *_, **__: None),
        lambda world: sweep(world, "active", only="/notes")[1],
    ),
    "a disclosure is logged twice": (
        lambda _: patch.object(access_log, "disclosed", _twice(access_log.disclosed)),
        _lists(),
    ),
    "an allergy or condition is left out of its list": (
        lambda _: patch.object(reading, "page", _one_less),
        _lists("lists"),
    ),
    "an allergy names a hidden one that contradicts it": (
        lambda _: patch.object(allergies, "_readable", _every_allergy),
        _lists("lists"),
    ),
    "a decision is told to whoever reads its reconciliation": (
        lambda _: patch.object(reconciliation_rows, "_known", lambda *_: true()),
        _lists("lists"),
    ),
    "an entry is in no pair": (lambda _: patch.object(medication_pairs, "paired", _one_left_out), _lists("pairs")),
    "one's own is new": (lambda _: patch.object(news, "_own", lambda _: false()), _lists("shared_record")),
    "the matrix forgets the restrictions": (
        lambda _: patch.object(sharing_matrix, "cells", _without_restrictions),
        _lists("sharing"),
    ),
    "the patient is not told of refusals": (
        lambda _: patch.object(access_history, "_filters", lambda *_: [AccessEvent.outcome != "refused"]),
        _log,
    ),
    "nobody's request is somebody's": (
        lambda _: _whoever_came_last(),
        lambda world: sweep(world, "active", only="/medications")[1],
    ),
    "a decision is kept for the next reader": (
        lambda _: _one_decision_for_all(),
        lambda world: sweep(world, "none", only="/notes")[1],
    ),
    "a clinician sees a whole consent": (
        lambda _: patch.object(views, "_for_clinician", _as_for_the_patient),
        lambda world: sweep(world, "active", only="/consents")[1],
    ),
    "a restriction is found by its id alone": (lambda _: patch.object(restrictions, "find", _by_id_alone), _swap),
    "unknown fields are passed over": (
        lambda _: patch.object(StrictParser, "DEFAULT_UNKNOWN_BY_LOCATION", {"json": EXCLUDE}),
        lambda world: taken_columns(Swaps(world, "/notes"))[1],
    ),
    "the token of our pages is not asked for": (
        lambda _: patch.object(csrf, "protect", lambda: None),
        lambda world: forged(Stage(world, "active"), "/restrictions")[2],
    ),
    "a page of another site may write": (
        lambda _: patch.object(auth, "refuse_other_sites", lambda: None),
        lambda world: forged(Stage(world, "active"), "/restrictions")[2],
    ),
    "reading writes": (
        lambda _: _reading_writes(),
        lambda world: changed_by_reading(Stage(world, "active"), "/team")[1],
    ),
}


def _twice(log: Callable[..., None]) -> Callable[..., None]:
    def disclosed(*rest: Any, **at: Any) -> None:
        log(*rest, **at)
        log(*rest, **at)

    return disclosed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(world: World, name: str) -> None:
    fault, look = FAULTS[name]
    with fault(world):
        try:
            found = look(world)
        except IndexError as nothing_there:  # what was just written is not in a decision made before it
            found = [repr(nothing_there)]
    assert found, f"with this fault everything is as it should be: {name}"
