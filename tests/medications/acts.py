"""Writes and reads the medication list in one line each."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from careteam.models import Medication, MedicationEvent
from careteam.models.types import new_id
from careteam.policy.vocabulary import MedicationChange
from careteam.vault import seal
from tests.world import Client, Person, World


def today(world: World) -> date:
    """Today where the patient lives."""
    return world.now.astimezone(ZoneInfo("America/New_York")).date()


def ago(world: World, days: int) -> date:
    """A day before today; negative: after."""
    return today(world) - timedelta(days=days)


def event(
    world: World,
    entry: Medication,
    kind: MedicationChange,
    on: date,
    *,
    author: Person | None = None,
    reason: str | None = None,
    **values: Any,
) -> MedicationEvent:
    """One more event, by the author of the entry unless named."""
    event_id = new_id()
    counting = select(func.count()).where(MedicationEvent.medication_id == entry.id)
    row = MedicationEvent(
        id=event_id,
        medication_id=entry.id,
        position=(world.session.scalar(counting) or 0) + 1,
        kind=kind,
        effective_on=on,
        author_id=author.user_id if author else entry.author_id,
        created_at=world.now,
        reason=seal(world.session, MedicationEvent.reason, event_id, reason),
        **values,
    )
    world.add(row)
    return row


def place(patient: Person, entry: Medication | dict[str, Any] | UUID) -> str:
    """The address of an entry."""
    found = entry["id"] if isinstance(entry, dict) else entry if isinstance(entry, UUID) else entry.id
    return f"{patient.record}/medications/{found}"


def listed(client: Client, patient: Person, query: str = "") -> list[dict[str, Any]]:
    """The entries of the first page."""
    answer = client.get(f"{patient.record}/medications{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def read(client: Client, patient: Person, entry: Medication | dict[str, Any]) -> dict[str, Any]:
    """One entry."""
    answer = client.get(place(patient, entry))
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def change(
    client: Client,
    patient: Person,
    entry: Medication | dict[str, Any],
    kind: str,
    *,
    version: int | str | None = None,
    **body: Any,
) -> Any:
    """Add an event to an entry as it is now."""
    where = place(patient, entry)
    if version is None:
        version = client.get(where).json["version"] or "*"
    return client.post(f"{where}/events", {"kind": kind, **body}, version=version)
