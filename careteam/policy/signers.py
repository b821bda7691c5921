"""Whose signatures a consent needs: a minor does not sign alone (`domain.md`, "Representations").

The default is the patient and a parent. A practice may set its own rule, with its citation; no state's rule is here.
"""

from calendar import isleap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from careteam.policy.grounds import majority
from careteam.policy.vocabulary import MinorSigners, RepresentationBasis, Signer

BOTH = frozenset({Signer.PATIENT, Signer.PARENT})
ASKED: Mapping[MinorSigners, frozenset[Signer]] = {
    MinorSigners.PATIENT_AND_PARENT: BOTH,
    MinorSigners.PATIENT: frozenset({Signer.PATIENT}),
    MinorSigners.PARENT: frozenset({Signer.PARENT}),
}
SIGN_AS_PARENT = frozenset({RepresentationBasis.PARENT, RepresentationBasis.GUARDIAN})
"""Whose signature is a parent's where one is needed."""


@dataclass(frozen=True, slots=True)
class MinorRule:
    """A practice's own rule: whose signatures, for minors of at least `from_age` years."""

    signers: MinorSigners
    from_age: int


def age(born: date, zone: tzinfo, at: datetime) -> int:
    """Return the completed years where the patient lives.

    Who was born on 29 February grows older on 28 February in a year without one.
    """
    today = at.astimezone(zone).date()
    years = today.year - born.year
    return years if _birthday(born, today.year) <= today else years - 1


def is_minor(born: date | None, zone: tzinfo, at: datetime) -> bool:
    """Say whether somebody has not come of age. Of somebody without a birth date nobody knows it: no."""
    return born is not None and at < majority(born, zone)


def _birthday(born: date, year: int) -> date:
    leap_day = (born.month, born.day) == (2, 29)
    return born.replace(year=year, day=28 if leap_day and not isleap(year) else born.day)


def needed(years: int, *, has_account: bool, rules: Iterable[MinorRule | None]) -> frozenset[Signer]:
    """Return whose signatures a consent of a minor of this age needs: whatever each practice asks for.

    `rules` are those of the practices that treat the patient, None for one that has none of its own. Where the
    minor has no account, a parent signs alone what both would; what a practice's rule leaves to the minor waits.
    """
    asked = [BOTH if rule is None or years < rule.from_age else ASKED[rule.signers] for rule in rules]
    whole = frozenset[Signer]().union(*asked) or BOTH
    return frozenset({Signer.PARENT}) if whole == BOTH and not has_account else whole
