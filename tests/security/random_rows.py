"""The rows behind the items of a random world: notes, entries of every list, questions, reconciliations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from random import Random
from typing import Any
from uuid import UUID

from careteam import models
from careteam.models.types import new_id
from careteam.policy.vocabulary import (
    AllergyKind,
    AllergyScope,
    AllergyStatus,
    ConditionStatus,
    ItemClass,
    MedicationChange,
    MedicationSource,
    NoteStatus,
    PairState,
    ReconciliationDecision,
)
from careteam.vault import seal
from tests.access import stored
from tests.policy.cast import BO, PATIENT, PAUL, STRANGER, TESS
from tests.policy.matching import ItemFact
from tests.world import World

NOTES = frozenset({ItemClass.PROGRESS_NOTE, ItemClass.PSYCHOTHERAPY_NOTE})
RECONCILIATIONS = "medication-reconciliations"
KINDS = ("notes", "medications", "allergies", "conditions", "questions", RECONCILIATIONS)
"""What an item is in addresses."""
RECORD_TYPES = dict(
    zip(KINDS, ("note", "medication", "allergy", "condition", "question", "reconciliation"), strict=True)
)
CLINICIANS = (TESS, PAUL, BO, STRANGER)
DRUGS = ("Sertraline", "Zoloft", "Lithium carbonate", "Lamotrigine", "Melatonin")
SUBSTANCES = ("Penicillin V", "Sertraline", "Peanut")


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a reconciliation, and the entries that it names."""

    id: UUID
    entries: tuple[UUID, ...]


def filed(rng: Random, items: Iterable[ItemFact]) -> dict[UUID, tuple[str, ItemFact]]:
    """Return each item with its kind; messages become allergies, conditions and questions."""
    found = {}
    for item in items:
        kind = _kind(rng, item)
        found[item.id] = (kind, _as(kind, item))
    return found


def _as(kind: str, item: ItemFact) -> ItemFact:
    if kind == RECONCILIATIONS:
        return replace(item, author_id=item.holder_id, draft=False, awaits_review=False)
    if kind in {"allergies", "conditions"}:
        of = ItemClass.ALLERGY if kind == "allergies" else ItemClass.CONDITION
        return replace(item, item_class=of, draft=False)
    if kind == "questions":
        return replace(item, item_class=ItemClass.QUESTION, holder_id=None, draft=False)
    return item


def _kind(rng: Random, item: ItemFact) -> str:
    if item.item_class in NOTES:
        return "notes"
    if item.item_class is ItemClass.MEDICATION:
        return RECONCILIATIONS if item.holder_id and rng.random() < 0.3 else "medications"
    return rng.choice(("allergies", "conditions", "questions", "questions"))


def decisions(rng: Random, kinds: Mapping[UUID, str]) -> dict[UUID, list[Decided]]:
    """Return what each reconciliation decides: once or twice, about one entry or two."""
    entries = sorted(i for i, kind in kinds.items() if kind == "medications")
    signed = sorted(i for i, kind in kinds.items() if kind == RECONCILIATIONS)
    return {
        i: [Decided(new_id(), tuple(rng.sample(entries, rng.choice((1, 2))))) for _ in range(rng.choice((1, 2)))]
        for i in signed
        if len(entries) > 1
    }


def coverings(rng: Random, kinds: Mapping[UUID, str]) -> dict[UUID, AllergyScope | None]:
    """Return of each allergy entry what it says no allergy is known of; None where it is an allergy."""
    choices = (None, None, AllergyScope.EVERYTHING, AllergyScope.MEDICATION, AllergyScope.OTHER)
    return {i: rng.choice(choices) for i, kind in sorted(kinds.items()) if kind == "allergies"}


def rows(
    world: World,
    rng: Random,
    items: Sequence[ItemFact],
    kinds: Mapping[UUID, str],
    *,
    decided: Mapping[UUID, Sequence[Decided]],
    covers: Mapping[UUID, AllergyScope | None],
) -> dict[Any, list[dict[str, Any]]]:
    """Return all rows of these items by table, in an order in which they can be written."""
    made: dict[Any, list[dict[str, Any]]] = {models.Item: [_item(i, kinds[i.id]) for i in items]}
    by_kind = {kind: [i for i in items if kinds[i.id] == kind] for kind in KINDS}
    made[models.Note] = [_note(world, i) for i in by_kind["notes"]]
    made[models.Medication] = [_medication(rng, i) for i in by_kind["medications"]]
    made[models.MedicationEvent] = [_start(i) for i in by_kind["medications"]]
    made[models.Allergy] = list(_allergies(world, rng, by_kind["allergies"], covers))
    made[models.Condition] = [_condition(world, i) for i in by_kind["conditions"]]
    made[models.Question] = [_question(world, i) for i in by_kind["questions"]]
    made[models.Direction] = [row for i in items for row in directions(rng, i)]
    made[models.Reconciliation] = [_reconciliation(i) for i in by_kind[RECONCILIATIONS]]
    made[models.DifferenceDecision] = [
        _decision(rng, i, n, d) for i, ds in decided.items() for n, d in enumerate(ds, 1)
    ]
    made[models.DecidedEntry] = [_entry(d, e) for ds in decided.values() for d in ds for e in d.entries]
    return made


