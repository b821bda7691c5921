"""Which medications of one list bear on each other: pairs that interact, and the same thing taken twice.

All that comes in are entries that one viewer may read and that are current; what is hidden from them is not there. A
reminder is never a refusal: it says what a source says about two drugs, and how bad that is. The answer does not depend
on the order of the entries.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations
from uuid import UUID

from careteam.policy.drug_names import normal
from careteam.policy.treatment_words import Severeness

SAME_INGREDIENT = "same_ingredient"
"""The words of a duplicate that rests on no rule: two entries name one ingredient."""
_WORST = {severity: place for place, severity in enumerate(Severeness)}
_WORD = re.compile(r"[^\W_]+")
_CARRIES_NOTHING = re.compile(
    r"\d+(?:mg|mcg|g|ml|hr)?|mg|mcg|g|ml|hr|unit|units|er|xr|xl|sr|cr|ir|la|dr|odt|cd|ec|hcl|hbr|hydrochloride"
    r"|hydrobromide|sodium|carbonate|maleate|fumarate|succinate|tartrate|sulfate|pamoate|calcium|potassium|mesylate|oxalate"
    r"|oral|tablets?|tabs?|capsules?|caps?|pills?|solution|suspension|syrup|drops|patch|extended|delayed|sustained"
    r"|controlled|immediate|release|chewable|orally|disintegrating|film|coated|product|and|with"
)
"""Words of a name that are strength, form, release or salt: nothing is missed by not knowing them."""


@dataclass(frozen=True, slots=True)
class KnownDrug:
    """One ingredient and the classes by which rules speak of it."""

    name: str
    classes: frozenset[str] = frozenset()

    def is_of(self, side: str) -> bool:
        """Say whether one side of a rule means this drug: by its name or by a class."""
        return side == self.name or side in self.classes


@dataclass(frozen=True, slots=True)
class Rule:
    """What a source says about two drugs or classes, or about two drugs of one class (`kind` duplicate)."""

    kind: str
    one: str
    other: str
    severity: Severeness
    words: str
    source: str
    opened: date

    @property
    def family(self) -> str:
        """What the rule warns of: of two rules of one family about one pair, the worse counts."""
        return self.words.partition("_")[0]


@dataclass(frozen=True)
class Knowledge:
    """Names (normalised; brands stand for their ingredients), RxNorm ingredient codes, and the rules that apply."""

    names: Mapping[str, tuple[KnownDrug, ...]]
    codes: Mapping[str, KnownDrug]
    rules: tuple[Rule, ...]

    @cached_property
    def sides(self) -> frozenset[str]:
        """Every drug and class of which some rule speaks."""
        return frozenset(side for rule in self.rules for side in (rule.one, rule.other))

    @cached_property
    def longest(self) -> int:
        """How many words the longest name has."""
        return max((len(_WORD.findall(name)) for name in self.names), default=0)

    @cached_property
    def by_words(self) -> Mapping[tuple[str, ...], tuple[KnownDrug, ...]]:
        """The names as words."""
        return {tuple(_WORD.findall(name)): drugs for name, drugs in self.names.items()}

    @cached_property
    def _told(self) -> dict[tuple[KnownDrug, KnownDrug], tuple[tuple[Rule, KnownDrug, KnownDrug], ...]]:
        return {}

    def about(self, one: KnownDrug, other: KnownDrug) -> tuple[tuple[Rule, KnownDrug, KnownDrug], ...]:
        """Return the worst rule of each family about two drugs, with the two in the order of the rule."""
        if (one, other) not in self._told:
            self._told[one, other] = tuple(_worst(one, other, self.rules))
        return self._told[one, other]

    def speaks_of(self, drug: KnownDrug) -> bool:
        """Say whether any rule could have something to say about this drug."""
        return drug.name in self.sides or not self.sides.isdisjoint(drug.classes)


@dataclass(frozen=True, slots=True)
class Taken:
    """A current entry: its drug as written, whether it is prescribed (or else taken), and who holds it."""

    id: UUID
    name: str
    code: str | None = None
    prescribed: bool = False
    holder_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What an entry's name and code mean. `whole` is false where a part of the name is not known."""

    drugs: frozenset[KnownDrug]
    whole: bool


