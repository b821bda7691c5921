"""A browser: keeps cookies, sends the CSRF token, and shares nothing with the test but the network."""

from contextvars import Context
from typing import Any

from flask import Flask

from tests.world import PASSWORD, Person, World

SAFE = {"GET", "HEAD", "OPTIONS"}


class Browser:
    """Every request has a context of its own, as under a server; the test's own context stays out of it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.csrf = ""

    def __call__(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        headers = dict(options.pop("headers", {}))
        if self.csrf and method not in SAFE:
            headers.setdefault("X-CSRFToken", self.csrf)
        body = {} if json is None or method in SAFE else {"json": json}
        address = f"/api/v1/{path}"
        return Context().run(self.client.open, address, method=method, headers=headers, **body, **options)

    def sign_in(self, email: str, password: str = PASSWORD, **options: Any) -> Any:
        """Sign in; when it works, remember the CSRF token."""
        answer = self("POST", "session", {"email": email, "password": password}, **options)
        if answer.status_code == 201:
            self.csrf = answer.json["csrf_token"]
        return answer

    def edit(self, json: Any, **options: Any) -> Any:
        """Change the account as it is now."""
        headers = {"If-Match": self("GET", "me").headers.get("ETag", ""), **options.pop("headers", {})}
        return self("PATCH", "me", json, headers=headers, **options)

    @property
    def cookie(self) -> str:
        """The cookie as it is now."""
        found = self.client.get_cookie("careteam")
        assert found is not None
        return found.value

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie("careteam", value)

    @property
    def signed_in(self) -> bool:
        """Whether the next request is from somebody."""
        return bool(self("GET", "me").status_code == 200)


def signed_in(world: World, person: Person, app: Flask | None = None) -> Browser:
    """A browser in which the person has just signed in."""
    browser = Browser(app or world.app)
    answer = browser.sign_in(person.email)
    assert answer.status_code == 201, answer.json
    return browser


def copy_of(browser: Browser, app: Flask | None = None) -> Browser:
    """Another browser with the same cookie and CSRF token: the thief's."""
    made = Browser(app or browser.app)
    made.cookie, made.csrf = browser.cookie, browser.csrf
    return made
