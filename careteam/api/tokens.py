"""Personal access tokens of the signed-in person."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.auth import browser_session
from careteam.api.door import answer, blueprint, page
from careteam.api.parts import passwords, settings
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.tokens import TokenDraft, TokenMade, TokenPage
from careteam.context import actor, now, session
from careteam.services.identity import tokens

blp = blueprint("tokens", "Personal access tokens, for programs that act as you: shown once, expiring, revocable.")


@blp.route("/tokens", methods=["POST"])
@blp.arguments(TokenDraft)
@blp.response(201, TokenMade)
def create_token(body: dict[str, Any]) -> Response:
    """Make a token. You need to be signed in with your password; the token is shown in this answer only."""
    browser_session()
    longest = settings().token_days
    return answer(tokens.create(session(), passwords(), actor(), **body, longest_days=longest, at=now()), 201)


@blp.route("/tokens")
@blp.arguments(PageQuery, location="query")
@blp.response(200, TokenPage)
def list_tokens(query: dict[str, Any]) -> Response:
    """List your tokens that are not revoked, newest first."""
    return page(*tokens.page_of(session(), actor(), **query))


@blp.route("/tokens/<uuid:token_id>", methods=["DELETE"])
@blp.response(204)
def revoke_token(token_id: UUID) -> Response:
    """Revoke a token: the next request with it is refused."""
    tokens.revoke(session(), actor(), token_id, at=now())
    return Response(status=204)
