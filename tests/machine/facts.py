"""What a record is made of, in plain words of the domain: people, teams, papers and items; nothing of the program.

Everybody and everything is named by the text of its id. Times are UTC, days are the patient's.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

PATIENT = "patient"
"""The holder of what no member holds, and the discloser of it."""
SPECIAL = {"psychotherapy_note": "psychotherapy_notes", "sud_counseling_note": "sud_counseling_notes"}
"""The classes of special notes, with the kind of consent that each needs."""


@dataclass(slots=True, eq=False)
class Clinician:
    """Somebody who may be in teams: verified for roles in practices, perhaps disabled."""

    id: str
    verified: set[tuple[str, str]] = field(default_factory=set)
    disabled_in: set[str] = field(default_factory=set)

    @property
    def stands_for(self) -> set[tuple[str, str]]:
        """The roles and practices in which they count now."""
        return {(role, practice) for role, practice in self.verified if practice not in self.disabled_in}


@dataclass(slots=True, eq=False)
class Membership:
    """A clinician in a team: accepted when both have said yes, until somebody ends it."""

    id: str
    who: str
    role: str
    practice: str
    agreed: bool = False
    accepted: bool = False
    declined: bool = False
    ended: bool = False
    since: datetime | None = None
    until: datetime | None = None

    @property
    def began(self) -> bool:
        """Whether both said yes, at any time."""
        return self.agreed and self.accepted

    @property
    def open(self) -> bool:
        """Whether nobody has said no to it."""
        return not (self.declined or self.ended)

    def current(self, at: datetime) -> bool:
        """Say whether it holds at this instant; covering has an end, exclusive."""
        early = self.since is not None and at < self.since
        late = self.until is not None and at >= self.until
        return self.began and self.open and not (early or late)


@dataclass(slots=True, eq=False)
class Item:
    """One item of a record, read whole or not at all."""

    id: str
    record: str
    kind: str
    item_class: str
    author: str | None
    holder: str
    day: date
    labels: set[str] = field(default_factory=set)
    part2: bool = False
    draft: bool = False
    awaits_review: bool = False
    in_error: bool = False
    edits: int = 0
    released_to: set[str] = field(default_factory=set)
    sent_to: set[str] = field(default_factory=set)

    @property
    def special(self) -> str | None:
        """The kind of consent that a special note needs."""
        return SPECIAL.get(self.item_class)

    @property
    def needs(self) -> set[str]:
        """The labels that a permit must list."""
        return self.labels | ({"substance_use"} if self.part2 else set())


@dataclass(slots=True, eq=False)
class Consent:
    """A paper of the patient's: what it says, and when it was signed and ended."""

    id: str
    disclosers: set[str]
    recipients: set[str]
    classes: set[str]
    valid_from: datetime
    valid_until: datetime
    labels: set[str] = field(default_factory=set)
    kind: str = "sharing"
    purpose: str = "treatment"
    except_items: set[str] = field(default_factory=set)
    except_holders: set[str] = field(default_factory=set)
    first_day: date | None = None
    last_day: date | None = None
    signed: bool = False
    closed: bool = False
    ends_at: datetime | None = None
    supersedes: str | None = None
    until_event: bool = False
    by: str | None = None

    def in_force(self, at: datetime) -> bool:
        """Say whether it opens anything now: signed, begun, neither over nor ended."""
        over = self.ends_at is not None and self.ends_at <= at
        return self.signed and self.valid_from <= at < self.valid_until and not over

    def covers_day(self, day: date) -> bool:
        """Say whether an item of this day lies in the data period."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)


@dataclass(slots=True, eq=False)
class Restriction:
    """A standing no: to whom, and of what; what is not set means all."""

    id: str
    against: str = "anyone"
    item_class: str | None = None
    label: str | None = None
    holder: str | None = None
    item: str | None = None
    emergency: str = "withhold"
    lifted: bool = False

    def limits(self, item: Item) -> bool:
        """Say whether the item is among what this is about."""
        return (
            self.item_class in {None, item.item_class}
            and (self.label is None or self.label in item.labels)
            and self.holder in {None, item.holder}
            and self.item in {None, item.id}
        )


@dataclass(slots=True, eq=False)
class Emergency:
    """A stated emergency: one clinician, some classes, one hour."""

    id: str
    who: str
    places: set[str]
    classes: set[str]
    since: datetime
    until: datetime

    def in_force(self, at: datetime) -> bool:
        """Say whether the hour is running."""
        return self.since <= at < self.until


@dataclass(slots=True, eq=False)
class Representation:
    """Somebody who acts for the patient, within what was written down."""

    id: str
    who: str
    basis: str
    classes: set[str]
    labels: set[str]
    powers: set[str]
    since: datetime
    until: datetime | None = None
    active: bool = False
    ended: bool = False

    def in_force(self, at: datetime) -> bool:
        """Say whether it is agreed to, and its period runs."""
        return self.active and not self.ended and self.since <= at and (self.until is None or at < self.until)


@dataclass(slots=True, eq=False)
class Record:
    """One patient's record."""

    id: str
    patient: str
    memberships: dict[str, Membership] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    restrictions: dict[str, Restriction] = field(default_factory=dict)
    emergencies: dict[str, Emergency] = field(default_factory=dict)
    representations: dict[str, Representation] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
