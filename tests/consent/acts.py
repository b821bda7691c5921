"""What the tests of consents do again and again, in one line each."""

from datetime import datetime, timedelta
from typing import Any

from careteam import access
from careteam.models import Consent
from careteam.models.types import new_id
from careteam.policy.facts import Reader, Verification
from careteam.policy.scope import Shared
from careteam.policy.vocabulary import ConsentStatus, Role
from careteam.services.consents import terms
from careteam.vault import seal
from tests.world import PASSWORD, Person, World

DOCUMENT: dict[str, Any] = {
    "disclosers": ["team"],
    "recipients": ["role:therapist", "role:prescriber"],
    "classes": ["progress_note", "medication"],
}
YEAR = timedelta(days=365)
EVENT = "when I have moved away"


def member(person: Person) -> str:
    """The person as a discloser, recipient or holder."""
    return f"member:{person.user_id}"


def signature(name: str, **changes: Any) -> dict[str, Any]:
    """A valid signature of somebody with this name, unless `changes` say otherwise."""
    return {"typed_name": name, "password": PASSWORD, "terms_sha256": terms.current().sha256, **changes}


def consents(patient: Person) -> str:
    """The address of the patient's consents."""
    return f"{patient.record}/consents"


def place(patient: Person, consent: Any) -> str:
    """The address of one consent: of a row, or of an answer."""
    return f"{consents(patient)}/{consent['id'] if isinstance(consent, dict) else consent.id}"


def begun(world: World, who: Person, patient: Person, **document: Any) -> dict[str, Any]:
    """Draft (as the patient) or request (as a member) a consent."""
    made = world.client(who).post(consents(patient), {**DOCUMENT, **document})
    assert made.status_code == 201, made.json
    return dict(made.json or {})


def signed(world: World, patient: Person, consent: dict[str, Any] | None = None, **document: Any) -> dict[str, Any]:
    """Sign a consent as it was begun; without one, draft it first."""
    draft = consent or begun(world, patient, patient, **document)
    version = world.client(patient).get(place(patient, draft)).json["version"]
    made = world.client(patient).post(f"{place(patient, draft)}/signature", signature(patient.name), version=version)
    assert made.status_code == 200, made.json
    return dict(made.json or {})


def revoked(world: World, patient: Person, consent: Any, **part: Any) -> dict[str, Any]:
    """Revoke it as the patient; return the receipt."""
    made = world.client(patient).post(f"{place(patient, consent)}/revocation", part)
    assert made.status_code == 200, made.json
    return dict(made.json or {})


def notes_seen(world: World, reader: Person, patient: Person) -> set[str]:
    """The ids of the notes that the reader gets now."""
    answer = world.client(reader).get(f"{patient.record}/notes")
    assert answer.status_code == 200, answer.json
    return {note["id"] for note in answer.json["items"]}


def in_state(world: World, patient: Person, requester: Person, state: str) -> Consent:
    """A consent in this state at this moment; all of them name an event that ends them."""
    at, hour, consent_id = world.now, timedelta(hours=1), new_id()
    request = {"requested_by": requester.user_id, "asked": _ASKED, "grantor_id": None, "signed_at": None}
    waiting = {**request, "status": ConsentStatus.REQUESTED, "lapses_at": at + 30 * hour}
    values: dict[str, dict[str, Any]] = {
        "requested": waiting,
        "lapsed": {**waiting, "lapses_at": at - hour},
        "draft": {"status": ConsentStatus.DRAFT, "signed_at": None},
        "declined": {**waiting, "status": ConsentStatus.DECLINED},
        "withdrawn": {"status": ConsentStatus.WITHDRAWN, "signed_at": None},
        "active": {},
        "upcoming": {"valid_from": at + hour, "valid_until": at + YEAR},
        "expired": {"valid_from": at - 2 * hour, "valid_until": at - hour},
        "ended": {"status": ConsentStatus.EXPIRED},
        "superseded": {"superseded_at": at - hour / 2},
        "revoked": {"status": ConsentStatus.REVOKED},
    }
    words = seal(world.session, Consent.ends_when, consent_id, EVENT)
    return world.consent(patient, id=consent_id, ends_when=words, **values[state])


_ASKED = {
    **DOCUMENT,
    "labels": [],
    "except_items": [],
    "except_holders": [],
    "valid_from": datetime(2026, 1, 1).isoformat() + "+00:00",
    "valid_until": datetime(2027, 1, 1).isoformat() + "+00:00",
    "data_from": None,
    "data_through": None,
}


def opening(world: World, patient: Person, reader: Person, role: Role, at: datetime) -> list[str]:
    """The ids of the consents under which the reader would read at this instant."""
    assert patient.patient_id is not None
    asked = Reader(reader.user_id, frozenset({Verification(role, reader.practice_id)}))
    _, scope = access.scopes(world.session, asked, [patient.patient_id], at=at)[patient.patient_id]
    world.session.rollback()
    return [str(permit.consent_id) for permit in scope.permits if isinstance(permit, Shared)]
