"""Which operation names the version that was read: every change of a thing that exists, and never a no."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from careteam.api.noes import OTHERWISE, VERBS, says_no
from tests.api.examples.played import ASKS
from tests.api.examples.stage import Stage, rules, send
from tests.api.test_refusals import documented
from tests.world import World

CREATES = {"201", "202"}
OWN_SECRET = "the password, or the code, that comes with it is what it is meant for"
ONE_FACT = "it sets one fact that others do not edit; done twice it is the same"
SHOWS = "it shows what an act would do, and changes nothing"
ADDS = "it adds words of one's own below the others; nothing that stood there is changed"
EXCUSED: Mapping[str, str] = {
    "ask_side_effect_advice": "it says what to do now, and keeps nothing",
    "confirm_message_read": ONE_FACT,
    "explain_emergency_access": ADDS,
    "write_in_case": ADDS,
    "write_in_practice_case": ADDS,
    "mark_notice_read": ONE_FACT,
    "mark_notices_read": ONE_FACT,
    "preview_document": SHOWS,
    "preview_invited": SHOWS,
    "preview_joining": SHOWS,
    "preview_lifting": SHOWS,
    "preview_restriction": SHOWS,
    "preview_revocation": SHOWS,
    "preview_revocations": SHOWS,
    "preview_signature": SHOWS,
    "send_item": "it adds a permit and changes nothing of the item; done twice it is the same",
    "sign_in": "makes a session",
    "reset_password": OWN_SECRET,
    "change_password": OWN_SECRET,
    "confirm_second_factor": OWN_SECRET,
    "remove_second_factor": OWN_SECRET,
    "confirm_address_change": "the link is for this one change",
    "preview_invitation": "changes nothing; the link is sent in the body, where no log keeps it",
    "accept_referral": "what is accepted never changes; a second yes is a conflict",
    "postpone_referral": ONE_FACT,
    "preview_referral": SHOWS,
    "agree_to_membership": "what is agreed to never changes; a second yes is a conflict",
    "agree_to_proposal": "what is agreed to never changes; a second yes is a conflict",
    "lift_restriction": "a restriction never changes until it is lifted",
    "review_many_labels": "each item in the body is named with its version",
    "verify_role": ONE_FACT,
    "enable_staff": ONE_FACT,
    "require_new_password": "it takes something away, and is never held up",
}
"""What changes something without naming a version, and why."""


def unversioned(app: Flask) -> set[str]:
    """Operations that change something that exists, and do not name its version."""
    return {
        name
        for name, (method, told) in documented(app).items()
        if method != "GET" and not CREATES & told["responses"].keys() and "428" not in told["responses"]
        if any(status.startswith("2") for status in told["responses"])
    }


def test_every_change_names_a_version_or_says_no_or_is_excused(application: Flask) -> None:
    left = {name for name in unversioned(application) if not says_no(name)}
    assert left - set(EXCUSED) == set(), "take If-Match (@versioned), or give the reason why not"
    assert set(EXCUSED) - left - {"sign_in"} == set(), "excused, but no longer needed"


def test_no_act_that_says_no_is_held_up_by_a_version(application: Flask) -> None:
    asked = {name for name, (_, told) in documented(application).items() if {"412", "428"} & told["responses"].keys()}
    assert {name for name in asked if says_no(name)} == set()
    assert set(rules(application)) >= OTHERWISE


def test_the_acts_that_say_no_are_these(application: Flask) -> None:
    """A new one is added here, so that somebody looks whether it is one."""
    assert {name for name, (method, _) in documented(application).items() if method != "GET" and says_no(name)} == {
        "decline_consent",
        "decline_invitation",
        "decline_membership",
        "decline_own_invitation",
        "decline_referral",
        "decline_referral_to_me",
        "disable_staff",
        "end_consent",
        "end_emergency_access",
        "end_measure_request",
        "end_membership",
        "end_other_sessions",
        "end_representation",
        "end_role",
        "end_session",
        "end_staff_sessions",
        "restrict",
        "revoke_consent",
        "revoke_everywhere",
        "revoke_sent_item",
        "revoke_token",
        "sign_out",
        "withdraw_case",
        "withdraw_consent",
        "withdraw_invitation",
        "withdraw_question",
        "withdraw_referral",
        "withdraw_release",
        "withdraw_verification",
    }
    assert not any(says_no(name) for name in ("ending", "restriction", "revocation"))
    assert "revoke" in VERBS


def test_a_change_that_names_a_version_answers_with_the_next(world: World) -> None:
    shown = {}
    for name, (_, told) in documented(world.app).items():
        if "428" in told["responses"]:
            answers = [made for status, made in told["responses"].items() if status.startswith("2")]
            shown[name] = all("ETag" in made.get("headers", {}) for made in answers)
    assert [name for name, told in shown.items() if not told] == []
    assert len(shown) > 15


@pytest.mark.parametrize("operation", ["edit_note", "change_patient", "edit_consent", "change_medication"])
def test_of_two_changes_to_one_version_the_second_is_refused(world: World, operation: str) -> None:
    stage = Stage(world)
    ask = ASKS[operation](stage)
    assert send(stage, operation, ask).status_code < 300
    assert send(stage, operation, ask).status_code == 412


def test_a_version_is_no_validator_of_what_is_shown(world: World) -> None:
    """What an answer shows depends on consents and the clock too: every GET answers whole, and is logged."""
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    reading = world.client(therapist)
    first = reading.get(f"{patient.record}/notes/{note.id}")
    again = reading.get(f"{patient.record}/notes/{note.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (200, first.data)
    told: Any = world.client(patient).get(f"{patient.record}/access-log").json
    assert [e["sentence"].startswith("Tess Okafor read a note") for e in told["items"]] == [True, True]
