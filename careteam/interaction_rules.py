"""The interaction rules from `careteam/data`, where each rule that is shown names what was opened for it, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from careteam import drugs
from careteam.policy.drug_names import normal
from careteam.policy.interactions import Knowledge, KnownDrug, Rule
from careteam.policy.treatment_words import Severeness


@dataclass(frozen=True, slots=True)
class Wording:
    """What a rule says, with `{one}` and `{other}` for the two drugs."""

    patients: str
    clinicians: str


@dataclass(frozen=True, slots=True)
class Source:
    """What was opened for a rule: its title, where it was read, and the day."""

    title: str
    address: str
    opened: date


@cache
def knowledge() -> Knowledge:
    """Return the names that reminders know, and the rules that were reviewed; no other rule is ever applied."""
    known = {drug.name: KnownDrug(drug.name, drug.classes) for drug in drugs.by_name().values()}
    names = {normal(name): (drug,) for name, drug in known.items()}
    stand_for = {normal(brand): _ingredients(means, known) for brand, means in drugs.brands().items()}
    codes = {code: known[drug.name] for code, drug in drugs.by_rxnorm().items()}
    return Knowledge({**stand_for, **names}, codes, tuple(reviewed()))


@cache
def reviewed() -> Sequence[Rule]:
    """Return the rules with a source that was opened, in the order of the table."""
    return tuple(_rule(row) for row in rows() if row["status"] == "reviewed")


@cache
def rows() -> Sequence[Mapping[str, str]]:
    """Return every row of the table of rules, unreviewed ones too, as it stands."""
    return tuple(_read("interactions.tsv"))


@cache
def wordings() -> Mapping[str, Wording]:
    """Return what the rules say."""
    return {r["words"]: Wording(r["patients"], r["clinicians"]) for r in _read("interaction_words.tsv")}


@cache
def sources() -> Mapping[str, tuple[str, str]]:
    """Return title and address of each source, by its key."""
    return {row["source"]: (row["title"], row["address"]) for row in _read("interaction_sources.tsv")}


def source_of(rule: Rule) -> Source:
    """Return what was opened for a reviewed rule."""
    key, _, cites = rule.source.partition(":")
    title, address = sources()[key]
    return Source(f"{title}: {cites}" if cites else title, address, rule.opened)


def _ingredients(means: Sequence[str], known: Mapping[str, KnownDrug]) -> tuple[KnownDrug, ...]:
    """Return what a brand is made of; a salt that is no drug of its own is its ingredient (`metoprolol succinate`)."""
    return tuple(known.get(name) or known[name.partition(" ")[0]] for name in means)


def _rule(row: Mapping[str, str]) -> Rule:
    return Rule(
        kind=row["kind"],
        one=row["one"],
        other=row["other"],
        severity=Severeness(row["severity"]),
        words=row["words"],
        source=row["source"],
        opened=date.fromisoformat(row["opened"]),
    )


def _read(name: str) -> Sequence[Mapping[str, str]]:
    text = files("careteam").joinpath("data", name).read_text(encoding="utf-8")
    header, *lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [dict(zip(header, line, strict=True)) for line in lines]
