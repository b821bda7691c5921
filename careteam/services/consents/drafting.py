"""Consents until they are signed: requested by a clinician or drafted by the patient, changed, closed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted, Stale
from careteam.models import Consent
from careteam.models.types import new_id
from careteam.policy.consent import default_end
from careteam.policy.vocabulary import ConsentKind, ConsentStatus, Power, Purpose
from careteam.services.consents.documents import as_asked, check, content, write
from careteam.services.consents.reading import changed, drafted_by, find
from careteam.services.consents.states import state_of
from careteam.services.consents.superseding import check_supersedes
from careteam.services.consents.views import granted
from careteam.services.notices import of_consents, of_signatures
from careteam.services.record.records import Record, open_record, open_to_write

LAPSES_AFTER = timedelta(days=30)
"""How long a request waits for the patient, unless it says otherwise."""

UNSIGNED = frozenset({ConsentStatus.REQUESTED, ConsentStatus.DRAFT})


def begin(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    **words: Any,
) -> dict[str, Any]:
    """Request a consent (a current member) or draft one (the patient, or who signs for them).

    Nothing opens before it is signed.

    `words` are those of `compose`. Raises NotFound, NotPermitted, Invalid.
    """
    record = open_to_write(session, actor, patient_id, power=Power.SIGN, at=at)
    consent = compose(session, record, **words)
    own = record.speaks(Power.SIGN)
    if not own:
        consent.asked = as_asked(consent)
    session.add(consent)
    of_consents.requested(session, record, consent)
    of_signatures.requested(session, record, consent)
    return changed(session, record, "draft-consent" if own else "request-consent", consent)


def compose(
    session: Session,
    record: Record,
    *,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    message: str | None = None,
    lapses_at: datetime | None = None,
    **document: Any,
) -> Consent:
    """Return the draft or request that these words make, checked and not stored.

    `document` holds disclosers, recipients, classes, and what else the document says. The period begins now and
    lasts a year where it is not given. A request carries a message and lapses after 30 days, unless said
    otherwise. Raises Invalid.
    """
    start = max(valid_from or record.at, record.at)
    period = {"valid_from": start, "valid_until": valid_until or default_end(start)}
    consent = _new(record, message=message, lapses_at=lapses_at)
    write(session, consent, content({**document, **period, "message": message}, at=record.at))
    check(session, record, consent)
    check_supersedes(session, record, consent)
    return consent


def edit(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    consent_id: UUID,
    *,
    version: int,
    at: datetime,
    **changes: Any,
) -> dict[str, Any]:
    """Change what is not signed yet: the patient's own draft, or a request before they sign it.

    What the requester asked for is kept beside it. Raises NotFound, NotPermitted, Conflict, Stale, Invalid.
    """
    record = open_record(session, actor, patient_id, at=at)
    consent = find(session, record, consent_id)
    if not record.speaks(Power.SIGN):
        raise NotPermitted("Only the patient changes this: withdraw your request and make another one.")
    if consent.first_signed_at is not None and state_of(consent, at) in UNSIGNED:
        raise Conflict("Somebody has signed this as it stands: decline it, and draft another one.")
    if state_of(consent, at) not in UNSIGNED:
        raise Conflict("This consent is signed or closed and does not change: draft another one.")
    if consent.version != version:
        raise Stale
    with session.no_autoflush:
        write(session, consent, content(changes, at=at))
        check(session, record, consent)
        check_supersedes(session, record, consent)
    return changed(session, record, "edit-consent", consent)


def decline(session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Say no to a request; saying it again changes nothing. Raises NotFound, NotPermitted, Conflict."""
    record = open_record(session, actor, patient_id, at=at)
    consent = find(session, record, consent_id)
    if not record.speaks(Power.SIGN):
        raise NotPermitted("Only the patient declines a request; you can withdraw it.")
    state = state_of(consent, at)
    if state is ConsentStatus.DRAFT and drafted_by(record, consent):
        raise Conflict("This is your own draft: withdraw it.")
    return _close(session, record, consent, state, ConsentStatus.DECLINED)


def withdraw(session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Take back one's own request or draft; doing it again changes nothing. Raises NotFound, Conflict."""
    record = open_record(session, actor, patient_id, at=at)
    consent = find(session, record, consent_id)
    state = state_of(consent, at)
    speaks = record.speaks(Power.SIGN)
    if speaks and state is ConsentStatus.REQUESTED:
        raise Conflict("This is somebody's request: decline it.")
    if speaks and state is ConsentStatus.DRAFT and not drafted_by(record, consent):
        raise Conflict("This is another's draft: decline it.")
    if not speaks and consent.requested_by != actor.user_id:
        raise NotPermitted("Only who made a request withdraws it.")
    return _close(session, record, consent, state, ConsentStatus.WITHDRAWN)


def record_end(session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Record that the event or condition stated in the consent has come: it ends now, for good.

    The patient does, or a current member whom it concerns; doing it again changes nothing. Raises NotFound,
    NotPermitted, Conflict.
    """
    record = open_to_write(session, actor, patient_id, power=Power.SIGN, at=at)
    consent = find(session, record, consent_id)
    if consent.status is not ConsentStatus.EXPIRED:
        _check_can_end(record, consent)
        of_consents.ended(session, record, consent)
        consent.status, consent.closed_at, consent.closed_by = ConsentStatus.EXPIRED, at, actor.user_id
    return changed(session, record, "end-consent", consent)


def _check_can_end(record: Record, consent: Consent) -> None:
    if state_of(consent, record.at) is not ConsentStatus.ACTIVE:
        raise Conflict("This consent is not in force, so that there is nothing to end.")
    if not (record.speaks(Power.SIGN) or granted(record, consent)):
        raise NotPermitted("Only the patient, and members whom the consent concerns, record that it has ended.")
    if consent.ends_when is None:
        raise Conflict("This consent names no event that ends it: revoke it instead.")


def _new(record: Record, *, message: str | None, lapses_at: datetime | None) -> Consent:
    row: dict[str, Any] = {"status": ConsentStatus.DRAFT, "representation_id": record.actor.representation_id}
    if not record.speaks(Power.SIGN):
        lapse = lapses_at or record.at + LAPSES_AFTER
        row = {"status": ConsentStatus.REQUESTED, "requested_by": record.actor.user_id, "lapses_at": lapse}
        if lapse <= record.at:
            raise Invalid("A request waits for an answer.", {"lapses_at": ["Give an instant in the future."]})
    elif message or lapses_at:
        fault = ["Leave it out of a consent of your own."]
        raise Invalid("Only a request has a message and lapses.", {"message": fault, "lapses_at": fault})
    return Consent(
        id=new_id(),
        patient_id=record.patient_id,
        kind=ConsentKind.SHARING,
        purpose=Purpose.TREATMENT,
        labels=frozenset(),
        except_items=[],
        except_holders=[],
        created_at=record.at,
        **row,
    )


def _close(
    session: Session, record: Record, consent: Consent, state: ConsentStatus, closed: ConsentStatus
) -> dict[str, Any]:
    """Close what is not signed yet as `closed`; leave it as it is where it is closed like that already."""
    if state in UNSIGNED:
        consent.status, consent.closed_at, consent.closed_by = closed, record.at, record.actor.user_id
        of_consents.closed(session, record, consent)
        of_signatures.closed(session, record, consent)
    elif state is ConsentStatus.ACTIVE:
        raise Conflict("This consent is signed: revoke it instead.")
    elif state is not closed:
        raise Conflict(f"This is {state.value} already.")
    act = "decline-consent" if closed is ConsentStatus.DECLINED else "withdraw-consent"
    return changed(session, record, act, consent)
