"""The consent document itself: what may be signed, whom it may name, and its state by the clock."""

from collections.abc import Mapping
from datetime import MAXYEAR, datetime
from uuid import UUID

from careteam.policy.facts import Consent, Membership, Team
from careteam.policy.sharing import opens_treatment, received_by
from careteam.policy.team import lapsed
from careteam.policy.vocabulary import (
    SHAREABLE_CLASSES,
    ConsentKind,
    ConsentStatus,
    ItemClass,
    Label,
    Purpose,
    Role,
)

CLASSES_OF: Mapping[ConsentKind, frozenset[ItemClass]] = {
    ConsentKind.SHARING: SHAREABLE_CLASSES,
    ConsentKind.PSYCHOTHERAPY_NOTES: frozenset({ItemClass.PSYCHOTHERAPY_NOTE}),
    ConsentKind.SUD_COUNSELING_NOTES: frozenset({ItemClass.SUD_COUNSELING_NOTE}),
}
"""What each kind may list. Kinds do not mix (45 CFR 164.508(b)(3)(ii), 42 CFR 2.31(b))."""

Faults = dict[str, str]
"""What keeps a document from being accepted: a sentence for each field."""


def faults(consent: Consent, *, at: datetime) -> Faults:
    """Return what is wrong with the document as it stands at this instant; empty when nothing is."""
    return {**_missing(consent), **_mixed(consent), **_wrong_purpose(consent), **_wrong_period(consent, at)}


def not_yet(consent: Consent) -> str | None:
    """Return why nobody can ask for this yet, though the document is right; None when they can."""
    if consent.kind is not ConsentKind.SHARING:
        return f"Consents of the kind {consent.kind.value} are not available yet; `sharing` is."
    if Label.SUBSTANCE_USE in consent.labels:
        return (
            "Sharing what is labelled substance_use needs the elements of 42 CFR 2.31, which are not available yet. "
            "Leave the label out: everything else can be shared."
        )
    return None


def strangers(consent: Consent, team: Team, *, at: datetime) -> Faults:
    """Return whom the document names that has no place in this patient's team.

    Disclosers and exceptions: anybody with a membership that was not declined, past ones included.
    Recipients: current and invited members.
    """
    ever = {m.user_id for m in team.memberships if not m.declined}
    now = {m.user_id for m in team.memberships if may_receive(m, at)}
    named = {
        "disclosers": ({d.user_id for d in consent.disclosers}, ever),
        "recipients": ({r.user_id for r in consent.recipients}, now),
        "exceptions": (consent.exceptions.holders, ever),
    }
    return {
        field: "Name members of this care team, as GET /patients/{patient_id}/team lists them."
        for field, (users, known) in named.items()
        if users - {None} - known
    }


def may_receive(membership: Membership, at: datetime) -> bool:
    """Say whether this clinician is in the team, or has been asked to be."""
    return not (membership.declined or membership.ended or lapsed(membership, at))


def default_end(start: datetime) -> datetime:
    """Return the same day and time a year later; what begins on 29 February ends on 28 February."""
    leap_day = (start.month, start.day) == (2, 29)
    return start.replace(year=min(start.year + 1, MAXYEAR), day=28 if leap_day else start.day)


def status_at(
    status: ConsentStatus,
    *,
    valid_until: datetime,
    superseded_at: datetime | None,
    lapses_at: datetime | None,
    at: datetime,
) -> ConsentStatus:
    """Return the state of a consent at this instant, from what is stored and the clock."""
    match status:
        case ConsentStatus.REQUESTED:
            return ConsentStatus.LAPSED if lapses_at and lapses_at <= at else status
        case ConsentStatus.ACTIVE if superseded_at and superseded_at <= min(at, valid_until):
            return ConsentStatus.SUPERSEDED
        case ConsentStatus.ACTIVE if valid_until <= at:
            return ConsentStatus.EXPIRED
        case _:
            return status


def concerns(consent: Consent, user_id: UUID, roles: frozenset[Role], *, at: datetime) -> bool:
    """Say whether this current member may know of the consent: signed, not over, and they receive under it.

    One that begins later concerns them already.
    """
    over = consent.valid_until <= at or (consent.superseded_at is not None and consent.superseded_at <= at)
    signed = consent.signed and not consent.revoked
    return signed and not over and opens_treatment(consent) and received_by(consent.recipients, user_id, roles)


def _missing(consent: Consent) -> Faults:
    parts = {
        "disclosers": (consent.disclosers, "Say whose items may be read: `team`, `patient`, or members."),
        "recipients": (consent.recipients, "Say who may read: members, or `role:therapist`, `role:prescriber`."),
        "classes": (consent.classes, "Say which classes of items may be read; an empty list would share nothing."),
    }
    return {field: sentence for field, (given, sentence) in parts.items() if not given}


def _mixed(consent: Consent) -> Faults:
    others = consent.classes - CLASSES_OF[consent.kind]
    if not others:
        return {}
    words = ", ".join(sorted(others))
    return {"classes": f"Kinds do not mix: a consent of the kind {consent.kind.value} cannot list {words}."}


def _wrong_purpose(consent: Consent) -> Faults:
    if consent.purpose is Purpose.TREATMENT:
        return {}
    if consent.purpose is Purpose.LEGAL_PROCEEDINGS:
        return {"purpose": "Consents for legal proceedings are not taken here: use paper."}
    return {"purpose": "Only `treatment` can be signed here; other purposes would open nothing."}


def _wrong_period(consent: Consent, at: datetime) -> Faults:
    found: Faults = {}
    if consent.valid_until <= consent.valid_from:
        found["valid_until"] = "A period ends after it begins: give a later instant."
    elif consent.valid_until <= at:
        found["valid_until"] = "This period is over: give an instant in the future."
    if consent.data_from and consent.data_through and consent.data_through < consent.data_from:
        found["data_through"] = "Give a day that is not before data_from."
    return found
