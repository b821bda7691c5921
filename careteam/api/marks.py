"""Headers that an answer carries because of what it shows."""

from typing import Any

from flask import Response

from careteam import context
from careteam.services.log import answer_marks
from careteam.services.log.part2_notice import NOTICE, notice

PART2, BODY = "X-Part2-Notice", "part2_notice"
"""The notice of 42 CFR 2.32, and the member of the body that holds it with the scope of the consent."""
EMERGENCY = "X-CareTeam-Emergency"
"""Until when the emergency session is open without which the answer would not show all that it shows."""


def begin() -> None:
    """Forget what an earlier try of this request would have shown."""
    answer_marks.forget(context.session())


def marked(answer: Response) -> Response:
    """Say what the answer must say of itself."""
    until = answer_marks.emergency_until(context.session())
    if until is not None and answer.status_code < 400:
        answer.headers[EMERGENCY] = until.isoformat().replace("+00:00", "Z")
    if answer_marks.part2_consents(context.session()) is not None and answer.status_code < 400:
        answer.headers[PART2] = NOTICE.text
    return answer


def with_notice(payload: Any) -> Any:
    """Put the notice into an answer that holds a Part 2 item."""
    consents = answer_marks.part2_consents(context.session())
    if consents is None or not isinstance(payload, dict):
        return payload
    return {**payload, BODY: notice(context.session(), consents)}
