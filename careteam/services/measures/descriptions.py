"""The questionnaires themselves, for anybody who is signed in: nothing of them is about a patient."""

from dataclasses import asdict
from typing import Any

from careteam import questionnaires
from careteam.errors import NotFound
from careteam.policy.questionnaires import Question, Questionnaire


def all_of_them() -> list[dict[str, Any]]:
    """Return every questionnaire in its latest version, in short, in the order of the alphabet."""
    return [_short(asked) for asked in questionnaires.current().values()]


def one(questionnaire: str) -> dict[str, Any]:
    """Return the latest version of one, whole. Raises NotFound."""
    asked = questionnaires.current().get(questionnaire)
    if asked is None:
        raise NotFound
    return {
        **_short(asked),
        "instruction": asked.instruction,
        "panel_code": asked.panel_code,
        "total_code": asked.total_code,
        "items": [_question(question) for question in asked.questions],
        "lowest": asked.lowest,
        "highest": asked.highest,
        "bands": [{"id": band.id, "from": band.first, "title": band.title} for band in asked.bands],
        "response_percent": asked.response_percent,
        "remission_below": asked.remission_below,
        "safety": [{"item": rule.question, "above": rule.above} for rule in asked.safety],
        "sources": [asdict(source) for source in asked.sources],
        "licence": asked.licence,
    }


def _short(asked: Questionnaire) -> dict[str, Any]:
    return {
        "id": asked.id,
        "version": asked.version,
        "title": asked.title,
        "about": asked.about,
        "answered_here": bool(asked.questions),
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "text": question.text,
        "code": question.code,
        "scored": question.scored,
        "options": [asdict(option) for option in question.options],
    }