def _item(i: ItemFact, kind: str) -> dict[str, Any]:
    return {**stored.item(i), "record_type": RECORD_TYPES[kind]}


def _note(world: World, i: ItemFact) -> dict[str, Any]:
    status = NoteStatus.DRAFT if i.draft else NoteStatus.SIGNED
    sealed = {c.key: seal(world.session, c, i.id, "words") for c in (models.Note.title, models.Note.body)}
    return {"id": i.id, "status": status, **sealed}


def _medication(rng: Random, i: ItemFact) -> dict[str, Any]:
    prescribed = i.holder_id is not None
    source = MedicationSource.PRESCRIBER if prescribed else MedicationSource.PATIENT
    return {**stored.medication(i), "source": source, "prescribed": prescribed, "drug_name": rng.choice(DRUGS)}


def _start(i: ItemFact) -> dict[str, Any]:
    return {
        "id": new_id(),
        "medication_id": i.id,
        "position": 1,
        "kind": MedicationChange.START,
        "effective_on": i.date,
        "author_id": i.author_id,
        "outside_author": None if i.author_id else "Dr. Elsewhere",
        "created_at": stored.THEN,
    }


def _allergies(
    world: World, rng: Random, items: Sequence[ItemFact], scopes: Mapping[UUID, AllergyScope | None]
) -> Iterable[dict[str, Any]]:
    """Allergies, and statements that none is known, of which some no longer stand."""
    for n, i in enumerate(items):
        covers = scopes[i.id]
        words = rng.choice(SUBSTANCES) if covers in {None, AllergyScope.OTHER} else None
        before = [other.id for other in items[:n] if other.holder_id == i.holder_id]
        yield {
            "id": i.id,
            "kind": AllergyKind.NO_KNOWN_ALLERGIES if covers else AllergyKind.ALLERGY,
            "covers": covers,
            "substance": seal(world.session, models.Allergy.substance, i.id, words),
            "category": [],
            "clinical_status": AllergyStatus.ACTIVE,
            "signed_at": stored.THEN if covers else None,
            "superseded_by_id": before[-1] if covers and before and rng.random() < 0.5 else None,
        }


def _condition(world: World, i: ItemFact) -> dict[str, Any]:
    sealed = seal(world.session, models.Condition.name, i.id, "Insomnia")
    return {"id": i.id, "name": sealed, "clinical_status": ConditionStatus.ACTIVE}


def is_carried_over(i: ItemFact) -> bool:
    """Say whether the question was carried over before."""
    return i.id.int % 2 == 1


def _question(world: World, i: ItemFact) -> dict[str, Any]:
    sealed = seal(world.session, models.Question.text, i.id, "Why?")
    return {"id": i.id, "text": sealed, "carried_over": int(is_carried_over(i))}


def directions(rng: Random, i: ItemFact) -> Iterator[dict[str, Any]]:
    """To whom it was sent, some of them twice; and to others, from whom it was taken back."""
    for user_id in (*sorted(i.sent_to), *CLINICIANS):
        taken_back = None if user_id in i.sent_to else stored.THEN
        if user_id in i.sent_to or rng.random() < 0.5:
            by = {"sent_by": PATIENT, "sent_at": stored.THEN, "revoked_at": taken_back}
            yield {"id": new_id(), "item_id": i.id, "user_id": user_id, **by}


def _reconciliation(i: ItemFact) -> dict[str, Any]:
    return {"id": i.id, "signature_name": "-", "signed_at": datetime.combine(i.date, time(12), UTC)}


def _decision(rng: Random, reconciliation_id: UUID, position: int, decided: Decided) -> dict[str, Any]:
    return {
        "id": decided.id,
        "reconciliation_id": reconciliation_id,
        "position": position,
        "state": rng.choice(sorted(set(PairState) - {PairState.AGREE})),
        "decision": rng.choice(sorted(ReconciliationDecision)),
    }


def _entry(decided: Decided, medication_id: UUID) -> dict[str, Any]:
    return {"decision_id": decided.id, "medication_id": medication_id, "version": 1, "changes": 1}
