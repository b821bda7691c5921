"""Compares what two lists say of how a drug is taken: exactly, or not at all.

A dose is `{"value", "unit", "text"}` or None; only a value with a unit is compared. The strength in a drug's name is
never taken for the dose: it only tells whether two pieces are the same thing.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from unicodedata import normalize

from careteam.policy.drug_names import Identity
from careteam.policy.medication import State
from careteam.policy.vocabulary import Compared

MASS: Mapping[str, Decimal] = {
    "ng": Decimal("0.000001"),
    "mcg": Decimal("0.001"),
    "ug": Decimal("0.001"),
    "\u03bcg": Decimal("0.001"),
    "mg": Decimal(1),
    "g": Decimal(1000),
}
"""Units of mass in milligrams; NFKC writes both signs for micro as the Greek letter."""

_RELEASE = frozenset({"extended", "delayed", "disintegrating", "effervescent", "hr"})
"""Words of a form (as RxNorm writes it) without which it is another one."""

_MANY: Mapping[str, str] = {
    f"{one}s": one for one in ("tablet", "capsule", "pill", "puff", "spray", "drop", "patch", "unit", "lozenge")
} | {"patches": "patch"}


@dataclass(frozen=True, slots=True)
class HowTaken:
    """One entry's identity, what it says now of dose, timing and as-needed, and by which route."""

    identity: Identity
    state: State
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing the two sides of one drug."""

    dose: Compared
    timing: Compared
    as_needed: Compared

    @property
    def same(self) -> bool:
        """True when the dose is the same and nothing that both sides state is in doubt."""
        stated = {self.timing, self.as_needed} - {Compared.NOT_STATED}
        return self.dose is Compared.SAME and stated <= {Compared.SAME}

    @property
    def differs(self) -> bool:
        """True when the dose is another one; what is taken as needed is another dose than what is taken always."""
        return Compared.DIFFERS in {self.dose, self.as_needed}


def compared(prescribed: Sequence[HowTaken], taken: Sequence[HowTaken]) -> Comparison:
    """Compare the current entries of both sides, each of at least one.

    Several entries on one side are never added up: they are the same where both sides state the same doses, one for
    one, and otherwise not comparable.
    """
    if len(prescribed) == len(taken) == 1:
        one, other = prescribed[0], taken[0]
        return Comparison(_dose(one, other), _timing(one, other), _as_needed(one, other))
    ours, theirs = Counter(map(_whole, prescribed)), Counter(map(_whole, taken))
    outcome = Compared.SAME if None not in ours and ours == theirs else Compared.NOT_COMPARABLE
    return Comparison(outcome, outcome, outcome)


def told_once(reports: Sequence[HowTaken]) -> list[HowTaken]:
    """Return one of several reports where all state the same and nothing beside it, the fullest; else all of them."""
    same = {_whole(replace(how, state=replace(how.state, timing=None))) for how in reports}
    timings = {_words(how.state.timing) for how in reports} - {""}
    if None in same or len(same) > 1 or len(timings) > 1:
        return list(reports)
    return [max(reports, key=lambda how: _words(how.state.timing))]


def amount(how: HowTaken) -> tuple[Hashable, Decimal] | None:
    """Return of what the dose is an amount, and how much; None where that cannot be said.

    Mass is of one ingredient. Anything else (tablets, millilitres, units) counts pieces of a product: that is known
    only where the name states every strength and the form.
    """
    dose = how.state.dose
    if dose is None or not isinstance(dose.get("value"), Decimal) or not isinstance(dose.get("unit"), str):
        return None
    value, unit = Decimal(str(dose["value"])), _unit(str(dose["unit"]))
    if unit in MASS:
        return ("mg", (value * MASS[unit]).normalize()) if len(how.identity.ingredients) == 1 else None
    product = how.identity.product
    return None if product is None else ((unit, product), value.normalize())


def _dose(one: HowTaken, other: HowTaken) -> Compared:
    ours, theirs = amount(one), amount(other)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return Compared.NOT_COMPARABLE
    if ours[1] != theirs[1]:
        return Compared.DIFFERS
    same = _one_way(one, other) and _beside(one) == _beside(other)
    return Compared.SAME if same else Compared.NOT_COMPARABLE


def _beside(how: HowTaken) -> str:
    """Return the words that stand beside a dose's number: `50 mg, take two` is not 50 mg."""
    text = (how.state.dose or {}).get("text")
    return _words(text) if isinstance(text, str) else ""


def _one_way(one: HowTaken, other: HowTaken) -> bool:
    """Say whether forms and routes that both sides state may be one: 100 mg released slowly are another dose.

    `tablet` may be an `oral tablet`; one of extended release is something else.
    """
    ours, theirs = _form(one), _form(other)
    forms = not ours or not theirs or ((ours <= theirs or theirs <= ours) and not _RELEASE & (ours ^ theirs))
    routes = {_words(one.route), _words(other.route)} - {""}
    return forms and len(routes) < 2


def _form(how: HowTaken) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in (how.identity.form or "").split())


def _timing(one: HowTaken, other: HowTaken) -> Compared:
    """Words are the same or cannot be compared: `every morning` may be `at breakfast`."""
    ours, theirs = _words(one.state.timing), _words(other.state.timing)
    if not ours or not theirs:
        return Compared.NOT_STATED
    return Compared.SAME if ours == theirs else Compared.NOT_COMPARABLE


def _as_needed(one: HowTaken, other: HowTaken) -> Compared:
    ours, theirs = one.state.as_needed, other.state.as_needed
    if bool(ours) is bool(theirs):
        return Compared.SAME
    return Compared.NOT_COMPARABLE if None in {ours, theirs} else Compared.DIFFERS


def _whole(how: HowTaken) -> Hashable | None:
    known = amount(how)
    return (
        None
        if known is None
        else (known, _beside(how), _form(how), *map(_words, (how.route, how.state.timing)), bool(how.state.as_needed))
    )


def _words(text: str | None) -> str:
    return " ".join(_plain(text or "").split())


def _unit(text: str) -> str:
    plain = _plain(text).strip().removesuffix("(s)")
    return _MANY.get(plain, plain)


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold()
