"""A referral proposed: with the place in the team and the consent that the patient's yes is to give."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid, NotPermitted
from careteam.models import Consent, Membership, Referral
from careteam.policy.vocabulary import ItemClass, Label, NoticeKind, Role
from careteam.services.consents import drafting
from careteam.services.consents.documents import as_asked
from careteam.services.notices import of_signatures
from careteam.services.notices.telling import tell
from careteam.services.record import reading
from careteam.services.record.entries import beginning
from careteam.services.record.records import Record, open_to_write
from careteam.services.referrals import places
from careteam.services.referrals.reaching import check_asked
from careteam.services.referrals.referrals import REFERRALS
from careteam.vault import seal

LAPSES_AFTER = timedelta(days=90)
"""How long a referral waits for the patient's yes, unless it says otherwise: "not now" is an answer too."""
PASSED_ON = ("disclosers", "classes", "labels", "data_from", "data_through", "valid_until")
"""What a letter says of what is shared."""
ONLY_HERE = ("exceptions", "ends_when", "supersedes_id", "lapses_at", "message", "valid_from")


def propose(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    to: Mapping[str, Any],
    to_role: Role,
    reason: str,
    question: str | None = None,
    share: Mapping[str, Any],
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Propose to refer the patient to a clinician, and return the referral. Nothing opens before the patient's yes.

    `to` is `user_id` (with `practice_id` where they work in several), or the `name` and `address` of somebody
    outside. `share` are the words of the consent that goes with it (see `drafting.compose`), the recipient left out.
    Raises NotFound, NotPermitted but to current clinicians, Conflict when the patient has died, Invalid.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    if not record.is_member:
        raise NotPermitted("A clinician of the care team refers.")
    begun = beginning(record, ItemClass.REFERRAL, on=None, labels=labels, part2=part2)
    made = Referral(**begun, to_role=to_role)
    made.reason = seal(session, Referral.reason, made.id, reason)
    made.question = seal(session, Referral.question, made.id, question)
    if "user_id" in to:
        _to_somebody_here(session, record, made, to, share)
    else:
        _to_somebody_outside(session, record, made, to, share)
    told = [record.team.patient_user_id]
    tell(session, told, NoticeKind.REFERRAL_PROPOSED, patient_id=patient_id, target=made.id, at=at)
    return reading.changed(session, record, REFERRALS, "propose-referral", made.id)


def _to_somebody_here(
    session: Session, record: Record, made: Referral, to: Mapping[str, Any], share: Mapping[str, Any]
) -> None:
    place, practice_id = places.proposed(session, record, to["user_id"], made.to_role, to.get("practice_id"))
    consent = _request(session, record, place, share)
    made.to_user_id, made.to_practice_id = place.user_id, practice_id
    made.membership_id, made.consent_id = place.id, consent.id
    session.add(made)
    session.flush()
    check_asked(session, record, made, place, consent)


def _request(session: Session, record: Record, place: Membership, share: Mapping[str, Any]) -> Consent:
    """Return the consent as the writer requests it: the same as any request of theirs, to somebody not here yet."""
    words = {"lapses_at": record.at + LAPSES_AFTER, **share, "recipients": [f"member:{place.user_id}"]}
    consent = drafting.compose(session, places.with_member(record, place), **words)
    consent.asked = as_asked(consent)
    session.add(consent)
    of_signatures.requested(session, record, consent)
    session.flush()
    return consent


def _to_somebody_outside(
    session: Session, record: Record, made: Referral, to: Mapping[str, Any], share: Mapping[str, Any]
) -> None:
    """Keep what the letter is to say. A consent that names nobody of the team opens nothing here and is not made."""
    wrong = {name: ["Leave this out of a letter."] for name in ONLY_HERE if share.get(name)}
    if wrong:
        raise Invalid("A letter says what is shared, and until when; it opens nothing here.", {"share": wrong})
    document = drafting.compose(session, record, **share, recipients=[f"member:{record.actor.user_id}"])
    said = as_asked(document)
    if Label.SUBSTANCE_USE in document.labels | made.labels:
        told = {"share": {"labels": ["42 CFR 2.31 asks for a signed consent that names who receives it."]}}
        raise Invalid("Substance use is shared with somebody outside by a consent on paper.", told)
    made.share = {name: said[name] for name in PASSED_ON}
    made.to_name = seal(session, Referral.to_name, made.id, to["name"])
    made.to_address = seal(session, Referral.to_address, made.id, to["address"])
    session.add(made)
