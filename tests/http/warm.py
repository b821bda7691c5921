"""Connections that stay open to one worker each, so that the very process that served a read is asked again."""

import json
import time
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tests.http.server import Server

KEEPING = ("--worker-class", "gthread", "--threads", "4", "--keep-alive", "60")
"""How gunicorn keeps connections open."""
TRIES = 400
_numbers = count(1)


class Warm:
    """One connection, to the worker whose process id is `worker`."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)
        self.worker = self._found(server)

    def call(self, method: str, path: str, token: str, body: Any = None, version: str | None = None) -> tuple[int, Any]:
        """Send one request and return status and JSON; never over another connection."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = version
        sent = None if method == "GET" else json.dumps({} if body is None else body)
        self._connection.request(method, path, sent, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.will_close:
            raise RuntimeError(f"{method} {path}: the worker closed the connection")
        return answer.status, json.loads(text) if text else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _found(self, server: Server) -> str:
        """Ask for an address that nobody else asks for, and see in the log which worker answered."""
        address = f"/api/v1/nothing-{next(_numbers)}"
        self.call("GET", address, "-")
        for _ in range(TRIES):
            for line in reversed(server.log.read_text().splitlines()):
                if f" {address} " in line:
                    return line.split()[0]
            time.sleep(0.01)
        raise RuntimeError("the log does not say who answered")


def to_both(server: Server) -> tuple[Warm, Warm]:
    """Return a connection to each of the two workers."""
    found: dict[str, Warm] = {}
    for _ in range(TRIES):
        made = Warm(server)
        if made.worker in found:
            made.close()
        found.setdefault(made.worker, made)
        if len(found) == 2:
            first, second = found.values()
            return first, second
    raise RuntimeError(f"only {sorted(found)} answered")
