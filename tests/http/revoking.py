"""Revoke, then read on both workers: many desks at once, each with a patient of its own.

One trial is one consent in force, one read on each worker that is served under it (so that whatever a worker could keep
is kept), one revocation that is acknowledged, and then one read on each worker, sent after the acknowledgement.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from careteam.models import Consent
from careteam.models.types import new_id
from careteam.policy.vocabulary import ConsentStatus, Role
from tests.http.server import Server
from tests.http.warm import Warm, to_both
from tests.world import Person, World

DESKS = 4
"""Threads, each with a patient and with a connection to each worker."""
TRIALS_OF_A_PATIENT = 50
"""A record in which thousands of consents were revoked is not what people have."""
NEW_NOTE = {"kind": "progress_note", "title": "after", "body": "after", "date": "2026-01-01"}


@dataclass(frozen=True, slots=True)
class Case:
    """One patient with both clinicians, a note of the therapist's, and the consents that will be revoked in turn."""

    patient: Person
    therapist: Person
    prescriber: Person
    note: str
    consents: tuple[dict[str, Any], ...]


def cases(world: World, trials: int) -> list[Case]:
    """Write the patients for so many trials; the two clinicians are the same."""
    therapist, prescriber = world.therapist(), world.prescriber()
    made: list[Case] = []
    while trials > 0:
        some = min(trials, TRIALS_OF_A_PATIENT)
        made.append(_case(world, len(made), therapist, prescriber, some))
        trials -= some
    world.session.rollback()
    return made


def run(server: Server, url: str, made: list[Case], *, new_note: bool = False) -> Counter[str]:
    """Do all trials; count trials, reads by worker before and after, and what was served though it was revoked."""
    engine = create_engine(url)
    try:
        with ThreadPoolExecutor(DESKS) as desks:
            counted = desks.map(lambda n: _desk(server, engine, made[n::DESKS], new_note=new_note), range(DESKS))
            return sum(counted, Counter())
    finally:
        engine.dispose()


def _desk(server: Server, engine: Engine, made: list[Case], *, new_note: bool) -> Counter[str]:
    counted = Counter[str]()
    with _connections(server) as both, Session(engine) as session:
        for case in made:
            for number, consent in enumerate(case.consents):
                session.add(Consent(**consent))
                session.commit()
                _trial(both, case, str(consent["id"]), number, counted, new_note=new_note)
    return counted


def _trial(
    both: tuple[Warm, Warm], case: Case, consent: str, number: int, counted: Counter[str], *, new_note: bool
) -> None:
    path = _looks_at(case, number)
    for worker in both:
        status, body = worker.call("GET", path, case.prescriber.token)
        assert shows(status, body, case.note), f"{status} before it was revoked"
        counted[f"read before by {worker.worker}"] += 1
    revoked, _ = both[number % 2].call(
        "POST", f"{case.patient.record}/consents/{consent}/revocation", case.patient.token
    )
    assert revoked == 200, revoked
    counted["revoked"] += 1
    written = _write(both[(number + 1) % 2], case) if new_note else None
    path = f"{case.patient.record}/notes" if written else path
    for worker in both:
        status, body = worker.call("GET", path, case.prescriber.token)
        counted["served"] += shows(status, body, case.note)
        counted["new notes seen"] += written is not None and shows(status, body, written)
        counted[f"read after by {worker.worker}"] += 1


def shows(status: int, body: Any, note: str) -> bool:
    """Say whether an answer shows the note."""
    return status == 200 and note in str(body)


def _looks_at(case: Case, number: int) -> str:
    """The note itself, the list, and now and then the shared record."""
    if number % 10 == 0:
        return f"{case.patient.record}/shared-record"
    return f"{case.patient.record}/notes" + (f"/{case.note}" if number % 2 else "")


def _write(worker: Warm, case: Case) -> str:
    status, made = worker.call("POST", f"{case.patient.record}/notes", case.therapist.token, NEW_NOTE)
    assert status == 201, made
    place = f"{case.patient.record}/notes/{made['id']}/signature"
    status, signed = worker.call("POST", place, case.therapist.token, version=f'"{made["version"]}"')
    assert status == 200, signed
    return str(made["id"])


@contextmanager
def _connections(server: Server) -> Iterator[tuple[Warm, Warm]]:
    first, second = to_both(server)
    with closing(first), closing(second):
        yield first, second


def _case(world: World, number: int, therapist: Person, prescriber: Person, trials: int) -> Case:
    patient = world.patient(f"Maya {number}")
    world.join(patient, therapist, Role.THERAPIST)
    world.join(patient, prescriber, Role.PRESCRIBER)
    note = world.note(patient, therapist)
    start = world.now - timedelta(hours=1)
    consents = tuple(
        {
            "id": new_id(),
            "patient_id": patient.patient_id,
            "grantor_id": patient.user_id,
            "disclosers": ["team"],
            "recipients": ["role:prescriber"],
            "classes": ["progress_note"],
            "status": ConsentStatus.ACTIVE,
            "valid_from": start,
            "valid_until": start + timedelta(days=365),
            "signed_at": start,
            "signature_name": patient.name,
            "created_at": start,
        }
        for _ in range(trials)
    )
    return Case(patient, therapist, prescriber, str(note.id), consents)
