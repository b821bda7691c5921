"""What every answer's headers must say (OWASP ASVS 5.0 V3.3, V3.4, V14.3.2), and a cache that believes them."""

import re
from collections.abc import Iterator
from typing import Any

EXACT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
YEAR = 365 * 24 * 3600
CACHEABLE = ("/api/docs/assets/",)
"""The files of the documentation page: the same for everybody."""


def wrong_headers(path: str, answer: Any) -> Iterator[str]:
    """Yield what is missing or wrong in the headers of an answer."""
    headers = answer.headers
    yield from (f"{name} is {headers.get(name)!r}" for name, due in EXACT.items() if headers.get(name) != due)
    policy = headers.get("Content-Security-Policy", "")
    yield from (f"the policy lacks {part}" for part in POLICY if part not in policy)
    age = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    if age is None or int(age[1]) < YEAR:
        yield "Strict-Transport-Security lasts less than a year"
    if not (path.startswith(CACHEABLE) and answer.status_code == 200):
        yield from _uncached(answer)
    if "Access-Control-Allow-Origin" in headers:
        yield "another site may read it"
    yield from (f"cookie: {cookie}" for cookie in headers.getlist("Set-Cookie") if not _careful(cookie))


def _uncached(answer: Any) -> Iterator[str]:
    if answer.headers.get("Cache-Control") != "no-store":
        yield f"Cache-Control is {answer.headers.get('Cache-Control')!r}"
    if not {"cookie", "authorization"} <= {word.strip().lower() for word in answer.headers.get("Vary", "").split(",")}:
        yield f"Vary is {answer.headers.get('Vary')!r}"


def _careful(cookie: str) -> bool:
    said = {part.strip().lower() for part in cookie.split(";")[1:]}
    return {"httponly", "path=/"} <= said and bool({"samesite=lax", "samesite=strict"} & said)


class Cache:
    """A shared cache in front of the application, as RFC 9111 allows one: it keeps what it is not told not to keep."""

    def __init__(self) -> None:
        self.kept: dict[str, list[tuple[dict[str, str | None], Any]]] = {}

    def get(self, ask: Any, address: str, headers: dict[str, str]) -> Any:
        """Answer from what is kept, otherwise ask and keep."""
        for sent, answer in self.kept.get(address, []):
            if all(headers.get(name) == value for name, value in sent.items()):
                return answer
        answer = ask(address, headers)
        if "no-store" not in answer.headers.get("Cache-Control", "") and answer.status_code in {200, 404, 410}:
            names = [name.strip() for name in answer.headers.get("Vary", "").split(",") if name.strip()]
            self.kept.setdefault(address, []).append(({name: headers.get(name) for name in names}, answer))
        return answer
