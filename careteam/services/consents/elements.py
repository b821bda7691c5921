"""The elements that a consent still lacks, as the page shows them beside it, and as signing refuses without them."""

from typing import Any

from careteam.errors import Invalid
from careteam.facts import consent_fact
from careteam.models import Consent
from careteam.policy.elements import Element, Paper, missing_elements
from careteam.services.consents import terms
from careteam.services.consents.terms import Terms
from careteam.services.record.records import Record


def missing(record: Record, consent: Consent) -> list[dict[str, Any]]:
    """Return what the consent lacks as it stands; an unsigned one lacks its signature at least."""
    fact = consent_fact(consent)
    paper = _paper(record, consent, terms.of(fact), consent.signature_name, on_behalf=consent.representation_id)
    return [
        {"element": found.element, "section": found.section, "sentence": found.sentence}
        for found in missing_elements(paper)
    ]


def check_complete(record: Record, consent: Consent, shown: Terms, typed_name: str) -> None:
    """Raise Invalid, naming every absent element with its section, unless the consent holds all once it is signed."""
    found = missing_elements(_paper(record, consent, shown, typed_name, on_behalf=record.actor.representation_id))
    if found:
        told = {element.element: [_told(element)] for element in found}
        raise Invalid("The law asks for more than this consent says.", {"missing_elements": told})


def _told(element: Element) -> str:
    return f"{element.section}: {element.sentence}"


def _paper(record: Record, consent: Consent, shown: Terms, signed_name: str | None, *, on_behalf: Any) -> Paper:
    by = next((r for r in record.facts.grounds.representations if r.id == on_behalf), None)
    return Paper(
        consent=consent_fact(consent),
        patient_name=record.facts.person.name,
        statements=shown.statements,
        signed_name=signed_name,
        signed_at=consent.signed_at or (record.at if signed_name else None),
        on_behalf=on_behalf is not None,
        authority=by.basis if by else None,
    )
