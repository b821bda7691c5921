"""What the deeds of the story share: the session, the people as they are now, and what was made so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin
from careteam.demo.cast import CAST
from careteam.demo.days import When
from careteam.passwords import Passwords
from careteam.services.identity import administrators

ORIGIN = Origin(address="127.0.0.1", door="demo")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story is told. `made` keeps the last answer about everything that the story gave a name.

    `met` are the people who came up already; whoever changes what somebody is empties it.
    """

    session: Session
    passwords: Passwords
    now: datetime
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    met: dict[str, Actor] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        """Return somebody of the cast as they are now, with their roles."""
        if who not in self.met:
            self.met[who] = administrators.person(self.session, CAST[who].email, ORIGIN)
        return self.met[who]

    def patient_id(self, who: str) -> UUID:
        """Return whose record is meant."""
        patient_id = self.actor(who).patient_id
        assert patient_id is not None
        return patient_id

    def party(self, word: str) -> str:
        """Return a word of a consent or restriction, with the id where the story names one of the cast."""
        kind, _, who = word.partition(":")
        return f"member:{self.actor(who).user_id}" if kind == "member" else word

    def parties(self, words: Sequence[str]) -> list[str]:
        """Return several such words."""
        return [self.party(word) for word in words]

    def user_ids(self, people: Sequence[str]) -> list[UUID]:
        """Return the ids of several of the cast."""
        return [self.actor(who).user_id for who in people]

    def last_event(self, entry: str) -> UUID:
        """Return the id of the last change of a medication entry."""
        found = self.made[entry]["events"][-1]["id"]
        assert isinstance(found, UUID)
        return found

    def keep(self, name: str, answer: dict[str, Any]) -> None:
        """Remember the last answer about something, under its name in the story."""
        self.made[name] = answer

    def id_of(self, name: str) -> UUID:
        """Return the id of something that was made before."""
        found = self.made[name]["id"]
        assert isinstance(found, UUID)
        return found

    def version_of(self, name: str) -> int:
        """Return its version after the last change."""
        return int(self.made[name]["version"])


class Deed(Protocol):
    """One thing that somebody does."""

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it as this person, at this time."""


Line = tuple[When, str, Deed]
"""A line of the story: when, who, what."""
