"""Whether an addressee could read a referral once they are in the team: the gate itself, asked beforehand."""

from dataclasses import replace

from sqlalchemy.orm import Session

from careteam import access
from careteam.errors import Invalid
from careteam.facts import consent_fact, membership_fact
from careteam.models import Consent, Membership, Referral
from careteam.policy.changes import Decided, joined, signed
from careteam.policy.facts import Membership as Place
from careteam.policy.facts import Reader, Verification
from careteam.policy.team import accepted
from careteam.policy.vocabulary import MembershipKind
from careteam.services.previews.acts import decided
from careteam.services.record.records import Record

UNREAD = "As it stands, the addressee could not read this referral."


def check_asked(session: Session, record: Record, referral: Referral, place: Membership, consent: Consent) -> None:
    """Raise Invalid unless the consent, as it is asked for, opens the referral. What the patient keeps shut is theirs.

    A place for which others ask counts as a new one: when it is to begin is not the writer's to know. To be called
    once the referral is flushed.
    """
    newcomer = membership_fact(place)
    if not accepted(newcomer):
        newcomer = replace(newcomer, kind=MembershipKind.TREATING, valid_from=None, valid_until=None)
    if not _opens(session, record, referral, newcomer, consent, replace(decided(record), consents=(), restrictions=())):
        told = "List the class referral, yourself as a discloser, and every label of the referral."
        raise Invalid(UNREAD, {"share": [told]})


def check_agreed(session: Session, record: Record, referral: Referral, place: Membership, consent: Consent) -> None:
    """Raise Invalid where the patient would agree to a referral that its addressee could not read."""
    if not _opens(session, record, referral, membership_fact(place), consent, decided(record)):
        told = "Leave the class referral of who refers you in the consent, and lift a restriction of yours against it."
        raise Invalid(UNREAD, {"consent_version": [told]})


def _opens(
    session: Session, record: Record, referral: Referral, newcomer: Place, consent: Consent, before: Decided
) -> bool:
    new = consent_fact(consent)
    after = joined(signed(before, new), newcomer)
    reader = Reader(newcomer.user_id, frozenset({Verification(newcomer.role, newcomer.practice_id)}))
    begins = max(record.at, new.valid_from, newcomer.valid_from or record.at)
    return bool(access.read_by(session, {newcomer.user_id: after.scope(reader, begins)}, referral.id))
