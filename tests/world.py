"""A small world for tests: people, teams, consents and items in one line each, and clients to act as them.

Rows are written directly, so that a test of reading does not depend on the doors that write.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any
from uuid import UUID

from flask import Flask, has_app_context
from sqlalchemy import update
from sqlalchemy.orm import Session

from careteam import questionnaires
from careteam.extensions import db
from careteam.models import (
    Allergy,
    Answer,
    ApiToken,
    CheckIn,
    Condition,
    Consent,
    CostRequest,
    Direction,
    Item,
    Measure,
    MeasureRequest,
    Medication,
    MedicationEvent,
    Membership,
    Message,
    MessageRecipient,
    MessageThread,
    Note,
    Patient,
    Practice,
    Question,
    Referral,
    RefillRequest,
    Representation,
    Restriction,
    SideEffect,
    Staff,
    Supply,
    User,
)
from careteam.models.types import new_id
from careteam.policy import measures
from careteam.policy.representing import DEFAULT_CLASSES, DEFAULT_LABELS
from careteam.policy.treatment_words import (
    AnswerOutcome,
    CheckInCause,
    CheckInOutcome,
    CostConcern,
    Impact,
    MeasureSource,
    Urgency,
    VisitMode,
)
from careteam.policy.vocabulary import (
    AllergyKind,
    AllergyScope,
    AllergyStatus,
    ConditionStatus,
    ConsentStatus,
    ItemClass,
    Label,
    MedicationChange,
    MedicationSource,
    NoteStatus,
    Power,
    RepresentationBasis,
    Role,
    Severity,
)
from careteam.services.identity.credentials import digest, new_secret
from careteam.vault import seal

PASSWORD = "four unrelated words here"
_LETTER: dict[str, Any] = {
    "disclosers": ["team"],
    "classes": ["referral"],
    "labels": [],
    "data_from": None,
    "data_through": None,
    "valid_until": "2099-01-01T00:00:00+00:00",
}
"""What a letter to somebody outside passes on."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `patient_id` is set for patients."""

    user_id: UUID
    name: str
    email: str
    token: str
    patient_id: UUID | None = None
    practice_id: UUID | None = None

    @property
    def record(self) -> str:
        """The address of a patient's record."""
        return f"/api/v1/patients/{self.patient_id}"


class Client:
    """Speaks JSON to the application as one person, by access token. Answers are werkzeug's `TestResponse`.

    Each request runs in a context of its own, as on a server: with a time, a person and a session of its own.
    """

    def __init__(self, app: Flask, token: str | None) -> None:
        self._client = app.test_client(use_cookies=False)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, address: str, *, version: int | str | None = None, **options: Any) -> Any:
        headers = {**self._headers, **options.pop("headers", {})}
        if version is not None:
            headers["If-Match"] = "*" if version == "*" else f'"{version}"'
        address = address if address.startswith("/") else f"/api/v1/{address}"
        if has_app_context():
            db.session.rollback()  # a transaction that the test left open would lock SQLite
            db.session.expire_all()  # and its rows are read anew after the request
        return Context().run(self._client.open, address, method=method, headers=headers, **options)

    def get(self, address: str, **options: Any) -> Any:
        """GET."""
        return self("GET", address, **options)

    def post(self, address: str, json: Any = None, **options: Any) -> Any:
        """POST JSON."""
        return self("POST", address, json={} if json is None else json, **options)

    def patch(self, address: str, json: Any, **options: Any) -> Any:
        """PATCH JSON."""
        return self("PATCH", address, json=json, **options)


