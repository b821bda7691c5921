"""Speaks to the application over HTTP as anybody, and knows which addresses it documents."""

from contextvars import Context
from typing import Any

from flask import Flask


class Speaker:
    """Sends JSON with an access token; each request runs in a context of its own, as on a server."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client(use_cookies=False)
        paths = self._client.get("/api/v1/openapi.json").json["paths"]  # type: ignore[index]
        self.routes = frozenset(f"{method.upper()} {path}" for path, methods in paths.items() for method in methods)
        self.asked = 0

    def has(self, route: str) -> bool:
        """Say whether the document lists this method and address."""
        return route in self.routes

    def __call__(
        self, token: str | None, method: str, path: str, json: Any = None, *, version: int | None = None, **more: Any
    ) -> Any:
        headers = dict(more.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if json is None and method == "POST" and "data" not in more:
            json = {}
        self.asked += 1
        return Context().run(self._client.open, path, method=method, headers=headers, json=json, **more)
