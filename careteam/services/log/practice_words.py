"""The access log of a practice in plain words: of the patient in the third person, and what is about no patient."""

from collections.abc import Mapping

from careteam.services.log.access_words import act_phrase

SPECIAL_RECORD = "special_record"
"""What a special note is called to a privacy officer (`domain.md`, "Special notes")."""

WITHOUT_PATIENT: Mapping[str, str] = {
    "ask-address-change": "asked to change their address",
    "ask-password-reset": "asked for a new password",
    "begin-second-factor": "set up a second factor",
    "change-address": "changed their address",
    "change-password": "changed their password",
    "create-admin": "was made an administrator by the operator",
    "create-token": "made an access token",
    "disable-staff": "disabled somebody in a practice",
    "disable-user": "shut an account",
    "edit-account": "changed their name or time zone",
    "edit-practice": "changed the settings of a practice",
    "enable-staff": "enabled somebody in a practice again",
    "enable-user": "opened an account again",
    "end-other-sessions": "signed out everywhere else",
    "end-role": "ended a role in a practice",
    "end-session": "signed out of one browser",
    "end-staff-sessions": "ended somebody's sessions and access tokens",
    "give-up-verification": "gave up a verification",
    "invite": "sent an invitation",
    "issue-address-change": "issued a link to change an address",
    "issue-password-reset": "issued a link for a new password",
    "list-cases": "looked through the questioned accesses of a practice",
    "list-emergency-reviews": "looked through the emergency accesses of a practice",
    "make-practice": "made a practice",
    "read-administration-log": "read the administration log of a practice",
    "read-acceptance": "looked at what came of an invitation",
    "read-invitation": "looked at an invitation",
    "read-practice-access-log": "read the access log of a practice",
    "renew-recovery-codes": "made new recovery codes",
    "require-new-password": "required somebody to choose a new password",
    "reset-password": "set a new password by a link",
    "revoke-all-tokens": "lost every access token with a new role",
    "revoke-token": "revoked an access token",
    "sign-in": "signed in",
    "sign-out": "signed out",
    "take-off-second-factor": "took off a second factor",
    "verify-role": "verified a role in a practice",
    "withdraw-invitation": "withdrew an invitation",
    "withdraw-verification": "withdrew the verification of a role in a practice",
    "accept-invitation": "accepted an invitation",
    "decline-invitation": "declined an invitation",
    "preview-invitation": "looked at what an invitation offers",
}
"""What was done that is about nobody's record."""

_THIRD_PERSON = (
    ("who you are", "who the patient is"),
    ("you have", "the patient has"),
    ("your", "the patient's"),
    ("you", "the patient"),
)


def act_of(act: str, outcome: str, *, about_patient: bool) -> str:
    """Return what somebody did, or asked for and was refused, in the third person."""
    if about_patient:
        return third_person(act_phrase(act, outcome))
    if outcome == "refused":
        return "tried to sign in and was refused" if act == "sign-in" else "asked for something and was refused"
    return WITHOUT_PATIENT.get(act) or third_person(act_phrase(act, outcome))


def third_person(phrase: str) -> str:
    """Return a phrase of the patient's log as it is told to somebody else."""
    words = f" {phrase} "
    for second, third in _THIRD_PERSON:
        words = words.replace(f" {second} ", f" {third} ")
    return words.strip()


def staff_words(kind: str) -> str:
    """Return the roles of a stored actor without telling that they are a patient too."""
    return "+".join(word for word in kind.split("+") if word != "patient") or "user"
