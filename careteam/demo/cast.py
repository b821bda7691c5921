"""Who is in the demo. Nobody of them exists; addresses and passwords are published here and protect nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from careteam.policy.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Player:
    """One invented person: what they are called, how they sign in, and what they are in the story."""

    name: str
    email: str
    password: str
    part: str
    role: Role | None = None
    birth_date: date | None = None


CAST: Mapping[str, Player] = {
    "nora": Player(
        "Nora Whitfield",
        "nora.whitfield@example.org",
        "copper kettle on a quiet stove",
        "Patient",
        birth_date=date(1991, 4, 18),
    ),
    "imani": Player(
        "Imani Brooks",
        "imani.brooks@example.org",
        "paper lanterns in the orchard",
        "Therapist",
        Role.THERAPIST,
    ),
    "samuel": Player(
        "Samuel Osei",
        "samuel.osei@example.org",
        "slow trains through the valley",
        "Prescriber",
        Role.PRESCRIBER,
    ),
    "helen": Player(
        "Helen Marsh",
        "helen.marsh@example.org",
        "walnut desk by an open window",
        "Prescriber, covering for two weeks",
        Role.PRESCRIBER,
    ),
    "theo": Player(
        "Theo Lindgren",
        "theo.lindgren@example.org",
        "seven gulls above the ferry",
        "Another patient",
        birth_date=date(1961, 9, 2),
    ),
    "gwen": Player(
        "Gwen Hartley",
        "gwen.hartley@example.org",
        "yellow umbrella at the station",
        "Administrator of the therapist's practice",
        Role.ADMINISTRATOR,
    ),
    "luis": Player(
        "Luis Ortega",
        "luis.ortega@example.org",
        "three oranges and a compass",
        "Administrator of the prescribers' practice",
        Role.ADMINISTRATOR,
    ),
    "priya": Player(
        "Priya Nair",
        "priya.nair@example.org",
        "blue ladder behind the library",
        "Privacy officer of the prescribers' practice",
        Role.PRIVACY_OFFICER,
    ),
    "clara": Player(
        "Clara Lindgren",
        "clara.lindgren@example.org",
        "nine stones across the brook",
        "Theo's daughter, who acts for him",
    ),
}

PRACTICES: Mapping[str, str] = {"river": "River Street Counseling", "northside": "Northside Psychiatry"}

ADDRESSES = frozenset(player.email for player in CAST.values())
