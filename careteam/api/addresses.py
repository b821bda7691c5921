"""A new e-mail address for the signed-in person's account."""

from typing import Any

from flask import Response

from careteam.api.auth import browser_session
from careteam.api.door import answer, blueprint
from careteam.api.parts import passwords
from careteam.api.schemas.password_resets import LinkToken, NewAddress, Noted
from careteam.context import actor, now, session
from careteam.services.identity import addresses
from careteam.services.identity.factor_codes import Entered

blp = blueprint("addresses", "The address with which you sign in: a new one counts once its link was opened.")


@blp.route("/me/address-changes", methods=["POST"])
@blp.arguments(NewAddress)
@blp.response(202, Noted)
def ask_address_change(body: dict[str, Any]) -> Response:
    """Ask for another address. The answer is the same whether or not it has an account."""
    browser_session()
    email = body.pop("email")
    noted = addresses.ask(session(), passwords(), actor(), email=email, entered=Entered(**body), at=now())
    return answer(noted, 202)


@blp.route("/me/address-changes/confirmation", methods=["POST"])
@blp.arguments(LinkToken)
@blp.response(204)
def confirm_address_change(body: dict[str, str]) -> Response:
    """Take the new address, by the link that went there. Your other sessions end. Dead links: 410."""
    addresses.complete(session(), actor(), **body, keep=browser_session(), at=now())
    return Response(status=204)
