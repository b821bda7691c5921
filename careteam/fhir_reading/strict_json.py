"""Bytes to plain JSON values, strictly: what two readers could understand differently is refused."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from careteam.fhir_reading.faults import UnreadableBundle
from careteam.fhir_reading.tree import Unfit, check_tree

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"
JsonObject: TypeAlias = dict[str, Json]

_ODD_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_LONGEST_NUMBER = 40
_WIDEST_EXPONENT = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """How much input is read. `max_elements` bounds memory and time: it counts brackets and
    commas, of which a dense bundle of full size has about 2 million."""

    max_bytes: int = 50 * 1024 * 1024
    max_depth: int = 64
    max_elements: int = 4_000_000


def parse(raw: bytes, limits: Limits) -> JsonObject:
    """The top-level object. Keys are unique, numbers finite `int` or `Decimal`, text free of NUL."""
    _check_size(raw, limits)
    tree = _load(_decode(raw))
    check_tree(tree, limits.max_depth, odd_text=_ODD_ESCAPE.search(raw) is not None)
    if not isinstance(tree, dict):
        raise UnreadableBundle("the file holds no JSON object; give a FHIR Bundle or a single FHIR resource")
    return tree


def _check_size(raw: bytes, limits: Limits) -> None:
    if len(raw) > limits.max_bytes:
        raise UnreadableBundle(
            f"the file is larger than {limits.max_bytes / 1048576:g} MB; split it into smaller bundles"
        )
    if sum(raw.count(mark) for mark in (b"{", b"[", b",")) > limits.max_elements:
        raise UnreadableBundle("the file holds too many elements; split it into smaller bundles")


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableBundle(f"not UTF-8 at byte {error.start}; FHIR JSON is UTF-8, save it so") from None


def _load(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableBundle(f"not JSON at {where} ({error.msg}); is the file whole?") from None
    except RecursionError:
        raise UnreadableBundle("nested too deeply; no FHIR resource is, so this is not one") from None


def _object(pairs: list[tuple[str, object]]) -> object:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    return Unfit("the same name stands twice in one object; keep one of them")


def _decimal(text: str) -> object:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Unfit("a number that FHIR cannot hold")
    if len(text) > _LONGEST_NUMBER or abs(number.adjusted()) > _WIDEST_EXPONENT:
        return Unfit("a number that FHIR cannot hold")
    return number


def _integer(text: str) -> object:
    return int(text) if len(text) <= _LONGEST_NUMBER else Unfit("a number that FHIR cannot hold")


def _constant(_name: str) -> object:
    return Unfit("NaN and Infinity are not JSON; leave the element out")
