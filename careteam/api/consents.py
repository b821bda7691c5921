"""Consents of one patient: requested or drafted, signed, revoked."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.parts import passwords
from careteam.api.schemas.consents import (
    ConsentDraft,
    ConsentEdit,
    ConsentOut,
    ConsentPage,
    ConsentQuery,
    SignatureDraft,
)
from careteam.api.schemas.terms import TermsOut, TermsQuery
from careteam.context import actor, now, session
from careteam.services.consents import drafting, reading, signing, terms

blp = blueprint("consents", "Signed documents that open parts of a record; they end, and the patient can revoke them.")
CONSENTS = "/patients/<uuid:patient_id>/consents"
CONSENT = CONSENTS + "/<uuid:consent_id>"


@blp.route(CONSENTS)
@blp.arguments(ConsentQuery, location="query")
@blp.response(200, ConsentPage)
def list_consents(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the patient's consents, newest first; to a clinician, those that concern them, and their requests."""
    return page(*reading.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(CONSENTS, methods=["POST"])
@blp.arguments(ConsentDraft)
@blp.response(201, ConsentOut)
def begin_consent(body: dict[str, Any], patient_id: UUID) -> Response:
    """Draft a consent (the patient) or request one (a member). Nothing opens before the patient signs."""
    return _consent(drafting.begin(session(), actor(), patient_id, **body, at=now()), 201)


@blp.route(CONSENT)
@blp.response(200, ConsentOut)
def read_consent(patient_id: UUID, consent_id: UUID) -> Response:
    """Read one consent."""
    return _consent(reading.read(session(), actor(), patient_id, consent_id, at=now()))


@blp.route(CONSENT, methods=["PATCH"])
@blp.arguments(ConsentEdit)
@blp.response(200, ConsentOut)
@versioned
def edit_consent(body: dict[str, Any], patient_id: UUID, consent_id: UUID, version: int) -> Response:
    """Change your draft, or a request before you sign it: what was asked for is kept beside it."""
    return _consent(drafting.edit(session(), actor(), patient_id, consent_id, version=version, at=now(), **body))


@blp.route(CONSENT + "/signature", methods=["POST"])
@blp.arguments(SignatureDraft)
@blp.response(200, ConsentOut)
@versioned
def sign_consent(body: dict[str, Any], patient_id: UUID, consent_id: UUID, version: int) -> Response:
    """Sign the consent as it stands in the version that you read; from now on it does not change."""
    place = (patient_id, consent_id)
    return _consent(signing.sign(session(), passwords(), actor(), *place, version=version, at=now(), **body))


@blp.route(CONSENT + "/decline", methods=["POST"])
@blp.response(200, ConsentOut)
def decline_consent(patient_id: UUID, consent_id: UUID) -> Response:
    """Say no to a request."""
    return _consent(drafting.decline(session(), actor(), patient_id, consent_id, at=now()))


@blp.route(CONSENT + "/withdrawal", methods=["POST"])
@blp.response(200, ConsentOut)
def withdraw_consent(patient_id: UUID, consent_id: UUID) -> Response:
    """Take back your own request or draft."""
    return _consent(drafting.withdraw(session(), actor(), patient_id, consent_id, at=now()))


@blp.route(CONSENT + "/ended", methods=["POST"])
@blp.response(200, ConsentOut)
def end_consent(patient_id: UUID, consent_id: UUID) -> Response:
    """Record that the event stated in the consent has happened: it ends now."""
    return _consent(drafting.record_end(session(), actor(), patient_id, consent_id, at=now()))


@blp.route("/terms/current")
@blp.arguments(TermsQuery, location="query")
@blp.response(200, TermsOut)
def read_current_terms(query: dict[str, Any]) -> Response:
    """Read the text to show before signing a consent of this kind; its SHA-256 goes with the signature."""
    return answer(terms.current(**query))


@blp.route("/terms/<string:sha256>")
@blp.response(200, TermsOut)
def read_terms(sha256: str) -> Response:
    """Read a text that was signed, by its SHA-256."""
    return answer(terms.read(session(), sha256))


def _consent(consent: dict[str, Any], status: int = 200) -> Response:
    return answer(consent, status, version=consent["version"])
