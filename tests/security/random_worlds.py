"""A random team with random consents, restrictions and items, stored whole, and everybody who might look at it.

The facts are those with which the rule itself is tested; here they are rows, asked about through the door.
"""

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any
from uuid import UUID

from careteam import models
from careteam.models.types import new_id
from careteam.policy.facts import Membership, Reader, Team, Verification
from careteam.policy.vocabulary import ItemClass, MedicationChange, MedicationSource, NoteStatus
from careteam.services.identity.credentials import digest
from careteam.vault import seal
from tests.access import stored
from tests.policy import reference, worlds
from tests.policy.cast import BO, NOW, PATIENT, PAUL, RECORD, STRANGER, TESS
from tests.policy.matching import ItemFact
from tests.policy.reference import Question
from tests.world import Person, World

NOTES = frozenset({ItemClass.PROGRESS_NOTE, ItemClass.PSYCHOTHERAPY_NOTE})
ITEMS = 36
CLINICIANS = (TESS, PAUL, BO, STRANGER)
NAMES = {PATIENT: "patient", TESS: "tess", PAUL: "paul", BO: "bo", STRANGER: "stranger"}


class RandomWorld:
    """One patient's facts, written as rows."""

    def __init__(self, world: World, rng: Random) -> None:
        q = worlds.question(rng)
        self.team = Team(RECORD, PATIENT, tuple(_possible(q.team.memberships)))
        self.consents, self.restrictions = q.consents, q.restrictions
        drawn = {i.id: i for i in worlds.items(rng, q, ITEMS) if i.item_class in NOTES | {ItemClass.MEDICATION}}
        self.items = sorted(drawn.values(), key=lambda i: (i.date, i.id), reverse=True)
        self.readers = {who: Reader(who, _vouched(rng, who)) for who in (PATIENT, *CLINICIANS)}
        self._write(world)

    def question(self, who: UUID) -> Question:
        """What this person asks of the rule."""
        return Question(self.readers[who], self.team, self.consents, self.restrictions, NOW)

    def knows(self, who: UUID) -> bool:
        """Say whether the record exists for this person: their own, or one whose team they were ever let into."""
        mine = [m for m in self.team.memberships if m.user_id == who]
        let_in = any(reference.became_member(m) for m in mine) and reference.is_verified(self.question(who))
        return who == PATIENT or let_in

    def readable(self, who: UUID) -> list[ItemFact]:
        """Return what this person may read, the newest first, by the reference."""
        if not self.knows(who):
            return []
        return [i for i in self.items if reference.decide(self.question(who), i).clause]

    def person(self, who: UUID) -> Person:
        """The person, with an access token."""
        return Person(who, NAMES[who], f"{who}@example.org", f"ct_{who}")

    def _write(self, world: World) -> None:
        session, add = world.session, stored.add
        add(session, models.User, map(stored.user, NAMES))
        add(session, models.Practice, map(stored.practice, stored.PRACTICES))
        add(session, models.Staff, (_staff(r, v) for r in self.readers.values() for v in r.verifications))
        add(session, models.ApiToken, map(_token, NAMES))
        add(session, models.Patient, [stored.patient(RECORD, PATIENT)])
        q = self.question(PATIENT)
        add(session, models.Membership, stored.memberships(q))
        add(session, models.Item, map(stored.item, self.items))
        for table, rows in _details(world, self.items).items():
            add(session, table, rows)
        for table, rows in (
            (models.Consent, [stored.consent(RECORD, c) for c in self.consents]),
            (models.Restriction, [stored.restriction(q, r) for r in self.restrictions if self._stands(r)]),
        ):
            if rows:
                add(session, table, rows)
        self.restrictions = tuple(r for r in self.restrictions if self._stands(r))
        session.commit()

    def _stands(self, restriction: Any) -> bool:
        """No row can be against a representation yet, or name an item that is not there."""
        named = restriction.limit.item_id
        return restriction.against.representation_id is None and (named is None or named in {i.id for i in self.items})


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


def _details(world: World, items: Iterable[ItemFact]) -> Mapping[Any, list[dict[str, Any]]]:
    made: dict[Any, list[dict[str, Any]]] = {models.Note: [], models.Medication: [], models.MedicationEvent: []}
    for i in items:
        if i.item_class in NOTES:
            made[models.Note].append(_note(world, i))
        else:
            made[models.Medication].append({**stored.medication(i), "source": _source(i)})
            made[models.MedicationEvent].append(_start(i))
    return made


def _note(world: World, i: ItemFact) -> dict[str, Any]:
    status = NoteStatus.DRAFT if i.draft else NoteStatus.SIGNED
    sealed = {c.key: seal(world.session, c, i.id, "words") for c in (models.Note.title, models.Note.body)}
    return {"id": i.id, "status": status, **sealed}


def _source(i: ItemFact) -> MedicationSource:
    return MedicationSource.PATIENT if i.holder_id is None else MedicationSource.PRESCRIBER


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


__all__ = ["BO", "NOTES", "PAUL", "STRANGER", "TESS", "RandomWorld"]
