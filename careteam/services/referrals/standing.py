"""How referrals stand: from their own facts, the place and the consent that go with each, and readable answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import Answer, Consent, Membership
from careteam.policy import referring
from careteam.policy.referring import Happened
from careteam.policy.treatment_words import AnswerOutcome, ReferralAnswer, ReferralState
from careteam.policy.vocabulary import ConsentStatus
from careteam.services.record.records import Record


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes with some referrals: their places and consents by id, and the answers that the reader may read."""

    places: Mapping[UUID, Membership]
    consents: Mapping[UUID, Consent]
    answers: Mapping[UUID, list[Any]]

    def state(self, row: Any) -> ReferralState:
        """Return how the referral of this row (or object) stands, as far as the reader may know."""
        place = self.places.get(row.membership_id) if row.membership_id else None
        consent = self.consents.get(row.consent_id) if row.consent_id else None
        return referring.state(_happened(row, place, consent, self.answers.get(row.id, [])))

    def appointment_on(self, row: Any) -> date | None:
        """Return the day of the newest appointment that the reader may know of."""
        made = [a.follow_up_on for a in self.answers.get(row.id, []) if a.outcome is AnswerOutcome.APPOINTMENT]
        return made[-1] if made else None


def beside(session: Session, record: Record, rows: Sequence[Any]) -> Beside:
    """Look up what goes with these referrals, in three statements, whatever their number; none without any."""
    if not rows:
        return Beside({}, {}, {})
    asked = record.rows(Answer, Answer.id, Answer.answers_id, Answer.outcome, Answer.follow_up_on)
    asked = asked.where(Answer.answers_id.in_([row.id for row in rows]), Answer.error_at.is_(None))
    answers: dict[UUID, list[Any]] = {}
    for answer in session.execute(asked.order_by(Answer.id)):
        answers.setdefault(answer.answers_id, []).append(answer)
    return Beside(*_with(session, rows), answers)


def to_addressee(session: Session, rows: Sequence[Any]) -> Beside:
    """Return the same for whom they are addressed to, who has to be no member: no answers."""
    return Beside(*_with(session, rows), {}) if rows else Beside({}, {}, {})


def _with(session: Session, rows: Sequence[Any]) -> tuple[Mapping[UUID, Membership], Mapping[UUID, Consent]]:
    places = select(Membership).where(Membership.id.in_([row.membership_id for row in rows if row.membership_id]))
    consents = select(Consent).where(Consent.id.in_([row.consent_id for row in rows if row.consent_id]))
    return {m.id: m for m in session.scalars(places)}, {c.id: c for c in session.scalars(consents)}


def _happened(row: Any, place: Membership | None, consent: Consent | None, answers: Sequence[Any]) -> Happened:
    """Read the facts. Who closes the place or the consent by itself has answered the referral too.

    Before the patient's yes the addressee knows of none: what they say no to is another proposal, which is not told.
    """
    closed = place is not None and bool(place.declined_at or place.ended_at)
    by_addressee = place is not None and row.to_user_id in {place.declined_by, place.ended_by}
    status = consent.status if consent is not None else None
    return Happened(
        withdrawn=row.withdrawn_at is not None or row.error_at is not None or status is ConsentStatus.WITHDRAWN,
        said=row.patient_answer,
        refused_elsewhere=(closed and not by_addressee) or status is ConsentStatus.DECLINED,
        declined=row.declined_at is not None or (closed and by_addressee and row.patient_answer is ReferralAnswer.YES),
        accepted=row.accepted_at is not None,
        answers=frozenset(answer.outcome for answer in answers),
    )
