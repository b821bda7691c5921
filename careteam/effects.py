"""What a side-effect report may say was felt, and what of it is urgent: `careteam/data`, read once."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from careteam.policy.urgent_effects import Rule


@cache
def codes() -> Mapping[str, str]:
    """Return the effects that can be chosen, in the order of the table: the words of each by its code."""
    return {row["code"]: row["words"] for row in _rows("side_effects.tsv")}


@cache
def urgent_rules() -> tuple[Rule, ...]:
    """Return the rules that say where they were read; a row without a source and its day is not among them."""
    return tuple(rule for rule in every_rule() if rule.reviewed)


@cache
def every_rule() -> tuple[Rule, ...]:
    """Return every row of the table, unreviewed ones too: for whoever keeps the table."""
    return tuple(_rule(row) for row in _rows("urgent_effects.tsv"))


def _rule(row: Mapping[str, str]) -> Rule:
    return Rule(
        id=row["id"],
        effects=frozenset(_listed(row["effects"], ",")),
        words=tuple(_listed(row["words"], ";")),
        tied_to=() if row["tied_to"] == "any" else tuple(_listed(row["tied_to"], ",")),
        drugs=row["drugs"],
        crisis=row["crisis"] == "yes",
        do_now=row["do_now"],
        for_clinicians=row["for_clinicians"],
        source=row["source"],
        opened_on=row["opened_on"],
    )


def _listed(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def _rows(name: str) -> Sequence[Mapping[str, str]]:
    text = files("careteam").joinpath("data", name).read_text(encoding="utf-8")
    header, *lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [dict(zip(header, line, strict=True)) for line in lines]
