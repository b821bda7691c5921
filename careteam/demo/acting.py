"""Deeds by which somebody acts for a patient."""

from dataclasses import dataclass
from datetime import datetime

from careteam.demo.cast import CAST
from careteam.demo.joining import INVITATION_DAYS
from careteam.demo.stage import Stage
from careteam.policy.vocabulary import InvitationKind, Power, RepresentationBasis
from careteam.services.representations import adding


@dataclass(frozen=True, slots=True)
class Empowers:
    """Invites one of the cast, as the adult patient, to act for them under a power of attorney."""

    person: str
    powers: tuple[Power, ...]

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it; the link goes to the person by the name `representative:<person>`."""
        made, token = adding.add(
            stage.session,
            stage.actor(who),
            stage.patient_id(who),
            email=CAST[self.person].email,
            basis=RepresentationBasis.POWER_OF_ATTORNEY,
            powers=self.powers,
            days=INVITATION_DAYS,
            at=at,
        )
        stage.keep(f"{InvitationKind.REPRESENTATIVE}:{self.person}", {**made, "token": token})
