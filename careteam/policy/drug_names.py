"""Reads the name of a drug into what it is made of, exactly: a name that cannot be read is one name, as it stands.

The form that is read is that of RxNorm (National Library of Medicine, "RxNorm Overview"): ingredients with their
strengths, a dose form, a brand in brackets. Nothing is completed, corrected or compared by likeness.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from unicodedata import normalize

_NOTHING = re.compile(r"[\u2122\u00ae\u00a9*'\u2018\u2019\u02bc`\"\u201c\u201d]|(?<!\d)\.|\.(?!\d)")
"""Trade marks, quotes, and points that stand in no number carry nothing: `St. John's` is `St Johns`."""

_NUMBER = r"\d+(?:[.,]\d+)*"
_UNIT = r"(?:mcg|mg|g|meq|mmol|ml|units?|unt|iu|actuat|hr|%)"
_STRENGTH = rf"{_NUMBER} ?{_UNIT}(?:/(?:{_NUMBER} ?)?{_UNIT})?"
_HOW = (
    "extended release|delayed release|orally|disintegrating|chewable|effervescent|sublingual|buccal|oral|topical"
    "|injectable|intramuscular|nasal|ophthalmic|otic|rectal|vaginal|transdermal|metered dose|dry powder"
)
_WHAT = (
    "tablet|capsule|pill|lozenge|solution|suspension|syrup|cream|ointment|gel|lotion|foam|spray|drops|inhaler"
    "|injection|suppository|patch|system|film|product"
)
_FORM = rf"(?:(?:{_HOW}) )*(?:{_WHAT})s?"
_BEFORE = re.compile(rf"(?:abuse-deterrent )?(?:{_NUMBER} (?:hr|ml|actuat) )?")
_PART = re.compile(
    rf"(?P<name>[^/\[\]{{}}]*?[a-z][^/\[\]{{}}]*?)(?: (?P<strength>{_STRENGTH}))?(?: (?P<form>{_FORM}))?"
)
_ONLY_FORM = re.compile(_FORM)
_BRANDED = re.compile(r"(?P<rest>[^\[\]{}]+?) ?\[[^\[\]{}]+\]")
_JOINED = re.compile(r"[+&/]|(?<!\w)(?:and|with|plus)(?!\w)")
_WORD = re.compile(r"[^\W_]+")
_STATES_STRENGTH = re.compile(rf"(?:^| ){_NUMBER} ?{_UNIT}(?![a-z])")


@dataclass(frozen=True, slots=True)
class Part:
    """One ingredient as a name states it, and its strength, if stated."""

    name: str
    strength: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The ingredients that a name states, in its order, and its dose form with what is said before the name."""

    parts: tuple[Part, ...]
    form: str | None = None

    @property
    def product(self) -> tuple[frozenset[Part], str] | None:
        """What one piece is, where the name says all of it: every strength, and the form."""
        if self.form is None or any(part.strength is None for part in self.parts):
            return None
        return frozenset(self.parts), self.form


@dataclass(frozen=True, slots=True)
class KnownDrugs:
    """What is looked up, exactly: codes of ingredients by normalised name, and names that stand for others.

    `codes` are RxNorm ingredient codes; `same_as` holds salts and brands, each with the ingredients that it means.
    """

    codes: Mapping[str, str]
    same_as: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Identity:
    """What an entry is made of, each ingredient as `rxnorm:<code>`, or `name:<normalised name>` where none is known.

    Two entries are of one drug when these sets are equal. `product` and `form` see `Reading`.
    """

    ingredients: frozenset[str]
    product: tuple[frozenset[Part], str] | None = None
    form: str | None = None


def normal(name: str) -> str:
    """Return a name without what carries nothing: case, kinds of space, marks (Unicode NFKC)."""
    plain = _NOTHING.sub("", normalize("NFKC", _NOTHING.sub("", name)).casefold())
    return " ".join(plain.split()) or name


def read(name: str) -> Reading:
    """Return what a name says. One that is not in the form is one ingredient of that whole name."""
    whole = normal(name)
    return _in_form(whole) or Reading((Part(whole),))


def identity(name: str, code: str | None, known: KnownDrugs) -> Identity | None:
    """Return what a drug is made of, by its name and its RxNorm code.

    A code counts where it is that of a known ingredient: then it also says what a name means that is not known. None
    where name and code are both known and disagree, or the name is of more than the code's one ingredient: such an
    entry is nothing that can be told.
    """
    reading = read(name)
    told = frozenset(token for part in reading.parts for token in _tokens(part.name, known))
    by_code = frozenset({f"rxnorm:{code}"}) if code in known.codes.values() else None
    if by_code is None or told == by_code:
        return Identity(told, reading.product, reading.form)
    if _knows_any(told) or _is_of_more(reading, by_code, known):
        return None
    return Identity(by_code, reading.product, reading.form)


def _in_form(whole: str) -> Reading | None:
    if _ONLY_FORM.fullmatch(whole):
        return None
    branded = _BRANDED.fullmatch(whole)
    rest = branded["rest"] if branded else whole
    before, rest = _without_quantity(rest)
    found = [_PART.fullmatch(text) for text in _split(rest)]
    if not all(found) or any(_STATES_STRENGTH.search(match["name"]) for match in found if match):
        return None
    matches = [match for match in found if match]
    if any(match["form"] for match in matches[:-1]) or len({bool(match["strength"]) for match in matches}) > 1:
        return None
    parts = tuple(Part(match["name"], _written(match["strength"])) for match in matches)
    form = matches[-1]["form"]
    return Reading(parts, before + form if form else None)


def _without_quantity(text: str) -> tuple[str, str]:
    """Return what RxNorm puts before the ingredients (`24 hr `, `10 ml `), and the rest."""
    match = _BEFORE.match(text)
    end = match.end() if match else 0
    return text[:end], text[end:]


def _split(text: str) -> list[str]:
    """Return the ingredients: ` / ` stands between them, and without numbers a bare stroke does."""
    if any(character.isdigit() for character in text):
        return text.split(" / ")
    return [part.strip() for part in text.split("/")]


def _written(strength: str | None) -> str | None:
    return None if strength is None else strength.replace(" ", "")


def _tokens(name: str, known: KnownDrugs) -> Collection[str]:
    names = known.same_as.get(name, (name,))
    return [f"rxnorm:{known.codes[n]}" if n in known.codes else f"name:{n}" for n in names]


def _is_of_more(reading: Reading, by_code: frozenset[str], known: KnownDrugs) -> bool:
    """Say whether an unknown name joins several, or holds a known one that is not the code's."""
    if len(reading.parts) > 1 or _JOINED.search(reading.parts[0].name):
        return True
    words = f" {' '.join(_WORD.findall(reading.parts[0].name))} "
    named = [name for name in {*known.codes, *known.same_as} if f" {name} " in words]
    return any(frozenset(_tokens(name, known)) != by_code for name in named)


def _knows_any(tokens: Collection[str]) -> bool:
    return any(token.startswith("rxnorm:") for token in tokens)
