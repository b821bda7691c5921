"""The receipt of a revocation as the printed page shows it: with names for ids."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.services.consents import revoking
from careteam.services.record.records import open_record


def printable(session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the receipt, and the names of those whom it names. Raises as `revoking.receipt`."""
    receipt = revoking.receipt(session, actor, patient_id, consent_id, act="print-revocation", at=at)
    record = open_record(session, actor, patient_id, at=at)
    person = record.facts.person
    names = {str(user_id): name for user_id, name in record.facts.names.items()}
    names[str(record.team.patient_user_id)] = person.name
    return {
        "receipt": receipt,
        "name": person.name,
        "birth_date": person.birth_date,
        "zone": ZoneInfo(person.time_zone),
        "named": lambda user_id: names.get(str(user_id), "somebody who acts for the patient"),
        "party": lambda text: _party(text, names),
    }


def _party(text: str, names: dict[str, str]) -> str:
    """Return a discloser or recipient in words."""
    kind, _, rest = text.partition(":")
    return (
        names.get(rest, "a former member")
        if kind == "member"
        else {"team": "the team", "patient": "you"}.get(text, rest)
    )