@dataclass(frozen=True, slots=True)
class Reminder:
    """Two drugs (the same one twice where an ingredient is doubled), and the entries that name either.

    `one` and `other` stand in the order of the rule, or by name where the rule has one side. It rests on at least one
    entry of `of_one` and another of `of_other`.
    """

    kind: str
    severity: Severeness
    words: str
    one: str
    other: str
    of_one: frozenset[UUID]
    of_other: frozenset[UUID]
    rule: Rule | None = None

    @property
    def entries(self) -> frozenset[UUID]:
        """Every entry that it rests on."""
        return self.of_one | self.of_other

    @property
    def place(self) -> tuple[int, str, str, str]:
        """Where it stands among others: the worst first, then by name."""
        return _WORST[self.severity], self.one, self.other, self.words


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking some entries: how many they were, the reminders, and those that are not (wholly) known."""

    entries: int
    reminders: tuple[Reminder, ...] = ()
    unknown: tuple[UUID, ...] = ()
    read: Mapping[UUID, Read] = field(default_factory=dict)


def checked(entries: Iterable[Taken], knowledge: Knowledge) -> Checked:
    """Return what is to be said about these entries together. Symmetric: their order changes nothing."""
    listed = sorted(entries, key=lambda entry: entry.id)
    read = {entry.id: drugs_of(entry.name, entry.code, knowledge) for entry in listed}
    found = [*_interactions(read, knowledge), *_doubled(listed, read)]
    unknown = tuple(entry.id for entry in listed if not _is_known(read[entry.id], knowledge))
    return Checked(len(listed), tuple(sorted(found, key=lambda r: r.place)), unknown, read)


def drugs_of(name: str, code: str | None, knowledge: Knowledge) -> Read:
    """Return the known drugs that a name holds as whole words, the longest names first, and that of its code.

    Brands, releases and strengths are read; nothing is compared by likeness. Where name and code differ, both count.
    """
    words, found, missed = _WORD.findall(normal(name)), set[KnownDrug](), 0
    while words:
        length = next((n for n in range(knowledge.longest, 0, -1) if tuple(words[:n]) in knowledge.by_words), 0)
        if length:
            found.update(knowledge.by_words[tuple(words[:length])])
        elif not _CARRIES_NOTHING.fullmatch(words[0]):
            missed += 1
        words = words[length or 1 :]
    by_code = knowledge.codes.get(code or "")
    only_code = by_code is not None and not found
    return Read(frozenset(found | ({by_code} if by_code else set())), only_code or (bool(found) and not missed))


def unseen_by(reminder: Reminder, readable: frozenset[UUID]) -> frozenset[UUID]:
    """Return the entries that keep somebody, who reads only these, from a reminder of which they read one half.

    Empty where they can read both halves, or neither.
    """
    one, other = reminder.of_one & readable, reminder.of_other & readable
    if not one | other or (one and other and len(one | other) > 1):
        return frozenset()
    if one and other:
        return reminder.entries - readable
    return (reminder.of_other if one else reminder.of_one) - readable


def _is_known(read: Read, knowledge: Knowledge) -> bool:
    return bool(read.drugs) and read.whole and all(map(knowledge.speaks_of, read.drugs))


def _interactions(read: Mapping[UUID, Read], knowledge: Knowledge) -> Iterator[Reminder]:
    """Return the worst reminder of each family for each two different drugs that two entries name."""
    holding = _holding(read)
    for one, other in combinations(sorted(holding, key=lambda drug: drug.name), 2):
        if len(holding[one] | holding[other]) > 1:  # one product that holds both is no pair
            for rule, first, second in knowledge.about(one, other):
                yield Reminder(
                    rule.kind, rule.severity, rule.words, first.name, second.name, holding[first], holding[second], rule
                )


def _holding(read: Mapping[UUID, Read]) -> Mapping[KnownDrug, frozenset[UUID]]:
    found: dict[KnownDrug, set[UUID]] = defaultdict(set)
    for entry, reading in read.items():
        for drug in reading.drugs:
            found[drug].add(entry)
    return {drug: frozenset(entries) for drug, entries in found.items()}


def _worst(one: KnownDrug, other: KnownDrug, rules: Sequence[Rule]) -> Iterator[tuple[Rule, KnownDrug, KnownDrug]]:
    best: dict[str, tuple[Rule, KnownDrug, KnownDrug]] = {}
    for rule in rules:
        pair = _fits(rule, one, other)
        if pair and (rule.family not in best or _WORST[rule.severity] < _WORST[best[rule.family][0].severity]):
            best[rule.family] = (rule, *pair)
    yield from best.values()


def _fits(rule: Rule, one: KnownDrug, other: KnownDrug) -> tuple[KnownDrug, KnownDrug] | None:
    """Return the two in the order of the rule, or None where it says nothing about them."""
    if one.is_of(rule.one) and other.is_of(rule.other):
        return one, other
    if other.is_of(rule.one) and one.is_of(rule.other):
        return other, one
    return None


def _doubled(listed: Sequence[Taken], read: Mapping[UUID, Read]) -> Iterator[Reminder]:
    """Return the ingredients that two entries name, unless the two are the same medication told twice."""
    doubled: dict[str, set[UUID]] = defaultdict(set)
    for one, other in combinations(listed, 2):
        if not _told_twice(one, other, read):
            for drug in read[one.id].drugs & read[other.id].drugs:
                doubled[drug.name] |= {one.id, other.id}
    for name, entries in doubled.items():
        ids = frozenset(entries)
        yield Reminder("duplicate", Severeness.MODERATE, SAME_INGREDIENT, name, name, ids, ids)


def _told_twice(one: Taken, other: Taken, read: Mapping[UUID, Read]) -> bool:
    """Say whether both say the same of one medication: prescribed and taken, or taken as two people report it."""
    if read[one.id].drugs != read[other.id].drugs:
        return False
    return one.prescribed != other.prescribed or (not one.prescribed and one.holder_id != other.holder_id)
