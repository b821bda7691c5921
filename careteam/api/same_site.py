"""Whether a browser sends a request for one of our own pages (OWASP ASVS 5.0 V3.5.1 and V3.5.3)."""

from urllib.parse import urlsplit

from flask import request

from careteam.api.parts import settings
from careteam.errors import NotPermitted

OURS = frozenset({"same-origin", "none"})
"""What browsers say in `Sec-Fetch-Site` for our own pages, and for what a person typed."""


def refuse_other_sites() -> None:
    """Return unless a page of another site is behind the request. Raises NotPermitted.

    Clients that are no browsers send neither header.
    """
    origin = request.headers.get("Origin")
    foreign = origin is not None and origin.lower() not in _own_origins()
    if foreign or request.headers.get("Sec-Fetch-Site", "none").lower() not in OURS:
        raise NotPermitted("This came from a page of another site.")


def _own_origins() -> set[str]:
    public = urlsplit(settings().public_url)
    return {f"{public.scheme}://{public.netloc}".lower(), f"{request.scheme}://{request.host}".lower()}
