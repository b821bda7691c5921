"""The second factor of the signed-in person: an authenticator app, with recovery codes."""

from typing import Any

from flask import Response

from careteam.api.auth import browser_session, open_before
from careteam.api.door import answer, blueprint
from careteam.api.parts import passwords, settings
from careteam.api.schemas.proof import Again
from careteam.api.schemas.second_factor import (
    FirstCode,
    RecoveryCodes,
    SecondFactorBegun,
    SecondFactorChanged,
    SecondFactorConfirmed,
    SecondFactorOut,
)
from careteam.api.session import browser, go_on
from careteam.context import actor, now, session
from careteam.services.identity import second_factor
from careteam.services.identity.factor_codes import Entered
from careteam.services.identity.unfinished import Unfinished

blp = blueprint("second_factor", "An authenticator app besides your password; staff need one in production.")
PLACE = "/me/second-factor"


@blp.route(PLACE)
@blp.response(200, SecondFactorOut)
@open_before(Unfinished.SECOND_FACTOR)
def read_second_factor() -> Response:
    """Read whether you have a second factor, and how many recovery codes are left."""
    return answer(second_factor.describe(session(), actor(), factor_required=settings().second_factor_required))


@blp.route(PLACE, methods=["POST"])
@blp.arguments(Again)
@blp.response(201, SecondFactorBegun)
@open_before(Unfinished.SECOND_FACTOR)
def begin_second_factor(body: dict[str, Any]) -> Response:
    """Begin: get a secret for your authenticator app, shown this once. It counts once you have confirmed it."""
    browser_session()
    begun = second_factor.begin(session(), passwords(), actor(), Entered(**body), at=now())
    return answer(begun, 201, location=f"/api/v1{PLACE}")


@blp.route(PLACE + "/confirmation", methods=["POST"])
@blp.arguments(FirstCode)
@blp.response(200, SecondFactorConfirmed)
@open_before(Unfinished.SECOND_FACTOR)
def confirm_second_factor(body: dict[str, str]) -> Response:
    """Confirm with a code: recovery codes are shown this once. All sessions and tokens end, but for a new cookie."""
    browser_session()
    done = second_factor.complete(session(), actor(), browser(), **body, at=now())
    return answer(
        {
            "csrf_token": go_on(done.opened),
            "expires_at": done.opened.expires_at,
            "recovery_codes": done.recovery_codes,
            "sessions_ended": done.sessions_ended,
            "tokens_revoked": done.tokens_revoked,
        }
    )


@blp.route(PLACE + "/recovery-codes", methods=["POST"])
@blp.arguments(Again)
@blp.response(201, RecoveryCodes)
def renew_recovery_codes(body: dict[str, Any]) -> Response:
    """Get ten new recovery codes, shown this once; the old ones end."""
    browser_session()
    renewed = second_factor.renew_recovery_codes(session(), passwords(), actor(), Entered(**body), at=now())
    return answer(renewed, 201, location=f"/api/v1{PLACE}")


@blp.route(PLACE + "/removal", methods=["POST"])
@blp.arguments(Again)
@blp.response(200, SecondFactorChanged)
def remove_second_factor(body: dict[str, Any]) -> Response:
    """Remove your second factor, unless you need one here. Your other sessions and all tokens end."""
    rules: Any = {"factor_required": settings().second_factor_required, "keep": browser_session()}
    return answer(second_factor.remove(session(), passwords(), actor(), Entered(**body), **rules, at=now()))
