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
    Power,
    Purpose,
    RepresentationBasis,
    Role,
)


@dataclass(frozen=True, slots=True)
class Membership:
    """One clinician's place in one patient's team, as it stands now; `practice_id` is the practice that it names.

    `accepted_at` and `ended_at` tell how it stood before; nothing that is decided now compares them with a clock.
    """

    user_id: UUID
    role: Role
    kind: MembershipKind = MembershipKind.TREATING
    patient_agreed: bool = True
    clinician_accepted: bool = True
    declined: bool = False
    ended: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    practice_id: UUID | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """One practice vouches for one clinical role, now. Without a practice it vouches for what names none."""

    role: Role
    practice_id: UUID | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and which practices vouch for which of their clinical roles."""

    user_id: UUID
    verifications: frozenset[Verification] = frozenset()
    disabled: bool = False

    @property
    def verified(self) -> frozenset[Role]:
        """The clinical roles for which some practice vouches."""
        return frozenset(v.role for v in self.verifications)

    def verified_for(self, membership: Membership) -> bool:
        """Say whether the membership's own practice vouches for its role; any practice, where it names none."""
        return any(
            v.role is membership.role and membership.practice_id in {None, v.practice_id} for v in self.verifications
        )


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
    from the clock (so that a revocation bites on a server whose clock is behind). `signed_at` and `closed_at`
    tell how it stood before.
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
    signed_at: datetime | None = None
    closed_at: datetime | None = None


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
    """The patient's standing no, in force until lifted. `made_at` and `lifted_at` tell how it stood before."""

    id: UUID
    against: Against
    limit: Limit
    emergency: EmergencyRule = EmergencyRule.WITHHOLD
    lifted: bool = False
    made_at: datetime | None = None
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """The author's release of one special note to one reader, or to the patient (`reader_id` of None)."""

    item_id: UUID
    reader_id: UUID | None
    withdrawn: bool = False
    released_at: datetime | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EmergencySession:
    """A clinician's stated emergency (42 CFR 2.51), in one role, for these classes; `ended` is absolute."""

    id: UUID
    user_id: UUID
    role: Role
    classes: frozenset[ItemClass]
    valid_from: datetime
    valid_until: datetime
    ended: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Representation:
    """A person who acts for the patient within recorded authority.

    `agreed` says that the patient agreed to it or that a verified clinician of the team attested the document.
    `valid_until` is its end by the clock, majority included; none: until it is ended. `ended` is absolute.
    """

    id: UUID
    user_id: UUID
    basis: RepresentationBasis
    classes: frozenset[ItemClass]
    labels: frozenset[Label]
    powers: frozenset[Power]
    valid_from: datetime
    valid_until: datetime | None = None
    agreed: bool = True
    ended: bool = False
    agreed_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """What opens a record besides memberships and consents."""

    releases: tuple[Release, ...] = ()
    emergencies: tuple[EmergencySession, ...] = ()
    representations: tuple[Representation, ...] = ()


NO_GROUNDS = Grounds()
