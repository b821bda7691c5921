"""The signed-in person's own account."""

from typing import Any

from flask import Response

from careteam.api.auth import acting_session, browser_session, open_before
from careteam.api.door import answer, blueprint, versioned
from careteam.api.parts import passwords
from careteam.api.schemas.me import AccountEdit, Me, PasswordChange, PasswordChanged
from careteam.api.session import browser, go_on
from careteam.context import actor, asking, now, session
from careteam.services.identity import own_account
from careteam.services.identity.unfinished import Unfinished

blp = blueprint("me", "Who you are here, and your password.")


@blp.route("/me")
@blp.response(200, Me)
@open_before(*Unfinished)
def read_me() -> Response:
    """Read who you are: account, own record, roles by practice, and how you signed in."""
    return _me(own_account.describe(session(), actor()))


@blp.route("/me", methods=["PATCH"])
@blp.arguments(AccountEdit)
@blp.response(200, Me)
@versioned
def edit_me(body: dict[str, Any], version: int) -> Response:
    """Change your name, time zone, or whether you want mails."""
    return _me(own_account.edit(session(), actor(), **body, version=version, keep=acting_session(), at=now()))


@blp.route("/me/password", methods=["PUT"])
@blp.arguments(PasswordChange)
@blp.response(200, PasswordChanged)
@open_before(*Unfinished)
def change_password(body: dict[str, Any]) -> Response:
    """Change your password: this browser goes on under a new cookie, every other session and token ends."""
    browser_session()
    changed = own_account.change_password(session(), passwords(), actor(), browser(), **body, at=now())
    return answer(
        {
            "csrf_token": go_on(changed.opened),
            "expires_at": changed.opened.expires_at,
            "sessions_ended": changed.sessions_ended,
            "tokens_revoked": changed.tokens_revoked,
        }
    )


def _me(account: dict[str, Any]) -> Response:
    who = asking()
    return answer({**account, "signed_in_by": who.by, "may_write": who.writes}, version=account["version"])
