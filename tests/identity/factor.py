"""People with an authenticator app: enrolled over HTTP, with codes for any instant."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import time_machine

from tests.identity.browser import Browser
from tests.world import PASSWORD, Person

START = datetime(2026, 12, 1, 12, 0, 10, tzinfo=UTC)
"""Ten seconds into a time step."""
STEP = timedelta(seconds=30)


def at(moment: datetime) -> AbstractContextManager[Any]:
    """Stand still at this instant."""
    return time_machine.travel(moment, tick=False)


@dataclass
class Phone:
    """What somebody has: the secret in the app, and the codes on paper."""

    secret: str
    recovery_codes: list[str]

    def code(self, moment: datetime) -> str:
        """What the app shows at this instant."""
        return pyotp.TOTP(self.secret).at(moment)


def begin(browser: Browser, **proof: str) -> str:
    """Begin to enrol and return the secret."""
    answer = browser("POST", "me/second-factor", {"password": PASSWORD, **proof})
    assert answer.status_code == 201, answer.json
    return str(answer.json["secret"])


def enrolled(browser: Browser, moment: datetime = START) -> Phone:
    """Enrol the person of this browser at an instant; the code of its time step is used up by it."""
    with at(moment):
        phone = Phone(begin(browser), [])
        answer = browser("POST", "me/second-factor/confirmation", {"code": phone.code(moment)})
    assert answer.status_code == 200, answer.json
    browser.csrf = answer.json["csrf_token"]
    phone.recovery_codes = answer.json["recovery_codes"]
    return phone


def tried(browser: Browser, person: Person, moment: datetime, password: str = PASSWORD, **proof: str) -> Any:
    """Try to sign in at an instant."""
    with at(moment):
        answer = browser("POST", "session", {"email": person.email, "password": password, **proof})
    if answer.status_code == 201:
        browser.csrf = answer.json["csrf_token"]
    return answer


def kind(answer: Any) -> str:
    """The last part of a problem's type, with its status."""
    return f"{answer.status_code} {answer.json['type'].rpartition('/')[2]}"
