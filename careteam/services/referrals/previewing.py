"""What the patient's yes to a referral would do: signing and joining looked at together, as they are done together."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict
from careteam.facts import consent_fact, membership_fact
from careteam.models import Consent, Membership
from careteam.policy.changes import joined, signed
from careteam.policy.team import accepted
from careteam.policy.vocabulary import ConsentStatus, PreviewedAct, Signer, WaitsFor
from careteam.services.consents import signatures, signing
from careteam.services.consents.reading import find
from careteam.services.consents.states import state_of
from careteam.services.previews import acts, joining
from careteam.services.previews.acts import check_may_preview, decided
from careteam.services.previews.comparing import Act
from careteam.services.previews.people import Person, joins
from careteam.services.previews.shown import Ending, answer
from careteam.services.previews.words import NOT_ALONE
from careteam.services.record.records import Record
from careteam.services.referrals import places
from careteam.services.referrals.agreeing import to_agree
from careteam.services.referrals.reaching import check_agreed
from careteam.services.team.readers import readers


def preview(session: Session, actor: Actor, patient_id: UUID, referral_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what yes would open, in the version of the consent that the answer names. For the patient.

    Raises as `agreeing.agree`, but for what proves who signs; Conflict for a letter, which opens nothing here.
    """
    record, referral = to_agree(session, actor, patient_id, referral_id, at=at)
    check_may_preview(record)
    if referral.to_user_id is None:
        raise Conflict("A letter opens nothing here: the referral says what it would pass on.")
    assert referral.consent_id is not None
    place = places.of(session, referral.membership_id)
    consent = find(session, record, referral.consent_id)
    places.check_open(record, place)
    if state_of(consent, at) is ConsentStatus.ACTIVE:
        return joining.membership(session, actor, place.id, at=at)
    check_agreed(session, record, referral, place, consent)
    if accepted(membership_fact(place)):
        return acts.signature(session, actor, patient_id, consent.id, at=at)
    signing.open_to_sign(session, actor, patient_id, consent.id, at=at)
    return _together(session, record, consent, place, target=referral_id)


def _together(session: Session, record: Record, consent: Consent, place: Membership, *, target: UUID) -> dict[str, Any]:
    whose = signatures.needed(session, record)
    signatures.check_may_sign(session, record, consent, whose)
    missing = whose - signatures.counted(session, record, consent) - {Signer.PATIENT}
    trial = Consent(**{column.key: getattr(consent, column.key) for column in inspect(Consent).columns})
    with session.no_autoflush:
        old = signing.settle(session, record, trial)
    new, newcomer, before = consent_fact(trial), membership_fact(place), decided(record)
    person = _joining(session, record, place)
    after = joined(signed(before, new, ends=old.id if old else None), newcomer)
    act = Act(
        PreviewedAct.JOIN, before, after, max(new.valid_from, person.begins(record.at)), replace(after, restrictions=())
    )
    ends = [Ending(old.id, new.valid_from, narrowed=False)] if old else []
    says = [NOT_ALONE] if missing else []
    return answer(session, record, act, target=target, version=consent.version, ends=ends, says=says, joining=person)


def _joining(session: Session, record: Record, place: Membership) -> Person:
    """Return the addressee as who joins; they still have to accept, unless they have said yes to the place already."""
    newcomer = membership_fact(place)
    known = readers(session, [place.user_id]).get(place.user_id)
    waits = [] if newcomer.clinician_accepted else [WaitsFor.CLINICIAN]
    return joins(newcomer, name=record.facts.names[place.user_id], known=known, waits_for=waits)
