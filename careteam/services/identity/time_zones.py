"""Time zones by their IANA names."""

from functools import cache
from zoneinfo import available_timezones

from careteam.errors import Invalid


def known_zone(name: str) -> str:
    """Return the name. Raises Invalid when it is not an IANA time zone, written exactly."""
    if name not in _names():
        raise Invalid("This is no time zone.", {"time_zone": ["Write an IANA name such as America/New_York."]})
    return name


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - {"Factory", "localtime"})
