"""Which refusals each operation gives: those that follow from its form, and those that only its meaning tells.

The suite holds every answer against this (`tests/contract.py`): a refusal that is missing here fails the test that
gets it.
"""

from collections.abc import Mapping
from typing import Any

from careteam import errors
from careteam.api.noes import says_no
from careteam.errors import CareTeamError
from careteam.services.identity.unfinished import Unfinished

UNSAFE = frozenset({"post", "put", "patch", "delete"})

WORDS: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", "Bad Request", "The body is not JSON in UTF-8, or says something twice."),
    413: ("too-large", "Request Entity Too Large", "The body is larger than this address accepts."),
    415: ("unsupported-media-type", "Unsupported Media Type", "The body is not sent as what this address reads."),
    422: ("invalid", errors.Invalid.title, "Something cannot be accepted; `errors` names it, by field."),
    429: ("too-many-requests", "Too Many Requests", "Too many requests: come back after Retry-After seconds."),
}
"""What the transport says: type, title, and when."""
MEANINGS: Mapping[type[CareTeamError], str] = {
    errors.NotAuthenticated: "Nobody is signed in, or the session or access token is not valid.",
    errors.NotPermitted: "Not yours to do: not this act, not with a token for reading, or without the CSRF token.",
    errors.NotFound: "Absent, or nothing that you can see: the two are one answer.",
    errors.Conflict: "It does not fit the state of the thing, or was done before with this key (`already-done`).",
    errors.Gone: "A link that was used, withdrawn, has expired or never was: the four are one answer.",
    errors.Stale: "It changed since you read it.",
    errors.VersionRequired: "No `If-Match`.",
    errors.Unavailable: "The answer could not be given safely. Try again.",
}
"""What the domain says, and when."""

