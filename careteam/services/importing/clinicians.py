"""The two clinicians of an import, and whether whoever imports is one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin
from careteam.errors import Invalid, NotPermitted
from careteam.policy.vocabulary import Role
from careteam.services.identity import credentials


@dataclass(frozen=True, slots=True)
class Clinician:
    """Somebody verified for the role in which they are named; `imports` says that it is their own act.

    The command line imports in the name of both; over the API a clinician speaks for nobody else.
    """

    user_id: UUID
    role: Role
    practices: frozenset[UUID]
    imports: bool

    @property
    def practice_id(self) -> UUID:
        """The practice for which a place is proposed: one of those that verify the role."""
        return min(self.practices)


@dataclass(frozen=True, slots=True)
class Pair:
    """The therapist and the prescriber of one import; a person verified for both roles may be both."""

    therapist: Clinician
    prescriber: Clinician

    @property
    def both(self) -> tuple[Clinician, Clinician]:
        """The two, therapist first."""
        return self.therapist, self.prescriber


def check_importer(actor: Actor | None, named: Mapping[Role, UUID]) -> None:
    """Raises NotPermitted unless it is the command line, or one of the named clinicians, verified for that role."""
    if actor is None:
        return
    own = {role for role, user_id in named.items() if user_id == actor.user_id}
    if not own & actor.verified:
        raise NotPermitted("Only a verified clinician imports, as the therapist or the prescriber whom they name.")


def pair(session: Session, actor: Actor | None, named: Mapping[Role, UUID]) -> Pair:
    """Return the two clinicians. Raises Invalid when one is not verified for the role, or does not exist."""
    return Pair(
        therapist=_verified(session, actor, Role.THERAPIST, named[Role.THERAPIST]),
        prescriber=_verified(session, actor, Role.PRESCRIBER, named[Role.PRESCRIBER]),
    )


def _verified(session: Session, actor: Actor | None, role: Role, user_id: UUID) -> Clinician:
    found = credentials.by_user(session, user_id, Origin())
    posts = found.posts if found else ()
    practices = frozenset(post.practice_id for post in posts if post.role is role and post.verified)
    if not practices:
        raise Invalid(
            f"The {role} who is named is not verified as a {role} in any practice.",
            {f"{role}_id": [f"Name a verified {role}."]},
        )
    return Clinician(user_id, role, practices, imports=actor is None or actor.user_id == user_id)
