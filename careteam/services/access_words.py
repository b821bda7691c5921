"""The access log in plain words. Every act that is logged has a phrase here; a test sees to it."""

from collections.abc import Mapping

DONE: Mapping[str, str] = {
    "read-shared-record": "opened your shared record",
    "read-notes": "looked through your notes",
    "read-note": "read a note",
    "draft-note": "began a note",
    "edit-note": "changed a note that is not signed yet",
    "sign-note": "signed a note",
    "add-addendum": "added to a note",
    "note-entered-in-error": "marked a note as entered in error",
    "read-access-log": "read this access log",
    "read-sharing": "looked at what is shared",
}
"""What was done, after the name of who did it."""

ASKED: Mapping[str, str] = {
    "notes": "asked for notes",
    "shared_record": "asked for the shared record",
    "access_log": "asked for the access log",
}
"""What was asked for in vain, by the first part of the act."""

CLASSES: Mapping[str, tuple[str, str]] = {
    "progress_note": ("progress note", "progress notes"),
    "coordination_note": ("coordination note", "coordination notes"),
    "medication": ("medication", "medications"),
    "allergy": ("allergy", "allergies"),
    "condition": ("condition", "conditions"),
    "side_effect": ("side-effect report", "side-effect reports"),
    "check_in": ("check-in", "check-ins"),
    "measure": ("questionnaire", "questionnaires"),
    "intake": ("intake", "intakes"),
    "treatment_plan": ("plan item", "plan items"),
    "referral": ("referral", "referrals"),
    "question": ("question", "questions"),
    "message": ("message", "messages"),
}
"""One and many of each class that a patient's log may name."""


def act_phrase(act: str, outcome: str) -> str:
    """Return what somebody did, or asked for and was refused."""
    if outcome == "refused":
        asked = ASKED.get(act.partition(".")[0], "asked for something in your record")
        return f"{asked} and was refused"
    return DONE.get(act, "used your record")


def counted(item_class: str, count: int) -> str:
    """Return `1 progress note`, `3 medications`."""
    one, many = CLASSES[item_class]
    return f"{count} {one if count == 1 else many}"
