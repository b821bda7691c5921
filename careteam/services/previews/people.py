"""Who reads the record, or may come to: each is asked about with the act and without it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.models.types import new_id
from careteam.policy.changes import Decided, joined
from careteam.policy.facts import Membership, Reader, Verification
from careteam.policy.team import roles_now, state
from careteam.policy.vocabulary import CLINICAL_ROLES, MembershipState, PreviewedReader, Role, WaitsFor
from careteam.services.record.records import Record
from careteam.services.team.readers import readers


@dataclass(frozen=True, slots=True)
class Person:
    """One reader. `joins` is the membership that they are asked about as if both sides had agreed to it."""

    reader: Reader
    name: str | None
    standing: PreviewedReader
    roles: frozenset[Role]
    joins: Membership | None = None
    waits_for: tuple[WaitsFor, ...] = ()

    def before(self, decided: Decided) -> Decided:
        """Return the facts without the act, as they are for this person."""
        return decided if self.joins is None or self.standing is PreviewedReader.JOINING else self.after(decided)

    def after(self, decided: Decided) -> Decided:
        """Return the facts with the act, as they are for this person."""
        return decided if self.joins is None else joined(decided, self.joins)

    def begins(self, at: datetime) -> datetime:
        """Return when they begin to read, at the earliest at this instant."""
        return max(at, (self.joins and self.joins.valid_from) or at)


def everybody(session: Session, record: Record, *, joining: Person | None = None) -> list[Person]:
    """Return the current members, who joins by the act, who waits to begin, and a role that nobody has.

    In one statement, whatever their number.
    """
    found = readers(session, {m.user_id for m in record.team.memberships})
    taken = {role for reader in found.values() for role in roles_now(reader, record.team, record.at)}
    return [
        *_current(record, found),
        *([joining] if joining else []),
        *_waiting(record, found, but=joining),
        *(anybody(role) for role in sorted(CLINICAL_ROLES - taken)),
    ]


def joins(
    membership: Membership, *, name: str | None, known: Reader | None, waits_for: Iterable[WaitsFor] = ()
) -> Person:
    """Return who joins by the act; `known` is as whom they are known here already."""
    return _as_member(membership, PreviewedReader.JOINING, name=name, known=known, waits_for=tuple(waits_for))


def anybody(role: Role) -> Person:
    """Return whoever may come to have a role that nobody has."""
    membership = Membership(new_id(), role)
    return replace(_as_member(membership, PreviewedReader.ANYBODY, name=None, known=None), waits_for=())


def _current(record: Record, found: Mapping[UUID, Reader]) -> Iterator[Person]:
    places: dict[UUID, set[Role]] = {}
    for m in record.team.memberships:
        if state(m, record.at) is MembershipState.CURRENT:
            places.setdefault(m.user_id, set()).add(m.role)
    for user_id in sorted(places, key=lambda i: (record.facts.names[i], i)):
        reader, roles = found[user_id], frozenset(places[user_id])
        unverified = roles - roles_now(reader, record.team, record.at)
        waits = (WaitsFor.VERIFICATION,) if unverified else ()
        yield Person(reader, record.facts.names[user_id], PreviewedReader.CURRENT, roles, waits_for=waits)


_WAITING = {
    MembershipState.UPCOMING: PreviewedReader.UPCOMING,
    MembershipState.PROPOSED: PreviewedReader.ASKED,
}


def _waiting(record: Record, found: Mapping[UUID, Reader], *, but: Person | None) -> Iterator[Person]:
    for m in sorted(record.team.memberships, key=lambda m: (record.facts.names[m.user_id], m.user_id, m.role)):
        standing = _WAITING.get(state(m, record.at))
        if standing and not (but and but.joins == m):
            sides = (WaitsFor.PATIENT, m.patient_agreed), (WaitsFor.CLINICIAN, m.clinician_accepted)
            waits = tuple(side for side, said_yes in sides if not said_yes)
            name, known = record.facts.names[m.user_id], found[m.user_id]
            yield _as_member(m, standing, name=name, known=known, waits_for=waits)


def _as_member(
    membership: Membership,
    standing: PreviewedReader,
    *,
    name: str | None,
    known: Reader | None,
    waits_for: tuple[WaitsFor, ...] = (),
) -> Person:
    """Return somebody as if a practice vouched for them in this membership; whether one does is said besides."""
    vouched = Verification(membership.role, membership.practice_id)
    verified = known is not None and known.verified_for(membership) and not known.disabled
    had = known.verifications if known else frozenset[Verification]()
    reader = Reader(membership.user_id, had | {vouched})
    waits = waits_for if verified else (*waits_for, WaitsFor.VERIFICATION)
    return Person(reader, name, standing, frozenset({membership.role}), membership, waits)
