"""Plays examples: sends each on a stage of its own, and compares what came with what the document shows."""

from typing import Any

from tests.api.examples import (
    acting,
    asking,
    consents,
    directed,
    knowledge,
    managing,
    measures,
    messages,
    notices,
    oversight,
    people,
    planning,
    previews,
    record,
    referrals,
    reports,
    signals,
    special,
    team,
)
from tests.api.examples.stage import ASKS, Ask, Stage, rules, send
from tests.world import World

__all__ = [
    "ASKS",
    "acting",
    "asking",
    "consents",
    "directed",
    "knowledge",
    "managing",
    "measures",
    "messages",
    "notices",
    "oversight",
    "people",
    "planning",
    "previews",
    "record",
    "referrals",
    "reports",
    "signals",
    "special",
    "team",
]
SECRETS = {
    "csrf_token": "ImY0YzI5YjE3Ig.aaYl0A.4Yk1TzQ",
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "otpauth_uri": "otpauth://totp/careteam:tess@example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=careteam",
    "qr_svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
}
CODES = ["gq2d-mmzu-gbqt-iztf-hfsd-cmjs", "mfrg-gzdf-mztw-q2lk-nnwg-23tp"]


def played(world: World, operation: str) -> dict[str, Any]:
    """Send what is asked for by an operation; return it as the document shows it."""
    stage = Stage(world)
    ask = ASKS[operation](stage)
    answer = send(stage, operation, ask)
    assert answer.status_code < 400, answer.text
    asked = {"path": stage.shown(dict(ask.path)), "query": stage.shown(dict(ask.query))}
    if ask.body is not None:
        asked["request"] = stage.shown(ask.body)
    made = {"method": rules(world.app)[operation][0], **{k: v for k, v in asked.items() if v}}
    if ask.version is not None:
        made["version"] = ask.version
    made["status"] = answer.status_code
    if answer.status_code < 400:
        made["response"] = _shown(stage, answer)
    return made


def _shown(stage: Stage, answer: Any) -> Any:
    if not answer.data:
        return None
    return stage.shown(hidden(answer.json)) if answer.is_json else answer.text.splitlines()[0]


def hidden(value: Any) -> Any:
    """Return the answer without what nobody should copy from a document."""
    if isinstance(value, dict):
        return {k: SECRETS.get(k, CODES if k == "recovery_codes" else hidden(v)) for k, v in value.items()}
    return [hidden(part) for part in value] if isinstance(value, list) else value


def sent_again(world: World, operation: str, example: dict[str, Any]) -> tuple[Stage, Ask, Any]:
    """Send the request that the document shows, on a stage on which its ids mean something; return the answer."""
    stage = Stage(world)
    ask = ASKS[operation](stage)
    for part in (dict(ask.path), dict(ask.query), ask.body):
        stage.shown(part)
    query, request = stage.real(example.get("query", {})), stage.real(example.get("request"))
    again = Ask(ask.who, ask.path, request, query, ask.version)
    return stage, again, send(stage, operation, again)


def shape(value: Any) -> Any:
    """Return what of an answer is the same every time: names, kinds, and whether there is something at all."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None if value is None else type(value).__name__
