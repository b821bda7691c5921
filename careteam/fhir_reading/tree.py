"""Walks a parsed tree once, without recursion, and refuses what no reader should be handed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from careteam.fhir_reading.faults import UnreadableBundle, step

_ODD_CHARACTER = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Unfit:
    """Stands in the parsed tree where a value was that is refused; only then is its path known."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Spot:
    """A container on the way down, linked to the one that holds it."""

    value: object
    depth: int
    key: str | int = ""
    parent: "_Spot | None" = None


def check_tree(tree: object, max_depth: int, *, odd_text: bool) -> None:
    """Raises at a value marked `Unfit`, below `max_depth`, and, if `odd_text`, at text that is not Unicode text."""
    waiting = [_Spot(tree, 1)]
    while waiting:
        spot = waiting.pop()
        for key, value in _members(spot.value):
            if isinstance(value, dict | list | Unfit):
                waiting.append(_Spot(value, spot.depth + 1, key, spot))
            elif odd_text and isinstance(value, str):
                _check_text(value, spot, key)
            if odd_text and isinstance(key, str):
                _check_text(key, spot, key)
        _check_spot(spot, max_depth)


def _members(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _check_spot(spot: _Spot, max_depth: int) -> None:
    if isinstance(spot.value, Unfit):
        raise UnreadableBundle(spot.value.reason, _path(spot))
    if spot.depth > max_depth:
        raise UnreadableBundle(f"nested deeper than {max_depth} levels; no FHIR resource needs that", _path(spot))


def _check_text(text: str, spot: _Spot, key: str | int) -> None:
    if _ODD_CHARACTER.search(text):
        raise UnreadableBundle(
            "a NUL character or half a surrogate pair, which is no text; remove it", step(_path(spot), key)
        )


def _path(spot: _Spot) -> str:
    keys: list[str | int] = []
    while spot.parent is not None:
        keys.append(spot.key)
        spot = spot.parent
    kind = spot.value.get("resourceType") if isinstance(spot.value, dict) else None
    path = step("", kind).removeprefix(".") if isinstance(kind, str) else "$"
    for key in reversed(keys):
        path = step(path, key)
    return path
