"""The one way in which reading fails."""

import re

_ELEMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LONGEST_PATH = 300


class UnreadableBundle(ValueError):
    """The input is refused as a whole; nothing of it may be stored.

    `reason` says what is wrong and what to do; `path` says where, like
    `Bundle.entry[12].resource.status`. Neither quotes a value of the input. The path may end in a name that the
    input made up, so that only the reason may be logged.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        self.reason = reason
        self.path = path[:_LONGEST_PATH]
        super().__init__(f"{self.path}: {reason}" if path else reason)


def step(path: str, key: str | int) -> str:
    """The path of an element below `path`. A name that no FHIR element has is shown as `?`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key if _ELEMENT.fullmatch(key) else '?'}"
