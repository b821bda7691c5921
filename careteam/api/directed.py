"""What the patient sends to members of the team: asked about beforehand, sent, looked at, taken back."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page
from careteam.api.schemas.sent_items import (
    RecipientQuery,
    Recipients,
    Sending,
    SentItemOut,
    SentItemPage,
    SentItemQuery,
    SentItemSent,
    TakingBack,
)
from careteam.context import actor, now, session
from careteam.services.directing import recipients, sent_items

blp = blueprint("directed", "Single items that the patient sends to members of the team, and takes back.")
SENT_ITEMS = "/patients/<uuid:patient_id>/sent-items"
SENT_ITEM = SENT_ITEMS + "/<uuid:item_id>"


@blp.route("/patients/<uuid:patient_id>/recipients")
@blp.arguments(RecipientQuery, location="query")
@blp.response(200, Recipients)
def list_recipients(query: dict[str, Any], patient_id: UUID) -> Response:
    """Say whom an item of this class would reach, before it is sent, and what to do where it would not."""
    return answer(recipients.foresee(session(), actor(), patient_id, **query, at=now()))


@blp.route(SENT_ITEMS)
@blp.arguments(SentItemQuery, location="query")
@blp.response(200, SentItemPage)
def list_sent_items(query: dict[str, Any], patient_id: UUID) -> Response:
    """List what you sent to whom, newest first, taken back or not."""
    return page(*sent_items.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(SENT_ITEM)
@blp.response(200, SentItemOut)
def read_sent_item(patient_id: UUID, item_id: UUID) -> Response:
    """Read to whom one item of yours is sent, and who reads it now."""
    return answer(sent_items.read(session(), actor(), patient_id, item_id, at=now()))


@blp.route(SENT_ITEM, methods=["POST"])
@blp.arguments(Sending)
@blp.response(200, SentItemSent)
def send_item(body: dict[str, Any], patient_id: UUID, item_id: UUID) -> Response:
    """Send an item of yours to more members: your permit for this one item. Its version stays what it is."""
    return answer(sent_items.send(session(), actor(), patient_id, item_id, **body, at=now()))


@blp.route(SENT_ITEM + "/revocation", methods=["POST"])
@blp.arguments(TakingBack)
@blp.response(200, SentItemOut)
def revoke_sent_item(body: dict[str, Any], patient_id: UUID, item_id: UUID) -> Response:
    """Take the permit back from some or all. It bites at once, and may be repeated; what was seen was seen."""
    return answer(sent_items.take_back(session(), actor(), patient_id, item_id, **body, at=now()))
