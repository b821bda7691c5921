"""What the rules are asked about: plain, immutable facts about one patient and one reader.

Identifiers are UUIDs. A holder of `None` is the patient. All instants are timezone-aware UTC.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from careteam.policy.vocabulary import (
    ConsentKind,
    EmergencyRule,
    ItemClass,
    Label,
    MembershipKind,
    Purpose,
    Role,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks. `verified` holds the clinical roles that a practice verified and did not withdraw."""

    user_id: UUID
    verified: frozenset[Role] = frozenset()
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """One clinician's place in one patient's team, as it stands now."""

    user_id: UUID
    role: Role
    kind: MembershipKind = MembershipKind.TREATING
    patient_agreed: bool = True
    clinician_accepted: bool = True
    declined: bool = False
    ended: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """One patient with every membership there ever was."""

    patient_id: UUID
    patient_user_id: UUID | None
    memberships: tuple[Membership, ...] = ()


@dataclass(frozen=True, slots=True)
class Discloser:
    """Whose items: one member's, the patient's own, or every member's."""

    kind: str
    user_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.kind not in {"member", "patient", "team"} or (self.kind == "member") != bool(self.user_id):
            raise ValueError(f"not a discloser: {self.kind} {self.user_id}")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who may read: one member, or whoever currently has a role in the team."""

    user_id: UUID | None = None
    role: Role | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.role is None):
            raise ValueError("a recipient is one member or one role")


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What one consent leaves out. `holders` may hold `None`, the patient."""

    items: frozenset[UUID] = frozenset()
    holders: frozenset[UUID | None] = frozenset()


@dataclass(frozen=True, slots=True)
class Consent:
    """A signed consent as it stands now: `revoked` is absolute, the period and `superseded_at` are read
    from the clock (so that a revocation bites on a server whose clock is behind).
    """

    id: UUID
    disclosers: frozenset[Discloser]
    recipients: frozenset[Recipient]
    classes: frozenset[ItemClass]
    valid_from: datetime
    valid_until: datetime
    labels: frozenset[Label] = frozenset()
    exceptions: Exceptions = field(default_factory=Exceptions)
    kind: ConsentKind = ConsentKind.SHARING
    purpose: Purpose = Purpose.TREATMENT
    signed: bool = True
    revoked: bool = False
    superseded_at: datetime | None = None
    data_from: date | None = None
    data_through: date | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """Whom a restriction stops: a member, a role, a representation, or (all unset) anyone."""

    user_id: UUID | None = None
    role: Role | None = None
    representation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """What a restriction covers: every field that is set must match; unset means all.

    `of_patient` says that the holder meant is the patient, `holder_id` that it is a member.
    """

    item_class: ItemClass | None = None
    label: Label | None = None
    holder_id: UUID | None = None
    of_patient: bool = False
    item_id: UUID | None = None

    @property
    def empty(self) -> bool:
        """True when nothing is set, which no restriction may be."""
        return not (self.item_class or self.label or self.holder_id or self.of_patient or self.item_id)


@dataclass(frozen=True, slots=True)
class Restriction:
    """The patient's standing no, in force until lifted."""

    id: UUID
    against: Against
    limit: Limit
    emergency: EmergencyRule = EmergencyRule.WITHHOLD
    lifted: bool = False
