"""Each act of the patient, looked at before it is done: built by the code that does it, stored by nobody.

A preview is refused like the act itself, apart from what proves who signs. Nothing is written but the log's event.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotPermitted
from careteam.facts import consent_fact, restriction_fact
from careteam.models import Consent
from careteam.policy.changes import Decided, lifted, restricted, revoked, signed
from careteam.policy.narrowing import without
from careteam.policy.vocabulary import ConsentKind, PreviewedAct, Signer
from careteam.services.consents import drafting, recording, restrictions, revoking, signatures, signing
from careteam.services.consents.revocations import Act as Revoking
from careteam.services.consents.revocations import act_of
from careteam.services.previews.comparing import Act
from careteam.services.previews.shown import Ending, answer
from careteam.services.previews.words import ALWAYS, EMERGENCY, NOT_ALONE, SPECIAL
from careteam.services.record.records import Record, open_record


def check_may_preview(record: Record) -> None:
    """Raise NotPermitted to everybody but who may sign: the preview shows titles, and everybody's limits."""
    if not record.is_patient:
        raise NotPermitted("Only the patient sees what this would do.")


def decided(record: Record) -> Decided:
    """Return all that decides who reads the record, as it is."""
    known = record.facts
    return Decided(known.team, known.consents, known.restrictions, known.grounds)


def signature(session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what signing this draft or request would do as it stands, in the version that the answer names.

    Raises as `signing.sign`, but for what proves who signs.
    """
    record, consent = signing.open_to_sign(session, actor, patient_id, consent_id, at=at)
    check_may_preview(record)
    return _signature(session, record, _copy(consent), version=consent.version)


def document(session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **words: Any) -> dict[str, Any]:
    """Return what signing a document of these words would do; it is not stored. Raises as `drafting.begin`."""
    record = open_record(session, actor, patient_id, at=at)
    check_may_preview(record)
    return _signature(session, record, drafting.compose(session, record, **words), version=None)


def revocation(
    session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime, **words: Any
) -> dict[str, Any]:
    """Return what revoking the consent, or the part that the words name, would do; nothing where it is done already.

    Raises as `revoking.revoke`.
    """
    record, act, consent, done = revoking.meant(session, actor, patient_id, consent_id, at=at, **words)
    check_may_preview(record)
    reached = [] if done else [consent]
    return _revocation(session, record, act, reached, word=PreviewedAct.REVOKE, target=consent.id)


def revocations(session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **words: Any) -> dict[str, Any]:
    """Return what taking everything back would do, or one part of every consent. Raises as the act to the patient."""
    record = open_record(session, actor, patient_id, at=at)
    check_may_preview(record)
    act = act_of(actor, by_patient=True, at=at, **words)
    reached = recording.reached(session, act, record.team, by_patient=True)
    return _revocation(session, record, act, reached, word=PreviewedAct.REVOKE_EVERYWHERE, target=None)


def restriction(session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **words: Any) -> dict[str, Any]:
    """Return what a restriction of these words would keep from whom. Raises as `restrictions.restrict`."""
    record = restrictions.open_own(session, actor, patient_id, at=at)
    check_may_preview(record)
    made = restriction_fact(restrictions.compose(session, record, **words))
    before = decided(record)
    act = Act(PreviewedAct.RESTRICT, before, restricted(before, made), at)
    return answer(session, record, act, says=[ALWAYS, EMERGENCY[made.emergency]])


def lifting(session: Session, actor: Actor, patient_id: UUID, restriction_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what would be open again without the restriction. Raises as `restrictions.lift`."""
    record = restrictions.open_own(session, actor, patient_id, at=at)
    check_may_preview(record)
    found = restrictions.find(session, record, restriction_id)
    before = decided(record)
    after = lifted(before, found.id)
    alone = tuple(r for r in before.restrictions if r.id == found.id)
    named, but = replace(after, restrictions=()), replace(after, restrictions=alone)
    act = Act(PreviewedAct.LIFT, before, after, at, named, but)
    return answer(session, record, act, target=found.id)


def _signature(session: Session, record: Record, consent: Consent, *, version: int | None) -> dict[str, Any]:
    """Return what signing this copy would do: the act's own checks, and the document as the act would leave it."""
    whose = signatures.needed(session, record)
    signatures.check_may_sign(session, record, consent, whose)
    missing = whose - signatures.counted(session, record, consent) - {Signer.PATIENT}
    with session.no_autoflush:
        old = signing.settle(session, record, consent)
    new, before = consent_fact(consent), decided(record)
    after = signed(before, new, ends=old.id if old else None)
    named = replace(after, consents=tuple(c for c in after.consents if c.id == new.id), restrictions=())
    act = Act(PreviewedAct.SIGN, before, after, new.valid_from, named)
    ends = [Ending(old.id, new.valid_from, narrowed=False)] if old else []
    says = [*([] if new.kind is ConsentKind.SHARING else [SPECIAL]), *([NOT_ALONE] if missing else [])]
    target = new.id if version else None
    return answer(session, record, act, target=target, version=version, ends=ends, says=says)


def _revocation(
    session: Session,
    record: Record,
    act: Revoking,
    consents: Collection[Consent],
    *,
    word: PreviewedAct,
    target: UUID | None,
) -> dict[str, Any]:
    before = decided(record)
    after = revoked(before, {c.id for c in consents}, act.part, at=act.at)
    left = {c.id: without(consent_fact(c), act.part, record.team, at=act.at) for c in consents}
    ends = [Ending(consent_id, act.at, narrowed=rest is not None) for consent_id, rest in left.items()]
    return answer(session, record, Act(word, before, after, act.at), target=target, ends=ends)


def _copy(consent: Consent) -> Consent:
    """Return a copy that belongs to no session, so that nothing of it is ever written."""
    return Consent(**{column.key: getattr(consent, column.key) for column in inspect(Consent).columns})
