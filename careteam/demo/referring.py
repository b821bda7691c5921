"""Deeds of a referral: proposed by a clinician, agreed to by the patient with their consent, accepted."""

from dataclasses import dataclass
from datetime import datetime

from careteam.demo.cast import CAST
from careteam.demo.sharing import Document
from careteam.demo.stage import Stage
from careteam.policy.vocabulary import Role
from careteam.services.consents import reading
from careteam.services.referrals import addressed, agreeing, previewing, proposing, referrals


@dataclass(frozen=True, slots=True)
class Refers:
    """Proposes to refer a patient to one of the cast, with what is to be shared of one's own."""

    referral: str
    to: str
    to_role: Role
    reason: str
    question: str
    share: Document
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = proposing.propose(
            stage.session,
            stage.actor(who),
            stage.patient_id(self.about),
            to={"user_id": stage.actor(self.to).user_id},
            to_role=self.to_role,
            reason=self.reason,
            question=self.question,
            share={"disclosers": stage.parties(self.share.disclosers), "classes": self.share.classes},
            at=at,
        )
        stage.keep(self.referral, made)


@dataclass(frozen=True, slots=True)
class AgreesToReferral:
    """Looks, as the patient, at what a referral would open, and says yes; the consent is signed with it."""

    referral: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        actor, ids = stage.actor(who), (stage.patient_id(who), stage.id_of(self.referral))
        previewing.preview(stage.session, actor, *ids, at=at)
        read = referrals.read(stage.session, actor, *ids, at=at)
        consent = reading.read(stage.session, actor, ids[0], read["consent_id"], at=at)
        agreeing.agree(
            stage.session,
            stage.passwords,
            actor,
            *ids,
            version=read["version"],
            consent_version=consent["version"],
            typed_name=CAST[who].name,
            password=CAST[who].password,
            terms_sha256=consent["terms"]["sha256"],
            at=at,
        )


@dataclass(frozen=True, slots=True)
class AcceptsReferral:
    """Accepts a referral, and with it the place in the care team."""

    referral: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        addressed.accept(stage.session, stage.actor(who), stage.id_of(self.referral), at=at)
        stage.met.clear()
