"""The decision: one rule for every read, list, count, search, export, page and notification.

The numbers are those of the rule's own text:

    Before all: account disabled or clinician unverified: deny.
    0. The patient: permit, except special notes not released to the patient. A representation: within its classes
       and labels, less restrictions that name it or anyone; never special notes.
    1. The author, and the holder: permit, also after their membership ended.
    2. Not a current accepted member of this patient's team: deny.
    3. A special note: only by a consent of its own kind and the author's release.
    4. Candidates: each active `sharing` consent that matches, and the patient's permit of an item sent to the reader.
    5. No candidate: deny.   6. A restriction matches: deny.   7. Otherwise permit.
    8. An emergency session permits what 4 and 5 denied, and what a restriction with `emergency: allow` denied.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from careteam.policy.facts import (
    NO_GROUNDS,
    Consent,
    Discloser,
    Grounds,
    Limit,
    Reader,
    Recipient,
    Restriction,
    Team,
)
from careteam.policy.grounds import acting, open_emergencies, released_to, represented
from careteam.policy.scope import Author, Directed, Emergency, Holder, OwnRecord, Permit, Released, Scope, Shared
from careteam.policy.team import ever_members, roles_now
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ConsentKind, EmergencyRule, ItemClass, Purpose, Role

SPECIAL_KINDS = {
    ConsentKind.PSYCHOTHERAPY_NOTES: ItemClass.PSYCHOTHERAPY_NOTE,
    ConsentKind.SUD_COUNSELING_NOTES: ItemClass.SUD_COUNSELING_NOTE,
}
"""The special notes that a consent of their own kind is about."""


def readable(
    reader: Reader,
    team: Team,
    consents: Iterable[Consent],
    restrictions: Iterable[Restriction],
    grounds: Grounds = NO_GROUNDS,
    *,
    at: datetime,
) -> Scope:
    """Return what this reader may read of this patient's record at this instant.

    Nothing is assumed: a scope without permits reads nothing. A clinician's purpose is always treatment.
    """
    if reader.disabled:
        return Scope(team.patient_id)
    standing = tuple(restrictions)
    permits: list[Permit] = []
    if team.patient_user_id == reader.user_id:
        permits += [OwnRecord(released_to(grounds.releases, None)), Author(reader.user_id)]
    permits += represented(acting(reader, grounds, at), standing)
    if _was_clinician_here(reader, team):
        roles = roles_now(reader, team, at)
        permits += [Author(reader.user_id, former=not roles), Holder(reader.user_id, former=not roles)]
        if roles:
            permits += _as_member(reader, roles, team, tuple(consents), standing, grounds, at)
    return Scope(team.patient_id, tuple(permits))


def _as_member(
    reader: Reader,
    roles: frozenset[Role],
    team: Team,
    consents: tuple[Consent, ...],
    standing: tuple[Restriction, ...],
    grounds: Grounds,
    at: datetime,
) -> Iterator[Permit]:
    """Yield what rules 3 to 8 open to a current member."""
    less, members = _limits(reader, roles, standing), ever_members(team)
    yield from (_permit(c, members, less) for c in candidates(reader, roles, consents, at))
    yield Directed(reader.user_id, less)
    released = released_to(grounds.releases, reader.user_id)
    if released:
        yield from (_release(c, members, less, released) for c in _of_special_notes(reader, roles, consents, at))
    for session in open_emergencies(reader, team, grounds, at):
        withheld = [r for r in standing if r.emergency is not EmergencyRule.ALLOW]
        yield Emergency(session.id, session.classes & SHAREABLE_CLASSES, _limits(reader, roles, withheld))


def in_force(consent: Consent, at: datetime) -> bool:
    """Signed, not revoked, and `valid_from <= at < valid_until`, ended early by a successor or not."""
    return (
        consent.signed
        and not consent.revoked
        and consent.valid_from <= at < consent.valid_until
        and (consent.superseded_at is None or at < consent.superseded_at)
    )


def received_by(recipients: Iterable[Recipient], user_id: UUID, roles: frozenset[Role]) -> bool:
    """Say whether a current member with these roles is named, or has a role that is."""
    return any(r.user_id == user_id if r.role is None else r.role in roles for r in recipients)


def _was_clinician_here(reader: Reader, team: Team) -> bool:
    return bool(reader.verified) and any(m.user_id == reader.user_id for m in team.memberships)


def candidates(reader: Reader, roles: frozenset[Role], consents: Iterable[Consent], at: datetime) -> list[Consent]:
    """Return the consents in force that are addressed to this current member, oldest first (rule 4)."""
    sharing = (c for c in consents if opens_treatment(c))
    return _addressed(reader, roles, sharing, at)


def _of_special_notes(
    reader: Reader, roles: frozenset[Role], consents: Iterable[Consent], at: datetime
) -> list[Consent]:
    """Return the consents of the special kinds that are in force and name this member (rule 3: a role does not)."""
    special = (c for c in consents if c.kind in SPECIAL_KINDS and c.purpose is Purpose.TREATMENT)
    named = (c for c in special if Recipient(user_id=reader.user_id) in c.recipients)
    return _addressed(reader, roles, named, at)


def _addressed(reader: Reader, roles: frozenset[Role], consents: Iterable[Consent], at: datetime) -> list[Consent]:
    return [
        consent
        for consent in sorted(consents, key=lambda c: c.id)
        if in_force(consent, at) and received_by(consent.recipients, reader.user_id, roles)
    ]


def _limits(reader: Reader, roles: frozenset[Role], restrictions: Iterable[Restriction]) -> tuple[Limit, ...]:
    standing = [r for r in restrictions if stops(r, reader.user_id, roles)]
    return tuple(r.limit for r in sorted(standing, key=lambda r: r.id))


def opens_treatment(consent: Consent) -> bool:
    """Only a `sharing` consent for treatment opens anything to a clinician."""
    return consent.kind is ConsentKind.SHARING and consent.purpose is Purpose.TREATMENT


def stops(restriction: Restriction, user_id: UUID, roles: frozenset[Role]) -> bool:
    """Say whether the restriction stands against a current member with these roles."""
    if restriction.lifted:
        return False
    against = restriction.against
    if against.representation_id is not None:
        return False
    if against.user_id is not None:
        return against.user_id == user_id
    return against.role is None or against.role in roles


def _permit(consent: Consent, members: frozenset[UUID], less: tuple[Limit, ...]) -> Shared:
    left_out = consent.exceptions.holders
    return Shared(
        consent_id=consent.id,
        classes=consent.classes & SHAREABLE_CLASSES,
        labels=consent.labels,
        holders=_holders(consent.disclosers, members) - left_out,
        of_patient=Discloser("patient") in consent.disclosers and None not in left_out,
        data_from=consent.data_from,
        data_through=consent.data_through,
        except_items=consent.exceptions.items,
        less=less,
    )


def _release(
    consent: Consent, members: frozenset[UUID], less: tuple[Limit, ...], released: frozenset[UUID]
) -> Released:
    return Released(
        consent_id=consent.id,
        item_class=SPECIAL_KINDS[consent.kind],
        labels=consent.labels,
        authors=_holders(consent.disclosers, members) - consent.exceptions.holders,
        items=released - consent.exceptions.items if SPECIAL_KINDS[consent.kind] in consent.classes else frozenset(),
        data_from=consent.data_from,
        data_through=consent.data_through,
        less=less,
    )


def _holders(disclosers: Iterable[Discloser], members: frozenset[UUID]) -> frozenset[UUID]:
    named = {d.user_id for d in disclosers if d.user_id is not None}
    everyone = members if Discloser("team") in disclosers else frozenset()
    return everyone | named
