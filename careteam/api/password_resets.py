"""A new password by a single-use link: asked for, made by an administrator, used."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api import known_browser
from careteam.api.auth import signing_in
from careteam.api.door import answer, blueprint
from careteam.api.parts import passwords, settings
from careteam.api.schemas.password_resets import Address, Noted, Redemption, ResetLink
from careteam.api.schemas.proof import Again
from careteam.context import actor, now, origin, session
from careteam.policy.vocabulary import MailKind
from careteam.services.identity import password_resets, safeguards
from careteam.services.identity.factor_codes import Entered
from careteam.services.notices.links import link_to

blp = blueprint("password_resets", "A new password by a single-use link, which never replaces a second factor.")
STAFF = "/practices/<uuid:practice_id>/staff/<uuid:staff_id>"


@blp.route("/password-reset-requests", methods=["POST"])
@blp.arguments(Address)
@blp.response(202, Noted)
@signing_in
def reset_password_request(body: dict[str, str]) -> Response:
    """Say that you forgot your password. The answer is the same whether or not the address has an account."""
    return answer(password_resets.ask(session(), **body, origin=origin(), at=now()), 202)


@blp.route("/password-resets", methods=["POST"])
@blp.arguments(Redemption)
@blp.response(204)
@signing_in
def reset_password(body: dict[str, Any]) -> Response:
    """Set a new password by a link. Every session, token and link ends; nobody is signed in. Dead links: 410."""
    user_id = password_resets.redeem(session(), passwords(), **body, origin=origin(), at=now())
    return known_browser.remember(Response(status=204), user_id)


@blp.route(STAFF + "/password-reset", methods=["POST"])
@blp.arguments(Again)
@blp.response(201, ResetLink)
def issue_password_reset(body: dict[str, Any], practice_id: UUID, staff_id: UUID) -> Response:
    """Make a link to a new password for somebody of your practice who has a second factor: mailed, or shown once."""
    place = (practice_id, staff_id)
    made = password_resets.issue_for_staff(session(), passwords(), actor(), *place, Entered(**body), at=now())
    token, expires_at = made
    link = token and link_to(MailKind.PASSWORD_RESET, token, public_url=settings().public_url)
    return answer({"link": link, "expires_at": expires_at}, 201)


@blp.route(STAFF + "/new-password-required", methods=["PUT"])
@blp.response(204)
def require_new_password(practice_id: UUID, staff_id: UUID) -> Response:
    """Require a new password of somebody of your practice: they are signed out, and change it after signing in."""
    safeguards.require_new_password_of_staff(session(), actor(), practice_id, staff_id, at=now())
    return Response(status=204)
