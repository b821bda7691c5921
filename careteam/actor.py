"""Who is acting, as the doors hand it to the services: comes from the session or token, never from input."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from careteam.policy.facts import Reader, Verification
from careteam.policy.vocabulary import CLINICAL_ROLES, Role


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; goes into the access log."""

    request_id: str = ""
    address: str = ""
    door: str = "api"


@dataclass(frozen=True, slots=True)
class Post:
    """One role in one practice; a clinical role counts only when verified."""

    practice_id: UUID
    role: Role
    verified: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person. `patient_id` is their own record, if they have one.

    `representation_id` is set where one patient's record is open: what they do there they do on behalf of that patient.
    """

    user_id: UUID
    name: str
    email: str
    posts: tuple[Post, ...] = ()
    patient_id: UUID | None = None
    makes_practices: bool = False
    second_factor: bool = False
    new_password_required: bool = False
    representation_id: UUID | None = None
    origin: Origin = field(default_factory=Origin)

    @property
    def verified(self) -> frozenset[Role]:
        """The clinical roles that some practice verified and has not ended."""
        return self.reader.verified

    @property
    def reader(self) -> Reader:
        """The actor as the policy sees them."""
        vouched = (Verification(p.role, p.practice_id) for p in self.posts if p.verified and p.role in CLINICAL_ROLES)
        return Reader(self.user_id, frozenset(vouched))

    def has_post(self, practice_id: UUID, role: Role) -> bool:
        """Say whether the actor has this role in this practice."""
        return any(p.practice_id == practice_id and p.role is role for p in self.posts)

    def as_patient(self) -> "Actor":
        """Return the same person without any role: what they do now, they do for themselves."""
        return replace(self, posts=(), makes_practices=False)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a second factor is required of them: of everybody with a role, and of who makes practices."""
        return bool(self.posts) or self.makes_practices

    @property
    def kind(self) -> str:
        """The word for the actor in the access log."""
        roles = sorted({p.role.value for p in self.posts})
        return "+".join((["patient"] if self.patient_id else []) + roles) or "user"
