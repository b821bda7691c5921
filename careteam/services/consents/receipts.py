"""The receipt of a revocation: when, by whom, what was covered, and what had been seen by then."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import AccessEvent, AccessEventItem, Consent, Notice, Revocation
from careteam.policy.vocabulary import NoticeKind
from careteam.services.consents.receipt_signing import signed
from careteam.services.log.patients_rows import told_items
from careteam.vault import unseal

NOT_RECALLED = (
    "What was read before cannot be recalled: readers may remember it, and may have had to put it into their own "
    "records. Whoever wrote or holds an item keeps it. From the moment above nobody reads anything more under this."
)
_PATIENTS = ("reason", "covered", "also_taken", "successor_id", "seen", "told", "not_recalled", "signature")
"""What only the patient, or who signs for them, is told."""


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
        "representation_id": done.representation_id,
        "item_class": done.item_class if knows_part else None,
        "recipient": done.recipient if knows_part else None,
        "discloser": done.discloser if knows_part else None,
    }
    if not to_patient:
        return {**receipt, **dict.fromkeys(_PATIENTS)}
    whole = {
        **receipt,
        "reason": unseal(session, Revocation.reason, done.id, done.reason),
        "covered": _covered(consent),
        "also_taken": _also_taken(session, consent, done),
        "successor_id": done.successor_id,
        "seen": _seen(session, done),
        "told": _told(session, done),
        "not_recalled": NOT_RECALLED,
    }
    return signed(session, whole)


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
    """Return how many items of which class each reader had been shown under the consent, and when first and last.

    Of special notes, those that had been released to the patient by then.
    """
    query = (
        select(
            AccessEvent.actor_id.label("user_id"),
            AccessEventItem.item_class,
            func.count(AccessEventItem.item_id.distinct()).label("items"),
            func.min(AccessEvent.at).label("first_at"),
            func.max(AccessEvent.at).label("last_at"),
        )
        .join(AccessEventItem, AccessEventItem.event_id == AccessEvent.id)
        .where(
            AccessEvent.patient_id == done.patient_id,
            AccessEvent.at <= done.revoked_at,
            AccessEventItem.consent_id == done.consent_id,
            told_items(by=done.revoked_at),
        )
        .group_by(AccessEvent.actor_id, AccessEventItem.item_class)
        .order_by(AccessEvent.actor_id, AccessEventItem.item_class)
    )
    readers = groupby(session.execute(query), key=lambda row: row.user_id)
    return [_by_one(user_id, list(rows)) for user_id, rows in readers]


def _by_one(user_id: UUID, rows: Sequence[Any]) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "items": sum(row.items for row in rows),
        "first_at": min(row.first_at for row in rows),
        "last_at": max(row.last_at for row in rows),
        "classes": [{"class": row.item_class, "items": row.items} for row in rows],
    }


def _told(session: Session, done: Revocation) -> list[UUID]:
    """Return who was told in the application, by this act, that something ended."""
    query = select(Notice.user_id).where(
        Notice.patient_id == done.patient_id,
        Notice.kind == NoticeKind.CONSENT_REVOKED,
        Notice.at == done.revoked_at,
    )
    return sorted(session.scalars(query))
