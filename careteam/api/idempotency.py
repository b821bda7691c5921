"""`Idempotency-Key` on the POSTs of signed-in people: the same request again has no second effect.

What is kept is that it was done and where it can be read, never the answer: a repeated request is answered with
what a GET of that place gives now, through the same view and the same gate. Where that would not be the same kind
of document (a link or token that is shown once, a report), it is told that it was done, and where to look.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Response, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from careteam import context
from careteam.api import places
from careteam.api.noes import says_no
from careteam.api.parts import settings
from careteam.errors import Conflict, Invalid
from careteam.services import idempotency
from careteam.services.idempotency import Asked

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
WITH_PROOF = "Send this without a key: a body with a password or code is never kept to be compared."
MALFORMED = "Send 1 to 255 visible ASCII characters, such as a random UUID."
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class KeyReused(Invalid):
    """A key that stands for another request."""

    type = "idempotency-key-reused"
    title = "This key was used for another request"


class AlreadyDone(Conflict):
    """What was asked for again was done, and its answer was shown once."""

    type = "already-done"
    title = "This was done already"

    def __init__(self, location: str) -> None:
        where = f" Look at {location}." if location else ""
        super().__init__(
            f"The request with this key was carried out, and its answer was shown once.{where} "
            "To do it another time, send a new key."
        )
        self.headers = {"Location": location} if location else {}


def once(carry_out: Callable[[], Response]) -> Response:
    """Return the answer to this request, carried out unless its key says that it was.

    Raises Invalid on a key that is malformed or stands for another request, AlreadyDone, and whatever the view raises:
    a refusal is not kept, so that the request may be sent again with its key.
    """
    if request.method != "POST":
        return carry_out()
    asked = _asked()
    return _located(carry_out()) if asked is None else _once(asked, carry_out)


def applies(view: Any) -> bool:
    """Say whether the key counts at this view: for signed-in people only, for others have no keys of their own.

    Nor does it where the body carries a password or code. Whether a body is the one that was sent with a key before
    is told without counting a try: in a stolen session that would tell whether a guessed password is right. Nor where
    nothing is changed: to ask again is to ask again.
    """
    return not any(getattr(view, mark, False) for mark in ("anonymous", "takes_proof", "changes_nothing"))


def _once(asked: Asked, carry_out: Callable[[], Response]) -> Response:
    session, user_id, at = context.session(), context.actor().user_id, context.now()
    use = idempotency.earlier(session, user_id, asked.key_hash, at=at)
    if use is not None and use.fingerprint == asked.fingerprint:
        return _replayed(use)
    if use is not None:
        if says_no(asked.route):
            return _located(carry_out())
        raise KeyReused("Send a new key with every new request.", {HEADER: [f"Used for {use.route} before."]})
    use_id = idempotency.begin(session, user_id, asked, at=at)
    answer = carry_out()
    if answer.status_code >= 400:
        idempotency.give_up(session, use_id)
        return answer
    place = _settled(answer, use_id)
    return _located(answer, place)


def _settled(answer: Response, use_id: Any) -> places.Place:
    place = places.of(answer)
    idempotency.settle(
        context.session(),
        use_id,
        status=answer.status_code,
        location=place.address,
        shows_answer=place.shows_answer,
    )
    g.key_used = True
    return place


def _located(answer: Response, place: places.Place | None = None) -> Response:
    """Say where what was made can be read, unless the view said it."""
    if answer.status_code == 201 and "Location" not in answer.headers:
        found = place or places.of(answer)
        if found.shows_answer:
            answer.headers["Location"] = found.address
    return answer


def _asked() -> Asked | None:
    """Return what is asked for with which key, or None when no key counts here."""
    endpoint = request.endpoint or ""
    key, view = request.headers.get(HEADER), current_app.view_functions.get(endpoint)
    if key is None or g.get("asking") is None or getattr(view, "anonymous", False):
        return None
    if getattr(view, "changes_nothing", False):
        return None
    if not applies(view):
        raise Invalid("No idempotency key is taken here.", {HEADER: [WITH_PROOF]})
    key = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if not _KEY.fullmatch(key):
        if says_no(endpoint):
            return None
        raise Invalid("This is no idempotency key.", {HEADER: [MALFORMED]})
    body = _body()
    if body is None:
        return None
    address = f"{request.full_path}\n".encode()
    return Asked(_hmac(b"key\n" + key.encode()), endpoint[:100], _hmac(address + body))


def _body() -> bytes | None:
    """Return the body, or None where one that is too large is the view's own affair, or holds up a no."""
    limit = getattr(current_app.view_functions[request.endpoint or ""], "body_limit", None)
    if limit is not None:
        request.max_content_length = getattr(settings(), limit)
    try:
        return request.get_data(cache=True)
    except RequestEntityTooLarge:
        if limit is None and not says_no(request.endpoint or ""):
            raise
        return None


def _hmac(text: bytes) -> str:
    """Return what is kept of a key or body: neither can be guessed from it, not even a password in the body."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, b"idempotency\n" + text, hashlib.sha256).hexdigest()


def _replayed(use: Any) -> Response:
    """Return the outcome again. It is a read that begins now. Raises AlreadyDone, and whatever that read raises."""
    g.replayed = True
    if use.status == 204:
        return Response(status=204)
    if not use.shows_answer:
        raise AlreadyDone(use.location)
    answer = _read(use.location)
    answer.status_code = use.status
    if use.status == 201:
        answer.headers["Location"] = use.location
    return answer


def _read(address: str) -> Response:
    """Return what a GET of this address by the same person answers, in the same transaction."""
    kept = {k: v for k, v in request.environ.items() if not k.startswith(("werkzeug.", "HTTP_IF_", "HTTP_IDEMPOTENCY"))}
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": address, "QUERY_STRING": "", "CONTENT_LENGTH": "0"}
    with current_app.request_context({**kept, **asked, "wsgi.input": BytesIO()}):
        if request.routing_exception is not None:
            raise request.routing_exception
        view: Any = current_app.view_functions[request.endpoint or ""]
        return current_app.make_response(view(**request.view_args or {}))


def mark(answer: Response) -> Response:
    """Mark an answer that carried nothing out because it was done before."""
    if g.get("replayed"):
        answer.headers[REPLAYED] = "true"
    return answer
