"""A random team with random consents, restrictions and items, stored whole, and everybody who might look at it.

The facts are those with which the rule itself is tested; here they are rows, asked about through the door.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

from careteam import models
from careteam.models.types import new_id
from careteam.policy.facts import Consent, Membership, Reader, Restriction, Team, Verification
from careteam.policy.vocabulary import ItemClass
from careteam.services.identity.credentials import digest
from tests.access import stored
from tests.policy import reference, worlds
from tests.policy.cast import BO, NOW, PATIENT, PAUL, RECORD, STRANGER, TESS
from tests.policy.matching import ItemFact
from tests.policy.reference import Question
from tests.security import random_rows
from tests.security.random_rows import CLINICIANS, NOTES, RECONCILIATIONS, Decided
from tests.world import Person, World

ITEMS = 36
NAMES = {PATIENT: "patient", TESS: "tess", PAUL: "paul", BO: "bo", STRANGER: "stranger"}
CLINICAL = (ItemClass.ALLERGY, ItemClass.CONDITION, ItemClass.QUESTION)


class RandomWorld:
    """One patient's facts, written as rows."""

    def __init__(self, world: World, rng: Random) -> None:
        q = worlds.question(rng)
        self.team = Team(RECORD, PATIENT, tuple(_possible(q.team.memberships)))
        self.consents = tuple(_of_today(rng, c) for c in q.consents)
        found = random_rows.filed(rng, {i.id: i for i in worlds.items(rng, q, ITEMS)}.values())
        self.decided = random_rows.decisions(rng, {i: kind for i, (kind, _) in found.items()})
        found = {i: (k, item) for i, (k, item) in found.items() if k != RECONCILIATIONS or i in self.decided}
        self.kinds = {i: kind for i, (kind, _) in found.items()}
        self.covers = random_rows.coverings(rng, self.kinds)
        self.items = sorted((item for _, item in found.values()), key=lambda i: (i.date, i.id), reverse=True)
        self.restrictions = tuple(_on_what_is_there(rng, r) for r in q.restrictions if self._stands(r))
        self.readers = {who: Reader(who, _vouched(rng, who)) for who in (PATIENT, *CLINICIANS)}
        self._write(world, rng)

    def question(self, who: UUID) -> Question:
        """What this person asks of the rule."""
        return Question(self.readers[who], self.team, self.consents, self.restrictions, NOW)

    def knows(self, who: UUID) -> bool:
        """Say whether the record exists for this person: their own, or one whose team they were ever let into."""
        mine = [m for m in self.team.memberships if m.user_id == who]
        let_in = any(reference.became_member(m) for m in mine) and reference.is_verified(self.question(who))
        return who == PATIENT or let_in

    def here(self, who: UUID) -> bool:
        """Say whether this person is the patient, or a member of the team now."""
        return who == PATIENT or bool(reference.current_roles(self.question(who)))

    def readable(self, who: UUID) -> list[ItemFact]:
        """Return what this person may read, the newest first, by the reference."""
        if not self.knows(who):
            return []
        found = [i for i in self.items if reference.decide(self.question(who), i).clause]
        ids = {i.id for i in found}
        return [i for i in found if self.kinds[i.id] != RECONCILIATIONS or self.decisions(who, i, ids)]

    def decisions(self, who: UUID, signed: ItemFact, readable: set[UUID]) -> list[Decided]:
        """Return the decisions of a reconciliation that this person may know.

        Something computed from several items exists "only where that viewer may read every part of it"; whoever
        signed keeps what they signed (rule 1).
        """
        return [d for d in self.decided[signed.id] if signed.author_id == who or readable.issuperset(d.entries)]

    def person(self, who: UUID) -> Person:
        """The person, with an access token."""
        return Person(who, NAMES[who], f"{who}@example.org", f"ct_{who}", RECORD if who == PATIENT else None)

    def _write(self, world: World, rng: Random) -> None:
        session, add = world.session, stored.add
        add(session, models.User, ({**stored.user(who), "name": name} for who, name in NAMES.items()))
        add(session, models.Practice, map(stored.practice, stored.PRACTICES))
        add(session, models.Staff, (_staff(r, v) for r in self.readers.values() for v in r.verifications))
        add(session, models.ApiToken, map(_token, NAMES))
        add(session, models.Patient, [stored.patient(RECORD, PATIENT)])
        q = self.question(PATIENT)
        add(session, models.Membership, stored.memberships(q))
        rows_of = random_rows.rows(world, rng, self.items, self.kinds, decided=self.decided, covers=self.covers)
        for table, rows in (
            *rows_of.items(),
            (models.Consent, [stored.consent(RECORD, c) for c in self.consents]),
            (models.Restriction, [stored.restriction(q, r) for r in self.restrictions]),
        ):
            if rows:
                add(session, table, rows)
        session.commit()

    def _stands(self, restriction: Any) -> bool:
        """No row can be against a representation yet, or name an item that is not there."""
        named = restriction.limit.item_id
        return restriction.against.representation_id is None and (named is None or named in self.kinds)


def _of_today(rng: Random, consent: Consent) -> Consent:
    """Let the consent be one that can be signed, and cover allergies, conditions and questions as often as the rest."""
    more = frozenset(c for c in CLINICAL if rng.random() < 0.8)
    days = consent.data_from, consent.data_through
    if days[0] and days[1] and days[0] > days[1]:
        days = days[1], days[0]
    return replace(consent, classes=consent.classes | more, data_from=days[0], data_through=days[1])


def _on_what_is_there(rng: Random, restriction: Restriction) -> Restriction:
    """There are no messages: what is said against them is said against what became of them."""
    if restriction.limit.item_class is not ItemClass.MESSAGE:
        return restriction
    return replace(restriction, limit=replace(restriction.limit, item_class=rng.choice(CLINICAL)))


def _possible(memberships: Iterable[Membership]) -> Iterator[Membership]:
    """At most one membership of one clinician in one role is open."""
    taken = set()
    for m in memberships:
        open_as = None if m.declined or m.ended else (m.user_id, m.role)
        if open_as is None or open_as not in taken:
            taken.add(open_as)
            yield m


def _vouched(rng: Random, who: UUID) -> frozenset[Verification]:
    if who == PATIENT or rng.random() < worlds.NEVER_MIND:
        return frozenset()
    return frozenset(Verification(role, p) for role in worlds.ROLES[who] for p in rng.choice(worlds.PRACTICES))


def _staff(reader: Reader, vouched: Verification) -> dict[str, Any]:
    row = {"user_id": reader.user_id, "practice_id": vouched.practice_id, "role": vouched.role}
    return {"id": new_id(), "created_at": stored.THEN, "verified_at": stored.THEN, **row}


def _token(who: UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "user_id": who,
        "name": "test",
        "token_hash": digest(f"ct_{who}"),
        "writes": True,
        "created_at": stored.THEN,
        "expires_at": NOW.replace(year=NOW.year + 1),
        "last_used_at": NOW,
    }


__all__ = ["BO", "NOTES", "PAUL", "STRANGER", "TESS", "RandomWorld"]
