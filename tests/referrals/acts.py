"""What the tests of referrals do again and again, in one line each."""

from collections.abc import Mapping
from typing import Any

from tests.consent.acts import signature
from tests.world import Person, World

REASON = "Panic attacks since March, four a week."
QUESTION = "Would medication help now?"
SECRET = (REASON, QUESTION)
OUTSIDE = {"name": "Dr. Ines Falk", "address": "12 Harbour Street\nPort Salem"}


def referrals(patient: Person) -> str:
    """The address of the patient's referrals."""
    return f"{patient.record}/referrals"


def place(patient: Person, referral: Mapping[str, Any]) -> str:
    """The address of one referral."""
    return f"{referrals(patient)}/{referral['id']}"


def to_me(referral: Mapping[str, Any]) -> str:
    """The address of a referral as its addressee sees it."""
    return f"me/referrals/{referral['id']}"


def draft(who: Person, to: Person | None, **said: Any) -> dict[str, Any]:
    """The words of a referral to a prescriber: here, or outside."""
    share = {"disclosers": [f"member:{who.user_id}"], "classes": ["referral", "progress_note"]}
    addressee = OUTSIDE if to is None else {"user_id": str(to.user_id)}
    return {"to": addressee, "to_role": "prescriber", "reason": REASON, "question": QUESTION, "share": share, **said}


def proposed(world: World, who: Person, patient: Person, to: Person | None, **said: Any) -> dict[str, Any]:
    """Propose a referral; return it."""
    made = world.client(who).post(referrals(patient), draft(who, to, **said))
    assert made.status_code == 201, made.json
    return dict(made.json)


def read(world: World, who: Person, patient: Person, referral: Mapping[str, Any]) -> dict[str, Any]:
    """The referral as somebody reads it now."""
    found = world.client(who).get(place(patient, referral))
    assert found.status_code == 200, found.json
    return dict(found.json)


def agree(world: World, who: Person, patient: Person, referral: Mapping[str, Any], **changes: Any) -> Any:
    """Say yes as the patient, or who acts for them, to the referral and the consent as they stand now."""
    client = world.client(who)
    now = client.get(place(patient, referral)).json
    body = signature(who.name)
    if now["consent_id"]:
        body["consent_version"] = client.get(f"{patient.record}/consents/{now['consent_id']}").json["version"]
    return client.post(f"{place(patient, referral)}/agreement", {**body, **changes}, version=now["version"])


def agreed(world: World, patient: Person, referral: Mapping[str, Any]) -> dict[str, Any]:
    """Say yes as the patient; return the referral."""
    made = agree(world, patient, patient, referral)
    assert made.status_code == 200, made.json
    return dict(made.json)


def accepted(world: World, who: Person, referral: Mapping[str, Any], **said: Any) -> dict[str, Any]:
    """Accept it as its addressee; return the answer."""
    made = world.client(who).post(f"{to_me(referral)}/acceptance", said)
    assert made.status_code == 200, made.json
    return dict(made.json)


def answered(world: World, who: Person, patient: Person, referral: Mapping[str, Any], **said: Any) -> Any:
    """Answer it as its addressee."""
    return world.client(who).post(f"{place(patient, referral)}/answers", said)


def state(world: World, who: Person, patient: Person, referral: Mapping[str, Any]) -> str | None:
    """How it stands, as somebody may know."""
    found: str | None = read(world, who, patient, referral)["state"]
    return found


def to_them(world: World, who: Person) -> list[dict[str, Any]]:
    """What somebody's own list of referrals shows."""
    found = world.client(who).get("me/referrals")
    assert found.status_code == 200, found.json
    return list(found.json["items"])
