"""A consent may name the one that it supersedes: the old one ends when the new one begins."""

from sqlalchemy.orm import Session

from careteam.errors import Conflict, Invalid
from careteam.models import Consent
from careteam.policy.vocabulary import ConsentStatus
from careteam.services.consents.reading import sees
from careteam.services.consents.states import state_of
from careteam.services.record.records import Record

_MIXED = "Kinds do not mix: name a consent of the same kind, or sign this one by itself (45 CFR 164.508(b)(3)(ii))."


def check_supersedes(session: Session, record: Record, consent: Consent) -> Consent | None:
    """Return the consent that this one would supersede, None when it names none.

    Raises Invalid when there is none such that the actor can see, or it is of another kind; Conflict unless it is
    in force (or will be) and nothing supersedes it yet.
    """
    if consent.supersedes_id is None:
        return None
    old = session.get(Consent, consent.supersedes_id)
    if old is None or old.patient_id != record.patient_id or not sees(record, old):
        raise Invalid("Name a consent that is in force.", {"supersedes_id": ["No such consent that you can see."]})
    if old.kind is not consent.kind:
        raise Invalid(_MIXED, {"supersedes_id": [_MIXED]})
    if state_of(old, record.at) is not ConsentStatus.ACTIVE:
        raise Conflict("The consent to be superseded is not in force: sign this one by itself, without supersedes_id.")
    if old.superseded_at is not None:
        raise Conflict("Another consent supersedes that one already: sign this one by itself, without supersedes_id.")
    return old


def supersede(old: Consent | None, new: Consent) -> None:
    """End the old consent at the instant at which the new one begins: no gap, no overlap."""
    if old is not None:
        old.superseded_at = new.valid_from
