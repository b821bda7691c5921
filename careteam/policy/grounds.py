"""What opens a record besides memberships and consents: representations, emergency sessions, released special notes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from uuid import UUID

from careteam.policy.facts import (
    EmergencySession,
    Grounds,
    Membership,
    Reader,
    Release,
    Representation,
    Restriction,
    Team,
)
from careteam.policy.scope import Author, Permit, Represented
from careteam.policy.team import places_now
from careteam.policy.vocabulary import SHAREABLE_CLASSES, Power

MAJORITY = 18
"""Years. A state in which it comes later is a guardian's matter: no state rules are shipped."""


def acting(reader: Reader, grounds: Grounds, at: datetime) -> list[Representation]:
    """Return the representations by which this person acts for the patient now (`domain.md`, "Representations")."""
    return [
        r for r in sorted(grounds.representations, key=lambda r: r.id) if r.user_id == reader.user_id and stands(r, at)
    ]


def stands(representation: Representation, at: datetime) -> bool:
    """Say whether a representation is agreed to, not ended, and within its period (end exclusive)."""
    until = representation.valid_until
    return (
        representation.agreed
        and not representation.ended
        and representation.valid_from <= at
        and (until is None or at < until)
    )


def open_emergencies(reader: Reader, team: Team, grounds: Grounds, at: datetime) -> list[EmergencySession]:
    """Return the emergency sessions of this member that are open, in a role that they have had ever since.

    A place in the team that began after the session does not take it up again: the role in which it was opened ended.
    """
    places = places_now(reader, team, at)
    mine = (e for e in grounds.emergencies if e.user_id == reader.user_id and not e.ended)
    still = (e for e in mine if e.valid_from <= at < e.valid_until and any(_since(m, e) for m in places))
    return sorted(still, key=lambda e: e.id)


def _since(membership: Membership, session: EmergencySession) -> bool:
    """Say whether this place gave the role of the session when it was opened; an unknown time is long ago."""
    began = [moment for moment in (membership.accepted_at, membership.valid_from) if moment is not None]
    return membership.role is session.role and all(moment <= session.valid_from for moment in began)


def represented(representations: Iterable[Representation], restrictions: Iterable[Restriction]) -> list[Permit]:
    """Return what somebody reads by these representations: what those with the power to read cover, and what they
    reported themselves, as long as one stands.
    """
    standing = sorted((r for r in restrictions if not r.lifted), key=lambda r: r.id)
    found: list[Permit] = []
    author: set[Permit] = set()
    for representation in representations:
        author.add(Author(representation.user_id))
        if Power.READ in representation.powers:
            less = tuple(r.limit for r in standing if _stops_representation(r, representation))
            classes = representation.classes & SHAREABLE_CLASSES
            found.append(Represented(representation.id, classes, representation.labels, less))
    return [*found, *author]


def _stops_representation(restriction: Restriction, representation: Representation) -> bool:
    against = restriction.against
    if against.role is not None or against.user_id is not None:
        return False
    return against.representation_id in (None, representation.id)


def majority(born: date, zone: tzinfo) -> datetime:
    """Return when somebody comes of age: the beginning of their 18th birthday where they live.

    Who was born on 29 February does on 28 February, so that nobody acts for an adult.
    """
    leap_day = (born.month, born.day) == (2, 29)
    day = born.replace(year=born.year + MAJORITY, day=28 if leap_day else born.day)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def released_to(releases: Iterable[Release], reader_id: UUID | None) -> frozenset[UUID]:
    """Return the special notes released to this reader; to the patient for None."""
    return frozenset(r.item_id for r in releases if r.reader_id == reader_id and not r.withdrawn)
