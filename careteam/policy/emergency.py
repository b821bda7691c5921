"""The rules of emergency access (42 CFR 2.51), apart from what it opens (`careteam.policy.sharing`, rule 8)."""

from datetime import UTC, datetime, timedelta
from unicodedata import category, normalize
from uuid import UUID

from careteam.policy.facts import Membership, Reader, Team
from careteam.policy.team import current
from careteam.policy.vocabulary import MembershipKind, ReviewOutcome, Role

MEDICAL_PERSONNEL = frozenset({Role.PRESCRIBER})
"""Who may open emergency access. 42 CFR 2.51(a) says "medical personnel": of the two clinical roles, those who act on a
medical emergency with treatment of the body. A psychiatrist who is a therapist here holds a second membership."""

LASTS = timedelta(minutes=60)
REVIEW_WORKING_DAYS = 3
"""By when a privacy officer reviews it. The law sets no time; this is that of every other answer here."""

FINAL = frozenset({ReviewOutcome.JUSTIFIED, ReviewOutcome.NOT_JUSTIFIED})
"""The outcomes that close a review."""

DOES_NOT_OPEN = (
    "What the patient keeps from you even in an emergency. Whether there is anything is not said.",
    "Psychotherapy notes and counseling notes about substance use.",
    "Drafts of others, and every class that you did not choose.",
)
"""What a session never opens, told whether there is any of it or not."""

FEWEST_WORDS, FEWEST_SIGNS = 4, 8


def says_something(text: str) -> bool:
    """Say whether a text is at least a short sentence: some different words, each with letters.

    In a script without capitals, of which some write no space between words, as many different signs do as well.
    """
    words = {word for word in _letters(text).split() if any(c.isalpha() for c in word)}
    return len(words) >= FEWEST_WORDS or len({c for c in text if category(c) == "Lo"}) >= FEWEST_SIGNS


def same_words(one: str, other: str) -> bool:
    """Say whether two texts are the same but for case, space and punctuation."""
    return _letters(one).split() == _letters(other).split()


def medical_place(reader: Reader, team: Team, at: datetime) -> Membership | None:
    """Return the current, verified membership in which this reader is medical personnel; None where there is none.

    A treating one before a covering one, then the earliest.
    """
    mine = [
        m
        for m in team.memberships
        if m.user_id == reader.user_id
        and m.role in MEDICAL_PERSONNEL
        and current(m, at)
        and reader.verified_for(m)
        and not reader.disabled
    ]
    return min(mine, key=_first, default=None)


def vouching_practice(reader: Reader, place: Membership) -> UUID:
    """Return the practice of a membership; where it names none, the first of those that verify its role.

    The reader must be verified for the membership.
    """
    return place.practice_id or min(
        v.practice_id for v in reader.verifications if v.role is place.role and v.practice_id
    )


def _first(membership: Membership) -> tuple[bool, datetime]:
    began = membership.accepted_at or datetime.min.replace(tzinfo=UTC)
    return membership.kind is MembershipKind.COVERING, began


def _letters(text: str) -> str:
    folded = normalize("NFKC", text).casefold()
    return "".join(c if category(c)[0] in "LNM" else " " for c in folded)
