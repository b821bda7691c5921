"""One example of every operation, by feature: what is sent, and what is answered.

They are written by `python -m tests.api.examples`, which sends them, and a test sends each of them again: an example
that is no longer true fails it.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def all_of_them() -> Mapping[str, Mapping[str, Any]]:
    """Return the examples by operation: method, path, query, request, version, status, response."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            found.update(json.loads(file.read_text(encoding="utf-8")))
    return found
