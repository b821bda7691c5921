"""The codes and drugs that suggest a label, from `careteam/data`, where every row names its source."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from careteam.policy.label_suggestions import SensitiveCode, SensitiveDrug
from careteam.policy.vocabulary import Label


@cache
def conditions() -> tuple[SensitiveCode, ...]:
    """Return the codes of conditions, in the order of the table."""
    return tuple(
        SensitiveCode(row["system"], row["first"], row["last"], Label(row["label"]), row["meaning"])
        for row in _rows("sensitive_conditions.tsv")
    )


@cache
def drugs() -> tuple[SensitiveDrug, ...]:
    """Return the drugs, in the order of the table."""
    return tuple(
        SensitiveDrug(row["kind"], row["key"], Label(row["label"]), row["meaning"])
        for row in _rows("sensitive_drugs.tsv")
    )


def _rows(name: str) -> Sequence[Mapping[str, str]]:
    text = files("careteam").joinpath("data", name).read_text(encoding="utf-8")
    header, *lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [dict(zip(header, line, strict=True)) for line in lines]