CONFLICT, GONE = frozenset({409}), frozenset({410})
ONLY_BY_MEANING: Mapping[str, frozenset[int]] = {
    "acknowledge_plan_item": CONFLICT,
    "answer_plan_review": CONFLICT,
    "change_plan_item": CONFLICT,
    "close_plan_item": CONFLICT,
    "close_plan_review": CONFLICT,
    "enter_intake_part_in_error": CONFLICT,
    "enter_plan_acknowledgement_in_error": CONFLICT,
    "enter_plan_item_in_error": CONFLICT,
    "enter_plan_review_in_error": CONFLICT,
    "enter_prior_trial_in_error": CONFLICT,
    "open_plan_review": CONFLICT,
    "record_prior_trial": CONFLICT,
    "write_intake_part": CONFLICT,
    "write_plan_item": CONFLICT,
    "accept_invitation": frozenset({409, 410}),
    "accept_own_invitation": frozenset({409, 410}),
    "add_addendum": CONFLICT,
    "add_representation": CONFLICT,
    "answer_refill_request": CONFLICT,
    "ask_for_refill": CONFLICT,
    "do_check_in": CONFLICT,
    "enter_check_in_in_error": CONFLICT,
    "enter_refill_request_in_error": CONFLICT,
    "enter_supply_in_error": CONFLICT,
    "record_supply": CONFLICT,
    "set_check_in_schedule": CONFLICT,
    "confirm_message_read": CONFLICT,
    "enter_message_in_error": CONFLICT,
    "send_message": CONFLICT,
    "answer_question": CONFLICT,
    "carry_over_question": CONFLICT,
    "change_question": CONFLICT,
    "enter_question_in_error": CONFLICT,
    "note_question_answered": CONFLICT,
    "send_item": CONFLICT,
    "write_question": CONFLICT,
    "accept_referral": CONFLICT,
    "agree_to_membership": CONFLICT,
    "agree_to_referral": CONFLICT,
    "answer_referral": CONFLICT,
    "decline_referral": CONFLICT,
    "decline_referral_to_me": CONFLICT,
    "enter_referral_in_error": CONFLICT,
    "postpone_referral": CONFLICT,
    "preview_referral": frozenset({409, 422}),
    "print_referral": CONFLICT,
    "propose_referral": CONFLICT,
    "withdraw_referral": CONFLICT,
    "agree_to_proposal": frozenset({409, 410}),
    "ask_address_change": CONFLICT,
    "begin_consent": CONFLICT,
    "answer_case": CONFLICT,
    "answer_cost_request": CONFLICT,
    "answer_side_effect": CONFLICT,
    "ask_about_cost": CONFLICT,
    "report_side_effect": CONFLICT,
    "enter_answer_in_error": CONFLICT,
    "enter_cost_request_in_error": CONFLICT,
    "enter_side_effect_in_error": CONFLICT,
    "begin_emergency_access": CONFLICT,
    "begin_second_factor": CONFLICT,
    "change_allergy": CONFLICT,
    "change_medication": CONFLICT,
    "change_representation": CONFLICT,
    "confirm_address_change": frozenset({409, 410}),
    "confirm_second_factor": CONFLICT,
    "create_token": CONFLICT,
    "decline_consent": CONFLICT,
    "decline_invitation": GONE,
    "decline_membership": CONFLICT,
    "disable_staff": CONFLICT,
    "edit_consent": CONFLICT,
    "edit_me": CONFLICT,
    "edit_note": CONFLICT,
    "end_consent": CONFLICT,
    "end_membership": CONFLICT,
    "end_role": CONFLICT,
    "enter_allergy_in_error": CONFLICT,
    "enter_medication_in_error": CONFLICT,
    "enter_reconciliation_in_error": CONFLICT,
    "explain_emergency_access": CONFLICT,
    "import_bundle": frozenset({404, 409}),
    "import_consent": CONFLICT,
    "invite": frozenset({404, 409}),
    "issue_password_reset": CONFLICT,
    "preview_document": CONFLICT,
    "record_measure": CONFLICT,
    "request_measure": CONFLICT,
    "enter_measure_in_error": CONFLICT,
    "enter_measure_request_in_error": CONFLICT,
    "move_note_text": CONFLICT,
    "mark_notices_read": frozenset({404, 409}),
    "preview_invitation": GONE,
    "preview_invited": frozenset({409, 410}),
    "preview_joining": CONFLICT,
    "preview_membership": CONFLICT,
    "preview_revocation": CONFLICT,
    "preview_signature": frozenset({409, 422}),
    "question_access": CONFLICT,
    "read_sharing": frozenset({412}),
    "reconcile_medications": frozenset({409, 412}),
    "record_allergy": CONFLICT,
    "record_condition": CONFLICT,
    "release_note": CONFLICT,
    "remove_second_factor": CONFLICT,
    "renew_recovery_codes": CONFLICT,
    "reset_password": GONE,
    "review_emergency_access": CONFLICT,
    "review_labels": CONFLICT,
    "review_many_labels": frozenset({409, 412}),
    "review_medications": CONFLICT,
    "revoke_consent": CONFLICT,
    "revoke_everywhere": CONFLICT,
    "sign_consent": CONFLICT,
    "sign_note": CONFLICT,
    "start_medication": CONFLICT,
    "state_no_known_allergies": CONFLICT,
    "state_part2": CONFLICT,
    "verify_role": CONFLICT,
    "withdraw_case": CONFLICT,
    "withdraw_consent": CONFLICT,
    "withdraw_invitation": CONFLICT,
    "withdraw_medication_change": CONFLICT,
    "write_in_case": CONFLICT,
    "write_in_practice_case": CONFLICT,
}
"""By operation: the refusals that do not follow from its form."""


def of(operation: Mapping[str, Any], *, method: str, path: str, view: Any, keyed: bool) -> set[int]:
    """Return the statuses with which an operation of the REST door refuses."""
    found = {401, 429, 503} | ONLY_BY_MEANING.get(operation["operationId"], frozenset())
    found |= {403} if method in UNSAFE or _closed(operation, view) else set()
    found |= {404} if "{" in path else set()
    found |= {400, 413, 415, 422} if "requestBody" in operation else set()
    found |= {413, 422} if keyed and not says_no(operation["operationId"]) else set()
    found |= {422} if any(p.get("in") == "query" for p in operation.get("parameters", [])) else set()
    return found | ({412, 428} if getattr(view, "versioned", False) else set())


def _closed(operation: Mapping[str, Any], view: Any) -> bool:
    """Say whether some signed-in people are refused whatever they may see: for want of a session, or of a step."""
    ways = operation["security"]
    steps: frozenset[Unfinished] = getattr(view, "open_before", frozenset())
    return bool(ways) and ({"token": []} not in ways or not steps.issuperset(Unfinished))


def document(status: int) -> dict[str, Any]:
    """Return what the OpenAPI document says of a refusal."""
    kind, title, when = _words(status)
    example = {"type": f"https://careteam.example/problems/{kind}", "title": title, "status": status}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    made: dict[str, Any] = {"description": when, "content": {"application/problem+json": content}}
    if status in {429, 503}:
        made["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    return made


def _words(status: int) -> tuple[str, str, str]:
    for error, when in MEANINGS.items():
        if error.status == status:
            return error.type, error.title, when
    return WORDS[status]
