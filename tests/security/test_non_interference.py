"""What somebody may not see changes no byte of what they get: lists, pages, cursors, ETags, totals."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import Direction, MedicationReview, Question, User
from careteam.models.types import new_id
from careteam.policy.vocabulary import ConsentStatus, ItemClass, Label, MedicationSource, NoteStatus, Role
from tests.security.asking import shown
from tests.world import Person, World

READERS = ("therapist", "former", "upcoming", "stranger", "administrator", "officer", "another patient")
LISTS = (
    "notes",
    "medications",
    "medication-pairs",
    "medication-reminders",
    "medication-reconciliations",
    "questions",
    "questions?state=open",
    "sent-items",
    "recipients?class=question",
    "label-reviews",
    "consents",
    "team",
    "shared-record",
    "sharing",
    "access-log",
    "restrictions",
    "access-log.csv",
    "accounting",
    "accounting.csv",
    "accounting.html",
    "emergency-access",
    "representations",
    "cases",
    "",
)
ELSEWHERE = (
    "patients",
    "patients?state=former",
    "memberships",
    "invitations",
    "practices",
    "me/notices",
    "label-reviews",
)
DECISIONS = ("decisions?class=progress_note", "decisions?class=medication", "decisions?class=psychotherapy_note")


def everything(world: World, reader: Person, patient: Person) -> list[tuple[Any, ...]]:
    """Every list and its pages of two, as this person gets them."""
    client, found = world.client(reader), []
    addresses = [f"{patient.record}/{part}".rstrip("/") for part in LISTS]
    for address in [*addresses, *ELSEWHERE]:
        found.append(shown(client.get(address)))
    for kind in ("notes", "medications", "questions"):
        following: str | None = f"{patient.record}/{kind}?limit=2"
        while following:
            answer = client.get(following)
            found.append(shown(answer))
            cursor = (answer.json or {}).get("next")
            following = f"{patient.record}/{kind}?limit=2&cursor={cursor}" if cursor else None
    for part in DECISIONS:
        found.append(client.get(f"{patient.record}/{part}").json.get("decisions"))
    for status in ("active", "stopped", "on_hold", "entered_in_error"):
        found.append(shown(client.get(f"{patient.record}/medications?status={status}")))
    return found


@pytest.mark.parametrize("who", READERS)
def test_hidden_rows_change_no_byte(world: World, who: str) -> None:
    patient, therapist, prescriber = world.trio()
    people = {
        "therapist": therapist,
        "former": world.therapist("Fay Former"),
        "upcoming": world.therapist("Una Upcoming"),
        "stranger": world.therapist("Stella Stranger"),
        "administrator": world.staff("Ann Admin", Role.ADMINISTRATOR, practice_id=prescriber.practice_id),
        "officer": world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=prescriber.practice_id),
        "another patient": world.patient("Noor Haddad"),
    }
    world.join(patient, people["former"], Role.THERAPIST, ended_at=world.now - timedelta(days=1))
    world.join(patient, people["upcoming"], Role.THERAPIST, valid_from=world.now + timedelta(days=1))
    world.consent(patient, recipients=[f"member:{therapist.user_id}"])
    for day in range(1, 6):
        world.note(patient, prescriber, on=date(2026, 3, day))
        world.medication(patient, prescriber, on=date(2026, 2, day))
        world.note(patient, people["former"], on=date(2026, 1, day))
    _send(world, patient, *people.values())
    before = everything(world, people[who], patient)
    _hide(world, patient, prescriber)
    assert everything(world, people[who], patient) == before


def _send(world: World, patient: Person, *people: Person) -> None:
    """Send these people something, before and after they could read anything."""
    for day in range(1, 4):
        world.sent(world.question(patient, date=date(2026, 3, day)), *people)


def _send_elsewhere(world: World, patient: Person, prescriber: Person) -> None:
    """Send the same to somebody else besides, and other things to them alone; what others had was taken back."""
    for question in world.session.scalars(select(Question)).all():
        world.sent(question, prescriber)
    for day in range(1, 6):
        world.sent(world.question(patient, date=date(2026, 3, day)), prescriber)
        world.question(patient, date=date(2026, 3, day))
    everybody = world.session.scalars(select(User)).all()
    taken_back = world.question(patient, date=date(2026, 3, 2))
    for somebody in everybody:
        times = {"sent_at": world.now - timedelta(hours=2), "revoked_at": world.now - timedelta(hours=1)}
        row = {"item_id": taken_back.id, "user_id": somebody.id, "sent_by": patient.user_id, **times}
        world.add(Direction(**row))
    world.sent(taken_back, prescriber)


def _hide(world: World, patient: Person, prescriber: Person) -> None:
    """Add what nobody of the readers may see, between and around what they see."""
    for day in range(1, 6):
        world.note(patient, prescriber, on=date(2026, 3, day), labels=frozenset({Label.HIV}))
        world.note(patient, prescriber, on=date(2026, 3, day), kind=ItemClass.COORDINATION_NOTE)
        world.note(patient, prescriber, on=date(2026, 3, day), kind=ItemClass.PSYCHOTHERAPY_NOTE)
        world.note(patient, prescriber, on=date(2026, 3, day), status=NoteStatus.DRAFT, signed_at=None)
        world.medication(patient, prescriber, on=date(2026, 2, day), labels=frozenset({Label.VIOLENCE}))
        world.medication(patient, prescriber, on=date(2026, 2, day), awaits_review=True)
        world.medication(patient, patient, on=date(2026, 2, day), source=MedicationSource.PATIENT)
    _send_elsewhere(world, patient, prescriber)
    other = world.prescriber("Olive Other")
    world.join(patient, other, Role.PRESCRIBER, patient_agreed_at=None)
    world.consent(patient, recipients=[f"member:{prescriber.user_id}"], labels=[Label.HIV])
    world.consent(patient, status=ConsentStatus.DRAFT, signed_at=None)
    world.restriction(patient, item_class=ItemClass.ALLERGY)
    world.restriction(patient, against_user_id=prescriber.user_id, item_class=ItemClass.MEDICATION)
    world.add(
        MedicationReview(
            id=new_id(), patient_id=patient.patient_id, reviewed_by=other.user_id, reviewed_at=world.now, entries=9
        )
    )
    for person in (patient, prescriber):
        world.client(person).get(f"{patient.record}/shared-record")
