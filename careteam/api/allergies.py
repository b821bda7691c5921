"""Allergies of one patient, and statements that none is known."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.allergies import (
    AllergyDraft,
    AllergyEdit,
    AllergyOut,
    AllergyPage,
    AllergyQuery,
    NoneKnown,
)
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.record import allergies, allergy_entries

blp = blueprint(
    "allergies", "Allergies and intolerances with their reactions, or that none is known, signed and dated."
)
ALLERGIES = "/patients/<uuid:patient_id>/allergies"
ALLERGY = ALLERGIES + "/<uuid:allergy_id>"


@blp.route(ALLERGIES)
@blp.arguments(AllergyQuery, location="query")
@blp.response(200, AllergyPage)
def list_allergies(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the entries that you may read, newest first, and which of them contradict each other."""
    items, cursor, members = allergies.page_of(session(), actor(), patient_id, **query, at=now())
    return page(items, cursor, **members)


@blp.route(ALLERGIES, methods=["POST"])
@blp.arguments(AllergyDraft)
@blp.response(201, AllergyOut)
def record_allergy(body: dict[str, Any], patient_id: UUID) -> Response:
    """Record an allergy or intolerance; an active one ends your own statement that none is known."""
    return _made(allergy_entries.record_allergy(session(), actor(), patient_id, **body, at=now()), patient_id)


@blp.route("/patients/<uuid:patient_id>/no-known-allergies", methods=["POST"])
@blp.arguments(NoneKnown)
@blp.response(201, AllergyOut)
def state_no_known_allergies(body: dict[str, Any], patient_id: UUID) -> Response:
    """Say, signed and dated, that no allergies are known, and what that covers."""
    return _made(allergy_entries.state_none_known(session(), actor(), patient_id, **body, at=now()), patient_id)


@blp.route(ALLERGY)
@blp.response(200, AllergyOut)
def read_allergy(patient_id: UUID, allergy_id: UUID) -> Response:
    """Read one entry, whole."""
    return _entry(allergies.read(session(), actor(), patient_id, allergy_id, at=now()))


@blp.route(ALLERGY, methods=["PATCH"])
@blp.arguments(AllergyEdit)
@blp.response(200, AllergyOut)
@versioned
def change_allergy(body: dict[str, Any], patient_id: UUID, allergy_id: UUID, version: int) -> Response:
    """Change your entry; what it said before stays with it."""
    return _entry(allergy_entries.change(session(), actor(), patient_id, allergy_id, version=version, at=now(), **body))


@blp.route(ALLERGY + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, AllergyOut)
@versioned
def enter_allergy_in_error(body: dict[str, Any], patient_id: UUID, allergy_id: UUID, version: int) -> Response:
    """Mark your entry as entered in error; it stays readable, marked."""
    ids = (patient_id, allergy_id)
    return _entry(allergy_entries.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _entry(entry: dict[str, Any]) -> Response:
    return answer(entry, version=entry["version"])


def _made(entry: dict[str, Any], patient_id: UUID) -> Response:
    where = f"/api/v1/patients/{patient_id}/allergies/{entry['id']}"
    return answer(entry, 201, version=entry["version"], location=where)
