"""Practices and their staff."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.auth import acting_session
from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.practices import (
    PracticeDraft,
    PracticeEdit,
    PracticeOut,
    PracticePage,
    StaffOut,
    StaffPage,
    StaffQuery,
)
from careteam.context import actor, now, session
from careteam.services.identity import practices, staff

blp = blueprint("practices", "Practices, and for their administrators: the staff. Never patients or records.")
PRACTICE = "/practices/<uuid:practice_id>"
ONE = PRACTICE + "/staff/<uuid:staff_id>"


@blp.route("/practices", methods=["POST"])
@blp.arguments(PracticeDraft)
@blp.response(201, PracticeOut)
def make_practice(body: dict[str, Any]) -> Response:
    """Make a practice; you become its administrator."""
    made = practices.make(session(), actor(), **body, keep=acting_session(), at=now())
    return answer(made, 201, version=made["version"], location=f"/api/v1/practices/{made['id']}")


@blp.route("/practices")
@blp.arguments(PageQuery, location="query")
@blp.response(200, PracticePage)
def list_practices(query: dict[str, Any]) -> Response:
    """List the practices in which you have a role."""
    return page(*practices.page_of(session(), actor(), **query))


@blp.route(PRACTICE)
@blp.response(200, PracticeOut)
def read_practice(practice_id: UUID) -> Response:
    """Read a practice in which you have a role."""
    found = practices.read(session(), actor(), practice_id)
    return answer(found, version=found["version"])


@blp.route(PRACTICE, methods=["PATCH"])
@blp.arguments(PracticeEdit)
@blp.response(200, PracticeOut)
@versioned
def edit_practice(body: dict[str, Any], practice_id: UUID, version: int) -> Response:
    """Change a practice's name, time zone, or the text shown with safety flags, as its administrator."""
    changed = practices.edit(session(), actor(), practice_id, **body, version=version, at=now())
    return answer(changed, version=changed["version"])


@blp.route(PRACTICE + "/staff")
@blp.arguments(StaffQuery, location="query")
@blp.response(200, StaffPage)
def list_staff(query: dict[str, Any], practice_id: UUID) -> Response:
    """List who has which role in a practice, as its administrator."""
    return page(*staff.page_of(session(), actor(), practice_id, **query))


@blp.route(ONE + "/verification", methods=["PUT"])
@blp.response(200, StaffOut)
def verify_role(practice_id: UUID, staff_id: UUID) -> Response:
    """Attest that a therapist or prescriber holds the licence. Your own only while you are the only administrator."""
    return answer(staff.verify(session(), actor(), practice_id, staff_id, keep=acting_session(), at=now()))


@blp.route(ONE + "/verification", methods=["DELETE"])
@blp.response(200, StaffOut)
def withdraw_verification(practice_id: UUID, staff_id: UUID) -> Response:
    """Withdraw the attestation: the person reads and writes nothing more in this role."""
    changed = staff.withdraw_verification(session(), actor(), practice_id, staff_id, keep=acting_session(), at=now())
    return answer(changed)


@blp.route(ONE, methods=["DELETE"])
@blp.response(204)
def end_role(practice_id: UUID, staff_id: UUID) -> Response:
    """End a role of a person in this practice."""
    staff.end_role(session(), actor(), practice_id, staff_id, keep=acting_session(), at=now())
    return Response(status=204)


@blp.route(ONE + "/disabled", methods=["PUT"])
@blp.response(200, StaffOut)
def disable_staff(practice_id: UUID, staff_id: UUID) -> Response:
    """Disable a person in this practice: all their roles here, their sessions and access tokens."""
    return answer(staff.disable(session(), actor(), practice_id, staff_id, at=now()))


@blp.route(ONE + "/disabled", methods=["DELETE"])
@blp.response(200, StaffOut)
def enable_staff(practice_id: UUID, staff_id: UUID) -> Response:
    """Enable a disabled person again; they sign in anew."""
    return answer(staff.enable(session(), actor(), practice_id, staff_id, at=now()))


@blp.route(ONE + "/sessions", methods=["DELETE"])
@blp.response(204)
def end_staff_sessions(practice_id: UUID, staff_id: UUID) -> Response:
    """End every session and access token of somebody with a role in this practice; their roles stay."""
    staff.end_sessions(session(), actor(), practice_id, staff_id, at=now())
    return Response(status=204)