class World(AbstractContextManager["World"]):
    """Writes rows through one session; everything is committed at once."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.now = datetime.now(UTC)

    def __enter__(self) -> "World":
        self._context = self.app.app_context()
        self._context.push()
        db.session().expire_on_commit = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        db.session.rollback()
        self._context.pop()

    @property
    def session(self) -> Session:
        """The session of this test; roll back or commit before a client answers on SQLite."""
        return db.session()

    def add(self, *rows: Any) -> None:
        """Write rows and commit."""
        for row in rows:
            db.session.add(row)
            db.session.flush()
        db.session.commit()

    @property
    def _made(self) -> dict[str, datetime]:
        return {"created_at": self.now, "updated_at": self.now}

    def client(self, person: Person | None) -> Client:
        """Return a client that acts as the person, or as nobody."""
        return Client(self.app, person.token if person else None)

    # people ---------------------------------------------------------------------------------------

    def user(self, name: str, **values: Any) -> Person:
        """Somebody with an account and a read-write access token."""
        user_id, secret = new_id(), new_secret("ct_")
        email = f"{name.lower().replace(' ', '.')}@example.org"
        hashed = self.app.extensions["careteam"].passwords.hash(PASSWORD)
        user = User(
            id=user_id,
            email=email,
            name=name,
            password_hash=hashed,
            created_at=LONG_AGO,
            password_changed_at=LONG_AGO,
            **values,
        )
        token = ApiToken(
            user_id=user_id,
            name="test",
            token_hash=digest(secret),
            writes=True,
            created_at=LONG_AGO,
            expires_at=self.now + timedelta(days=1000),
            last_used_at=self.now,
        )
        self.add(user, token)
        return Person(user_id, name, email, secret)

    def patient(self, name: str = "Maya Ellison", **values: Any) -> Person:
        """Somebody with a record of their own."""
        person, patient_id = self.user(name), new_id()
        row = {"birth_date": date(1990, 5, 17), "name_key": name.casefold(), **values}
        self.add(Patient(id=patient_id, user_id=person.user_id, name=name, created_at=LONG_AGO, **row))
        return Person(person.user_id, name, person.email, person.token, patient_id)

    def staff(self, name: str, *roles: Role, verified: bool = True, practice_id: UUID | None = None) -> Person:
        """Somebody with roles in a practice (a new one unless named)."""
        person = self.user(name)
        if practice_id is None:
            practice_id = new_id()
            self.add(
                Practice(id=practice_id, name=f"{name}'s practice", created_at=LONG_AGO, created_by=person.user_id)
            )
        for role in roles:
            row = Staff(user_id=person.user_id, practice_id=practice_id, role=role, created_at=LONG_AGO)
            row.verified_at = LONG_AGO if verified else None
            self.add(row)
        return Person(person.user_id, name, person.email, person.token, practice_id=practice_id)

    def therapist(self, name: str = "Tess Okafor", **options: Any) -> Person:
        """A verified therapist."""
        return self.staff(name, Role.THERAPIST, **options)

    def prescriber(self, name: str = "Paul Reyes", **options: Any) -> Person:
        """A verified prescriber."""
        return self.staff(name, Role.PRESCRIBER, **options)

    # team, consents, restrictions -----------------------------------------------------------------

    def join(self, patient: Person, clinician: Person, role: Role, **values: Any) -> Membership:
        """An accepted membership, unless `values` say otherwise."""
        row = {"patient_agreed_at": LONG_AGO, "clinician_accepted_at": LONG_AGO, **values}
        membership = Membership(
            patient_id=patient.patient_id,
            user_id=clinician.user_id,
            practice_id=clinician.practice_id,
            role=role,
            proposed_by=clinician.user_id,
            created_at=LONG_AGO,
            **row,
        )
        self.add(membership)
        return membership

    def trio(self) -> tuple[Person, Person, Person]:
        """A patient with a therapist and a prescriber, linked, with no consent yet."""
        patient, therapist, prescriber = self.patient(), self.therapist(), self.prescriber()
        self.join(patient, therapist, Role.THERAPIST)
        self.join(patient, prescriber, Role.PRESCRIBER)
        return patient, therapist, prescriber

    def consent(
        self,
        patient: Person,
        *,
        disclosers: Sequence[str] = ("team",),
        recipients: Sequence[str] = ("role:therapist", "role:prescriber"),
        classes: Iterable[ItemClass] = (ItemClass.PROGRESS_NOTE, ItemClass.MEDICATION),
        labels: Iterable[Label] = (),
        **values: Any,
    ) -> Consent:
        """An active consent for a year from an hour ago, unless `values` say otherwise."""
        start = self.now - timedelta(hours=1)
        row = {
            "status": ConsentStatus.ACTIVE,
            "valid_from": start,
            "valid_until": start + timedelta(days=365),
            "grantor_id": patient.user_id,
            "signed_at": start,
            "signature_name": patient.name,
            **values,
        }
        consent = Consent(
            patient_id=patient.patient_id,
            disclosers=list(disclosers),
            recipients=list(recipients),
            classes=[c.value for c in classes],
            labels=frozenset(labels),
            created_at=start,
            **row,
        )
        self.add(consent)
        return consent

    def restriction(self, patient: Person, **values: Any) -> Restriction:
        """A standing no; name at least one of item_class, label, holder, item_id."""
        made = {"created_at": self.now, **values}
        row = Restriction(patient_id=patient.patient_id, created_by=patient.user_id, **made)
        self.add(row)
        return row

    def acts_for(
        self,
        patient: Person,
        person: Person,
        *,
        basis: RepresentationBasis = RepresentationBasis.POWER_OF_ATTORNEY,
        powers: Iterable[Power] = tuple(Power),
        classes: Iterable[ItemClass] = tuple(DEFAULT_CLASSES),
        labels: Iterable[Label] = tuple(DEFAULT_LABELS),
        **values: Any,
    ) -> Representation:
        """Somebody who acts for the patient, who agreed to it, since long ago, unless `values` say otherwise."""
        row = {"accepted_at": LONG_AGO, "patient_agreed_at": LONG_AGO, "valid_from": LONG_AGO, **values}
        made = Representation(
            patient_id=patient.patient_id,
            user_id=person.user_id,
            basis=basis,
            powers=sorted(powers),
            classes=sorted(classes),
            labels=frozenset(labels),
            created_at=LONG_AGO,
            created_by=patient.user_id,
            **row,
        )
        self.add(made)
        return made

    # items ----------------------------------------------------------------------------------------

    def note(
        self,
        patient: Person,
        author: Person,
        *,
        kind: ItemClass = ItemClass.PROGRESS_NOTE,
        title: str = "Session",
        body: str = "Slept badly.",
        on: date = date(2026, 3, 2),
        **values: Any,
    ) -> Note:
        """A signed note held by its author, unless `values` say otherwise."""
        note_id = new_id()
        row = {**self._made, "holder_id": author.user_id, "status": NoteStatus.SIGNED, "signed_at": self.now, **values}
        row["draft"] = row["status"] is NoteStatus.DRAFT
        note = Note(
            id=note_id,
            patient_id=patient.patient_id,
            item_class=kind,
            author_id=author.user_id,
            date=on,
            title=seal(self.session, Note.title, note_id, title),
            body=seal(self.session, Note.body, note_id, body),
            **row,
        )
        self.add(note)
        return note

    def medication(
        self,
        patient: Person,
        author: Person,
        *,
        drug: str = "Sertraline",
        source: MedicationSource = MedicationSource.PRESCRIBER,
        on: date = date(2026, 2, 1),
        dose: int = 50,
        **values: Any,
    ) -> Medication:
        """An active entry, started on the day, held by its author (by the patient if they wrote it)."""
        medication_id = new_id()
        holder_id = None if author.user_id == patient.user_id else author.user_id
        row = {**self._made, "holder_id": holder_id, "prescribed": source is MedicationSource.PRESCRIBER, **values}
        entry = Medication(
            id=medication_id,
            patient_id=patient.patient_id,
            item_class=ItemClass.MEDICATION,
            author_id=author.user_id,
            date=on,
            source=source,
            drug_name=drug,
            **row,
        )
        start = MedicationEvent(
            medication_id=medication_id,
            position=1,
            kind=MedicationChange.START,
            effective_on=on,
            author_id=author.user_id,
            created_at=self.now,
            dose_value=dose,
            dose_unit="mg",
        )
        self.add(entry, start)
        return entry

    def allergy(
        self, patient: Person, author: Person, *, substance: str | None = "Penicillin V", **values: Any
    ) -> Allergy:
        """An active allergy held by its author; with `covers`, a signed statement that none is known."""
        allergy_id = new_id()
        covers: AllergyScope | None = values.get("covers")
        kind = AllergyKind.NO_KNOWN_ALLERGIES if covers else AllergyKind.ALLERGY
        words = substance if covers in {None, AllergyScope.OTHER} else None
        row = {"clinical_status": AllergyStatus.ACTIVE, "signed_at": self.now if covers else None, **values}
        sealed = seal(self.session, Allergy.substance, allergy_id, words)
        made = Allergy(
            **self._entry(patient, author, ItemClass.ALLERGY, id=allergy_id, kind=kind, substance=sealed, **row)
        )
        self.add(made)
        return made

    def condition(
        self, patient: Person, author: Person, *, name: str = "Generalized anxiety disorder", **values: Any
    ) -> Condition:
        """An active condition held by its author."""
        condition_id = new_id()
        row = {"clinical_status": ConditionStatus.ACTIVE, **values}
        sealed = seal(self.session, Condition.name, condition_id, name)
        made = Condition(**self._entry(patient, author, ItemClass.CONDITION, id=condition_id, name=sealed, **row))
        self.add(made)
        return made

    def question(self, patient: Person, *, text: str = "Why?", **values: Any) -> Question:
        """A question that the patient keeps for the next visit."""
        question_id = new_id()
        sealed = seal(self.session, Question.text, question_id, text)
        row = {"id": question_id, "text": sealed, "carried_over": 0, **values}
        made = Question(**self._entry(patient, patient, ItemClass.QUESTION, **row))
        self.add(made)
        return made

    def message(
        self, patient: Person, author: Person, *to: Person, text: str = "Slept badly.", **values: Any
    ) -> Message:
        """A message in a thread of its own, for these people; what the patient writes is sent to them."""
        thread, made_id = (
            MessageThread(id=new_id(), patient_id=patient.patient_id, created_by=author.user_id, created_at=self.now),
            new_id(),
        )
        subject = seal(self.session, Message.subject, made_id, "Sleep")
        sealed = {"text": seal(self.session, Message.text, made_id, text), "subject": subject}
        row = {"id": made_id, "thread_id": thread.id, **sealed, **values}
        made = Message(**self._entry(patient, author, ItemClass.MESSAGE, **row))
        told = (MessageRecipient(message_id=made_id, user_id=p.user_id, mentioned=False) for p in to)
        self.add(thread, made, *told)
        if made.holder_id is None:
            self.sent(made, *to)
        return made

    def referral(self, patient: Person, author: Person, *, reason: str = "Panic.", **values: Any) -> Referral:
        """A referral to a prescriber, held by who refers; to somebody outside unless `values` name somebody here."""
        made_id = new_id()
        outside = {"to_name": seal(self.session, Referral.to_name, made_id, "Dr. Ines Falk"), "share": _LETTER}
        outside["to_address"] = seal(self.session, Referral.to_address, made_id, "Port Salem")
        row = {"to_role": Role.PRESCRIBER, **({} if "to_user_id" in values else outside), **values}
        sealed = seal(self.session, Referral.reason, made_id, reason)
        made = Referral(**self._entry(patient, author, ItemClass.REFERRAL, id=made_id, reason=sealed, **row))
        self.add(made)
        return made

    def side_effect(self, patient: Person, author: Person, *, effect: str = "Nausea", **values: Any) -> SideEffect:
        """A mild report that waits for an answer, held by its author."""
        made_id = new_id()
        row = {"severity": Severity.MILD, "impact": Impact.BOTHERS, "urgency": Urgency.ROUTINE, **values}
        row |= {"id": made_id, "effect": seal(self.session, SideEffect.effect, made_id, effect)}
        row.setdefault("answer_due_at", self.now + timedelta(days=3))
        made = SideEffect(**self._entry(patient, author, ItemClass.SIDE_EFFECT, **row))
        self.add(made)
        return made

    def cost_request(self, patient: Person, entry: Medication, *, text: str = "Dear.", **values: Any) -> CostRequest:
        """What the patient asks about the cost of an entry."""
        made_id = new_id()
        row = {"concern": CostConcern.COST, "answer_due_at": self.now + timedelta(days=3), **values}
        row |= {"id": made_id, "medication_id": entry.id, "text": seal(self.session, CostRequest.text, made_id, text)}
        made = CostRequest(**self._entry(patient, patient, ItemClass.MEDICATION, **row))
        self.add(made)
        return made

    def answer(self, author: Person, to: Item, *, outcome: AnswerOutcome, text: str = "So.", **values: Any) -> Answer:
        """What somebody answers to an item: of its class and labels, held by its writer."""
        made_id = new_id()
        said = {"answers_id": to.id, "outcome": outcome, "text": seal(self.session, Answer.text, made_id, text)}
        by = {"author_id": author.user_id, "holder_id": author.user_id, "date": self.now.date(), **self._made}
        kind = {"patient_id": to.patient_id, "item_class": to.item_class, "labels": to.labels, "part2": to.part2}
        made = Answer(**{"id": made_id, **kind, **by, **said, **values})
        self.add(made)
        return made

    def measure(self, patient: Person, author: Person, *, score: int = 8, **values: Any) -> Measure:
        """A PHQ-9 of which only the score is known, held by its author."""
        row = {"questionnaire": "phq-9", "questionnaire_version": "1", "source": MeasureSource.ENTERED, **values}
        band = measures.band(questionnaires.current()["phq-9"], score).id
        said = {"id": new_id(), "score": score, "band": band, "flagged": False, **row}
        made = Measure(**self._entry(patient, author, ItemClass.MEASURE, **said))
        self.add(made)
        return made

    def measure_request(
        self, patient: Person, author: Person, *, text: str = "Please.", **values: Any
    ) -> MeasureRequest:
        """A PHQ-9 that somebody asks for, once, on the day of the item."""
        made_id, row = new_id(), {"questionnaire": "phq-9", "first_due_on": date(2026, 2, 1), **values}
        said = {"id": made_id, "text": seal(self.session, MeasureRequest.text, made_id, text), **row}
        made = MeasureRequest(**self._entry(patient, author, ItemClass.MEASURE, **said))
        self.add(made)
        return made

    def check_in(
        self, patient: Person, author: Person, entry: Medication, *, symptoms: str = "Sleeps.", **values: Any
    ) -> CheckIn:
        """An extra check-in about an entry, by video, after which it goes on; held by its author."""
        made_id = new_id()
        row = {"cause": CheckInCause.EXTRA, "mode": VisitMode.VIRTUAL, "outcome": CheckInOutcome.CONTINUE, **values}
        sealed = seal(self.session, CheckIn.symptoms, made_id, symptoms)
        row |= {"id": made_id, "medication_id": entry.id, "symptoms": sealed}
        made = CheckIn(**self._entry(patient, author, ItemClass.CHECK_IN, **row))
        self.add(made)
        return made

    def supply(
        self, patient: Person, author: Person, entry: Medication, *, unit: str = "tablets", **values: Any
    ) -> Supply:
        """Thirty of an entry for thirty days, with two refills left and no visit needed; held by its author."""
        of = {"medication_id": entry.id, "quantity": 30, "quantity_unit": unit, "days_supply": 30}
        row = {**of, "refills_left": 2, "visit_needed": False, "virtual_allowed": True, **values}
        made = Supply(**self._entry(patient, author, ItemClass.MEDICATION, id=new_id(), **row))
        self.add(made)
        return made

    def refill_request(
        self, patient: Person, entry: Medication, *, text: str = "More, please.", **values: Any
    ) -> RefillRequest:
        """What the patient asks for more of, with an answer due in three days."""
        made_id = new_id()
        row = {"answer_due_at": self.now + timedelta(days=3), **values}
        row |= {"id": made_id, "medication_id": entry.id, "text": seal(self.session, RefillRequest.text, made_id, text)}
        made = RefillRequest(**self._entry(patient, patient, ItemClass.MEDICATION, **row))
        self.add(made)
        return made

    def sent(self, item: Item, *people: Person, **values: Any) -> None:
        """Let the patient have sent an item of theirs to these people, unless `values` say that it was taken back."""
        row = {"item_id": item.id, "sent_by": item.author_id, "sent_at": self.now, **values}
        self.session.execute(update(Item).where(Item.id == item.id).values(directed=True))
        self.add(*(Direction(user_id=person.user_id, **row) for person in people))

    def _entry(self, patient: Person, author: Person, item_class: ItemClass, **values: Any) -> dict[str, Any]:
        return {
            "patient_id": patient.patient_id,
            "item_class": item_class,
            "author_id": author.user_id,
            "holder_id": None if author.user_id == patient.user_id else author.user_id,
            "date": date(2026, 2, 1),
            "created_at": self.now,
            "updated_at": self.now,
            **values,
        }
