"""How many requests a person, or an address where nobody is signed in, may send; more are refused with 429.

Counted once per request, after it is known who asks and before anything is done for them. An act that says no
(`careteam.api.noes`) of a signed-in person is neither counted nor refused: no patient ever waits to revoke.
Who is signed in is counted by person, whatever tokens or addresses they use, and their browsers apart from their
tokens: a program that floods does not keep them from revoking its token. The others are counted by the peer's address,
or what a trusted proxy says of it (an IPv6 address counts as its /64: networks of that size are one client's).
Signing in with a browser in which it worked before is counted by who that was: no crowd at the same address keeps
people out of their own browser, and signing in again and again makes no further number.
"""

import ipaddress
import time
from collections.abc import Mapping

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter, RequestLimit
from flask_limiter.errors import RateLimitExceeded

from careteam.api import known_browser
from careteam.api.noes import says_no
from careteam.api.parts import settings
from careteam.context import Asking

NAME = "careteam.rate_limits"
TIGHTER: Mapping[str, str] = {
    "sign_in": "30 per minute; 300 per hour",
    "reset": "10 per minute; 60 per hour",
    "preview_invitation": "30 per minute",
    "accept_invitation": "30 per minute",
    "decline_invitation": "30 per minute",
    "sign_consent": "20 per minute",
    "begin_emergency_access": "20 per minute",
    "question_access": "60 per hour",
    "change_password": "20 per minute",
    "create_token": "20 per hour",
    "invite": "60 per hour",
    "export": "20 per hour",
    "import": "60 per hour",
    "list_patients": "120 per minute",
}
"""Operations whose id is one of these words, or begins with one, and what each person or address may ask of each."""


def register(app: Flask) -> None:
    """Count from now on, unless the settings say not to."""
    chosen = app.extensions["careteam"].settings
    if not chosen.limits_requests:
        return
    limiter = Limiter(
        _who, app=app, storage_uri=chosen.rate_limit_storage, strategy="moving-window", in_memory_fallback_enabled=True
    )

    @limiter.shared_limit(_everything, scope="everything")
    @limiter.limit(_this)
    def counted() -> None:
        """Return, or raise RateLimitExceeded."""

    app.extensions[NAME] = (limiter, counted)
    app.after_request(_tell)


def check() -> None:
    """Count this request. Raises RateLimitExceeded, which is answered with 429, when it is one too many."""
    _, counted = current_app.extensions.get(NAME, (None, None))
    if counted is None or g.get("counted") or (_asking() and says_no(request.endpoint or "")):
        return
    g.counted = True
    counted()


def of(operation: str) -> str:
    """Return the tighter limit of an operation, or nothing."""
    found = (limit for word, limit in TIGHTER.items() if operation == word or operation.startswith(f"{word}_"))
    return next(found, "")


def _asking() -> Asking | None:
    found: Asking | None = g.get("asking")
    return found


def _who() -> str:
    asking = _asking()
    if asking:
        return f"{asking.by} of {asking.actor.user_id}"
    known = sorted(known_browser.people()) if _operation() == "sign_in" else []
    if known:
        return f"browser of {' '.join(map(str, known))}"
    return f"address {network(request.remote_addr or '')}"


def network(address: str) -> str:
    """Return what is counted as one client: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))


def _everything() -> str:
    most = settings().requests_per_minute if _asking() else settings().anonymous_requests_per_minute
    return f"{most} per minute"


def _this() -> str:
    return of(_operation())


def _operation() -> str:
    return (request.endpoint or "").rpartition(".")[2]


def _tell(answer: Response) -> Response:
    """Say how much is left of the limit that is nearest, and on a refusal when to come back."""
    limiter, _ = current_app.extensions[NAME]
    nearest = _nearest(limiter.current_limits) if g.get("counted") else None
    if nearest is None:
        return answer
    seconds = min(nearest.limit.get_expiry(), max(1, round(nearest.reset_at - time.time())))
    answer.headers["RateLimit-Limit"] = str(nearest.limit.amount)
    answer.headers["RateLimit-Remaining"] = str(nearest.remaining)
    answer.headers["RateLimit-Reset"] = str(seconds)
    if nearest.breached:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _nearest(limits: list[RequestLimit]) -> RequestLimit | None:
    return min(limits, key=lambda x: (not x.breached, x.remaining), default=None)


def detail(error: RateLimitExceeded) -> str:
    """Return what a refusal says."""
    return f"No more than {error.limit.limit} here. Wait as many seconds as Retry-After says, then try again."
