"""Labels of any item, and the review of labels that imported items wait for."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.items import Heading
from careteam.api.schemas.labels import (
    Confirmed,
    LabelHistory,
    LabelReview,
    LabelReviews,
    WaitingPage,
    WaitingQuery,
    WaitingRecords,
)
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.policy.vocabulary import Label
from careteam.services.labels import label_caseload, label_confirming, label_reviews, labels

blp = blueprint("labels", "What is sensitive about an item: anybody whose item it is adds, its holder removes.")
ITEM = "/patients/<uuid:patient_id>/items/<uuid:item_id>"
LABEL = ITEM + "/labels/<label>"
REVIEWS = "/patients/<uuid:patient_id>/label-reviews"
WORDS = [{"in": "path", "name": "label", "schema": {"type": "string", "enum": [x.value for x in Label]}}]


@blp.route(ITEM + "/labels")
@blp.response(200, LabelHistory)
def read_labels(patient_id: UUID, item_id: UUID) -> Response:
    """Read the labels of your item, and who added, removed or left out which."""
    found = labels.history(session(), actor(), patient_id, item_id, at=now())
    return answer(found, version=found["version"])


@blp.route(LABEL, methods=["PUT"], parameters=WORDS)
@blp.response(200, Heading)
@versioned
def add_label(patient_id: UUID, item_id: UUID, label: str, version: int) -> Response:
    """Add a label to your item, also when it is signed; it never opens the item to anybody."""
    return _item(labels.add(session(), actor(), patient_id, item_id, label, version=version, at=now()))


@blp.route(LABEL, methods=["DELETE"], parameters=WORDS)
@blp.arguments(Reason)
@blp.response(200, Heading)
@versioned
def remove_label(body: dict[str, Any], patient_id: UUID, item_id: UUID, label: str, version: int) -> Response:
    """Remove a label from an item that you hold, with a reason."""
    return _item(labels.remove(session(), actor(), patient_id, item_id, label, **body, version=version, at=now()))


@blp.route(ITEM + "/part2", methods=["PUT"])
@blp.response(200, Heading)
@versioned
def state_part2(patient_id: UUID, item_id: UUID, version: int) -> Response:
    """Say that your item comes from a 42 CFR Part 2 programme."""
    return _item(labels.state_part2(session(), actor(), patient_id, item_id, version=version, at=now()))


@blp.route(ITEM + "/part2", methods=["DELETE"])
@blp.arguments(Reason)
@blp.response(200, Heading)
@versioned
def deny_part2(body: dict[str, Any], patient_id: UUID, item_id: UUID, version: int) -> Response:
    """Say, with a reason, that an item that you hold does not come from a 42 CFR Part 2 programme."""
    return _item(labels.deny_part2(session(), actor(), patient_id, item_id, **body, version=version, at=now()))


@blp.route(ITEM + "/label-review")
@blp.response(200, Heading)
def read_label_review(patient_id: UUID, item_id: UUID) -> Response:
    """Read whether your item waits for its holder to confirm its labels, and which it has."""
    return _item(label_confirming.read(session(), actor(), patient_id, item_id, at=now()))


@blp.route(ITEM + "/label-review", methods=["POST"])
@blp.arguments(LabelReview)
@blp.response(200, Heading)
@versioned
def review_labels(body: dict[str, Any], patient_id: UUID, item_id: UUID, version: int) -> Response:
    """Confirm the labels of an imported item that you hold; then consents may open it."""
    return _item(label_confirming.review(session(), actor(), patient_id, item_id, **body, version=version, at=now()))


@blp.route(REVIEWS)
@blp.arguments(WaitingQuery, location="query")
@blp.response(200, WaitingPage)
def list_label_reviews(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the imported items that wait for you to confirm their labels, with what is suggested and why."""
    items, cursor, counts = label_reviews.page_of(session(), actor(), patient_id, **query, at=now())
    return page(items, cursor, **counts)


@blp.route(REVIEWS, methods=["POST"])
@blp.arguments(LabelReviews)
@blp.response(200, Confirmed)
def review_many_labels(body: dict[str, Any], patient_id: UUID) -> Response:
    """Confirm the labels of several items that you hold, each by its id and the version that you saw: all or none."""
    return answer({"items": label_confirming.review_many(session(), actor(), patient_id, **body, at=now())})


@blp.route("/label-reviews")
@blp.arguments(PageQuery, location="query")
@blp.response(200, WaitingRecords)
def list_records_to_review(query: dict[str, Any]) -> Response:
    """List in which of your patients' records (and your own) imported items wait for you, and how many."""
    items, cursor, total = label_caseload.page_of(session(), actor(), **query, at=now())
    return page(items, cursor, **total)


def _item(heading: dict[str, Any]) -> Response:
    return answer(heading, version=heading["version"])
