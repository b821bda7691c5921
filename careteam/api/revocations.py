"""Taking consent back: no reason, no password, no If-Match; it bites at once."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.consents import CONSENT
from careteam.api.door import answer, blueprint
from careteam.api.printing import printed
from careteam.api.schemas.revocations import Receipt, ReceiptKeys, RevocationDraft, RevokedEverywhere
from careteam.context import actor, now, session
from careteam.services.consents import printing, receipt_signing, recording, revoking

blp = blueprint("revocations", "Taking consent back, whole or in part; also recorded for the patient.")


@blp.route(CONSENT + "/revocation", methods=["POST"])
@blp.arguments(RevocationDraft)
@blp.response(200, Receipt)
def revoke_consent(body: dict[str, Any], patient_id: UUID, consent_id: UUID) -> Response:
    """Revoke a consent, or one class, recipient or discloser of it. Repeated, it answers the same receipt."""
    return answer(revoking.revoke(session(), actor(), patient_id, consent_id, **body, at=now()))


@blp.route(CONSENT + "/revocation")
@blp.response(200, Receipt)
def read_revocation(patient_id: UUID, consent_id: UUID) -> Response:
    """Read the receipt of a revocation."""
    return answer(revoking.receipt(session(), actor(), patient_id, consent_id, at=now()))


@blp.route(CONSENT + "/revocation.html")
@blp.response(200, {"type": "string"}, content_type="text/html")
def print_revocation(patient_id: UUID, consent_id: UUID) -> Response:
    """Print the receipt of a revocation."""
    return printed("receipt", **printing.printable(session(), actor(), patient_id, consent_id, at=now()))


@blp.route("/receipt-keys")
@blp.response(200, ReceiptKeys)
def list_receipt_keys() -> Response:
    """Read the public keys with which receipts are signed, the current one first."""
    return answer({"items": receipt_signing.public_keys(session())})


@blp.route("/patients/<uuid:patient_id>/revocations", methods=["POST"])
@blp.arguments(RevocationDraft)
@blp.response(200, RevokedEverywhere)
def revoke_everywhere(body: dict[str, Any], patient_id: UUID) -> Response:
    """Revoke all consents, or one part in all of them.

    A member or a privacy officer records here what the patient said or wrote, without seeing any consent.
    """
    return answer(recording.revoke_everywhere(session(), actor(), patient_id, **body, at=now()))
