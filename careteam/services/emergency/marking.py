"""Says where something is shown only because of an emergency session, and to the patient that one is open."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from careteam.policy.emergency import DOES_NOT_OPEN
from careteam.policy.scope import Emergency
from careteam.services.emergency.reading import open_now
from careteam.services.log.access_log import Disclosed
from careteam.services.record.records import Record


def of_answer(record: Record, seen: Iterable[Disclosed]) -> dict[str, Any] | None:
    """Return the actor's own open session, with the items of this answer that nothing else opens; None without one."""
    mine = {p.session_id: p for p in record.scope.permits if isinstance(p, Emergency)}
    if not mine:
        return None
    opened = max((e for e in record.facts.grounds.emergencies if e.id in mine), key=lambda e: e.valid_until)
    return {
        "id": opened.id,
        "until": opened.valid_until,
        "classes": sorted(opened.classes),
        "items": sorted({item.item_id for item in seen if isinstance(item.permit, Emergency)}),
        "does_not_open": DOES_NOT_OPEN,
    }


def open_sessions(session: Session, record: Record) -> list[dict[str, Any]]:
    """Return the sessions that are open now: to the patient everybody's, to a member their own."""
    now_open = open_now(session, record)
    return [
        {
            "id": one.id,
            "user_id": one.user_id,
            "name": record.facts.names[one.user_id],
            "role": one.role,
            "classes": sorted(one.classes),
            "until": one.valid_until,
        }
        for one in record.facts.grounds.emergencies
        if one.id in now_open and (record.is_patient or one.user_id == record.actor.user_id)
    ]
