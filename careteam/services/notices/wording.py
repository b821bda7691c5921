"""The one sentence of a notice, made when it is read: of what the reader may know then, and of nothing else.

What has changed since is said as it is now. Nothing of an item is ever said.
"""

from collections.abc import Callable, Mapping

from careteam.models import Notice
from careteam.policy.vocabulary import NoticeKind
from careteam.services.notices import about_consents, about_places
from careteam.services.notices.things import Things

Say = Callable[[Notice, Things], str]

_EMERGENCY = "Emergency access to your record was used. Your access log says by whom, when, and what was shown."
_OF_AGE = (
    "You have come of age: nobody acts for you as a parent any more. What you, or they for you, have signed holds until"
    " it ends: look through your consents, and revoke what you do not want."
)
_RESTORED = (
    "The records were restored from a backup. Look through your consents and restrictions: what you said no to stands."
)


def sentence(notice: Notice, things: Things) -> str:
    """Return what happened, in plain words."""
    say = _SAID[notice.kind]
    return say if isinstance(say, str) else say(notice, things)


def _released(notice: Notice, things: Things) -> str:
    if things.known.is_own(notice.patient_id):
        return "Its author has released a special note about you to you."
    return f"A special note about {things.known.name_of(notice.patient_id) or 'a patient'} was released to you."


def _review_due(notice: Notice, things: Things) -> str:
    if not things.known.is_own(notice.patient_id):
        name = things.known.name_of(notice.patient_id)
        return f"Items were imported into the record of {name}. They wait until you have confirmed their labels."
    if notice.target == notice.patient_id or notice.patient_id is None:
        return "Items were imported into your record. They wait until you have confirmed their labels."
    holder = things.known.member_name(notice.patient_id, notice.target) or "somebody"
    return (
        f"Imported items in your record wait for {holder}, who is not in your care team any more and can confirm"
        " nothing. The list of label reviews says what you can do."
    )


def _acting(own: str, theirs: str) -> Say:
    """Return what is said to the patient, and to who acts for them; {who} is the patient as far as they know them."""

    def say(notice: Notice, things: Things) -> str:
        if things.known.is_own(notice.patient_id):
            return own
        return theirs.format(who=things.known.name_of(notice.patient_id) or "somebody")

    return say


_SAID: Mapping[NoticeKind, Say | str] = {
    NoticeKind.CONSENT_REQUESTED: about_consents.requested,
    NoticeKind.CONSENT_SIGNED: about_consents.signed,
    NoticeKind.CONSENT_GRANTED: about_consents.granted,
    NoticeKind.CONSENT_DECLINED: about_consents.declined,
    NoticeKind.CONSENT_WITHDRAWN: about_consents.withdrawn,
    NoticeKind.CONSENT_LAPSED: about_consents.lapsed,
    NoticeKind.CONSENT_REVOKED: about_consents.over,
    NoticeKind.REVOCATION_RECORDED: about_consents.recorded,
    NoticeKind.CONSENT_ENDED: about_consents.ended,
    NoticeKind.CONSENT_EXPIRING: about_consents.expiring,
    NoticeKind.MEMBERSHIP_PROPOSED: about_places.proposed,
    NoticeKind.MEMBERSHIP_ACCEPTED: about_places.accepted,
    NoticeKind.MEMBERSHIP_DECLINED: about_places.declined,
    NoticeKind.MEMBERSHIP_ENDED: about_places.ended,
    NoticeKind.REVIEW_DUE: _review_due,
    NoticeKind.NOTE_RELEASED: _released,
    NoticeKind.SENT_TO_YOU: _acting("Something of yours was sent.", "{who} has sent you something."),
    NoticeKind.ANSWERED: _acting("You have an answer.", "{who} has an answer."),
    NoticeKind.QUESTIONNAIRE_REQUESTED: _acting(
        "A clinician asks you to answer a questionnaire.", "A clinician asks {who} to answer a questionnaire."
    ),
    NoticeKind.SAFETY_FLAG: _acting(
        "You have answered a questionnaire that your care team should read at once.",
        "{who} has answered a questionnaire: read it now.",
    ),
    NoticeKind.REFERRAL_PROPOSED: _acting(
        "A clinician proposes to refer you. Read what it says, then say yes, no or not now.",
        "A clinician proposes to refer {who}.",
    ),
    NoticeKind.REFERRED_TO_YOU: "A clinician refers somebody to you. Accept it to read more, or decline.",
    NoticeKind.REFERRAL_ANSWERED: _acting("There is news of your referral.", "There is news of a referral of {who}."),
    NoticeKind.MESSAGE: _acting("There is a new message for you.", "There is a new message for you about {who}."),
    NoticeKind.EMERGENCY_ACCESS: _EMERGENCY,
    NoticeKind.EMERGENCY_REVIEW_DUE: "An emergency access waits for the review of a privacy officer.",
    NoticeKind.EMERGENCY_EXPLANATION_ASKED: _acting(
        "A privacy officer has asked for more about an emergency access to your record.",
        "A privacy officer asks you to explain your emergency access to the record of {who}.",
    ),
    NoticeKind.EMERGENCY_EXPLAINED: "An emergency access was explained. It waits for the review of a privacy officer.",
    NoticeKind.EMERGENCY_REVIEWED: _acting(
        "A privacy officer has reviewed an emergency access to your record. The record of it says what they found.",
        "A privacy officer has reviewed your emergency access to the record of {who}.",
    ),
    NoticeKind.FOLLOW_UP: "A privacy officer has left something to follow up in the administration log of a practice.",
    NoticeKind.OFFICER_NEEDED: (
        "Something waits for a privacy officer of a practice, and there is nobody who may decide it. Appoint one."
    ),
    NoticeKind.ACCESS_QUESTIONED: "A patient questions an access. The case waits for the answer of a privacy officer.",
    NoticeKind.CASE_MESSAGE: _acting(
        "A privacy officer has written to you about an access that you questioned.",
        "A patient has written about an access that they questioned.",
    ),
    NoticeKind.CASE_WITHDRAWN: "A patient has withdrawn the question about an access.",
    NoticeKind.ACCESS_FOUND_WRONG: (
        "A privacy officer has found that you looked at a record when you should not have. Speak with them."
    ),
    NoticeKind.CASE_ANSWERED: "Your question about an access was answered.",
    NoticeKind.REPRESENTATION_PROPOSED: _acting(
        "Somebody is proposed to act for you. Look at what they could do, then agree or decline.",
        "You are proposed to act for {who}.",
    ),
    NoticeKind.REPRESENTATION_ADDED: _acting(
        "Somebody can act for you now. Look at what they can do; you can end it.", "You can act for {who} now."
    ),
    NoticeKind.REPRESENTATION_ENDED: _acting(
        "Somebody who acted for you does not any more.", "You do not act for {who} any more."
    ),
    NoticeKind.SIGNATURE_NEEDED: _acting(
        "A consent of yours waits for your signature. Nothing is shared before you sign.",
        "A consent waits for your signature on behalf of {who}. Nothing is shared before you sign.",
    ),
    NoticeKind.SIGNATURE_REFUSED: _acting(
        "A consent that you have signed was not signed by who acts for you. It opens nothing.",
        "A consent that you have signed on behalf of {who} was not signed by them. It opens nothing.",
    ),
    NoticeKind.CAME_OF_AGE: _OF_AGE,
    NoticeKind.BACKUP_RESTORED: _RESTORED,
}
"""What is said of each kind. A test holds this against the list of kinds."""
