"""What the tests of importing share: a pair of clinicians, the command, and what the tables hold."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import Result
from sqlalchemy import func, select

from careteam.models import AccessEvent, Base, Medication, MedicationEvent
from careteam.policy.medication import Change, state_on
from careteam.policy.vocabulary import MedicationStatus, Role
from tests.fhir_reading.samples import DATA, raw
from tests.world import Person, World

BUNDLES = sorted(DATA.glob("synthea/*.json"))
LOG = frozenset({"access_event", "access_event_item"})
CREDENTIALS = frozenset({"api_token", "login_session"})
BORN = date(1990, 2, 28)


def clinicians(world: World) -> tuple[Person, Person]:
    """A verified therapist and a verified prescriber who know nobody yet."""
    return world.therapist(), world.prescriber()


def command(world: World, *files: Path, pair: tuple[Person, Person], **options: str | Sequence[str]) -> Result:
    """Run `import-fhir` for these clinicians."""
    arguments = [*map(str, files), "--therapist", pair[0].email, "--prescriber", pair[1].email]
    for name, value in options.items():
        for one in [value] if isinstance(value, str) else value:
            arguments += [f"--{name}", one]
    world.session.rollback()
    return world.app.test_cli_runner().invoke(args=["import-fhir", *arguments])


def post(world: World, who: Person | None, content: Any, *, pair: tuple[Person, Person], **query: Any) -> Any:
    """Send a file as this person."""
    given = {"therapist_id": pair[0].user_id, "prescriber_id": pair[1].user_id, **query}
    body = content if isinstance(content, bytes) else raw(content)
    world.session.rollback()
    return world.client(who)(
        "POST", "imports", query_string=given, data=body, headers={"Content-Type": "application/fhir+json"}
    )


def written(folder: Path, content: Any, name: str = "bundle.json") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else raw(content))
    return path


def rows(world: World) -> Mapping[str, tuple[int, str]]:
    """How many rows each table holds, and a digest of them; the log and credentials in use are left out."""
    world.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in LOG | CREDENTIALS:
            lines = sorted(repr(tuple(row)) for row in world.session.execute(select(table)))
            found[table.name] = (len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    world.session.rollback()
    return found


def events(world: World, *outcomes: str) -> list[Any]:
    """The log's events about imports, oldest first."""
    world.session.rollback()
    query = select(AccessEvent).where(AccessEvent.act.startswith("import"), AccessEvent.outcome.in_(outcomes))
    found = list(world.session.scalars(query.order_by(AccessEvent.id)))
    world.session.rollback()
    return found


def count(world: World, model: Any, **values: Any) -> int:
    """How many rows have these values."""
    world.session.rollback()
    return world.session.scalar(select(func.count()).select_from(model).filter_by(**values)) or 0


def linked(world: World) -> tuple[Person, Person, Person]:
    """A patient born on the day that the samples give, with a therapist and a prescriber in their team."""
    patient, pair = world.patient("Ada Okafor", birth_date=BORN), clinicians(world)
    world.join(patient, pair[0], Role.THERAPIST)
    world.join(patient, pair[1], Role.PRESCRIBER)
    return patient, *pair


def states(world: World, patient_id: Any) -> list[MedicationStatus]:
    """What each entry of the record is today, by its events."""
    query = select(Medication.id, Medication.error_at, MedicationEvent).join(
        MedicationEvent, MedicationEvent.medication_id == Medication.id
    )
    changes: dict[Any, list[Change]] = defaultdict(list)
    wrong = set()
    for row in world.session.execute(query.where(Medication.patient_id == patient_id)):
        event = row.MedicationEvent
        changes[row.id].append(Change(event.position, event.kind, event.effective_on))
        wrong |= {row.id} if row.error_at else set()
    world.session.rollback()
    today = world.now.date()
    return [MedicationStatus.ENTERED_IN_ERROR if i in wrong else state_on(today, c).status for i, c in changes.items()]
