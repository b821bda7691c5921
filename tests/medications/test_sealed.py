"""What people write about a medication is nowhere in clear in the database."""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from careteam.models import Base
from tests.medications.acts import change
from tests.world import World

CANARIES = {name: f"canary-{name}-7391" for name in ("dose", "timing", "reason", "change", "moment", "error", "label")}


def _write_canaries(world: World) -> None:
    patient, _, prescriber = world.trio()
    client = world.client(prescriber)
    said = {"dose_text": CANARIES["dose"], "timing": CANARIES["timing"], "reason": CANARIES["reason"]}
    body = {"drug_name": "Sertraline", "started_on": "2026-01-01", "labels": ["hiv"], **said}
    made = client.post(f"{patient.record}/medications", body).json
    moment: dict[str, Any] = {"dose_text": "x", "timing": CANARIES["moment"], "reason": CANARIES["change"]}
    changed = change(client, patient, made, "dose_change", **moment).json
    shown = str(changed)
    assert all(CANARIES[name] in shown for name in ("dose", "timing", "reason", "change", "moment"))
    where = f"{patient.record}/items/{made['id']}/labels/hiv"
    assert client("DELETE", where, json={"reason": CANARIES["label"]}, version=2).status_code == 200
    wrong = f"{patient.record}/medications/{made['id']}/entered-in-error"
    answer = client.post(wrong, {"reason": CANARIES["error"]}, version=3)
    assert answer.json["entered_in_error_reason"] == CANARIES["error"]


def test_no_table_and_no_file_holds_the_words(world: World, database_url: str) -> None:
    _write_canaries(world)
    held = [
        str(row) for table in Base.metadata.tables for row in world.session.execute(text(f'SELECT * FROM "{table}"'))
    ]
    assert any("Sertraline" in row for row in held)
    for row in held:
        assert not any(canary in row for canary in CANARIES.values())
    world.session.rollback()
    if database_url.startswith("sqlite"):
        _no_file_holds_them(Path(database_url.removeprefix("sqlite:///")))


def _no_file_holds_them(file: Path) -> None:
    written = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert b"Sertraline" in written
    assert not any(canary.encode() in written for canary in CANARIES.values())
