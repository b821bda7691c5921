"""The consent document itself: what may be signed, whom it may name, and its state by the clock."""

from collections.abc import Mapping
from datetime import MAXYEAR, datetime
from uuid import UUID

from careteam.policy.facts import Consent, Discloser, Membership, Recipient, Team
from careteam.policy.sharing import SPECIAL_KINDS, opens_treatment, received_by
from careteam.policy.team import lapsed
from careteam.policy.vocabulary import (
    NOTE_WRITERS,
    SHAREABLE_CLASSES,
    ConsentKind,
    ConsentStatus,
    ItemClass,
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
    named = {**_unnamed(consent), **_missing(consent), **_mixed(consent)}
    return {**named, **_wrong_purpose(consent), **_wrong_period(consent, at)}


def strangers(consent: Consent, team: Team, *, at: datetime) -> Faults:
    """Return whom the document names that has no place in this patient's team.

    Disclosers and exceptions: anybody with a membership that was not declined, past ones included; of a consent
    about special notes, disclosers are those who can have written some. Recipients: current and invited members.
    """
    ever = {m.user_id for m in team.memberships if not m.declined}
    now = {m.user_id for m in team.memberships if may_receive(m, at)}
    named = {
        "disclosers": ({d.user_id for d in consent.disclosers}, ever & _writers(consent, team)),
        "recipients": ({r.user_id for r in consent.recipients}, now),
        "exceptions": (consent.exceptions.holders, ever),
    }
    told = dict.fromkeys(named, _TEAM) | ({"disclosers": _WRITERS} if consent.kind in SPECIAL_KINDS else {})
    return {field: told[field] for field, (users, known) in named.items() if users - {None} - known}


_TEAM = "Name members of this care team, as GET /patients/{patient_id}/team lists them."
_WRITERS = f"{_TEAM} Such notes are written by therapists."


def _writers(consent: Consent, team: Team) -> frozenset[UUID]:
    """Return who was ever asked to be in the team, for special notes only in a role that writes them."""
    if consent.kind not in SPECIAL_KINDS:
        return frozenset(m.user_id for m in team.memberships)
    roles = NOTE_WRITERS[SPECIAL_KINDS[consent.kind]]
    return frozenset(m.user_id for m in team.memberships if m.role in roles and not m.declined)


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

    One about special notes concerns besides the authors whom it names, who release them. One that begins later
    concerns them already.
    """
    over = consent.valid_until <= at or (consent.superseded_at is not None and consent.superseded_at <= at)
    signed = consent.signed and not consent.revoked
    if not signed or over:
        return False
    if consent.kind in SPECIAL_KINDS:
        return receives_special(consent, user_id) or discloses_special(consent, user_id)
    return opens_treatment(consent) and received_by(consent.recipients, user_id, roles)


def receives_special(consent: Consent, user_id: UUID) -> bool:
    """Say whether a consent about special notes names this member as a reader (rule 3: a role names nobody)."""
    return _about_special(consent) and Recipient(user_id=user_id) in consent.recipients


def discloses_special(consent: Consent, user_id: UUID) -> bool:
    """Say whether a consent about special notes names this member as an author."""
    return _about_special(consent) and Discloser("member", user_id) in consent.disclosers


def _about_special(consent: Consent) -> bool:
    return consent.kind in SPECIAL_KINDS and consent.purpose is Purpose.TREATMENT


def _missing(consent: Consent) -> Faults:
    parts = {
        "disclosers": (consent.disclosers, "Say whose items may be read: `team`, `patient`, or members."),
        "recipients": (consent.recipients, "Say who may read: members, or `role:therapist`, `role:prescriber`."),
        "classes": (consent.classes, "Say which classes of items may be read; an empty list would share nothing."),
    }
    return {field: sentence for field, (given, sentence) in parts.items() if not given}


def _unnamed(consent: Consent) -> Faults:
    """Special notes are shared from named authors to named readers: nothing else names anybody (rule 3)."""
    if consent.kind not in SPECIAL_KINDS:
        return {}
    said = f"A consent of the kind {consent.kind.value} names"
    found: Faults = {}
    if any(d.user_id is None for d in consent.disclosers):
        found["disclosers"] = f"{said} the authors of the notes, each as member:<id of the user>."
    if any(r.user_id is None for r in consent.recipients):
        found["recipients"] = f"{said} who may read, each as member:<id of the user>; a role names nobody."
    return found


def _mixed(consent: Consent) -> Faults:
    others = consent.classes - CLASSES_OF[consent.kind]
    if not others:
        return {}
    words = ", ".join(sorted(others))
    told = f"a consent of the kind {consent.kind.value} cannot list {words}: {_WHY_NOT_MIXED} Use one consent for each."
    return {"classes": f"Kinds do not mix: {told}"}


_WHY_NOT_MIXED = (
    "psychotherapy notes are authorised by themselves (45 CFR 164.508(b)(3)(ii)), "
    "and so are SUD counseling notes (42 CFR 2.31(b))."
)


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
