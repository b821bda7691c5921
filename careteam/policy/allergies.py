"""When "no known allergies" and a recorded allergy contradict each other (`domain.md`, "Items").

Computed over what one viewer may read; of one holder the newer statement ends the older one.
"""

from dataclasses import dataclass

from careteam.policy.drug_names import normal, read
from careteam.policy.vocabulary import AllergyCategory, AllergyScope, AllergyStatus, AllergyVerification


@dataclass(frozen=True, slots=True)
class Statement:
    """That no allergy is known; `words` name what is covered where `covers` is `other`."""

    covers: AllergyScope
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """Of an allergy, what decides whether a statement still agrees with it."""

    substance: str
    category: frozenset[AllergyCategory] = frozenset()


def is_active(status: AllergyStatus | None, verification: AllergyVerification | None) -> bool:
    """Say whether an allergy counts today. What a source leaves open counts: a danger must not vanish."""
    refuted = verification in {AllergyVerification.REFUTED, AllergyVerification.ENTERED_IN_ERROR}
    return status in {None, AllergyStatus.ACTIVE} and not refuted


def contradicts(statement: Statement, allergy: Stated) -> bool:
    """Say whether an active allergy is something that the statement says is not known.

    An allergy without a category may be of any, so it contradicts whatever covers a category.
    """
    match statement.covers:
        case AllergyScope.EVERYTHING:
            return True
        case AllergyScope.OTHER:
            return bool(_names(statement.words or "") & _names(allergy.substance))
        case covered:
            return not allergy.category or AllergyCategory(covered) in allergy.category


def renews(new: Statement, old: Statement) -> bool:
    """Say whether a new statement takes the place of an older one by the same holder."""
    if AllergyScope.OTHER in {new.covers, old.covers}:
        return new.covers is old.covers and _names(new.words or "") == _names(old.words or "")
    return new.covers in {old.covers, AllergyScope.EVERYTHING}


def _names(words: str) -> frozenset[str]:
    """Return what a substance is called: whole, and each ingredient that a drug's name states, without its strength."""
    return frozenset({normal(words), *(part.name for part in read(words).parts)})
