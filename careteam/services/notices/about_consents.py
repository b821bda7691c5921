"""What notices say of consents: to the patient who, to a clinician what concerns them, as they may read it with GET."""

from careteam.models import Consent, Notice
from careteam.policy.vocabulary import ConsentStatus, Given
from careteam.services.log.access_words import CLASSES
from careteam.services.notices.things import Things

_MEANWHILE = {
    ConsentStatus.ACTIVE: "It was signed.",
    ConsentStatus.DECLINED: "It was declined.",
    ConsentStatus.WITHDRAWN: "They have taken it back.",
    ConsentStatus.LAPSED: "It has lapsed without an answer.",
}
_GIVEN = {Given.ORALLY: "as you said", Given.ON_PAPER: "as you wrote on paper"}


def requested(notice: Notice, things: Things) -> str:
    """Say who asks for a consent, and until when it waits."""
    consent = _consent(notice, things)
    who = _requester(consent, things)
    if consent is None or consent.lapses_at is None:
        return f"{who} asked you for a consent."
    state = things.state(consent)
    if state is ConsentStatus.REQUESTED:
        return (
            f"{who} asks you for a consent. The request waits until {things.day(consent.lapses_at)}: change it as you"
            " like and sign it, or decline it. Nothing is shared before you sign."
        )
    return f"{who} asked you for a consent. {_MEANWHILE.get(state, 'It was signed and is over.')}"


def signed(notice: Notice, things: Things) -> str:
    """Confirm a signature to the patient; to who asked for it, say that it was signed and what it opens to them."""
    consent, name = _consent(notice, things), _name(notice, things)
    if things.known.is_own(notice.patient_id):
        return _confirmed(consent, things)
    opened = f" {_opened(consent, things)}" if consent is not None and things.grants(consent) else ""
    return f"{name} has signed a consent that you asked for.{opened}"


def granted(notice: Notice, things: Things) -> str:
    """Say what somebody receives under a consent now; of one that is over, only that."""
    consent, name = _consent(notice, things), _name(notice, things)
    if consent is None or not things.grants(consent):
        return f"{name} shared something with you. That has ended, or something else took its place."
    return f"{name} has signed a consent that concerns you. {_opened(consent, things)}"


def declined(notice: Notice, things: Things) -> str:
    """Say that a request was declined."""
    return f"{_name(notice, things)} has declined your request for a consent."


def withdrawn(notice: Notice, things: Things) -> str:
    """Say that a request was taken back."""
    return f"{_requester(_consent(notice, things), things)} has taken back the request for a consent."


def lapsed(notice: Notice, things: Things) -> str:
    """Say that a request found no answer."""
    return f"Your request to {_name(notice, things)} for a consent has lapsed without an answer."


def over(notice: Notice, things: Things) -> str:
    """Say that something was shared and is not any more; neither what nor why."""
    return f"Something that {_name(notice, things)} shared with you has ended on {things.day(notice.at)}."


def ended(notice: Notice, things: Things) -> str:
    """Say that the event which ends a consent was recorded."""
    consent = _consent(notice, things)
    if not things.known.is_own(notice.patient_id):
        return over(notice, things)
    by = consent and things.known.member_name(consent.patient_id, consent.closed_by)
    return f"{by or 'Somebody'} has recorded that what ends one of your consents has happened. It is over."


def recorded(notice: Notice, things: Things) -> str:
    """Say to the patient who recorded a revocation for them."""
    done = things.revocations.get(notice.target) if notice.target else None
    if done is not None and done.representation_id is not None:
        return f"A consent of yours was revoked on your behalf on {things.day(notice.at)}."
    by = done and things.known.member_name(done.patient_id, done.recorded_by)
    how = _GIVEN.get(done.given, "") if done else ""
    return (
        f"{by or 'Somebody who heard it from you'} recorded on {things.day(notice.at)} that you revoke consent"
        f"{', ' + how if how else ''}. If that is wrong, tell them; to share again, draft another consent."
    )


def expiring(notice: Notice, things: Things) -> str:
    """Say when a consent ends, if it still does."""
    consent, own = _consent(notice, things), things.known.is_own(notice.patient_id)
    if consent is None or not (own or things.grants(consent)):
        return f"Something that {_name(notice, things)} shared with you has ended."
    if own and consent.superseded_at is not None:
        return "A consent of yours was to end soon. You have signed another one that takes its place."
    end = min(consent.valid_until, consent.superseded_at or consent.valid_until)
    if things.state(consent) is not ConsentStatus.ACTIVE:
        return "A consent of yours has ended."
    when = f"on {things.day(end)} ({_left((end - things.at).days)})"
    if own:
        return f"A consent of yours ends {when}. To go on sharing, sign another one before."
    return f"What {_name(notice, things)} shares with you under a consent ends {when}."


def _confirmed(consent: Consent | None, things: Things) -> str:
    if consent is None or consent.signed_at is None:
        return "A consent of yours was signed."
    if consent.representation_id is not None or consent.grantor_id != things.known.actor.user_id:
        said = f"A consent was signed on your behalf on {things.day(consent.signed_at)}."
    else:
        said = f"You have signed a consent on {things.day(consent.signed_at)}."
    if things.state(consent) is not ConsentStatus.ACTIVE:
        return f"{said} It is over."
    return f"{said} It holds until {things.day(consent.valid_until)}, unless you revoke it before."


def _opened(consent: Consent, things: Things) -> str:
    """Return the classes and the period, which a recipient reads in the consent too."""
    end = min(consent.valid_until, consent.superseded_at or consent.valid_until)
    many = [CLASSES[word][1] if word in CLASSES else word.replace("_", " ") for word in consent.classes]
    period = f"until {things.day(end)}"
    if consent.valid_from > things.at:
        period = f"from {things.day(consent.valid_from)} {period}"
    return f"It lists {', '.join(many)}, {period}."


def _left(days: int) -> str:
    return "within a day" if days < 1 else f"in {days} {'day' if days == 1 else 'days'}"


def _consent(notice: Notice, things: Things) -> Consent | None:
    return things.consents.get(notice.target) if notice.target else None


def _name(notice: Notice, things: Things) -> str:
    return things.known.name_of(notice.patient_id) or "A patient"


def _requester(consent: Consent | None, things: Things) -> str:
    name = consent and things.known.member_name(consent.patient_id, consent.requested_by)
    return name or "A member of your care team"
