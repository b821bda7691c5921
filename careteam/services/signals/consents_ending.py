"""Consents in force that end, as the viewer may know them; of one that is renewed already nothing is said."""

from datetime import datetime

from careteam.policy.facts import Consent
from careteam.policy.sharing import in_force
from careteam.policy.signals import Ending
from careteam.services.consents.views import grants
from careteam.services.record.records import Record


def of(record: Record) -> list[Ending]:
    """Return them with their ends: to the patient all, to a current member those under which they read. No statement.

    Who acts for a patient is told of none here: which consents are theirs to know, the list of consents decides.
    """
    standing = [consent for consent in record.facts.consents if in_force(consent, record.at)]
    if record.is_patient:
        return [_ending(consent) for consent in standing if consent.superseded_at is None]
    if not record.is_member:
        return []
    mine = [consent for consent in record.facts.consents if grants(record, consent)]
    follows = {consent.valid_from for consent in mine}
    return [_ending(c) for c in standing if c in mine and c.superseded_at not in follows]


def _ending(consent: Consent) -> Ending:
    return Ending(consent.id, consent.classes, _end(consent))


def _end(consent: Consent) -> datetime:
    return min(consent.valid_until, consent.superseded_at or consent.valid_until)
