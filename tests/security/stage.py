"""Maya, in whose record everything carries a canary, and everybody who might ask.

The table `access_matrix.txt` calls people by one letter and things by the names that are given here.
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from careteam.models import (
    ApiToken,
    Base,
    Consent,
    DecidedEntry,
    DifferenceDecision,
    Invitation,
    LoginSession,
    Medication,
    MedicationEvent,
    MedicationReview,
    Membership,
    Notice,
    Reconciliation,
    Restriction,
    SpecialRelease,
    Staff,
    User,
)
from careteam.models.types import new_id
from careteam.policy.treatment_words import AnswerOutcome, ReferralAnswer
from careteam.policy.vocabulary import (
    ItemClass,
    Label,
    MedicationSource,
    MembershipKind,
    NoteStatus,
    NoticeKind,
    PairState,
    ReconciliationDecision,
    Role,
)
from careteam.services.identity.credentials import digest
from careteam.vault import seal
from tests.consent.acts import in_state
from tests.plan import rows
from tests.security import oversight
from tests.security.consent_states import STATES
from tests.world import Person, World

MAYA = "Maya Onstage"
PENDING, UPCOMING = "Penny Pending", "Una Upcoming"
DAY = timedelta(days=1)
CONSENT = Base.metadata.tables["consent"]
LINK = "a-link-that-maya-sent"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of the record: its kind, what an address calls it, and the words that only its readers may see."""

    name: str
    kind: str
    ids: dict[str, Any] = field(default_factory=dict)


