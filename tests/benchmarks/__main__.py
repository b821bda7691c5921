"""Side by side in one run, as ratios: `python -m tests.benchmarks`.

The shared record of a patient with 60 notes, 14 medications, 6 allergies and 10 conditions, read by the therapist
under consent, as the product answers it and as the bare handler in `bare.py` does the same work. 1.0 is as fast as
the bare one.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from werkzeug.test import EnvironBuilder, run_wsgi_app

from careteam.app import create_app
from careteam.extensions import db
from careteam.migrating import upgrade
from careteam.models import NoteAddendum
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, MedicationSource
from careteam.vault import seal
from tests import postgres
from tests.benchmarks import bare
from tests.conftest import settings_for
from tests.world import Person, World

ROUNDS, BATCH = 15, 40
SHARED = [
    ItemClass.PROGRESS_NOTE,
    ItemClass.COORDINATION_NOTE,
    ItemClass.MEDICATION,
    ItemClass.ALLERGY,
    ItemClass.CONDITION,
]


def fill(world: World) -> tuple[Person, Person]:
    """Write the record; return the patient and the therapist who reads it."""
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=SHARED)
    for n in range(60):
        author = therapist if n % 3 else prescriber
        note = world.note(
            patient, author, body="A paragraph of a session note. " * 25, on=date(2026, 1, 1) + timedelta(n)
        )
        if n % 5 == 0:
            addendum_id = new_id()
            body = seal(world.session, NoteAddendum.body, addendum_id, "Called on Friday.")
            world.add(
                NoteAddendum(id=addendum_id, note_id=note.id, author_id=author.user_id, body=body, created_at=world.now)
            )
    for n in range(14):
        source = MedicationSource.PRESCRIBER if n % 2 else MedicationSource.PATIENT_STATED
        drug = f"Drug {n if n < 4 else n // 2}"
        world.medication(patient, prescriber if n % 2 else therapist, drug=drug, source=source)
    for n in range(6):
        world.allergy(patient, prescriber, substance=f"Substance {n}")
    for n in range(10):
        world.condition(patient, prescriber if n % 2 else therapist, name=f"Condition {n}")
    return patient, therapist


def caller(app: Any, patient: Person, reader: Person) -> Callable[[], bytes]:
    """Return a function that asks the application once, without a network in between."""
    headers = [("Authorization", f"Bearer {reader.token}")]
    environ = EnvironBuilder(f"{patient.record}/shared-record", headers=headers).get_environ()

    def call() -> bytes:
        body, status, _ = run_wsgi_app(app.wsgi_app, dict(environ))
        text = b"".join(body)
        assert status.startswith("200"), text
        return text

    return call


def items(answer: bytes) -> list[list[str]]:
    """Return the ids of the notes, medications, allergies and conditions of either answer."""
    shown = json.loads(answer)
    lists = [shown[part] for part in ("notes", "medications", "allergies", "conditions")]
    found = [part if isinstance(part, list) else part["items"] for part in lists]
    return [[item["id"] for item in part[:20]] for part in found]


def seconds(call: Callable[[], bytes]) -> float:
    """Return how long one batch takes."""
    start = time.perf_counter()
    for _ in range(BATCH):
        call()
    return time.perf_counter() - start


def compare(product: Callable[[], bytes], yardstick: Callable[[], bytes]) -> None:
    """Print the ratio of the two, measured in turn."""
    assert items(product()) == items(yardstick()), "the two do not do the same work"
    seconds(product), seconds(yardstick)
    ratios, ours, theirs = [], [], []
    for _ in range(ROUNDS):
        a, b = seconds(product), seconds(yardstick)
        ours.append(1000 * a / BATCH)
        theirs.append(1000 * b / BATCH)
        ratios.append(b / a)
    print(f"shared record, ms a request: product {statistics.median(ours):.2f}, bare {statistics.median(theirs):.2f}")
    print(f"ratio (1.0 = as fast as bare): median {statistics.median(ratios):.2f}, ", end="")
    print(f"min {min(ratios):.2f}, max {max(ratios):.2f}, {ROUNDS} pairs of {BATCH} requests")


def main() -> None:
    """Run on a PostgreSQL server of its own."""
    with postgres.server() as server, postgres.database(server) as url, tempfile.TemporaryDirectory() as folder:
        upgrade(url)
        app = create_app(settings_for(url, Path(folder)))
        with World(app) as world:
            patient, therapist = fill(world)
        yardstick = bare.create(url, app.extensions["careteam"].keyring)
        compare(caller(app, patient, therapist), caller(yardstick, patient, therapist))
        with app.app_context():
            db.engine.dispose()


if __name__ == "__main__":
    main()
