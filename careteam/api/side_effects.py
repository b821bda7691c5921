"""Side effects: what to do now, reports, and what a prescriber answers."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, changes_nothing, page, versioned
from careteam.api.schemas.directed import AnswerOut
from careteam.api.schemas.notes import Reason
from careteam.api.schemas.side_effects import (
    DoNowOut,
    EffectCodes,
    Felt,
    SideEffectAnswer,
    SideEffectDraft,
    SideEffectOut,
    SideEffectPage,
    SideEffectQuery,
)
from careteam.context import actor, now, session
from careteam.services.side_effects import advice, reporting, side_effects

blp = blueprint("side_effects", "Side effects as the patient reports them, with what to do now, and the answers.")
SIDE_EFFECTS = "/patients/<uuid:patient_id>/side-effects"
SIDE_EFFECT = SIDE_EFFECTS + "/<uuid:side_effect_id>"


@blp.route("/side-effect-codes")
@blp.response(200, EffectCodes)
def list_side_effect_codes() -> Response:
    """List the effects that can be chosen; any other is said in words."""
    return answer({"items": advice.codes()})


@blp.route("/patients/<uuid:patient_id>/side-effect-advice", methods=["POST"])
@blp.arguments(Felt)
@blp.response(200, DoNowOut)
@changes_nothing
def ask_side_effect_advice(body: dict[str, Any], patient_id: UUID) -> Response:
    """Ask what to do now, before you report anything; nothing is kept."""
    return answer(advice.ask(session(), actor(), patient_id, **body, at=now()))


@blp.route(SIDE_EFFECTS)
@blp.arguments(SideEffectQuery, location="query")
@blp.response(200, SideEffectPage)
def list_side_effects(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the reports that you may read, newest first."""
    return page(*side_effects.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(SIDE_EFFECTS, methods=["POST"])
@blp.arguments(SideEffectDraft)
@blp.response(201, SideEffectOut)
def report_side_effect(body: dict[str, Any], patient_id: UUID) -> Response:
    """Report a side effect. The answer says first what to do now, and whom the report reaches."""
    return _made(reporting.report(session(), actor(), patient_id, **body, at=now()), f"{patient_id}/side-effects")


@blp.route(SIDE_EFFECT)
@blp.response(200, SideEffectOut)
def read_side_effect(patient_id: UUID, side_effect_id: UUID) -> Response:
    """Read one report, with the answers that you may read."""
    return _report(side_effects.read(session(), actor(), patient_id, side_effect_id, at=now()))


@blp.route(SIDE_EFFECT + "/answers", methods=["POST"])
@blp.arguments(SideEffectAnswer)
@blp.response(201, AnswerOut)
def answer_side_effect(body: dict[str, Any], patient_id: UUID, side_effect_id: UUID) -> Response:
    """Answer a report, as a prescriber; the patient is told."""
    made = reporting.answer(session(), actor(), patient_id, side_effect_id, **body, at=now())
    return _made(made, f"{patient_id}/answers")


@blp.route(SIDE_EFFECT + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, SideEffectOut)
@versioned
def enter_side_effect_in_error(body: dict[str, Any], patient_id: UUID, side_effect_id: UUID, version: int) -> Response:
    """Mark your report as entered in error; it stays readable, marked."""
    ids = (patient_id, side_effect_id)
    return _report(reporting.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _report(shown: dict[str, Any]) -> Response:
    return answer(shown, version=shown["version"])


def _made(made: dict[str, Any], where: str) -> Response:
    return answer(made, 201, version=made["version"], location=f"/api/v1/patients/{where}/{made['id']}")
