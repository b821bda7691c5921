"""Previews: what an act would open and close, seen by the patient before it is done. They change nothing."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.consents import CONSENT, CONSENTS
from careteam.api.door import answer, blueprint, changes_nothing
from careteam.api.restrictions import RESTRICTION, RESTRICTIONS
from careteam.api.schemas.consents import ConsentDraft
from careteam.api.schemas.previews import Preview
from careteam.api.schemas.restrictions import RestrictionDraft
from careteam.api.schemas.revocations import RevocationDraft
from careteam.api.team import MEMBERSHIP
from careteam.context import actor, now, session
from careteam.services.previews import acts, joining

blp = blueprint("previews", "What an act would open and close, for whom, by the record as it is: for the patient.")


@blp.route(CONSENTS + "/preview", methods=["POST"])
@blp.arguments(ConsentDraft)
@blp.response(200, Preview)
@changes_nothing
def preview_document(body: dict[str, Any], patient_id: UUID) -> Response:
    """See what signing a consent of these words would do. It is not stored."""
    return answer(acts.document(session(), actor(), patient_id, **body, at=now()))


@blp.route(CONSENT + "/preview", methods=["POST"])
@blp.response(200, Preview)
@changes_nothing
def preview_signature(patient_id: UUID, consent_id: UUID) -> Response:
    """See what signing this draft or request would do, and end; then sign the version that the answer names."""
    return answer(acts.signature(session(), actor(), patient_id, consent_id, at=now()))


@blp.route(CONSENT + "/revocation/preview", methods=["POST"])
@blp.arguments(RevocationDraft)
@blp.response(200, Preview)
@changes_nothing
def preview_revocation(body: dict[str, Any], patient_id: UUID, consent_id: UUID) -> Response:
    """See what revoking a consent, or a part of it, would close."""
    return answer(acts.revocation(session(), actor(), patient_id, consent_id, **body, at=now()))


@blp.route("/patients/<uuid:patient_id>/revocations/preview", methods=["POST"])
@blp.arguments(RevocationDraft)
@blp.response(200, Preview)
@changes_nothing
def preview_revocations(body: dict[str, Any], patient_id: UUID) -> Response:
    """See what revoking all consents, or one part in all of them, would close."""
    return answer(acts.revocations(session(), actor(), patient_id, **body, at=now()))


@blp.route(RESTRICTIONS + "/preview", methods=["POST"])
@blp.arguments(RestrictionDraft)
@blp.response(200, Preview)
@changes_nothing
def preview_restriction(body: dict[str, Any], patient_id: UUID) -> Response:
    """See what a restriction of these words would keep from whom. It is not stored."""
    return answer(acts.restriction(session(), actor(), patient_id, **body, at=now()))


@blp.route(RESTRICTION + "/lifting/preview", methods=["POST"])
@blp.response(200, Preview)
@changes_nothing
def preview_lifting(patient_id: UUID, restriction_id: UUID) -> Response:
    """See what lifting a restriction would open again."""
    return answer(acts.lifting(session(), actor(), patient_id, restriction_id, at=now()))


@blp.route(MEMBERSHIP + "/preview", methods=["POST"])
@blp.response(200, Preview)
@changes_nothing
def preview_joining(membership_id: UUID) -> Response:
    """See, item by item, what your yes to a membership that waits for it would open and close, and to whom."""
    return answer(joining.membership(session(), actor(), membership_id, at=now()))


@blp.route("/invitations/<uuid:invitation_id>/preview", methods=["POST"])
@blp.response(200, Preview)
@changes_nothing
def preview_invited(invitation_id: UUID) -> Response:
    """See, item by item, what your yes would do: to an invitation of your own, or to a proposal of a member."""
    return answer(joining.invitation(session(), actor(), invitation_id, at=now()))
