"""The receipt of a revocation: when, by whom, what was covered, and what had been seen by then."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import AccessEvent, AccessEventItem, Consent, Revocation
from careteam.vault import unseal


def receipt_of(
    session: Session, actor: Actor, consent: Consent, done: Revocation, *, to_patient: bool
) -> dict[str, Any]:
    """Return the receipt; the same one whenever it is asked for.

    Only the patient learns what was covered, and only they and who recorded it learn which part was meant.
    """
    knows_part = to_patient or done.recorded_by == actor.user_id
    receipt: dict[str, Any] = {
        "id": done.id,
        "consent_id": done.consent_id,
        "revoked_at": done.revoked_at,
        "given": done.given,
        "recorded_by": done.recorded_by,
        "item_class": done.item_class if knows_part else None,
        "recipient": done.recipient if knows_part else None,
        "discloser": done.discloser if knows_part else None,
    }
    if not to_patient:
        return {**receipt, **dict.fromkeys(("reason", "covered", "also_taken", "successor_id", "seen"))}
    return {
        **receipt,
        "reason": unseal(session, Revocation.reason, done.id, done.reason),
        "covered": _covered(consent),
        "also_taken": _also_taken(session, consent, done),
        "successor_id": done.successor_id,
        "seen": _seen(session, done),
    }


def _covered(consent: Consent) -> dict[str, Any]:
    """Return what could be read under the consent until it was revoked."""
    return {
        "disclosers": consent.disclosers,
        "recipients": consent.recipients,
        "classes": consent.classes,
        "labels": sorted(consent.labels),
        "valid_from": consent.valid_from,
        "valid_until": consent.valid_until,
    }


def _also_taken(session: Session, consent: Consent, done: Revocation) -> list[str]:
    """Return the recipients that went with the one that was named: the roles through which they would still read."""
    if done.successor_id is None or done.recipient is None:
        return []
    left = session.get_one(Consent, done.successor_id)
    return sorted(set(consent.recipients) - set(left.recipients) - {done.recipient})


def _seen(session: Session, done: Revocation) -> list[dict[str, Any]]:
    """Return how many items each reader had been shown under the consent, and when last. It cannot be recalled."""
    query = (
        select(
            AccessEvent.actor_id.label("user_id"),
            func.count(AccessEventItem.item_id.distinct()).label("items"),
            func.max(AccessEvent.at).label("last_at"),
        )
        .join(AccessEventItem, AccessEventItem.event_id == AccessEvent.id)
        .where(
            AccessEvent.patient_id == done.patient_id,
            AccessEvent.at <= done.revoked_at,
            AccessEventItem.consent_id == done.consent_id,
        )
        .group_by(AccessEvent.actor_id)
        .order_by(AccessEvent.actor_id)
    )
    return [dict(row._mapping) for row in session.execute(query)]
