"""One sequence: the people, the model, the clock, and what everybody was shown so far."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from tests.machine.cast import START, Cast
from tests.machine.facts import PATIENT, Item, Record
from tests.machine.model import Model
from tests.machine.speaking import Speaker
from tests.world import PASSWORD

T = TypeVar("T")
TOKEN = timedelta(days=90)
REFUSED = frozenset({401, 403, 404})
"""How what may not be read is refused: nobody is signed in any more, or it does not exist for them."""


class Leak(AssertionError):
    """Somebody was shown what the model keeps from them."""


class WrongfulRefusal(AssertionError):
    """Somebody was refused what the model opens to them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one answer showed to somebody: when, which items, and under which consents they may have been."""

    who: str
    at: datetime
    items: frozenset[str]
    why: dict[str, frozenset[str]] = field(compare=False, hash=False, default_factory=dict)


class Scene:
    """Acts and looks go through here; `pick` chooses, so that a failing sequence can be made shorter."""

    def __init__(self, speaker: Speaker, cast: Cast, clock: Any, rng: Random) -> None:
        self.speak, self.cast, self.rng, self._clock = speaker, cast, rng, clock
        self.model: Model = cast.model
        self.tokens = {who: person.token for who, person in cast.people.items()}
        self.at: datetime = START
        self.pick: Callable[[Sequence[Any]], Any] = rng.choice
        self.shown: dict[str, list[Shown]] = {record: [] for record in self.model.records}
        self.signed_out: set[str] = set()
        self.expires: dict[str, datetime] = {}
        self.releases: dict[tuple[str, str], str] = {}
        self.last: Record = next(iter(self.model.records.values()))
        self.seen: list[Any] = []
        self.has_previews = speaker.has("POST /api/v1/patients/{patient_id}/restrictions/preview")
        self.past = self.promises = self.receipts = 0
        self.looks = self.open = self.shut = 0

    # choosing -------------------------------------------------------------------------------------

    def one(self, things: Iterable[T]) -> T:
        """Choose one of these, in their order."""
        chosen: T = self.pick(tuple(things))
        return chosen

    def some(self, things: Iterable[T], least: int = 0) -> list[T]:
        """Choose some of these, at least so many."""
        found = tuple(things)
        which: int = self.pick(range(1 << min(len(found), 12)))
        chosen = [thing for n, thing in enumerate(found) if which >> n & 1]
        return chosen if len(chosen) >= least else list(found[:least])

    def chance(self, times: int) -> bool:
        """Say yes once in so many times."""
        drawn: int = self.pick(range(times))
        return drawn == times - 1

    def record(self) -> Record:
        """Choose a record: mostly the first, where more happens."""
        first, *others = self.model.records.values()
        chosen: Record = self.one((first, first, first, *others))
        return chosen

    def clinician(self) -> str:
        """Choose a clinician."""
        return self.one(self.model.clinicians)

    def reader(self, record: Record) -> str:
        """Choose anybody who might look: clinicians, the patient, another patient, an administrator."""
        return self.one((*self.model.clinicians, record.patient, *self.cast.people))

    # time -----------------------------------------------------------------------------------------

    def wait(self, seconds: float = 1) -> None:
        """Let the clock go on."""
        self.move_to(self.at + timedelta(seconds=seconds))

    def move_to(self, at: datetime) -> None:
        """Let it be this instant."""
        self.at = at
        self._clock.move_to(at)

    # speaking -------------------------------------------------------------------------------------

    def name(self, key: str | None) -> str:
        """What failures call somebody or something."""
        return self.cast.names.get(key or "", key or "nobody")

    def ask(self, who: str, method: str, path: str, json: Any = None, **more: Any) -> Any:
        """Send one request as somebody, with their access token; whose tokens were ended signs in anew if they can."""
        clinician = self.model.clinicians.get(who)
        ended = who in self.signed_out or self.at >= self.expires.get(who, self.at + TOKEN)
        if ended and not (clinician and clinician.disabled_in):
            self.signed_out.discard(who)
            self.sign_in(who)
        return self.speak(self.tokens[who], method, path, json, **more)

    def act(self, who: str, method: str, path: str, json: Any = None, **more: Any) -> Any:
        """Send what must succeed, and return the answer's JSON."""
        answer = self.ask(who, method, path, json, **more)
        if answer.status_code >= 300:
            raise WrongfulRefusal(f"{self.name(who)}: {method} {path} {json}: {answer.status_code} {answer.text}")
        return answer.json if answer.data else None

    def refused(self, who: str, method: str, path: str, json: Any = None, **more: Any) -> None:
        """Send what must be refused."""
        answer = self.ask(who, method, path, json, **more)
        if answer.status_code < 400 or answer.status_code >= 500:
            raise Leak(f"{self.name(who)} may not: {method} {path} {json}: {answer.status_code} {answer.text}")

    def place(self, record: Record) -> str:
        """The address of a record; acts are followed by looks at the one that they were about."""
        self.last = record
        return f"/api/v1/patients/{record.id}"

    def address(self, item: Item) -> str:
        """The address of one item."""
        return f"/api/v1/patients/{item.record}/{item.kind}/{item.id}"

    def browser(self, who: str) -> dict[str, str]:
        """Sign in as somebody, and return what their browser sends from now on."""
        begun = self.speak(
            None, "POST", "/api/v1/session", {"email": self.cast.people[who].email, "password": PASSWORD}
        )
        assert begun.status_code == 201, begun.text
        cookies = (cookie.split(";")[0] for cookie in begun.headers.getlist("Set-Cookie"))
        return {"Cookie": "; ".join(cookies), "X-CSRFToken": begun.json["csrf_token"]}

    def sign_in(self, who: str) -> None:
        """Give somebody whose tokens were ended a new one, as they would get it: by signing in."""
        headers = self.browser(who)
        body = {"name": "again", "access": "read_write", "expires_in_days": 90, "current_password": PASSWORD}
        made = self.speak(None, "POST", "/api/v1/tokens", body, headers=headers)
        assert made.status_code == 201, made.text
        self.tokens[who], self.expires[who] = made.json["token"], self.at + TOKEN

    # what was shown -------------------------------------------------------------------------------

    def saw(self, who: str, record: Record, items: Iterable[str]) -> None:
        """Remember what an answer showed, with every reason for which it may have been shown."""
        found = frozenset(items)
        why = {i: frozenset(self.model.why(who, record.items[i], self.at)) for i in found}
        self.shown[record.id].append(Shown(who, self.at, found, why))


def holder_word(holder: str) -> str:
    """How a holder is named in papers: `patient` or `member:<id>`."""
    return PATIENT if holder == PATIENT else f"member:{holder}"
