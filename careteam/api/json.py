"""JSON by orjson: UTC instants end in Z, UUIDs and dates as text, sets sorted."""

from decimal import Decimal
from typing import Any

import orjson
from flask.json.provider import JSONProvider

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def dumps(value: object) -> bytes:
    """Return the value as JSON bytes."""
    return orjson.dumps(value, default=_default, option=OPTIONS)


def _default(value: object) -> object:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


class OrjsonProvider(JSONProvider):
    """Flask's JSON, by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Return the value as JSON text."""
        return dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Return the value of JSON text. Raises ValueError."""
        return orjson.loads(s)
