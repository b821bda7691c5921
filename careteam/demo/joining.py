"""Deeds by which people come together: practices, accounts, teams."""

from dataclasses import dataclass
from datetime import datetime

from careteam.demo.cast import CAST, PRACTICES
from careteam.demo.days import ZONE, When
from careteam.demo.stage import ORIGIN, Stage
from careteam.policy.vocabulary import InvitationKind, MembershipKind, Role
from careteam.services.identity import administrators, staff
from careteam.services.team import acceptance, invitations, memberships, proposals, teams
from careteam.services.team.acceptance import ByLink
from careteam.services.team.joining import Answer

INVITATION_DAYS = 14


@dataclass(frozen=True, slots=True)
class Founds:
    """Makes their own account and a practice, as whoever installs careteam does on the command line."""

    practice: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = administrators.create_admin(
            stage.session,
            stage.passwords,
            email=CAST[who].email,
            name=CAST[who].name,
            password=CAST[who].password,
            practice=PRACTICES[self.practice],
            origin=ORIGIN,
            at=at,
        )
        stage.keep(self.practice, made["practice"])
        stage.met.clear()


@dataclass(frozen=True, slots=True)
class Invites:
    """Invites one of the cast: into a practice, to their own record, or into a patient's team."""

    invited: str
    kind: InvitationKind
    role: Role
    practice: str | None = None
    team_of: str | None = None
    covering: tuple[When, When] | None = None

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it; the link goes to the person by the name `<kind>:<person>`."""
        first, end = self.covering or (None, None)
        invited, token = invitations.invite(
            stage.session,
            stage.actor(who),
            kind=self.kind,
            email=CAST[self.invited].email,
            role=self.role,
            practice_id=stage.id_of(self.practice) if self.practice else None,
            patient_id=stage.patient_id(self.team_of) if self.team_of else None,
            membership_kind=MembershipKind.COVERING if first else None,
            valid_from=first.instant(stage.now) if first else None,
            valid_until=end.instant(stage.now) if end else None,
            days=INVITATION_DAYS,
            at=at,
        )
        stage.keep(f"{self.kind}:{self.invited}", {**invited, "token": token})


@dataclass(frozen=True, slots=True)
class Accepts:
    """Follows the link of the last invitation of this kind, and registers with it where `registers` says so."""

    kind: InvitationKind
    registers: bool = False

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        name = f"{self.kind}:{who}"
        made = acceptance.accept(
            stage.session,
            stage.passwords,
            None if self.registers else stage.actor(who),
            ByLink(stage.made[name]["token"]),
            self._answer(who),
            origin=ORIGIN,
            at=at,
        )
        stage.keep(name, {**made, "id": made["membership_id"]})
        stage.met.clear()

    def _answer(self, who: str) -> Answer:
        if not self.registers:
            return Answer()
        person = CAST[who]
        return Answer(person.name, person.password, person.birth_date, time_zone=ZONE.key)


@dataclass(frozen=True, slots=True)
class Verifies:
    """Attests, as administrator of the practice, that somebody holds the licence for their role."""

    person: str
    practice: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        actor, practice_id = stage.actor(who), stage.id_of(self.practice)
        posts, _ = staff.page_of(stage.session, actor, practice_id, limit=100)
        user_id = stage.actor(self.person).user_id
        staff_id = next(post["id"] for post in posts if post["user_id"] == user_id)
        staff.verify(stage.session, actor, practice_id, staff_id, at=at)
        stage.met.clear()


@dataclass(frozen=True, slots=True)
class Agrees:
    """Looks, as the patient, at what the membership of a clinician would open, and says yes."""

    clinician: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        membership_id = stage.id_of(f"{InvitationKind.CLINICIAN}:{self.clinician}")
        teams.preview(stage.session, stage.actor(who), membership_id, at=at)
        memberships.agree(stage.session, stage.actor(who), membership_id, at=at)


@dataclass(frozen=True, slots=True)
class AgreesToProposal:
    """Looks, as the patient, at what a proposed membership would open, and says yes before the clinician answers."""

    clinician: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        invitation_id = stage.id_of(f"{InvitationKind.CLINICIAN}:{self.clinician}")
        proposals.preview(stage.session, stage.actor(who), invitation_id, at=at)
        proposals.agree(stage.session, stage.actor(who), invitation_id, at=at)
