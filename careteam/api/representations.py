"""Representations: somebody who acts for a patient within recorded authority."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import PREFIX, answer, blueprint, page, versioned
from careteam.api.parts import settings
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.representations import (
    RepresentationDraft,
    RepresentationEdit,
    RepresentationEnding,
    RepresentationMade,
    RepresentationOut,
    RepresentationPage,
)
from careteam.context import actor, now, session
from careteam.policy.vocabulary import MailKind
from careteam.services.notices.links import link_to
from careteam.services.representations import adding, changing, ending, reading

blp = blueprint("representations", "Who acts for a patient: a parent, a guardian, somebody with a power of attorney.")
MANY = "/patients/<uuid:patient_id>/representations"
ONE = MANY + "/<uuid:representation_id>"


@blp.route("/me/representations")
@blp.arguments(PageQuery, location="query")
@blp.response(200, RepresentationPage)
def list_own_representations(query: dict[str, Any]) -> Response:
    """List for whom you act, will or did act. What waits for your yes is among your invitations."""
    return page(*reading.mine(session(), actor(), **query, at=now()))


@blp.route(MANY)
@blp.arguments(PageQuery, location="query")
@blp.response(200, RepresentationPage)
def list_representations(query: dict[str, Any], patient_id: UUID) -> Response:
    """List who acts for the patient, newest first."""
    return page(*reading.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(MANY, methods=["POST"])
@blp.arguments(RepresentationDraft)
@blp.response(201, RepresentationMade)
def add_representation(body: dict[str, Any], patient_id: UUID) -> Response:
    """Let somebody act for the patient once they accept: as the adult patient, or attesting a document."""
    made, token = adding.add(session(), actor(), patient_id, **body, days=settings().invitation_days, at=now())
    link = token and link_to(MailKind.INVITATION, token, public_url=settings().public_url)
    return answer({**made, "link": link}, 201, location=f"{PREFIX}/patients/{patient_id}/representations/{made['id']}")


@blp.route(ONE)
@blp.response(200, RepresentationOut)
def read_representation(patient_id: UUID, representation_id: UUID) -> Response:
    """Read one representation."""
    return _one(reading.read(session(), actor(), patient_id, representation_id, at=now()))


@blp.route(ONE, methods=["PATCH"])
@blp.arguments(RepresentationEdit)
@blp.response(200, RepresentationOut)
@versioned
def change_representation(body: dict[str, Any], patient_id: UUID, representation_id: UUID, version: int) -> Response:
    """Open more of your record to who acts for you, or less: it ends, and its successor begins at once."""
    place = (patient_id, representation_id)
    return _one(changing.change(session(), actor(), *place, **body, version=version, at=now()))


@blp.route(ONE + "/end", methods=["POST"])
@blp.arguments(RepresentationEnding)
@blp.response(200, RepresentationOut)
def end_representation(body: dict[str, Any], patient_id: UUID, representation_id: UUID) -> Response:
    """End it: as the adult patient, as who acts by it, or as a clinician on a document. Again, nothing changes."""
    return _one(ending.end(session(), actor(), patient_id, representation_id, **body, at=now()))


def _one(found: dict[str, Any]) -> Response:
    return answer(found, version=found["version"])
