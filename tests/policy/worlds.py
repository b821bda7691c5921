"""Random questions over the people of the table and the items of the grid, boundaries drawn often.

Takes its chances from a `random.Random`, so that the same worlds come from a seed or from hypothesis, which
makes them smaller.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from careteam.policy.facts import (
    Against,
    Consent,
    Discloser,
    EmergencySession,
    Exceptions,
    Grounds,
    Limit,
    Membership,
    Reader,
    Recipient,
    Release,
    Representation,
    Restriction,
    Team,
    Verification,
)
from careteam.policy.vocabulary import (
    CLINICAL_ROLES,
    ConsentKind,
    EmergencyRule,
    ItemClass,
    Label,
    MembershipKind,
    Power,
    Purpose,
    RepresentationBasis,
)
from tests.policy.cast import (
    BO,
    DAY,
    ELM,
    NOW,
    OAK,
    OF_PATIENT,
    OF_TEAM,
    PATIENT,
    PAUL,
    PRESCRIBER,
    RECORD,
    STRANGER,
    TESS,
    THERAPIST,
    TICK,
    TO_PRESCRIBERS,
    TO_THERAPISTS,
    of,
    to,
)
from tests.policy.grid import BY_ID, CLASSES, DATES, GRID
from tests.policy.matching import ItemFact
from tests.policy.reference import Question

T = TypeVar("T")
CLINICIANS = (TESS, PAUL, BO)
READERS = (PATIENT, PATIENT, *(TESS, PAUL, BO) * 5, STRANGER)
ROLES = {TESS: (THERAPIST,), PAUL: (PRESCRIBER,), BO: (THERAPIST, PRESCRIBER), STRANGER: (THERAPIST,)}
PRACTICES = ((OAK,), (OAK, ELM), (OAK, ELM), (ELM,))
BEFORE = (NOW - DAY, NOW - DAY, NOW - TICK, NOW)
AFTER = (NOW + DAY, NOW + DAY, NOW + TICK)
NEVER_MIND = 0.05
"""How often a fact is what it seldom is: disabled, declined, revoked, of another kind."""


def question(rng: Random) -> Question:
    """One reader, one team, up to four consents and eight restrictions."""
    consents = tuple(consent(rng, n) for n in range(rng.choice((0, 3, 3, 4, 4))))
    restrictions = tuple(restriction(rng, n) for n in range(rng.choice((0, 3, 4, 6, 8))))
    asks = reader(rng)
    opened = grounds(rng, asks.user_id)
    if opened.releases and rng.random() < 0.6:
        consents += (of_special_notes(rng, asks.user_id, opened),)
    return Question(asks, team(rng), consents, restrictions, NOW, opened)


def items(rng: Random, q: Question, count: int) -> list[ItemFact]:
    """Return items of the grid: most of them plain ones of others, some of the reader's, all that the facts name."""
    named = {i for c in q.consents for i in c.exceptions.items} | {r.limit.item_id for r in q.restrictions}
    drawn, me = rng.sample(GRID, count), q.reader.user_id
    mine = [i for i in drawn if i.holder_id == me][: count // 5]
    released = [BY_ID[r.item_id] for r in rng.sample(q.grounds.releases, min(6, len(q.grounds.releases)))]
    plain = [i for i in rng.sample(PLAIN, count) if me not in {i.author_id, i.holder_id}][: count * 3 // 5]
    return [*mine, *plain, *drawn[len(mine) + len(plain) :], *released, *(BY_ID[i] for i in named if i)]


IDS = tuple(BY_ID)
PLAIN = tuple(
    i for i in GRID if not (i.draft or i.awaits_review or i.item_class == "psychotherapy_note") and len(i.labels) < 3
)


def reader(rng: Random) -> Reader:
    """The patient, a clinician or a stranger, mostly verified for what they are, in one practice or both."""
    user_id = rng.choice(READERS)
    roles = frozenset(ROLES.get(user_id, ())) if likely(rng) else some(rng, tuple(sorted(CLINICAL_ROLES)))
    vouched = frozenset(Verification(role, p) for role in sorted(roles) for p in rng.choice(PRACTICES))
    return Reader(user_id, vouched, disabled=seldom(rng))


def team(rng: Random) -> Team:
    """Up to two memberships for each clinician, mostly accepted and going on."""
    patient = PATIENT if likely(rng) else None
    members = [membership(rng, who) for who in CLINICIANS for _ in range(rng.choice((1, 1, 2, 2)))]
    return Team(RECORD, patient, tuple(members))


def membership(rng: Random, user_id: UUID) -> Membership:
    """Of whatever state."""
    covering = rng.random() < 0.25
    return Membership(
        user_id=user_id,
        role=rng.choice(ROLES[user_id]) if likely(rng) else rng.choice((THERAPIST, PRESCRIBER)),
        kind=MembershipKind.COVERING if covering else MembershipKind.TREATING,
        patient_agreed=likely(rng),
        clinician_accepted=likely(rng),
        declined=seldom(rng),
        ended=seldom(rng),
        valid_from=rng.choice((*BEFORE, NOW + TICK)) if covering else None,
        valid_until=rng.choice((*AFTER, NOW)) if covering else None,
        practice_id=rng.choice((None, None, OAK, OAK, ELM)),
    )


def consent(rng: Random, number: int) -> Consent:
    """Of whatever state and width."""
    valid_from, valid_until = period(rng)
    return Consent(
        id=UUID(int=0x4000 + number),
        disclosers=some(rng, DISCLOSERS, 0.7),
        recipients=some(rng, RECIPIENTS, 0.7),
        classes=some(rng, CLASSES, 0.8),
        valid_from=valid_from,
        valid_until=valid_until,
        labels=some(rng, tuple(Label), 0.8),
        exceptions=exceptions(rng),
        kind=rng.choice(tuple(ConsentKind)) if rng.random() < 0.15 else ConsentKind.SHARING,
        purpose=rng.choice(tuple(Purpose)) if seldom(rng) else Purpose.TREATMENT,
        signed=likely(rng),
        revoked=seldom(rng),
        superseded_at=rng.choice((NOW - TICK, NOW, NOW + TICK, NOW + DAY)) if rng.random() < 0.2 else None,
        data_from=rng.choice(DATES) if rng.random() < 0.2 else None,
        data_through=rng.choice(DATES) if rng.random() < 0.2 else None,
    )


def grounds(rng: Random, me: UUID) -> Grounds:
    """Mostly none; where there are some, most of them are the reader's."""
    if rng.random() < 0.5:
        return Grounds()
    whose = (me, me, me, *CLINICIANS, None)
    return Grounds(
        tuple(Release(i, rng.choice(whose), withdrawn=seldom(rng)) for i in rng.sample(SPECIAL, 60)),
        tuple(emergency(rng, n, rng.choice(whose[:-1])) for n in range(rng.choice((0, 1, 2)))),
        tuple(representation(rng, n, rng.choice(whose[:-1])) for n in range(rng.choice((0, 0, 1, 2)))),
    )


SPECIAL = tuple(
    i.id
    for i in GRID
    if i.item_class == "psychotherapy_note" and i.author_id and len(i.labels) < 2 and not (i.draft or i.awaits_review)
)


def emergency(rng: Random, number: int, user_id: UUID) -> EmergencySession:
    """Mostly open, in a role that may have ended."""
    valid_from, valid_until = period(rng)
    role, classes = rng.choice(ROLES.get(user_id, (PRESCRIBER,))), some(rng, CLASSES, 0.6)
    session = UUID(int=0x6100 + number)
    return EmergencySession(session, user_id, role, classes, valid_from, valid_until, ended=seldom(rng))


def representation(rng: Random, number: int, user_id: UUID) -> Representation:
    """Mostly one that stands."""
    valid_from, valid_until = period(rng)
    return Representation(
        id=UUID(int=0x6001 + number),
        user_id=user_id,
        basis=rng.choice(tuple(RepresentationBasis)),
        classes=some(rng, CLASSES, 0.7),
        labels=some(rng, tuple(Label), 0.7),
        powers=some(rng, tuple(Power), 0.8),
        valid_from=valid_from,
        valid_until=rng.choice((valid_until, valid_until, NOW, None)),
        agreed=likely(rng),
        ended=seldom(rng),
    )


def of_special_notes(rng: Random, me: UUID, opened: Grounds) -> Consent:
    """Mostly one that names the reader."""
    released = [r.item_id for r in opened.releases]
    return replace(
        consent(rng, 9),
        kind=ConsentKind.PSYCHOTHERAPY_NOTES,
        recipients=frozenset({to(me)}) if rng.random() < 0.7 else some(rng, RECIPIENTS, 0.7),
        disclosers=frozenset({OF_TEAM}) if rng.random() < 0.7 else some(rng, DISCLOSERS, 0.7),
        labels=frozenset(Label) if rng.random() < 0.7 else frozenset(),
        data_from=None,
        classes=frozenset({ItemClass.PSYCHOTHERAPY_NOTE}) if likely(rng) else frozenset(),
        exceptions=Exceptions(frozenset(rng.sample(released, 20)) if rng.random() < 0.3 else frozenset()),
    )


def period(rng: Random) -> tuple[datetime, datetime]:
    """Mostly one that has begun and is not over."""
    if likely(rng):
        return rng.choice(BEFORE), rng.choice(AFTER)
    return rng.choice(((NOW + TICK, NOW + DAY), (NOW - DAY, NOW), (NOW - DAY, NOW - TICK)))


DISCLOSERS: tuple[Discloser, ...] = (OF_TEAM, OF_PATIENT, of(TESS), of(PAUL), of(BO), of(STRANGER))
RECIPIENTS: tuple[Recipient, ...] = (TO_THERAPISTS, TO_PRESCRIBERS, to(TESS), to(PAUL), to(BO), to(STRANGER))


def exceptions(rng: Random) -> Exceptions:
    """Mostly none."""
    holders = some(rng, (None, *CLINICIANS)) if rng.random() < 0.2 else frozenset[UUID | None]()
    return Exceptions(frozenset(rng.sample(IDS, 3)) if rng.random() < 0.2 else frozenset(), holders)


def restriction(rng: Random, number: int) -> Restriction:
    """Against anyone, a member, a role or a representation."""
    return Restriction(
        id=UUID(int=0x5000 + number),
        against=rng.choice(AGAINST)(rng),
        limit=limit(rng),
        emergency=rng.choice(tuple(EmergencyRule)),
        lifted=rng.random() < 0.15,
    )


AGAINST: Sequence[Callable[[Random], Against]] = (
    lambda rng: Against(),
    lambda rng: Against(),
    lambda rng: Against(user_id=rng.choice(CLINICIANS)),
    lambda rng: Against(role=rng.choice((THERAPIST, PRESCRIBER))),
    lambda rng: Against(representation_id=UUID(int=0x6001)) if rng.random() < 0.2 else Against(role=PRESCRIBER),
)


def limit(rng: Random) -> Limit:
    """One part or two of a limit, never none."""
    parts: dict[str, Any] = {}
    for name in sorted({rng.choice(WEIGHTED) for _ in range(rng.choice((1, 1, 1, 2)))}):
        parts |= PARTS[name](rng)
    return Limit(**parts)


PARTS: dict[str, Callable[[Random], dict[str, Any]]] = {
    "class": lambda rng: {"item_class": rng.choice(CLASSES)},
    "label": lambda rng: {"label": rng.choice((Label.HIV, Label.HIV, *Label))},
    "holder": lambda rng: {"holder_id": rng.choice(CLINICIANS)} if rng.random() < 0.5 else {"of_patient": True},
    "item": lambda rng: {"item_id": rng.choice(IDS)},
}
WEIGHTED = ("class", "class", "class", "label", "holder", "holder", "item")


def likely(rng: Random) -> bool:
    """True nearly always."""
    return rng.random() >= NEVER_MIND


def seldom(rng: Random) -> bool:
    """True hardly ever."""
    return rng.random() < NEVER_MIND


def some(rng: Random, choices: Collection[T], chance: float = 0.5) -> frozenset[T]:
    """Each with the same chance."""
    return frozenset(c for c in choices if rng.random() < chance)
