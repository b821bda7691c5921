"""Where every example is played: the same few people, with ids that are the same in every run of the document.

What differs from run to run (ids, instants, links, tokens) has a stand-in. The document shows stand-ins; what is sent
has the real values in their places.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Flask

from careteam.policy.vocabulary import Role
from tests.identity.browser import Browser, signed_in
from tests.world import Person, World

FIRST = 0x01990000_0000_7000_8000_000000000000
THEN = datetime(2026, 3, 2, 15, 4, tzinfo=UTC)
"""When everything in the examples happens."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SECRETS: Mapping[str, str] = {
    r"ct_[\w-]{43}": "ct_Zm91ci1ncmVlbi1hcHBsZXMtaW4tYS1ib3dsLTEyMzQ1",
    r"(?<=invitations/)[\w-]{43}": "c2V2ZW4tbGFtcHMtYWxvbmctdGhlLXNob3JlLTEyMzQ",
}


@dataclass(slots=True)
class Ask:
    """One request: who sends it, to which thing, in which version, with what."""

    who: Person | Browser | None
    path: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    version: int | str | None = None


ASKS: dict[str, Callable[["Stage"], Ask]] = {}
"""How each operation is asked for, by its id."""


def asks(operation: str) -> Callable[[Callable[["Stage"], Ask]], Callable[["Stage"], Ask]]:
    """Register how an operation is asked for."""

    def kept(ask: Callable[["Stage"], Ask]) -> Callable[["Stage"], Ask]:
        assert operation not in ASKS, operation
        ASKS[operation] = ask
        return ask

    return kept


class Stage:
    """Maya, her therapist Tess and her prescriber Paul; Ada and Olga of Tess's practice; Theo, who is nobody's yet."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stand_ins: dict[str, str] = {}
        self.maya, self.tess, self.paul = world.trio()
        self.elm = self.tess.practice_id
        self.ada = world.staff("Ada Admin", Role.ADMINISTRATOR, practice_id=self.elm)
        self.olga = world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=self.elm)
        self.theo = world.therapist("Theo Brandt")
        for known in (self.maya.patient_id, self.maya.user_id, self.tess.user_id, self.paul.user_id, self.elm):
            self.stand_in(str(known))
        self.record = {"patient_id": self.maya.patient_id}

    def stand_in(self, value: str, shown: str | None = None) -> str:
        """Return what stands for a value in the document."""
        if value not in self.stand_ins:
            self.stand_ins[value] = shown or str(UUID(int=FIRST + len(self.stand_ins) + 1))
        return self.stand_ins[value]

    def browser(self, person: Person) -> Browser:
        """A browser in which the person has just signed in."""
        return signed_in(self.world, person)

    def do(self, who: Person | None, method: str, address: str, json: Any = None, **options: Any) -> Any:
        """Do what an example needs before it; return the answer."""
        answer = self.world.client(who)(method, address, **({} if json is None else {"json": json}), **options)
        assert answer.status_code < 400, answer.text
        return answer

    def real(self, value: Any) -> Any:
        """Return the value with everything that stands in it replaced by what it stands for."""
        behind = {shown: actual for actual, shown in self.stand_ins.items()}
        return _each(value, lambda text: re.sub("|".join(map(re.escape, behind)), lambda m: behind[m[0]], text))

    def shown(self, value: Any) -> Any:
        """Return the value as the document shows it."""
        return _each(value, self._shown)

    def _shown(self, text: str) -> str:
        if text in self.stand_ins:
            return self.stand_ins[text]
        if _INSTANT.fullmatch(text):
            return self._then(datetime.fromisoformat(text))
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            near = abs((self.world.now.date() - day).days) < 60
            return str(day + (THEN.date() - self.world.now.date())) if near else text
        for secret, shown in _SECRETS.items():
            text = re.sub(secret, shown, text)
        known = "|".join(re.escape(actual) for actual in self.stand_ins) or "$^"
        text = re.sub(known, lambda m: self.stand_ins[m[0]], text)
        return _UUID.sub(lambda m: m[0] if m[0] in self.stand_ins.values() else self.stand_in(m[0]), text)

    def _then(self, moment: datetime) -> str:
        if moment > datetime(2090, 1, 1, tzinfo=UTC) or moment < self.world.now - timedelta(days=1000):
            return moment.isoformat().replace("+00:00", "Z")
        at = moment + (THEN - self.world.now)
        return at.replace(second=0, microsecond=0).isoformat().replace("+00:00", "Z")


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str | UUID):
        return change(str(value))
    if isinstance(value, Mapping):
        return {name: _each(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_each(part, change) for part in value]
    return value


@lru_cache(maxsize=4)
def rules(app: Flask) -> dict[str, tuple[str, str, str]]:
    """Every operation of the document: its method, its address, its endpoint."""
    return {
        rule.endpoint.rpartition(".")[2]: (method, rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if method in (rule.methods or ()) and rule.rule.startswith(("/api/v1/", "/health/"))
        if rule.endpoint != "api-docs.openapi_json"
    }


def send(stage: Stage, operation: str, ask: Ask, **options: Any) -> Any:
    """Send the request; return the answer."""
    method, rule, _ = rules(stage.world.app)[operation]
    address = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(ask.path[m[1]]), rule)
    headers = dict(options.pop("headers", {}))
    if ask.version is not None:
        headers["If-Match"] = ask.version if ask.version == "*" else f'"{ask.version}"'
    sent = {"headers": headers, "query_string": dict(ask.query), **options}
    if ask.body is not None:
        sent["json"] = ask.body
    if isinstance(ask.who, Browser):
        return ask.who(method, address.removeprefix("/api/v1/"), **sent)
    return stage.world.client(ask.who)(method, address, **sent)
