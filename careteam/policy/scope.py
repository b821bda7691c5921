"""The decision as data: what one reader may read of one patient's record, and why.

A scope is a tuple of permits, tried in order; an item that no permit covers is absent. Everything that
is rule (in force, revoked, role resolution, default deny) is spent while the scope is built, so whoever
renders it only compares an item's columns with a permit's fields.
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from careteam.policy.facts import Limit
from careteam.policy.vocabulary import ItemClass, Label


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """Rule 0: the patient reads everything of theirs but others' drafts and special notes; of those, `released`."""

    released: frozenset[UUID] = frozenset()
    clause = "own_record"


@dataclass(frozen=True, slots=True)
class Represented:
    """Rule 0: a representation reads signed items of `classes`, all of whose labels are in `labels`, of every holder,
    confirmed after import, that match none of `less`; never special notes.
    """

    representation_id: UUID
    classes: frozenset[ItemClass]
    labels: frozenset[Label]
    less: tuple[Limit, ...]
    clause = "representation"


@dataclass(frozen=True, slots=True)
class Author:
    """Rule 1: who wrote an item reads it, drafts included; `former` after the membership ended."""

    user_id: UUID
    former: bool = False
    clause = "author"


@dataclass(frozen=True, slots=True)
class Holder:
    """Rule 1: who holds an item reads it unless it is somebody's draft; `former` as for the author."""

    user_id: UUID
    former: bool = False
    clause = "holder"


@dataclass(frozen=True, slots=True)
class Shared:
    """Rules 4 to 7: one consent's permit, less the restrictions on this reader.

    Covers signed items of `classes` held by `holders` (or by the patient, with `of_patient`), all of whose
    labels are in `labels`, dated within the data period (days, both ends inclusive), confirmed after
    import, that are not in `except_items` and match none of `less`.
    """

    consent_id: UUID
    classes: frozenset[ItemClass]
    labels: frozenset[Label]
    holders: frozenset[UUID]
    of_patient: bool
    data_from: date | None
    data_through: date | None
    except_items: frozenset[UUID]
    less: tuple[Limit, ...]
    clause = "consent"


@dataclass(frozen=True, slots=True)
class Directed:
    """Rules 4 to 7: what the patient sent to this reader, item by item, less the restrictions on this reader.

    Covers items that the patient holds, whatever their class, labels and date; never special notes.
    """

    user_id: UUID
    less: tuple[Limit, ...]
    clause = "directed"


@dataclass(frozen=True, slots=True)
class Released:
    """Rule 3: special notes of one class that their authors released to this reader, under a consent of that kind.

    What the consent says besides (labels, data period, exceptions) narrows it as it narrows any other.
    """

    consent_id: UUID
    item_class: ItemClass
    labels: frozenset[Label]
    authors: frozenset[UUID]
    items: frozenset[UUID]
    data_from: date | None
    data_through: date | None
    less: tuple[Limit, ...]
    clause = "release"


@dataclass(frozen=True, slots=True)
class Emergency:
    """Rule 8: an emergency session reads signed items of `classes`, whoever holds them and whatever their labels,
    that match none of `less`: restrictions that hold in an emergency too. Never special notes.
    """

    session_id: UUID
    classes: frozenset[ItemClass]
    less: tuple[Limit, ...]
    clause = "emergency"


Permit = OwnRecord | Represented | Author | Holder | Shared | Directed | Released | Emergency


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reader may read of one patient's record. No permits: nothing."""

    patient_id: UUID
    permits: tuple[Permit, ...] = ()

    @property
    def former(self) -> bool:
        """True when the reader keeps only what they wrote or hold, after leaving the team."""
        return any(isinstance(p, Author) and p.former for p in self.permits)


def sections(scope: Scope, holder_id: UUID | None) -> frozenset[ItemClass]:
    """Return the classes of this holder's items that are shared with the reader.

    Shared means: a consent in force reaches that holder and class, and no restriction covers all of it.
    Limits on single items and labels are never shown (`domain.md`, "What a refusal shows").
    """
    return frozenset(
        item_class
        for permit in scope.permits
        if isinstance(permit, Shared) and reaches(permit, holder_id)
        for item_class in permit.classes
        if not any(_covers_section(limit, item_class, holder_id) for limit in permit.less)
    )


def opening(scope: Scope, holder_id: UUID | None, item_class: ItemClass) -> tuple[Shared, ...]:
    """Return the permits by which this section is shared: each would share it without the others."""
    return tuple(
        permit
        for permit in scope.permits
        if isinstance(permit, Shared) and item_class in sections(replace(scope, permits=(permit,)), holder_id)
    )


def opened_labels(permit: Shared, holder_id: UUID | None, item_class: ItemClass) -> frozenset[Label]:
    """Return the labels of this section's items that the permit opens: those that it lists less those restricted."""
    bare = [replace(limit, label=None) for limit in permit.less]
    return frozenset(
        label
        for label in permit.labels
        if not any(
            limit.label is label and _covers_section(unlabelled, item_class, holder_id)
            for limit, unlabelled in zip(permit.less, bare, strict=True)
        )
    )


def reaches(permit: Shared, holder_id: UUID | None) -> bool:
    """Say whether the permit is about this holder's items."""
    return permit.of_patient if holder_id is None else holder_id in permit.holders


def _covers_section(limit: Limit, item_class: ItemClass, holder_id: UUID | None) -> bool:
    if limit.item_id or limit.label:
        return False
    return limit.item_class in (None, item_class) and covers_holder(limit, holder_id)


def covers_holder(limit: Limit, holder_id: UUID | None) -> bool:
    """Say whether the limit is about this holder (or about all of them)."""
    if limit.of_patient:
        return holder_id is None
    return limit.holder_id is None or limit.holder_id == holder_id
