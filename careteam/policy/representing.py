"""What a representation covers: by default, at most, and of what somebody wants to sign or say no to.

The rules are those of `domain.md`, "Representations".
"""

from collections.abc import Mapping
from uuid import UUID

from careteam.policy.facts import Consent, Limit, Representation
from careteam.policy.scope import Represented, Scope, covers_holder
from careteam.policy.vocabulary import (
    SHAREABLE_CLASSES,
    SPECIAL_CLASSES,
    ConsentKind,
    ItemClass,
    Label,
    RepresentationBasis,
)

KEPT_CLASSES = frozenset({ItemClass.QUESTION})
KEPT_LABELS = frozenset({Label.SUBSTANCE_USE, Label.SEXUAL_HEALTH, Label.GENDER_AND_REPRODUCTIVE})
"""What is left out unless somebody chooses it. For a parent nobody but the patient does."""

DEFAULT_CLASSES = SHAREABLE_CLASSES - KEPT_CLASSES
DEFAULT_LABELS = frozenset(Label) - KEPT_LABELS

Faults = Mapping[str, str]
"""What keeps a representation from being added: a sentence for each field."""


def faults(
    basis: RepresentationBasis,
    classes: frozenset[ItemClass],
    labels: frozenset[Label],
    *,
    minor: bool,
    by_patient: bool,
) -> Faults:
    """Return what is wrong with a representation of this basis and width for this patient; empty when nothing is."""
    parent = basis is RepresentationBasis.PARENT
    found: dict[str, str] = {}
    if parent and not minor:
        found["basis"] = "Nobody is the parent of an adult here: choose guardian or power_of_attorney."
    if minor and basis is RepresentationBasis.POWER_OF_ATTORNEY:
        found["basis"] = "A minor gives no power of attorney: choose parent or guardian."
    if classes & SPECIAL_CLASSES:
        found["classes"] = "Special notes are never opened to a representation: leave them out."
    elif parent and not by_patient and classes & KEPT_CLASSES:
        found["classes"] = f"Only the patient opens these to a parent: {_words(classes & KEPT_CLASSES)}."
    if parent and not by_patient and labels & KEPT_LABELS:
        found["labels"] = f"Only the patient opens these to a parent: {_words(labels & KEPT_LABELS)}."
    return found


def covers(by: Representation, consent: Consent) -> bool:
    """Say whether a document is no wider than the representation: nobody signs away more than they act in."""
    inside = consent.classes <= by.classes and consent.labels <= by.labels
    return consent.kind is ConsentKind.SHARING and inside


def covers_limit(by: Representation, limit: Limit) -> bool:
    """Say whether a restriction is about nothing but what the representation covers."""
    every_class = by.classes >= SHAREABLE_CLASSES
    named = every_class if limit.item_class is None else limit.item_class in by.classes
    return named and (limit.label is None or limit.label in by.labels)


def reads_section(scope: Scope, holder_id: UUID | None, item_class: ItemClass) -> bool:
    """Say whether a representation reads this class of this holder's items, and no restriction covers all of it.

    As with what is shared, limits on single items and labels do not count (`scope.sections`).
    """
    return any(
        isinstance(permit, Represented)
        and item_class in permit.classes
        and not any(_whole(limit, holder_id, item_class) for limit in permit.less)
        for permit in scope.permits
    )


def _whole(limit: Limit, holder_id: UUID | None, item_class: ItemClass) -> bool:
    about_all = limit.item_id is None and limit.label is None and limit.item_class in (None, item_class)
    return about_all and covers_holder(limit, holder_id)


def _words(words: frozenset[ItemClass] | frozenset[Label]) -> str:
    return ", ".join(sorted(word.value for word in words))
