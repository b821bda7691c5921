"""The drugs that careteam knows by name, from `careteam/data/drugs.tsv`; any other drug is accepted as text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Drug:
    """One ingredient: its name in lower case, its RxNorm ingredient code (RXCUI) and its ATC codes, as sourced.

    The code is empty where none was sourced. `classes` are those by which interaction rules speak of it.
    """

    name: str
    rxnorm: str
    atc: tuple[str, ...]
    classes: frozenset[str] = frozenset()


@cache
def by_name() -> Mapping[str, Drug]:
    """Return the known drugs by their names in lower case."""
    return {drug.name: drug for drug in _rows()}


@cache
def by_rxnorm() -> Mapping[str, Drug]:
    """Return the known drugs by their RxNorm ingredient codes, as far as they have one."""
    return {drug.rxnorm: drug for drug in _rows() if drug.rxnorm}


@cache
def same_as() -> Mapping[str, tuple[str, ...]]:
    """Return the brands and salts that stand for ingredients, by name, where doses may be compared under them."""
    return {name: tuple(means.split(" / ")) for name, means, pairs, _ in _cells("drug_words.tsv") if pairs == "yes"}


@cache
def brands() -> Mapping[str, tuple[str, ...]]:
    """Return every name of `careteam/data/drug_words.tsv` with its ingredients: other releases and routes too."""
    return {name: tuple(means.split(" / ")) for name, means, _pairs, _source in _cells("drug_words.tsv")}


@cache
def _rows() -> tuple[Drug, ...]:
    return tuple(
        Drug(name, rxnorm, tuple(filter(None, atc.split(","))), frozenset(filter(None, classes.split(","))))
        for name, rxnorm, atc, classes, _source in _cells("drugs.tsv")
    )


def _cells(file: str) -> list[list[str]]:
    text = files("careteam").joinpath("data", file).read_text(encoding="utf-8")
    _header, *lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [line.split("\t") for line in lines]
