"""What a patient, a clock or an administrator may do that must never let anybody read more."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from careteam.policy.facts import Consent, Exceptions, Limit, Membership, Restriction
from careteam.policy.vocabulary import Purpose
from tests.policy import worlds
from tests.policy.cast import NOW, TICK
from tests.policy.grid import DATES
from tests.policy.reference import Question

Change = Callable[[Random, Question], Question]
HALF_YEAR = timedelta(days=180)


def add_restriction(rng: Random, q: Question) -> Question:
    """A standing no more."""
    return replace(q, restrictions=(*q.restrictions, worlds.restriction(rng, 99)))


def remove_consent(rng: Random, q: Question) -> Question:
    """A consent less."""
    kept = list(q.consents)
    if kept:
        kept.pop(rng.randrange(len(kept)))
    return replace(q, consents=tuple(kept))


def every_consent(change: Callable[[Random, Consent], Consent], rng: Random, q: Question) -> Question:
    """Each consent narrowed in the same manner."""
    return replace(q, consents=tuple(change(rng, c) for c in q.consents))


def shorten(rng: Random, c: Consent) -> Consent:
    """A later beginning or an earlier end."""
    if rng.random() < 0.5:
        return replace(c, valid_from=c.valid_from + rng.choice((TICK, HALF_YEAR)))
    return replace(c, valid_until=c.valid_until - rng.choice((TICK, HALF_YEAR)))


def shorten_data_period(rng: Random, c: Consent) -> Consent:
    """A later first day or an earlier last one."""
    first, last, day = DATES[0], DATES[-1], timedelta(days=1)
    if rng.random() < 0.5:
        return replace(c, data_from=(c.data_from or first) + day)
    return replace(c, data_through=(c.data_through or last) - day)


def supersede(rng: Random, c: Consent) -> Consent:
    """A successor from now on, or earlier than the one before."""
    return replace(c, superseded_at=min(c.superseded_at or NOW, NOW))


def take_away(rng: Random, c: Consent) -> Consent:
    """One class, label, discloser or recipient less."""
    name = rng.choice(("classes", "labels", "disclosers", "recipients"))
    listed: frozenset[Any] = getattr(c, name)
    fewer: dict[str, Any] = {name: listed - {rng.choice(sorted(listed, key=str))}} if listed else {}
    return replace(c, **fewer)


def except_more(rng: Random, c: Consent) -> Consent:
    """An item and a holder left out besides."""
    more = Exceptions(frozenset(rng.sample(worlds.IDS, 3)), worlds.some(rng, (None, *worlds.CLINICIANS)))
    items, holders = c.exceptions.items | more.items, c.exceptions.holders | more.holders
    return replace(c, exceptions=Exceptions(items, holders))


def every_membership(q: Question, **changes: Any) -> Question:
    """Each membership changed alike."""
    memberships: tuple[Membership, ...] = tuple(replace(m, **changes) for m in q.team.memberships)
    return replace(q, team=replace(q.team, memberships=memberships))


def end_all_of_one(rng: Random, q: Question) -> Question:
    """All memberships of one clinician ended.

    Of two roles only one may end, and with it what binds that role: a restriction on prescribers does not
    stop a clinician who is a therapist alone from then on.
    """
    who = rng.choice(worlds.CLINICIANS)
    members = tuple(replace(m, ended=True) if m.user_id == who else m for m in q.team.memberships)
    return replace(q, team=replace(q.team, memberships=members))


def widen_restriction(rng: Random, r: Restriction) -> Restriction:
    """A restriction that says less about what it covers, and so covers more; and stands again."""
    said = {k: v for k in Limit.__dataclass_fields__ if (v := getattr(r.limit, k))}
    if len(said) > 1:
        said.pop(rng.choice(sorted(said)))
    return replace(r, limit=Limit(**said), lifted=False)


def widen_restrictions(rng: Random, q: Question) -> Question:
    """Every restriction wider."""
    return replace(q, restrictions=tuple(widen_restriction(rng, r) for r in q.restrictions))


def _consents(change: Callable[[Random, Consent], Consent]) -> Change:
    return partial(every_consent, change)


NARROWING: Mapping[str, Change] = {
    "adding a restriction": add_restriction,
    "widening a restriction, or bringing it back": widen_restrictions,
    "removing a consent": remove_consent,
    "revoking": _consents(lambda rng, c: replace(c, revoked=True)),
    "superseding": _consents(supersede),
    "taking a signature away": _consents(lambda rng, c: replace(c, signed=False)),
    "changing the purpose": _consents(lambda rng, c: replace(c, purpose=Purpose.RESEARCH)),
    "shortening the period": _consents(shorten),
    "shortening the data period": _consents(shorten_data_period),
    "taking away a class, label, discloser or recipient": _consents(take_away),
    "adding an exception": _consents(except_more),
    "ending a clinician's memberships": end_all_of_one,
    "declining a membership": lambda rng, q: every_membership(q, declined=True),
    "the patient not agreeing": lambda rng, q: every_membership(q, patient_agreed=False),
    "the clinician not accepting": lambda rng, q: every_membership(q, clinician_accepted=False),
    "withdrawing verification": lambda rng, q: replace(q, reader=replace(q.reader, verifications=frozenset())),
    "disabling the account": lambda rng, q: replace(q, reader=replace(q.reader, disabled=True)),
}
