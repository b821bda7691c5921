"""The patient opens more to who acts for them, or less: the representation ends, and its successor begins at once.

So what stood before is known, and whatever was decided by it can be explained by it. Restrictions that name it go on
against its successor.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted, Stale
from careteam.models import Representation, Restriction
from careteam.models.types import new_id
from careteam.policy.representing import KEPT_CLASSES, KEPT_LABELS, faults
from careteam.policy.vocabulary import (
    ItemClass,
    Label,
    NoticeKind,
    RepresentationBasis,
    RepresentationEnd,
    RepresentationState,
)
from careteam.services.log import access_log
from careteam.services.notices.telling import tell
from careteam.services.record.records import Record, open_record
from careteam.services.representations.attesting import Attestation, unsealed
from careteam.services.representations.authority import of_minor
from careteam.services.representations.reading import find, shown, state_now
from careteam.vault import seal, unseal


def change(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    representation_id: UUID,
    *,
    version: int,
    classes: Collection[ItemClass] | None = None,
    labels: Collection[Label] | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Change which classes and labels a representation covers, and return its successor. For the patient.

    An adult does for all but a guardian's; a minor for a parent's, and only what is kept from parents unless the
    patient opens it. Raises NotFound, NotPermitted, Conflict unless it stands, Stale, Invalid.
    """
    record = open_record(session, actor, patient_id, at=at)
    old = find(session, record, representation_id)
    if not record.is_patient:
        raise NotPermitted("Only the patient changes what a representation covers.")
    if state_now(session, record, old) not in {RepresentationState.STANDING, RepresentationState.UPCOMING}:
        raise Conflict("This representation does not stand, so that there is nothing to change.")
    if old.version != version:
        raise Stale
    wanted = frozenset(map(ItemClass, old.classes)) if classes is None else frozenset(classes)
    open_labels = old.labels if labels is None else frozenset(labels)
    _check(record, old, wanted, open_labels)
    made = _successor(session, old, wanted, open_labels, at=at)
    _carry_restrictions(session, record, old, made)
    told = [made.user_id]
    tell(session, told, NoticeKind.REPRESENTATION_ADDED, patient_id=patient_id, target=made.id, at=at)
    access_log.changed(session, record.actor, patient_id, "change-representation", target=made.id, at=at)
    return shown(session, record, made.id)


def _check(record: Record, old: Representation, classes: frozenset[ItemClass], labels: frozenset[Label]) -> None:
    minor = of_minor(record)
    if old.basis is RepresentationBasis.GUARDIAN and old.patient_agreed_at is None:
        raise NotPermitted("A guardian's is what the court ordered: a clinician records another order.")
    moved = (classes ^ frozenset(map(ItemClass, old.classes))) - KEPT_CLASSES, (labels ^ old.labels) - KEPT_LABELS
    if minor and any(moved):
        raise NotPermitted("Until you come of age you open, or close again, what is kept from parents otherwise.")
    wrong = faults(old.basis, classes, labels, minor=minor, by_patient=True)
    if wrong:
        raise Invalid(next(iter(wrong.values())), {field: [said] for field, said in wrong.items()})


_KEPT = (
    "patient_id",
    "user_id",
    "basis",
    "powers",
    "valid_until",
    "created_by",
    "patient_agreed_at",
    "attested_at",
    "attested_by",
)


def _successor(
    session: Session, old: Representation, classes: frozenset[ItemClass], labels: frozenset[Label], *, at: datetime
) -> Representation:
    made = Representation(
        id=new_id(),
        classes=sorted(classes),
        labels=labels,
        valid_from=max(old.valid_from, at),
        created_at=at,
        accepted_at=at,
        succeeds_id=old.id,
        **{name: getattr(old, name) for name in _KEPT},
    )
    seen = unsealed(session, Representation.attested_document, old.id, old.attested_document)
    if seen is not None:
        made.attested_document = Attestation(**seen).sealed(session, Representation.attested_document, made.id)
    old.ended_at, old.end_basis = at, RepresentationEnd.CHANGED
    session.flush()
    session.add(made)
    session.flush()
    return made


def _carry_restrictions(session: Session, record: Record, old: Representation, made: Representation) -> None:
    """Let the restrictions that name the old one stand against the new one."""
    query = select(Restriction).where(Restriction.against_representation_id == old.id, Restriction.lifted_at.is_(None))
    for one in session.scalars(query).all():
        again = new_id()
        note = seal(session, Restriction.note, again, unseal(session, Restriction.note, one.id, one.note))
        kept = {name: getattr(one, name) for name in _LIMIT}
        by = {"created_by": record.actor.user_id, "created_at": record.at}
        against = {"against_representation_id": made.id}
        session.add(Restriction(id=again, patient_id=one.patient_id, note=note, **kept, **by, **against))
        one.lifted_at, one.lifted_by = record.at, record.actor.user_id
    session.flush()


_LIMIT = ("item_class", "label", "holder", "item_id", "emergency")
