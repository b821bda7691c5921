"""Messages of the care team, which the patient reads too."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.messages import MessageDraft, MessageOut, MessagePage, MessageQuery, MessageThreadPage
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.messages import messages, writing

blp = blueprint("messages", "Care-team messages tied to a patient, who reads all of them.")
MESSAGES = "/patients/<uuid:patient_id>/messages"
MESSAGE = MESSAGES + "/<uuid:message_id>"


@blp.route("/patients/<uuid:patient_id>/message-threads")
@blp.arguments(PageQuery, location="query")
@blp.response(200, MessageThreadPage)
def list_message_threads(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the threads that you may read in, by their latest messages."""
    items, cursor, members = messages.threads_of(session(), actor(), patient_id, **query, at=now())
    return page(items, cursor, **members)


@blp.route(MESSAGES)
@blp.arguments(MessageQuery, location="query")
@blp.response(200, MessagePage)
def list_messages(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the messages that you may read, newest first."""
    items, cursor, members = messages.page_of(session(), actor(), patient_id, **query, at=now())
    return page(items, cursor, **members)


@blp.route(MESSAGES, methods=["POST"])
@blp.arguments(MessageDraft)
@blp.response(201, MessageOut)
def send_message(body: dict[str, Any], patient_id: UUID) -> Response:
    """Write to the care team. Nothing is sent if somebody whom it is for could not read it."""
    made = writing.write(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/messages/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(MESSAGE)
@blp.response(200, MessageOut)
def read_message(patient_id: UUID, message_id: UUID) -> Response:
    """Read one message. That you have read it is told to nobody but the access log until you confirm it."""
    return _message(messages.read(session(), actor(), patient_id, message_id, at=now()))


@blp.route(MESSAGE + "/read", methods=["POST"])
@blp.response(200, MessageOut)
def confirm_message_read(patient_id: UUID, message_id: UUID) -> Response:
    """Confirm that you have read a message that was for you; its author and the patient see when."""
    return _message(writing.mark_read(session(), actor(), patient_id, message_id, at=now()))


@blp.route(MESSAGE + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, MessageOut)
@versioned
def enter_message_in_error(body: dict[str, Any], patient_id: UUID, message_id: UUID, version: int) -> Response:
    """Mark your message as entered in error; it stays readable, marked."""
    ids = (patient_id, message_id)
    return _message(writing.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _message(shown: dict[str, Any]) -> Response:
    return answer(shown, version=shown["version"])
