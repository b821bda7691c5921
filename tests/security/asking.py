"""Asks the application as on a server, but keeps nothing: what a request wrote is undone when it is answered.

The transaction of a request is flushed where it would be committed, so that a whole table of changes can be asked
for in one and the same world, and the log rows of each are seen before they go.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import app, context
from careteam.extensions import db
from careteam.models import AccessEvent, AccessEventItem
from tests.world import Person, World

EVENTS, ITEMS = AccessEvent.__table__, AccessEventItem.__table__


@dataclass(slots=True)
class Asked:
    """An answer, and what the access log says of it: of each event the outcome, the patient, and the items."""

    answer: Any
    events: list[tuple[str, Any, frozenset[Any]]] = field(default_factory=list)

    @property
    def told(self) -> str:
        """Everything that leaves: the body and every header."""
        return f"{self.answer.text}\n{self.answer.headers}"


def shown(answer: Any) -> tuple[Any, ...]:
    """Return what two answers are compared by: everything but the request's own id."""
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
    return answer.status_code, headers, answer.data


class Asker:
    """Sends requests as anybody; see `asking`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._events: list[tuple[str, Any, frozenset[Any]]] = []
        self._client = world.app.test_client(use_cookies=False)

    def __call__(self, who: Person | None, method: str, address: str, **options: Any) -> Asked:
        headers = {**({"Authorization": f"Bearer {who.token}"} if who else {}), **options.pop("headers", {})}
        self._events = []
        answer = Context().run(self._client.open, address, method=method, headers=headers, buffered=True, **options)
        return Asked(answer, self._events)

    def look(self, answer: Response) -> Response:
        """Read the log rows of this request, before they are undone."""
        mine = select(EVENTS.c.id, EVENTS.c.outcome, EVENTS.c.patient_id).where(
            EVENTS.c.request_id == context.request_id()
        )
        for row in db.session.execute(mine).all():
            items = select(ITEMS.c.item_id).where(ITEMS.c.event_id == row.id)
            self._events.append((row.outcome, row.patient_id, frozenset(db.session.scalars(items))))
        return answer


@contextmanager
def _the_same() -> Iterator[Session]:
    """What is otherwise a short transaction beside the request's is a part of it here, and undone with it."""
    yield db.session()
    db.session.flush()


@contextmanager
def asking(world: World) -> Iterator[Asker]:
    """Yield an asker whose requests leave no trace in the database."""
    world.session.rollback()
    asker, after = Asker(world), world.app.after_request_funcs.setdefault(None, [])
    after.insert(0, asker.look)
    try:
        with patch.object(Session, "commit", Session.flush), patch.object(app, "own_transaction", _the_same):
            yield asker
    finally:
        after.remove(asker.look)
        world.session.rollback()
