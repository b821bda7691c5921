"""What somebody may not see changes no byte of what they get: lists, pages, cursors, ETags, totals.

Every address of the application that answers a GET is asked, by its URL map: a new one needs no line here.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import Direction, MedicationReview, Question, User
from careteam.models.types import new_id
from careteam.policy.treatment_words import AnswerOutcome, Urgency
from careteam.policy.vocabulary import ConsentStatus, ItemClass, Label, MedicationSource, NoteStatus, Role
from tests.plan import rows
from tests.security.asking import Asked, asking, shown
from tests.security.routes import API, routes
from tests.world import Person, World

READERS = ("therapist", "former", "upcoming", "stranger", "administrator", "officer", "another patient")
FILTERED = (
    "questions?state=open",
    "questions?unanswered=true",
    "side-effects?unanswered=true",
    "cost-requests?unanswered=true",
    "refill-requests?unanswered=true",
    "messages?unread=true",
    "measure-requests?open=true",
    "plan-reviews?open=true",
    "plan?state=active",
    "timeline?kinds=check_in,side_effect,score,plan_change",
    *(f"recipients?class={item_class}" for item_class in ItemClass),
)
"""What is asked besides every address that answers a GET."""
PAGED = (
    "notes",
    "medications",
    "questions",
    "side-effects",
    "cost-requests",
    "refill-requests",
    "supplies",
    "check-ins",
    "measures",
    "measure-requests",
    "messages",
    "message-threads",
    "plan",
    "plan-reviews",
    "intake",
    "prior-trials",
    "referrals",
    "timeline",
)
DECISIONS = ("decisions?class=progress_note", "decisions?class=medication", "decisions?class=psychotherapy_note")


def everything(world: World, reader: Person, patient: Person) -> list[tuple[Any, ...]]:
    """Every list and its pages of two, as this person gets them."""
    ids = {"patient_id": patient.patient_id, "practice_id": reader.practice_id, "questionnaire_id": "phq-9"}
    asked = [r.address(ids) for r in routes(world.app, API) if r.method == "GET" and "openapi" not in r.rule]
    asked += ["/api/v1/patients?state=former", *(f"{patient.record}/{part}" for part in FILTERED)]
    with asking(world) as ask:
        get = partial(ask, reader, "GET")
        found: list[tuple[Any, ...]] = [(address, *shown(get(address).answer)) for address in asked]
        found += [page for kind in PAGED for page in _pages(get, f"{patient.record}/{kind}?limit=2")]
        for part in DECISIONS:
            found.append((part, get(f"{patient.record}/{part}").answer.json.get("decisions")))
        for status in ("active", "stopped", "on_hold", "entered_in_error"):
            found.append((status, *shown(get(f"{patient.record}/medications?status={status}").answer)))
    return found


def _pages(get: Callable[[str], Asked], first: str) -> Iterator[tuple[Any, ...]]:
    following: str | None = first
    while following:
        answer = get(following).answer
        yield (following, *shown(answer))
        cursor = (answer.json or {}).get("next")
        following = f"{first}&cursor={cursor}" if cursor else None


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
    if who != "officer":  # to whom the looks of their practice's own members are no secret
        for person in (patient, prescriber):
            world.client(person).get(f"{patient.record}/shared-record")
    after = everything(world, people[who], patient)
    assert [one for one, other in zip(before, after, strict=True) if one != other] == []
    assert len(before) > 150


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
    _treat(world, patient, prescriber)
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


def _treat(world: World, patient: Person, prescriber: Person) -> None:
    """Add of everything that treatment is made of: what the patient keeps, what the prescriber does, and its hidden
    parts on what the readers may know; some of it urgent, flagged or overdue, so that a signal would tell of it.
    """
    entry = world.medication(patient, prescriber, on=date(2026, 2, 3), labels=frozenset({Label.HIV}))
    for day in range(1, 4):
        on: dict[str, Any] = {"date": date(2026, 2, day)}
        report = world.side_effect(patient, patient, effect="A rash", urgency=Urgency.URGENT, **on)
        world.answer(prescriber, report, outcome=AnswerOutcome.MANAGE)
        world.side_effect(patient, patient, answer_due_at=world.now - timedelta(days=day), **on)
        world.cost_request(patient, entry, answer_due_at=world.now - timedelta(days=day), **on)
        world.refill_request(patient, entry, days_left=1, answer_due_at=world.now - timedelta(days=day), **on)
        world.check_in(patient, prescriber, entry, labels=frozenset({Label.HIV}), **on)
        world.supply(patient, prescriber, entry, labels=frozenset({Label.HIV}), **on)
        world.measure(patient, patient, score=20 + day, flagged=True, **on)
        world.measure_request(patient, prescriber, **on)
        world.message(patient, patient, prescriber, **on)
        world.referral(patient, prescriber, **on)
        _plan(world, patient, prescriber)


def _plan(world: World, patient: Person, prescriber: Person) -> None:
    item = rows.plan_item(world, patient, prescriber, text="Less of it.")
    rows.plan_word(world, patient, patient, item, text="By when?")
    rows.plan_review(world, patient, text="I am tired.")
    rows.intake_part(world, patient, prescriber, text="Wakes at four.")
    rows.prior_trial(world, patient, patient, drug="Fluoxetine")
