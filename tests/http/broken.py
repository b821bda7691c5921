"""The application with one fault, as a server starts it: what the tests over HTTP must find."""

import time
from typing import Any

from flask import Flask
from sqlalchemy import exists

from careteam import access
from careteam.app import create_app
from careteam.models import Direction, Item


def decision_kept() -> Flask:
    """Each worker keeps what it decided once about a reader and a record."""
    return _keeping(float("inf"))


def decision_kept_for_a_second() -> Flask:
    """Each worker keeps what it decided, for as long as seems harmless."""
    return _keeping(1)


def _keeping(seconds: float) -> Flask:
    kept: dict[Any, tuple[float, Any]] = {}
    fresh = access.opened

    def opened(session: Any, reader: Any, patient_id: Any, **more: Any) -> Any:
        key, found = (reader.user_id, patient_id), fresh(session, reader, patient_id, **more)
        since, before = kept.get(key, (0.0, found))
        if len(found[1].permits) < len(before[1].permits) and time.monotonic() - since < seconds:
            return before
        kept[key] = (time.monotonic(), found)
        return found

    access.opened = opened
    return create_app()


def sent_for_ever() -> Flask:
    """What the patient sent is open although they took it back."""
    sent = Direction.__table__.c

    def sent_to(user_id: Any, **_: Any) -> Any:
        return exists(sent.id).where(sent.item_id == access.ITEM.id, sent.user_id == user_id).correlate(Item.__table__)

    access.sent_to = sent_to
    return create_app()