class Stage:
    """Maya's record in one consent state, Noor's beside it, and a person for every column of the table."""

    def __init__(self, world: World, state: str) -> None:
        self.world, self.state = world, state
        self.things: dict[str, Thing] = {}
        self.canaries: dict[str, str] = {}
        self.patient, self.therapist, self.prescriber = world.patient(MAYA), world.therapist(), world.prescriber()
        self._people()
        self._items()
        self._medications()
        self._clinical()
        self._questions()
        self._messages()
        self._measures()
        self._reports()
        self._managing()
        self._planned()
        self._reconciliation()
        self._consents()
        self._places()
        self._referrals()
        self._notices()
        self._oversight()
        self._acting()
        self._of_noor()
        self._leave()

    @property
    def actors(self) -> dict[str, Person | None]:
        """Who stands in which column."""
        return {
            "anonymous": None,
            "patient": self.patient,
            "another": self.noor,
            "therapist": self.therapist,
            "prescriber": self.prescriber,
            "covering": self.covering,
            "pending": self.pending,
            "upcoming": self.upcoming,
            "unlinked": self.stranger,
            "former": self.former,
            "unverified": self.unverified,
            "disabled": self.disabled,
            "admin": self.admin,
            "officer": self.officer,
        }

    def canary(self, thing: str) -> str:
        """A word that stands nowhere but in this thing."""
        word = f"canary{len(self.canaries):03d}zz"
        self.canaries[word] = thing
        return word

    def keep(self, name: str, kind: str, **ids: Any) -> None:
        """Give a thing its name; `ids` are the arguments by which addresses name it."""
        self.things[name] = Thing(name, kind, {"patient_id": self.patient.patient_id, **ids})

    def _people(self) -> None:
        world, now = self.world, self.world.now
        self.covering = world.prescriber("Cora Covering")
        self.stranger, self.former = world.therapist("Stella Stranger"), world.therapist("Fay Former")
        self.pending, self.upcoming = world.prescriber(PENDING), world.prescriber(UPCOMING)
        self.unverified, self.disabled = world.therapist("Uwe Unverified"), world.therapist("Dan Disabled")
        practice_id = self.therapist.practice_id
        self.admin = world.staff("Ann Admin", Role.ADMINISTRATOR, practice_id=practice_id)
        self.officer = world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=practice_id)
        self.noor = world.patient("Noor Haddad")
        join, treating = world.join, {"kind": MembershipKind.COVERING, "valid_until": now + 9 * DAY}
        join(self.patient, self.therapist, Role.THERAPIST)
        join(self.patient, self.prescriber, Role.PRESCRIBER)
        join(self.patient, self.covering, Role.PRESCRIBER, valid_from=now - DAY, **treating)
        join(self.patient, self.former, Role.THERAPIST)
        join(self.patient, self.pending, Role.PRESCRIBER, patient_agreed_at=None)
        join(self.patient, self.upcoming, Role.PRESCRIBER, valid_from=now + 2 * DAY, **treating)
        join(self.patient, self.unverified, Role.THERAPIST)
        join(self.patient, self.disabled, Role.THERAPIST)
        join(self.noor, self.stranger, Role.THERAPIST)
        self.canaries |= {MAYA: "Maya's name", PENDING: "who is asked to join", "Noor Haddad": "Noor's name"}

    def _note(
        self,
        name: str,
        author: Person,
        *,
        kind: str = "note",
        item_class: ItemClass = ItemClass.PROGRESS_NOTE,
        **values: Any,
    ) -> None:
        values |= {"title": self.canary(name), "body": self.canary(name)}
        made = self.world.note(self.patient, author, kind=item_class, **values)
        self.keep(name, kind, note_id=made.id, item_id=made.id)

    def _items(self) -> None:
        paul = self.prescriber
        self._note("Paul's note", paul)
        self._note("Paul's labelled note", paul, labels=frozenset({Label.HIV}))
        self._note("Paul's draft", paul, kind="draft", status=NoteStatus.DRAFT, signed_at=None)
        self._note("Paul's coordination note", paul, item_class=ItemClass.COORDINATION_NOTE)
        self._note("Tess's note", self.therapist)
        self._note("Tess's psychotherapy note", self.therapist, item_class=ItemClass.PSYCHOTHERAPY_NOTE)
        self._note("Tess's released note", self.therapist, item_class=ItemClass.PSYCHOTHERAPY_NOTE)
        self._releases()
        self._note("Cora's note", self.covering)
        self._note("Fay's note", self.former)
        self._note("Uwe's note", self.unverified)
        self._note("Dan's note", self.disabled)

    def _releases(self) -> None:
        """One note is released to Maya; of another, the release to Paul opens nothing: there is no such consent."""
        made = {"patient_id": self.patient.patient_id, "released_at": self.world.now}
        by = {"released_by": self.therapist.user_id, **made}
        note_id, hidden_id = (
            self.things[f"Tess's {word} note"].ids["note_id"] for word in ("released", "psychotherapy")
        )
        to_paul = SpecialRelease(item_id=hidden_id, reader_id=self.prescriber.user_id, **by)
        to_maya = SpecialRelease(item_id=note_id, **by)
        self.world.add(to_paul, to_maya)
        self.keep("Tess's release", "release", note_id=hidden_id, release_id=to_paul.id)
        self.keep("Tess's release to Maya", "release", note_id=note_id, release_id=to_maya.id)

    def _medication(self, name: str, author: Person, *, kind: str = "entry", **values: Any) -> uuid.UUID:
        made = self.world.medication(self.patient, author, drug=self.canary(name), **values)
        events = select(MedicationEvent.id).where(MedicationEvent.medication_id == made.id)
        event_id = self.world.session.scalars(events).one()
        self.keep(name, kind, medication_id=made.id, item_id=made.id, event_id=event_id)
        return made.id

    def _medications(self) -> None:
        self.entry_id = self._medication("Paul's entry", self.prescriber)
        self._medication("Paul's import", self.prescriber, kind="waiting", awaits_review=True)
        self.keep("Paul's review", "review", review_id=self.reviewed(self.patient))
        self._medication("Maya's entry", self.patient, source=MedicationSource.PATIENT)

    def reviewed(self, patient: Person) -> uuid.UUID:
        """Let Paul have gone through a list, and return the review's id."""
        made = MedicationReview(
            patient_id=patient.patient_id, reviewed_by=self.prescriber.user_id, reviewed_at=self.world.now, entries=2
        )
        self.world.add(made)
        return made.id

    def _clinical(self) -> None:
        for name, author in (("Paul's allergy", self.prescriber), ("Maya's allergy", self.patient)):
            allergy = self.world.allergy(self.patient, author, substance=self.canary(name))
            self.keep(name, "allergy", allergy_id=allergy.id, item_id=allergy.id)
        condition = self.world.condition(self.patient, self.therapist, name=self.canary("Tess's condition"))
        self.keep("Tess's condition", "condition", condition_id=condition.id, item_id=condition.id)

    def _measures(self) -> None:
        """Scores that Maya and Paul hold, and what Paul asks for."""
        for name, author in (("Maya's measure", self.patient), ("Paul's measure", self.prescriber)):
            made = self.world.measure(self.patient, author, outside_author=self.canary(name))
            self.keep(name, "measure", measure_id=made.id, item_id=made.id)
        asked = self.world.measure_request(self.patient, self.prescriber, text=self.canary("Paul's measure request"))
        self.keep("Paul's measure request", "measure request", measure_request_id=asked.id, item_id=asked.id)

    def _questions(self) -> None:
        """One that Maya keeps for herself, and one that she sent to Tess."""
        for name in ("Maya's question", "Maya's sent question"):
            made = self.world.question(self.patient, text=self.canary(name))
            self.keep(name, "question", question_id=made.id, item_id=made.id)
        self.world.sent(made, self.therapist)

    def _messages(self) -> None:
        """What Maya wrote to Tess, and what Paul wrote to Maya alone."""
        mine = self.world.message(self.patient, self.patient, self.therapist, text=self.canary("Maya's message"))
        self.keep("Maya's message", "message", message_id=mine.id, item_id=mine.id, thread_id=mine.thread_id)
        his = self.world.message(self.patient, self.prescriber, self.patient, text=self.canary("Paul's message"))
        self.keep("Paul's message", "message", message_id=his.id, item_id=his.id, thread_id=his.thread_id)

    def _planned(self) -> None:
        """An item of Paul's plan with Maya's word, her plan review, the intake that Tess began, and what she tried."""
        world, maya = self.world, self.patient
        item = rows.plan_item(world, maya, self.prescriber, text=self.canary("Paul's plan item"))
        word = rows.plan_word(world, maya, maya, item, text=self.canary("Maya's word"))
        review = rows.plan_review(world, maya, text=self.canary("Maya's plan review"))
        part = rows.intake_part(world, maya, self.therapist, text=self.canary("Tess's intake"))
        trial = rows.prior_trial(world, maya, maya, drug=self.canary("Maya's trial"))
        self.keep("Paul's plan item", "plan item", plan_item_id=item.id, item_id=item.id)
        self.keep("Maya's word", "plan word", acknowledgement_id=word.id, item_id=word.id)
        self.keep("Maya's plan review", "plan review", plan_review_id=review.id, item_id=review.id)
        self.keep("Tess's intake", "intake", intake_part_id=part.id, item_id=part.id)
        self.keep("Maya's trial", "trial", prior_trial_id=trial.id, item_id=trial.id)

    def _reconciliation(self) -> None:
        made = self.reconciled(self.patient, self.entry_id, "Paul's reconciliation")
        self.keep("Paul's reconciliation", "reconciliation", reconciliation_id=made, item_id=made)

    def reconciled(self, patient: Person, entry_id: uuid.UUID, thing: str) -> uuid.UUID:
        """Let Paul sign what he decided about his own entry, and return the reconciliation's id."""
        world, paul, made, decided = self.world, self.prescriber, new_id(), new_id()
        by: dict[str, Any] = {"patient_id": patient.patient_id, "author_id": paul.user_id, "holder_id": paul.user_id}
        when = {"date": world.now.date(), "created_at": world.now, "updated_at": world.now, "signed_at": world.now}
        text = seal(world.session, DifferenceDecision.text, decided, self.canary(thing))
        what = {"state": PairState.ONLY_PRESCRIBED, "decision": ReconciliationDecision.ACCEPT_PRESCRIBED, "text": text}
        world.add(
            Reconciliation(id=made, item_class=ItemClass.MEDICATION, signature_name=paul.name, **by, **when),
            DifferenceDecision(id=decided, reconciliation_id=made, position=1, **what),
            DecidedEntry(decision_id=decided, medication_id=entry_id, version=1, changes=1),
        )
        return made

    def _consents(self) -> None:
        world, maya = self.world, self.patient
        STATES[self.state](self)
        asked = in_state(world, maya, self.prescriber, "requested")
        self._sealed(asked.id, Consent.message, "Paul's request")
        self.keep("Paul's request", "consent", consent_id=asked.id)
        draft = in_state(world, maya, maya, "draft")
        self._sealed(draft.id, Consent.ends_when, "Maya's draft")
        self.keep("Maya's draft", "consent", consent_id=draft.id)
        made = new_id()
        note = seal(world.session, Restriction.note, made, self.canary("Maya's restriction"))
        world.restriction(maya, id=made, item_class=ItemClass.REFERRAL, note=note)
        self.keep("Maya's restriction", "restriction", restriction_id=made)

    def _sealed(self, consent_id: uuid.UUID, column: Any, thing: str) -> None:
        """Put a canary into a consent, in the version in which it is."""
        words = seal(self.world.session, column, consent_id, self.canary(thing))
        self.world.session.execute(CONSENT.update().where(CONSENT.c.id == consent_id).values({column.key: words}))
        self.world.session.commit()

    def consent(self, **changes: Any) -> None:
        """Write the consent of the state, with words that only whom it concerns may read."""
        made = self.world.consent(self.patient, **changes)
        self._sealed(made.id, Consent.ends_when, "the consent")
        self.keep("the consent", "consent", consent_id=made.id)

    def _reports(self) -> None:
        """What Maya reports for nobody yet, what she asks about the cost of Paul's entry, and what Paul answers."""
        world, maya, entry = self.world, self.patient, self.world.session.get_one(Medication, self.entry_id)
        report = world.side_effect(maya, maya, effect=self.canary("Maya's report"))
        self.keep("Maya's report", "report", side_effect_id=report.id, item_id=report.id)
        cost = world.cost_request(maya, entry, text=self.canary("Maya's cost request"))
        self.keep("Maya's cost request", "cost request", cost_request_id=cost.id, item_id=cost.id)
        words = self.canary("Paul's answer")
        answer = world.answer(self.prescriber, report, outcome=AnswerOutcome.MANAGE, text=words)
        self.keep("Paul's answer", "answer", answer_id=answer.id, item_id=answer.id)

    def _managing(self) -> None:
        """What Paul did about his entry, what was dispensed of it, and what Maya asks for more of."""
        world, maya, entry = self.world, self.patient, self.world.session.get_one(Medication, self.entry_id)
        seen = world.check_in(maya, self.prescriber, entry, symptoms=self.canary("Paul's check-in"))
        self.keep("Paul's check-in", "check-in", check_in_id=seen.id, item_id=seen.id)
        fill = world.supply(maya, self.prescriber, entry, unit=self.canary("Paul's supply"))
        self.keep("Paul's supply", "supply", supply_id=fill.id, item_id=fill.id)
        asked = world.refill_request(maya, entry, text=self.canary("Maya's refill request"))
        self.keep("Maya's refill request", "refill request", request_id=asked.id, item_id=asked.id)

    def _referrals(self) -> None:
        """Tess would refer Maya to Penny, has referred her to Penny, and to somebody outside."""
        place = {"to_user_id": self.pending.user_id, "membership_id": self.things["Penny's place"].ids["membership_id"]}
        said = {"patient_answer": ReferralAnswer.YES, "patient_answered_at": self.world.now}
        asked = in_state(self.world, self.patient, self.therapist, "requested")
        kinds = {"proposed": {**place, "consent_id": asked.id}, "sent": {**place, **said}, "outside": said}
        for word, values in kinds.items():
            name = f"Tess's {word} referral"
            made = self.world.referral(self.patient, self.therapist, reason=self.canary(name), **values)
            self.keep(name, "referral", referral_id=made.id, item_id=made.id)

    def _places(self) -> None:
        world = self.world
        for person, name in ((self.pending, "Penny's place"), (self.covering, "Cora's place")):
            found = select(Membership.id).where(Membership.user_id == person.user_id)
            self.keep(name, "place", membership_id=world.session.scalars(found).one())
        invitation = Invitation(
            kind="clinician",
            email=self.stranger.email,
            token_hash=digest(LINK),
            invited_by=self.patient.user_id,
            role=Role.THERAPIST,
            patient_id=self.patient.patient_id,
            created_at=world.now,
            expires_at=world.now + 3 * DAY,
        )
        world.add(invitation)
        self.canaries[self.stranger.email] = "Maya's invitation"
        self.keep("Maya's invitation", "invitation", invitation_id=invitation.id)
        role = world.session.scalars(select(Staff.id).where(Staff.user_id == self.therapist.user_id)).one()
        self.keep("Tess's role", "staff", practice_id=self.therapist.practice_id, staff_id=role)
        self.keep("Tess's token", "token", token_id=self.token(self.therapist))
        self.keep("Tess's session", "session", session_id=self.signed_in(self.therapist))

    def _notices(self) -> None:
        """One of Maya's, one of Tess's, one to Penny, who may not know whose it is, and one of before Fay left."""
        request, place = self.things["Paul's request"].ids["consent_id"], self.things["Penny's place"].ids
        told = {
            "Maya's notice": (self.patient, NoticeKind.CONSENT_REQUESTED, request),
            "Tess's notice": (self.therapist, NoticeKind.CONSENT_GRANTED, request),
            "Fay's notice": (self.former, NoticeKind.CONSENT_GRANTED, request),
            "Penny's notice": (self.pending, NoticeKind.MEMBERSHIP_PROPOSED, place["membership_id"]),
        }
        for name, (person, kind, target) in told.items():
            self.keep(name, "notice", notice_id=self.told(person, self.patient, kind, target))

    def told(self, person: Person, patient: Person, kind: NoticeKind, target: uuid.UUID) -> uuid.UUID:
        """Tell somebody something about a patient, and return the notice's id."""
        about = {"patient_id": patient.patient_id, "target": target, "at": self.world.now}
        made = Notice(user_id=person.user_id, kind=kind, **about)
        self.world.add(made)
        return made.id

    def signed_in(self, person: Person) -> uuid.UUID:
        """Sign the person in, in a browser that nobody uses, and return the session's id."""
        now, secret = self.world.now, digest(f"a session of {person.name}")
        times = {"created_at": now, "last_seen_at": now, "expires_at": now + DAY}
        made = LoginSession(user_id=person.user_id, token_hash=secret, **times)
        self.world.add(made)
        return made.id

    def token(self, person: Person) -> uuid.UUID:
        """Make the person another access token, and return its id."""
        world = self.world
        made = ApiToken(
            user_id=person.user_id,
            name="a second one",
            token_hash=digest(f"another one of {person.name}"),
            created_at=world.now,
            expires_at=world.now + DAY,
        )
        world.add(made)
        return made.id

    def _oversight(self) -> None:
        """An emergency of Paul's and a case of Maya's, both with the officer of Tess's practice."""
        world, maya, here = self.world, self.patient, self.therapist.practice_id
        opened = oversight.emergency(world, maya, self.prescriber, here, self.canary("Paul's emergency"))
        self.keep("Paul's emergency", "emergency", emergency_id=opened, practice_id=here)
        asked = oversight.case(world, maya, self.therapist, here, self.canary("Maya's case"))
        self.keep("Maya's case", "case", case_id=asked, practice_id=here)
        self.keep("Tess's look", "look", access_event_id=oversight.looked(world, maya, self.therapist))

    def _acting(self) -> None:
        """Let somebody act for Maya: that they do, the team may know."""
        rhea = self.world.user("Rhea Onbehalf")
        self.canaries[rhea.name] = "Rhea's authority"
        made = self.world.acts_for(self.patient, rhea)
        self.keep("Rhea's authority", "authority", representation_id=made.id)

    def _of_noor(self) -> None:
        """Noor's own things: nobody in Maya's team may ever see one."""
        world, noor, stella = self.world, self.noor, self.stranger
        world.note(noor, stella, title=self.canary("Noor's record"), body=self.canary("Noor's record"))
        world.medication(noor, noor, drug=self.canary("Noor's record"), source=MedicationSource.PATIENT)
        world.consent(noor, classes=list(ItemClass), disclosers=["team", "patient"])

    def _leave(self) -> None:
        session, now = self.world.session, self.world.now
        session.execute(update(Membership).where(Membership.user_id == self.former.user_id).values(ended_at=now))
        session.execute(update(Staff).where(Staff.user_id == self.unverified.user_id).values(verified_at=None))
        session.execute(update(User).where(User.id == self.disabled.user_id).values(disabled_at=now))
        session.commit()
