"""Taking one consent back, whole or in part. It needs no reason and no password, and bites at commit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotFound
from careteam.facts import consent_fact, discloser_text
from careteam.models import Consent, Revocation
from careteam.policy.narrowing import Part, covers
from careteam.policy.vocabulary import ConsentStatus, Power
from careteam.services.consents.documents import recipient_text
from careteam.services.consents.reading import find, sees
from careteam.services.consents.receipts import receipt_of
from careteam.services.consents.revocations import Act, act_of, carry_out
from careteam.services.consents.states import state_of
from careteam.services.consents.views import granted
from careteam.services.log import access_log
from careteam.services.notices import of_consents
from careteam.services.record.records import Record, open_record, open_to_write

_NOT_SIGNED = {
    ConsentStatus.DRAFT: "This is your own draft and opens nothing: withdraw it.",
    ConsentStatus.REQUESTED: "This is not signed and opens nothing: decline it.",
    ConsentStatus.EXPIRED: "This consent has ended already and opens nothing.",
    ConsentStatus.SUPERSEDED: "Another consent took the place of this one, which opens nothing: revoke that one.",
}


def revoke(
    session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime, **words: Any
) -> dict[str, Any]:
    """Revoke a signed consent and return the receipt; doing it again returns the same receipt.

    `words` are `given`, `reason`, and at most one of `item_class`, `recipient`, `discloser`, which says what part is
    taken back; none means the whole. What was narrowed before is followed to what is left of it. A current
    member who may know of the consent records what the patient said or wrote. Raises NotFound, NotPermitted,
    Conflict, Invalid.
    """
    record, act, consent, done = meant(session, actor, patient_id, consent_id, at=at, **words)
    if done is None:
        done = carry_out(session, act, record.team, [consent])[0]
        of_consents.recorded(session, actor, record.team, consent.id, at=at)
    own = record.speaks(Power.SIGN)
    word = "revoke-consent" if own else "record-revocation"
    access_log.changed(session, record.actor, patient_id, word, target=consent.id, at=at)
    return receipt_of(session, actor, consent, done, to_patient=own)


def meant(
    session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime, **words: Any
) -> tuple[Record, Act, Consent, Revocation | None]:
    """Return the record, the act that the words describe, the consent that it reaches, and the revocation if it is
    done already. Changes nothing; raises as `revoke`.
    """
    record = open_to_write(session, actor, patient_id, power=Power.SIGN, at=at)
    own = record.speaks(Power.SIGN)
    revocations = _revocations(session, patient_id)
    first = _find(session, record, consent_id, revocations)
    act = act_of(record.actor, by_patient=own, at=at, **words)
    consent, done = _follow(session, first, act.part, revocations)
    if not own:
        _check_recorder(record, first, consent, act.part, done)
    if done is None:
        _check_revocable(record, consent, act.part)
    return record, act, consent, done


def receipt(
    session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, act: str = "read-revocation", at: datetime
) -> dict[str, Any]:
    """Return the receipt of a revocation to the patient, logged as this act. Raises NotFound."""
    record = open_record(session, actor, patient_id, at=at)
    consent = find(session, record, consent_id)
    done = _revocations(session, patient_id).get(consent.id)
    if done is None or not record.speaks(Power.SIGN):
        raise NotFound
    access_log.disclosed(session, record.actor, patient_id, act, [], at=at)
    return receipt_of(session, actor, consent, done, to_patient=True)


def _revocations(session: Session, patient_id: UUID) -> Mapping[UUID, Revocation]:
    found = session.scalars(select(Revocation).where(Revocation.patient_id == patient_id))
    return {revocation.consent_id: revocation for revocation in found}


def _find(session: Session, record: Record, consent_id: UUID, revocations: Mapping[UUID, Revocation]) -> Consent:
    """Return a consent that the actor may know of, or whose revocation they recorded. Raises NotFound."""
    consent = session.get(Consent, consent_id)
    if consent is None or consent.patient_id != record.patient_id:
        raise NotFound
    done = revocations.get(consent_id)
    recorded = done is not None and done.recorded_by == record.actor.user_id
    if not (recorded or sees(record, consent)):
        raise NotFound
    return consent


def _check_recorder(record: Record, first: Consent, consent: Consent, part: Part, done: Revocation | None) -> None:
    """A clinician knows neither recipients nor exceptions, and must not learn them from what can be taken back.

    Nor do they reach, through a consent that they know of, what is left of it and no longer concerns them.
    """
    theirs = done is not None and done.recorded_by == record.actor.user_id
    reached = consent is first or theirs or sees(record, consent)
    named = part.item_class is not None and (done is not None or granted(record, consent))
    if not (reached and (part.whole or named)):
        raise Invalid("Record this with POST /api/v1/patients/{patient_id}/revocations, which needs no consent's id.")


def _follow(
    session: Session, consent: Consent, part: Part, revocations: Mapping[UUID, Revocation]
) -> tuple[Consent, Revocation | None]:
    """Go from a narrowed consent to what is left of it, as far as this part was not taken back yet."""
    here, done = consent.id, revocations.get(consent.id)
    while done is not None and done.successor_id is not None and not _same(done, part):
        here, done = done.successor_id, revocations.get(done.successor_id)
    return session.get_one(Consent, here), done


def _same(done: Revocation, part: Part) -> bool:
    words = (
        part.item_class,
        part.recipient and recipient_text(part.recipient),
        part.discloser and discloser_text(part.discloser),
    )
    return (done.item_class, done.recipient, done.discloser) == words


def _check_revocable(record: Record, consent: Consent, part: Part) -> None:
    state = state_of(consent, record.at)
    if state is not ConsentStatus.ACTIVE:
        raise Conflict(_NOT_SIGNED.get(state, f"This is {state.value} and opens nothing."))
    if not covers(consent_fact(consent), part, record.team, at=record.at):
        raise Invalid("This consent does not cover what you want to take back: see what it lists.")
