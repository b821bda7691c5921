"""What suggests labels for imported items: tags of their sources, their codes and their drugs."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import drugs, sensitive_codes
from careteam.models import ImportSource
from careteam.policy.drug_names import normal, read
from careteam.policy.label_suggestions import Clues, DrugClue, Suggestion, suggest
from careteam.policy.vocabulary import ItemClass, Label
from careteam.services.medications.drug_lookups import known_drugs
from careteam.services.record.records import Record
from careteam.services.record.subjects import RXNORM, Subject

_OF_DRUGS = frozenset({ItemClass.MEDICATION, ItemClass.ALLERGY})
"""What names a drug. Words of any other item are not searched: of notes only the tags count."""


def suggestions(
    session: Session, record: Record, found: Iterable[tuple[Any, Subject]]
) -> Mapping[UUID, tuple[Suggestion, ...]]:
    """Return for each of these gate rows (with what it is about) the labels that are suggested, and why.

    One statement, whatever their number.
    """
    tagged = _tagged(session, record.patient_id)
    codes, drugs_known = sensitive_codes.conditions(), sensitive_codes.drugs()
    return {
        row.id: suggest(clues_of(row.item_class, about, tagged.get(row.id, frozenset())), codes, drugs_known)
        for row, about in found
    }


def clues_of(item_class: ItemClass, about: Subject, tagged: frozenset[Label]) -> Clues:
    """Return what an item of this class, about this, tagged so by its source, gives to go by."""
    return Clues(tagged, about.codes, _drug(item_class, about))


def _tagged(session: Session, patient_id: UUID) -> Mapping[UUID, frozenset[Label]]:
    """Return what the sources of this record's items tag; two sources of one item tag it together."""
    query = select(ImportSource.item_id, ImportSource.suggested_labels).where(
        ImportSource.patient_id == patient_id, ImportSource.suggested_labels != frozenset()
    )
    found: dict[UUID, frozenset[Label]] = {}
    for row in session.execute(query):
        if row.item_id is not None:
            found[row.item_id] = found.get(row.item_id, frozenset()) | row.suggested_labels
    return found


def _names(words: str) -> frozenset[str]:
    """Return what a drug may be looked up by: the whole name, its ingredients, and what brands and salts stand for."""
    said = {normal(words), *(part.name for part in read(words).parts)}
    return frozenset(said).union(*(known_drugs().same_as.get(name, ()) for name in said))


def _drug(item_class: ItemClass, about: Subject) -> DrugClue | None:
    """Return the drug that an item names: whole, and by each of its ingredients as far as the name can be read."""
    if item_class not in _OF_DRUGS or about.words is None:
        return None
    names = _names(about.words)
    codes = frozenset(code for system, code in about.codes if system == RXNORM)
    known = [
        *(drugs.by_name()[name] for name in names if name in drugs.by_name()),
        *(drugs.by_rxnorm()[code] for code in codes if code in drugs.by_rxnorm()),
    ]
    return DrugClue(about.words, names, codes, frozenset(atc for drug in known for atc in drug.atc))
