"""Who is told that something happened to a referral: who refers while they are in the team, and the patient."""

from datetime import datetime

from sqlalchemy.orm import Session

from careteam.models import Referral
from careteam.policy.facts import Team
from careteam.policy.vocabulary import NoticeKind
from careteam.services.notices.recipients import still_members
from careteam.services.notices.telling import tell


def referrer(session: Session, team: Team, referral: Referral, *, at: datetime) -> None:
    """Tell who refers, as long as they are a current member."""
    told = still_members(session, team, [referral.author_id], at=at)
    tell(session, told, NoticeKind.REFERRAL_ANSWERED, patient_id=team.patient_id, target=referral.id, at=at)


def patient(session: Session, team: Team, referral: Referral, *, at: datetime) -> None:
    """Tell the patient."""
    told = [team.patient_user_id]
    tell(session, told, NoticeKind.REFERRAL_ANSWERED, patient_id=team.patient_id, target=referral.id, at=at)
