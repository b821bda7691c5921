"""The machine is worth what it finds: each of these faults, put into the program, ends it within the usual number."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import ColumnElement, exists, false

from careteam import access
from careteam.models import Direction, Item
from careteam.policy import sharing, team
from careteam.services.consents import revocations
from careteam.services.log import access_log
from tests.machine import machine
from tests.world import World

RUNS, STEPS, SEEDS = 8, 40, (1, 2, 3)
"""The usual run, and from which seeds: one may have done nothing that a fault would touch."""


@contextmanager
def _in_the_gate(name: str, value: Any) -> Iterator[None]:
    """Change a part of the gate; what it worded before and words now is forgotten."""
    _forget()
    with patch.object(access, name, value):
        yield
    _forget()


def _forget() -> None:
    access._permit_number.cache_clear()
    access.opens.cache_clear()


@contextmanager
def _decision_kept() -> Iterator[None]:
    """Keep what was decided about a reader and a record."""
    kept: dict[Any, Any] = {}
    fresh = access.opened

    def opened(session: Any, reader: Any, patient_id: Any, *, at: Any) -> Any:
        key = (reader, patient_id)
        if key not in kept:
            kept[key] = fresh(session, reader, patient_id, at=at)
        return kept[key]

    with patch.object(access, "opened", opened):
        yield


def _never_over(consent: Any, at: Any) -> bool:
    return consent.signed and not consent.revoked and consent.valid_from <= at


def _one_act_not_logged(skipped: str) -> Any:
    fresh = access_log.disclosed

    def disclosed(session: Any, actor: Any, patient_id: Any, act: str, *rest: Any, **more: Any) -> None:
        if act != skipped:
            fresh(session, actor, patient_id, act, *rest, **more)

    return disclosed


def _as_if_whole(consent: Any, part: Any, team: Any, *, at: Any) -> Any:
    """A part that is taken back takes nothing."""
    return None if part.whole else replace(consent, valid_from=max(at, consent.valid_from))


def _one_more(own: Any) -> Callable[..., Any]:
    """The receipt counts one item too many."""

    def seen(*rest: Any) -> list[dict[str, Any]]:
        return [{**row, "items": row["items"] + 1} for row in own(*rest)]

    return seen


def _sent(*, to_all: bool = False, for_ever: bool = False) -> AbstractContextManager[Any]:
    """What is sent to one is sent to all, or is never taken back."""
    sent = Direction.__table__.c

    def sent_to(user_id: Any, *, after: Any = None) -> ColumnElement[bool]:
        conditions = [sent.item_id == Item.__table__.c.id]
        conditions += [] if to_all else [sent.user_id == user_id]
        conditions += [] if for_ever else [sent.revoked_at.is_(None)]
        conditions += [sent.sent_at > after] if after else []
        return exists(sent.id).where(*conditions).correlate(Item.__table__)

    return _in_the_gate("sent_to", sent_to)


def _receipt() -> AbstractContextManager[Any]:
    from careteam.services.consents import receipts

    return patch.object(receipts, "_seen", _one_more(receipts._seen))


FAULTS: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "no label matters": lambda: _in_the_gate("label_mask", lambda labels: 31),
    "no restriction matters": lambda: _in_the_gate("_limited", lambda item, limit: false()),
    "no data period matters": lambda: _in_the_gate("_in_data_period", lambda item, permit: []),
    "a decision is kept": _decision_kept,
    "no consent is ever over": lambda: patch.object(sharing, "in_force", _never_over),
    "a part that is taken back goes on": lambda: patch.object(revocations, "without", _as_if_whole),
    "who was let in stays in": lambda: patch.object(team, "current", lambda m, at: team.accepted(m)),
    "one kind of reading is not logged": lambda: patch.object(
        access_log, "disclosed", _one_act_not_logged("read-note")
    ),
    "a receipt counts one item too many": _receipt,
    "what is sent to one is sent to all": lambda: _sent(to_all=True),
    "what is sent is never taken back": lambda: _sent(for_ever=True),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_machine_finds(world: World, database_url: str, fault: str) -> None:
    with FAULTS[fault]():
        assert any(_fails(world, database_url, seed) for seed in SEEDS), f"nothing was wrong with this fault: {fault}"


def _fails(world: World, url: str, seed: int) -> bool:
    try:
        machine.run(world, url, runs=RUNS, steps=STEPS, seed=seed, shrink=False)
    except AssertionError:
        return True
    return False
