"""Medication check-ins: done, due, and the schedules by which they are."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.check_ins import (
    ASKED,
    CheckInDraft,
    CheckInOut,
    CheckInPage,
    CheckInQuery,
    DueCheckIns,
    DueQuery,
    ScheduleDays,
    ScheduleOut,
    SchedulePage,
)
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.management import check_in_entries, check_ins, check_ins_due, schedules

blp = blueprint("check_ins", "Medication check-ins: what was done, what is due, and by which schedule.")
CHECK_INS = "/patients/<uuid:patient_id>/check-ins"
CHECK_IN = CHECK_INS + "/<uuid:check_in_id>"
SCHEDULES = "/patients/<uuid:patient_id>/check-in-schedules"
SCHEDULE = SCHEDULES + "/<cause>"
WORDS = [{"in": "path", "name": "cause", "schema": {"type": "string", "enum": [c.value for c in ASKED]}}]


@blp.route(CHECK_INS)
@blp.arguments(CheckInQuery, location="query")
@blp.response(200, CheckInPage)
def list_check_ins(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the check-ins that you may read, newest first."""
    return page(*check_ins.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(CHECK_INS, methods=["POST"])
@blp.arguments(CheckInDraft)
@blp.response(201, CheckInOut)
def do_check_in(body: dict[str, Any], patient_id: UUID) -> Response:
    """Record a check-in, as a prescriber: the one that is due, or an extra one, and what came of it."""
    made = check_in_entries.do(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/check-ins/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(CHECK_IN)
@blp.response(200, CheckInOut)
def read_check_in(patient_id: UUID, check_in_id: UUID) -> Response:
    """Read one check-in."""
    found = check_ins.read(session(), actor(), patient_id, check_in_id, at=now())
    return answer(found, version=found["version"])


@blp.route(CHECK_IN + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, CheckInOut)
@versioned
def enter_check_in_in_error(body: dict[str, Any], patient_id: UUID, check_in_id: UUID, version: int) -> Response:
    """Mark your check-in as entered in error; it stays readable, marked, and what it fulfilled is due again."""
    ids = (patient_id, check_in_id)
    shown = check_in_entries.enter_in_error(session(), actor(), *ids, **body, version=version, at=now())
    return answer(shown, version=shown["version"])


@blp.route("/patients/<uuid:patient_id>/check-ins-due")
@blp.arguments(DueQuery, location="query")
@blp.response(200, DueCheckIns)
def list_check_ins_due(query: dict[str, Any], patient_id: UUID) -> Response:
    """List which check-ins are due or overdue, as far as you may read all that it rests on."""
    return answer(check_ins_due.read(session(), actor(), patient_id, **query, at=now()))


@blp.route(SCHEDULES)
@blp.response(200, SchedulePage)
def list_check_in_schedules(patient_id: UUID) -> Response:
    """List on which days after each kind of change a check-in is due; for the patient and the prescribers."""
    return answer({"items": schedules.read_all(session(), actor(), patient_id, at=now())})


@blp.route(SCHEDULE, parameters=WORDS)
@blp.response(200, ScheduleOut)
def read_check_in_schedule(patient_id: UUID, cause: str) -> Response:
    """Read the schedule of one kind of change; for the patient and the prescribers."""
    found = schedules.read(session(), actor(), patient_id, cause, at=now())
    return answer(found, version=found["version"])


@blp.route(SCHEDULE, methods=["PUT"], parameters=WORDS)
@blp.arguments(ScheduleDays)
@blp.response(200, ScheduleOut)
@versioned
def set_check_in_schedule(body: dict[str, Any], patient_id: UUID, cause: str, version: int) -> Response:
    """Set this patient's schedule of one kind of change, from today on, as a prescriber."""
    shown = schedules.set_days(session(), actor(), patient_id, cause, **body, version=version, at=now())
    return answer(shown, version=shown["version"])
