"""Every method of every address, read from the application itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ABSENT = UUID("01900000-0000-7000-8000-000000000000")
API = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address; `rule` names its arguments in angle brackets, without their form; `ids` are those
    that are ids.
    """

    method: str
    rule: str
    endpoint: str
    arguments: tuple[str, ...]
    ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    def address(self, ids: Mapping[str, Any]) -> str:
        """Return the address with these ids; what is not given is nobody's."""
        return re.sub(r"<(\w+)>", lambda found: str(ids.get(found[1], ABSENT)), self.rule)


def routes(app: Flask, prefix: str = "/") -> list[Route]:
    """Return every method of every address that begins like this."""
    return sorted(_routes(app, prefix), key=lambda route: (route.rule, route.method))


def _routes(app: Flask, prefix: str) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        short = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule)
        for method in METHODS:
            if method in (rule.methods or ()) and rule.rule.startswith(prefix):
                ids = tuple(re.findall(r"<uuid:(\w+)>", rule.rule))
                yield Route(method, short, rule.endpoint, tuple(sorted(rule.arguments)), ids)
