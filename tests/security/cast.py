"""A patient about whom everything is secret, everybody who might ask, and something to send to every address."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from careteam.models import Invitation, MedicationEvent, Membership, Restriction, Staff, User
from careteam.models.types import new_id
from careteam.policy.vocabulary import ConsentStatus, ItemClass, MedicationSource, NoteStatus, Role
from careteam.vault import seal
from tests.consent.acts import in_state, signature
from tests.world import Person, World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ABSENT = uuid.UUID("01900000-0000-7000-8000-000000000000")
DOCUMENT = {"disclosers": ["team"], "recipients": ["role:therapist"], "classes": ["progress_note"]}
BODIES: Mapping[str, Any] = {
    "consents.begin_consent": DOCUMENT,
    "consents.edit_consent": {"classes": ["medication"]},
    "consents.sign_consent": signature("Maya Ellison"),
    "labels.review_labels": {"labels": []},
    "labels.remove_label": {"reason": "no"},
    "labels.deny_part2": {"reason": "no"},
    "medications.start_medication": {"drug_name": "X", "started_on": "2026-01-01"},
    "medications.enter_medication_in_error": {"reason": "no"},
    "medications.change_medication": {"kind": "stop"},
    "notes.draft_note": {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-01-01"},
    "notes.edit_note": {"title": "t"},
    "notes.add_addendum": {"body": "b"},
    "notes.enter_note_in_error": {"reason": "no"},
    "patients.change_patient": {"death_date": None},
    "restrictions.restrict": {"against": "anyone", "item_class": "medication"},
    "revocations.revoke_consent": {"given": "orally"},
    "revocations.revoke_everywhere": {"given": "orally"},
}
QUERIES = {"team.preview_role": {"role": "therapist"}}
GROUP_OF = {
    "consent_id": "consents",
    "item_id": "items",
    "medication_id": "medications",
    "event_id": "events",
    "note_id": "notes",
    "restriction_id": "restrictions",
    "membership_id": "memberships",
    "invitation_id": "invitations",
    "practice_id": "practices",
    "staff_id": "staff",
    "token_id": "tokens",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    rule: str
    method: str
    endpoint: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    def send(self, client: Any, ids: Mapping[str, Any]) -> Any:
        """Ask with these ids and a body that is right in form."""
        address = self.rule
        for name in self.arguments:
            for kind in ("uuid:", "string:", ""):
                address = address.replace(f"<{kind}{name}>", str(ids.get(name, ABSENT)))
        options: dict[str, Any] = {"query_string": QUERIES.get(self.endpoint, {})}
        if self.method != "GET" and self.endpoint in BODIES:
            options["json"] = BODIES[self.endpoint]
        return client(self.method, address, version=1, **options)


def routes(app: Flask) -> list[Route]:
    """Every method of every address of the door."""
    return [
        Route(rule.rule, method, rule.endpoint, tuple(sorted(rule.arguments)))
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        for method in METHODS
        if method in (rule.methods or ()) and rule.rule.startswith("/api/v1/")
    ]


class Cast:
    """Maya, whose record is full of canaries; Noor, another patient; and everybody who might ask."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.patient, self.therapist, self.prescriber = world.trio()
        self.stranger = world.therapist("Stella Stranger")
        self.former, self.pending = world.therapist("Fay Former"), world.prescriber("Penny Pending")
        self.upcoming, self.unverified = world.prescriber("Una Upcoming"), world.therapist("Uwe Unverified")
        self.disabled = world.therapist("Dan Disabled")
        self.admin = world.staff("Ann Admin", Role.ADMINISTRATOR, practice_id=self.therapist.practice_id)
        self.officer = world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=self.therapist.practice_id)
        self.noor = world.patient("Noor Haddad")
        self.canaries: dict[str, str] = {}
        self._team()
        self.theirs = self._things(self.patient, self.prescriber, "maya")
        self.others = self._things(self.noor, self.stranger, "noor")
        self._leave()

    @property
    def actors(self) -> dict[str, Person | None]:
        """Everybody, by what they are to Maya."""
        return {
            "anonymous": None,
            "the patient": self.patient,
            "another patient": self.noor,
            "therapist": self.therapist,
            "prescriber": self.prescriber,
            "unlinked": self.stranger,
            "former": self.former,
            "pending": self.pending,
            "upcoming": self.upcoming,
            "unverified": self.unverified,
            "disabled": self.disabled,
            "administrator": self.admin,
            "privacy officer": self.officer,
        }

    def _team(self) -> None:
        world, ahead = self.world, {"valid_from": self.world.now + timedelta(days=2)}
        world.join(self.noor, self.stranger, Role.THERAPIST)
        world.join(self.patient, self.former, Role.THERAPIST)
        world.join(self.patient, self.pending, Role.PRESCRIBER, patient_agreed_at=None)
        world.join(self.patient, self.upcoming, Role.PRESCRIBER, **ahead)
        world.join(self.patient, self.unverified, Role.THERAPIST)
        world.join(self.patient, self.disabled, Role.THERAPIST)
        self.canary_of_former = self._canary("held by former")
        world.note(self.patient, self.former, body=self.canary_of_former)
        world.note(self.patient, self.therapist, body=self._canary("held by therapist"))

    def _canary(self, what: str) -> str:
        word = f"canary{len(self.canaries):03d}zz"
        self.canaries[word] = what
        return word

    def _things(self, patient: Person, clinician: Person, whose: str) -> dict[str, list[Any]]:
        world, canary = self.world, self._canary
        held = f"held by {'prescriber' if clinician is self.prescriber else 'unlinked'}"
        role = Role.PRESCRIBER if clinician is self.prescriber else Role.THERAPIST
        medication = world.medication(patient, clinician, drug=canary(held))
        reported = world.medication(patient, patient, drug=canary(f"of {whose}"), source=MedicationSource.PATIENT)
        waits = world.medication(patient, clinician, drug=canary(held), awaits_review=True)
        note = world.note(patient, clinician, title=canary(held), body=canary(held))
        draft = world.note(patient, clinician, body=canary(f"own {held}"), status=NoteStatus.DRAFT, signed_at=None)
        special = world.note(patient, clinician, body=canary(f"own {held}"), kind=ItemClass.PSYCHOTHERAPY_NOTE)
        stated = self._sealed_restriction(patient, canary(f"of {whose}"))
        consent = world.consent(patient, disclosers=["patient"], classes=[], recipients=[], id=new_id())
        asked = in_state(world, patient, clinician, "requested")
        draft_consent = world.consent(
            patient, status=ConsentStatus.DRAFT, signed_at=None, recipients=[f"member:{clinician.user_id}"]
        )
        event = world.session.scalars(
            select(MedicationEvent).where(MedicationEvent.medication_id == medication.id)
        ).one()
        invitation = Invitation(
            kind="clinician",
            email="outside@example.org",
            token_hash=uuid.uuid4().hex,
            invited_by=patient.user_id,
            role=role,
            patient_id=patient.patient_id,
            created_at=world.now,
            expires_at=world.now + timedelta(days=3),
        )
        world.add(invitation)
        return {
            "items": [x.id for x in (medication, reported, waits, note, draft, special)],
            "medications": [x.id for x in (medication, reported, waits)],
            "notes": [x.id for x in (note, draft, special)],
            "events": [event.id],
            "restrictions": [stated.id],
            "consents": [x.id for x in (consent, asked, draft_consent)],
            "invitations": [invitation.id],
            "practices": [clinician.practice_id],
            "staff": list(world.session.scalars(select(Staff.id).where(Staff.user_id == clinician.user_id))),
        }

    def _sealed_restriction(self, patient: Person, text: str) -> Restriction:
        made = new_id()
        note = seal(self.world.session, Restriction.note, made, text)
        return self.world.restriction(patient, id=made, item_class=ItemClass.ALLERGY, note=note)

    def _leave(self) -> None:
        world = self.world
        world.session.execute(
            update(Membership).where(Membership.user_id == self.former.user_id).values(ended_at=world.now)
        )
        world.session.execute(update(Staff).where(Staff.user_id == self.unverified.user_id).values(verified_at=None))
        world.session.execute(update(User).where(User.id == self.disabled.user_id).values(disabled_at=world.now))
        world.session.commit()
        self.memberships = list(
            world.session.scalars(select(Membership.id).where(Membership.patient_id == self.patient.patient_id))
        )
        self.theirs["memberships"] = self.memberships
        self.others["memberships"] = list(
            world.session.scalars(select(Membership.id).where(Membership.patient_id == self.noor.patient_id))
        )
        world.session.commit()

    def may_see(self, who: str) -> set[str]:
        """The canaries that the rule opens to somebody although there is no consent."""
        holders = {"therapist": "therapist", "prescriber": "prescriber", "unlinked": "unlinked", "former": "former"}
        own = holders.get(who)
        return {
            word
            for word, what in self.canaries.items()
            if (own and what.endswith(f"held by {own}"))
            or (
                who == "the patient"
                and (what == "of maya" or what in {"held by prescriber", "held by former", "held by therapist"})
            )
            or (who == "another patient" and what in {"of noor", "held by unlinked"})
        }

    def combinations(self, route: Route, things: Mapping[str, list[Any]], patient: Person) -> Iterator[dict[str, Any]]:
        """The ids of an address, once for each thing of the kind that it names."""
        child = [n for n in route.arguments if n in GROUP_OF]
        longest = max((len(things.get(GROUP_OF[n], [])) for n in child), default=1)
        for place in range(longest):
            ids: dict[str, Any] = {"patient_id": patient.patient_id, "label": "hiv", "sha256": "0" * 64}
            for name in child:
                known = things.get(GROUP_OF[name], [])
                if known:
                    ids[name] = known[place % len(known)]
            yield ids


__all__ = ["ABSENT", "GROUP_OF", "Cast", "Route", "routes"]
