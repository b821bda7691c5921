"""The people of the case table, and facts in one line each: what is not said is the plainest case.

The plainest case: an hour ago the patient signed, for a year, that both roles may read the progress notes and
medications of the team; the prescriber asks for a progress note of the therapist.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from careteam.policy.facts import (
    Against,
    Consent,
    Discloser,
    Exceptions,
    Limit,
    Membership,
    Reader,
    Recipient,
    Restriction,
    Team,
    Verification,
)
from careteam.policy.vocabulary import ItemClass, Role
from tests.policy.matching import ItemFact
from tests.policy.reference import Question

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)

RECORD, PATIENT = UUID(int=0x1000), UUID(int=0x1001)
TESS, PAUL, THEO, PIA, BO = (UUID(int=n) for n in range(0x2001, 0x2006))
"""Tess and Theo are therapists, Paul and Pia prescribers, Bo is both. Tess and Paul are in the team."""
STRANGER = UUID(int=0x2006)
OAK, ELM = UUID(int=0x7001), UUID(int=0x7002)
"""Two practices. Oak verifies everybody for what they are; a membership names none unless it is said."""
ITEM, NEIGHBOUR = UUID(int=0x3001), UUID(int=0x3002)

THERAPIST, PRESCRIBER = Role.THERAPIST, Role.PRESCRIBER
PROGRESS, COORDINATION, MEDICATION = ItemClass.PROGRESS_NOTE, ItemClass.COORDINATION_NOTE, ItemClass.MEDICATION
PSYCHOTHERAPY, SUD_COUNSELING = ItemClass.PSYCHOTHERAPY_NOTE, ItemClass.SUD_COUNSELING_NOTE

OF_TEAM, OF_PATIENT = Discloser("team"), Discloser("patient")
TO_THERAPISTS, TO_PRESCRIBERS = Recipient(role=THERAPIST), Recipient(role=PRESCRIBER)


def vouched(*roles: Role, by: UUID = OAK) -> frozenset[Verification]:
    """One practice's word for these roles."""
    return frozenset(Verification(role, by) for role in roles)


as_patient = Reader(PATIENT)
as_tess = Reader(TESS, vouched(THERAPIST))
as_paul = Reader(PAUL, vouched(PRESCRIBER))
as_theo = Reader(THEO, vouched(THERAPIST))
as_pia = Reader(PIA, vouched(PRESCRIBER))
as_bo = Reader(BO, vouched(THERAPIST, PRESCRIBER))


CLAUSES = {"own_record", "representation", "author", "holder", "consent", "directed", "release", "emergency"}


@dataclass(frozen=True, slots=True)
class Case:
    """One row: a sentence of the rule, who asks for what, and the clause that opens it or why it stays shut.

    `reason` is the consent to be named, `former` whether the reader is a former member, where the row is about
    that. `stored` is false where no table can hold the facts.
    """

    name: str
    expect: str
    question: Question
    item: ItemFact
    reason: UUID | None = None
    former: bool | None = None
    stored: bool = True

    @property
    def clause(self) -> str | None:
        """The clause expected of the policy; None where it must stay shut."""
        return self.expect if self.expect in CLAUSES else None


def of(user_id: UUID) -> Discloser:
    """What this member holds."""
    return Discloser("member", user_id)


def to(user_id: UUID) -> Recipient:
    """This member."""
    return Recipient(user_id=user_id)


def member(user_id: UUID, role: Role, **changes: Any) -> Membership:
    """An accepted membership."""
    return Membership(user_id, role, **changes)


TESS_IN, PAUL_IN = member(TESS, THERAPIST), member(PAUL, PRESCRIBER)


def team(*more: Membership, tess: Membership | None = TESS_IN, paul: Membership | None = PAUL_IN) -> Team:
    """Tess and Paul, unless they are said to be otherwise, and more."""
    return Team(RECORD, PATIENT, tuple(m for m in (tess, paul) if m) + more)


def consent(number: int = 1, *, but: Exceptions | None = None, **changes: Any) -> Consent:
    """The plainest consent; a set of words may be given as any collection."""
    for name in ("disclosers", "recipients", "classes", "labels"):
        if name in changes:
            changes[name] = frozenset(changes[name])
    plain = Consent(
        id=UUID(int=0x4000 + number),
        disclosers=frozenset({OF_TEAM}),
        recipients=frozenset({TO_THERAPISTS, TO_PRESCRIBERS}),
        classes=frozenset({PROGRESS, MEDICATION}),
        valid_from=NOW - HOUR,
        valid_until=NOW - HOUR + 365 * DAY,
        exceptions=but or Exceptions(),
    )
    return replace(plain, **changes)


def restriction(number: int = 1, *, against: Against | None = None, lifted: bool = False, **limit: Any) -> Restriction:
    """A standing no against anyone, unless named."""
    return Restriction(UUID(int=0x5000 + number), against or Against(), Limit(**limit), lifted=lifted)


def item(item_class: ItemClass = PROGRESS, **changes: Any) -> ItemFact:
    """Tess's signed, unlabelled item of 10 February; `by` sets author and holder alike."""
    if "by" in changes:
        by = changes.pop("by")
        changes = {"author_id": by, "holder_id": None if by == PATIENT else by, **changes}
    if "labels" in changes:
        changes["labels"] = frozenset(changes["labels"])
    plain = ItemFact(ITEM, RECORD, item_class, TESS, TESS, date(2026, 2, 10))
    return replace(plain, **changes)


PLAIN_ITEM = item()


def case(name: str, expect: str, item: ItemFact = PLAIN_ITEM, *, reader: Reader = as_paul, **changes: Any) -> Case:
    """A row of the table, from the plainest case and what differs."""
    about = {key: changes.pop(key) for key in ("reason", "former", "stored") if key in changes}
    return Case(name, expect, question(reader, **changes), item, **about)


def question(reader: Reader = as_paul, **changes: Any) -> Question:
    """What the plainest reader asks, unless it is said otherwise."""
    facts = {"team": team(), "consents": (consent(),), "restrictions": (), "at": NOW, **changes}
    return Question(reader=reader, **facts)
