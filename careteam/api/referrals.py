"""Referrals: proposed by a clinician, agreed to by the patient, accepted by the addressee."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, changes_nothing, page, versioned
from careteam.api.parts import passwords
from careteam.api.printing import printed
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.notes import Reason
from careteam.api.schemas.previews import Preview
from careteam.api.schemas.referrals import (
    ReferralAcceptance,
    ReferralAgreement,
    ReferralAnswering,
    ReferralAnswerOut,
    ReferralDraft,
    ReferralOut,
    ReferralPage,
    ReferralRefusal,
    ReferralToMe,
    ReferralToMePage,
)
from careteam.context import actor, now, session
from careteam.services.referrals import addressed, agreeing, closing, letters, previewing, proposing, referrals

blp = blueprint(
    "referrals", "A clinician refers the patient to another; the patient decides, and shares what the referral needs."
)
REFERRALS = "/patients/<uuid:patient_id>/referrals"
REFERRAL = REFERRALS + "/<uuid:referral_id>"
MINE = "/me/referrals"
TO_ME = MINE + "/<uuid:referral_id>"


@blp.route(REFERRALS)
@blp.arguments(PageQuery, location="query")
@blp.response(200, ReferralPage)
def list_referrals(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the referrals that you may read, newest first."""
    return page(*referrals.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(REFERRALS, methods=["POST"])
@blp.arguments(ReferralDraft)
@blp.response(201, ReferralOut)
def propose_referral(body: dict[str, Any], patient_id: UUID) -> Response:
    """Propose to refer the patient, with what they would share. Nothing opens before their yes."""
    made = proposing.propose(session(), actor(), patient_id, **body, at=now())
    return _referral(made, 201, location=f"/api/v1/patients/{patient_id}/referrals/{made['id']}")


@blp.route(REFERRAL)
@blp.response(200, ReferralOut)
def read_referral(patient_id: UUID, referral_id: UUID) -> Response:
    """Read one referral, with the answers to it that you may read."""
    return _referral(referrals.read(session(), actor(), patient_id, referral_id, at=now()))


@blp.route(REFERRAL + "/preview", methods=["POST"])
@blp.response(200, Preview)
@changes_nothing
def preview_referral(patient_id: UUID, referral_id: UUID) -> Response:
    """See what your yes would open: the consent and the place in the care team together."""
    return answer(previewing.preview(session(), actor(), patient_id, referral_id, at=now()))


@blp.route(REFERRAL + "/agreement", methods=["POST"])
@blp.arguments(ReferralAgreement)
@blp.response(200, ReferralOut)
@versioned
def agree_to_referral(body: dict[str, Any], patient_id: UUID, referral_id: UUID, version: int) -> Response:
    """Say yes as the patient: you sign the consent and agree to the place in the care team in one act."""
    ids = (patient_id, referral_id)
    return _referral(agreeing.agree(session(), passwords(), actor(), *ids, version=version, at=now(), **body))


@blp.route(REFERRAL + "/postponement", methods=["POST"])
@blp.response(200, ReferralOut)
def postpone_referral(patient_id: UUID, referral_id: UUID) -> Response:
    """Say "not now" as the patient; yes or no can still be said."""
    return _referral(agreeing.postpone(session(), actor(), patient_id, referral_id, at=now()))


@blp.route(REFERRAL + "/decline", methods=["POST"])
@blp.response(200, ReferralOut)
def decline_referral(patient_id: UUID, referral_id: UUID) -> Response:
    """Say no as the patient, also after a yes until it is accepted."""
    return _referral(agreeing.decline(session(), actor(), patient_id, referral_id, at=now()))


@blp.route(REFERRAL + "/withdrawal", methods=["POST"])
@blp.response(200, ReferralOut)
def withdraw_referral(patient_id: UUID, referral_id: UUID) -> Response:
    """Take your referral back before it is accepted."""
    return _referral(closing.withdraw(session(), actor(), patient_id, referral_id, at=now()))


@blp.route(REFERRAL + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, ReferralOut)
@versioned
def enter_referral_in_error(body: dict[str, Any], patient_id: UUID, referral_id: UUID, version: int) -> Response:
    """Mark your referral as entered in error; it stays readable, marked, and what waits is taken back."""
    ids = (patient_id, referral_id)
    return _referral(closing.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


@blp.route(REFERRAL + "/answers", methods=["POST"])
@blp.arguments(ReferralAnswering)
@blp.response(201, ReferralAnswerOut)
def answer_referral(body: dict[str, Any], patient_id: UUID, referral_id: UUID) -> Response:
    """Answer a referral to you: an appointment, or what came of it. You are told whether who refers can read it."""
    made = closing.answer(session(), actor(), patient_id, referral_id, **body, at=now())
    return answer(made, 201, location=f"/api/v1/patients/{patient_id}/answers/{made['id']}")


@blp.route(REFERRAL + "/letter")
@blp.response(200, {"type": "string"}, content_type="text/html")
def print_referral(patient_id: UUID, referral_id: UUID) -> Response:
    """Print the letter to somebody outside, once the patient has agreed."""
    return printed("referral", **letters.printable(session(), actor(), patient_id, referral_id, at=now()))


@blp.route(MINE)
@blp.arguments(PageQuery, location="query")
@blp.response(200, ReferralToMePage)
def list_referrals_to_me(query: dict[str, Any]) -> Response:
    """List the referrals to you that patients have agreed to; whose they are, you learn when you join the team."""
    return page(*addressed.page_of(session(), actor(), **query, at=now()))


@blp.route(TO_ME)
@blp.response(200, ReferralToMe)
def read_referral_to_me(referral_id: UUID) -> Response:
    """Read one referral to you."""
    return answer(addressed.read(session(), actor(), referral_id, at=now()))


@blp.route(TO_ME + "/acceptance", methods=["POST"])
@blp.arguments(ReferralAcceptance)
@blp.response(200, ReferralToMe)
def accept_referral(body: dict[str, Any], referral_id: UUID) -> Response:
    """Accept a referral to you, and join the care team; you may ask for more in the same act."""
    return answer(addressed.accept(session(), actor(), referral_id, **body, at=now()))


@blp.route(TO_ME + "/decline", methods=["POST"])
@blp.arguments(ReferralRefusal)
@blp.response(200, ReferralToMe)
def decline_referral_to_me(body: dict[str, Any], referral_id: UUID) -> Response:
    """Decline a referral to you, with the reason."""
    return answer(addressed.decline(session(), actor(), referral_id, **body, at=now()))


def _referral(found: dict[str, Any], status: int = 200, *, location: str = "") -> Response:
    return answer(found, status, version=found["version"], location=location)
