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
    "read-medications": "looked through your medication list",
    "read-medication": "read a medication entry",
    "start-medication": "added a medication to your list",
    "change-dose": "changed the dose of a medication",
    "hold-medication": "put a medication on hold",
    "resume-medication": "resumed a medication",
    "stop-medication": "stopped a medication",
    "switch-medication": "switched a medication",
    "confirm-medication": "confirmed a medication entry",
    "withdraw-medication-change": "withdrew a planned change to a medication",
    "medication-entered-in-error": "marked a medication as entered in error",
    "review-medications": "reviewed your whole medication list",
    "read-medication-reviews": "looked through the reviews of your medication list",
    "read-medication-review": "read a review of your medication list",
    "read-medication-pairs": "compared what is prescribed with what you take",
    "read-reconciliations": "looked through the reconciliations of your medication list",
    "read-reconciliation": "read a reconciliation of your medication list",
    "reconcile-medications": "reconciled differences of your medication list",
    "reconciliation-entered-in-error": "marked a reconciliation as entered in error",
    "read-allergies": "looked through your allergies",
    "read-allergy": "read an allergy entry",
    "record-allergy": "recorded an allergy",
    "state-no-known-allergies": "stated that you have no known allergies",
    "change-allergy": "changed an allergy entry",
    "allergy-entered-in-error": "marked an allergy entry as entered in error",
    "read-conditions": "looked through your conditions",
    "read-condition": "read a condition",
    "record-condition": "recorded a condition",
    "change-condition": "changed a condition",
    "condition-entered-in-error": "marked a condition as entered in error",
    "add-label": "labelled an item of your record",
    "remove-label": "removed a label from an item of your record",
    "read-labels": "looked at the labels of an item",
    "read-label-reviews": "looked at the imported items that wait",
    "review-labels": "confirmed the labels of an imported item",
    "review-label-list": "confirmed the labels of imported items",
    "list-label-reviews": "listed in which records imported items wait for them",
    "invite": "sent an invitation about your record or care team",
    "withdraw-invitation": "withdrew an invitation about your record or care team",
    "preview-invitation": "looked at what an invitation would open",
    "accept-invitation": "accepted an invitation about your record or care team",
    "decline-invitation": "declined an invitation about your record or care team",
    "agree-invitation": "agreed to an invitation into your care team",
    "read-team": "looked at who is in your care team",
    "read-invitation": "looked at an invitation about your record or care team",
    "read-acceptance": "looked at what came of an invitation into your care team",
    "read-membership": "looked at a membership in your care team",
    "preview-membership": "looked at what a membership would open",
    "agree-membership": "agreed to a membership in your care team",
    "decline-membership": "declined a membership in your care team",
    "end-membership": "ended a membership in your care team",
    "end-membership-with-role": "ended a role in a practice, and with it a membership in your care team",
    "read-patient": "opened your name, dates and care team",
    "change-patient": "changed your name, a date or your time zone",
    "list-patients": "listed their patients",
    "list-memberships": "listed their memberships",
    "list-invitations": "listed their invitations",
    "read-access-log": "read this access log",
    "export-access-log": "saved this access log as a file",
    "read-sharing": "looked at what is shared",
    "read-consents": "looked through the consents",
    "read-consent": "read a consent",
    "request-consent": "asked you for a consent",
    "draft-consent": "began a consent",
    "edit-consent": "changed a consent that is not signed yet",
    "decline-consent": "declined a request for a consent",
    "withdraw-consent": "withdrew a consent that was not signed",
    "sign-consent": "signed a consent",
    "end-consent": "recorded that what ends a consent has happened",
    "revoke-consent": "revoked a consent",
    "revoke-everywhere": "revoked consent wherever it reached",
    "record-revocation": "recorded that you revoked consent",
    "read-revocation": "read the receipt of a revocation",
    "read-restrictions": "looked through the restrictions",
    "read-restriction": "read a restriction",
    "restrict": "made a restriction",
    "lift-restriction": "lifted a restriction",
    "import": "imported a file into your record",
    "open-kept": "read into your record what was imported before and kept sealed",
    "import-unchanged": "imported a file of which your record held everything already",
}
"""What was done, after the name of who did it."""

ASKED: Mapping[str, str] = {
    "notes": "asked for notes",
    "medications": "asked for medications",
    "medication_pairs": "asked for medications",
    "allergies": "asked for allergies",
    "conditions": "asked for conditions",
    "labels": "asked for labels",
    "patients": "asked who you are",
    "team": "asked for your care team",
    "shared_record": "asked for the shared record",
    "access_log": "asked for the access log",
    "sharing": "asked what is shared",
    "consents": "asked for your consents",
    "revocations": "tried to revoke a consent",
    "restrictions": "asked for your restrictions",
    "import": "tried to import a file into your record",
    "imports": "tried to import a file into your record",
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
