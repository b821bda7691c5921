"""The decision once more, written from the rule's own text: one item, sentence by sentence.

It shares nothing with `careteam.policy` but the words and the facts, and is built the other way round: the
policy makes a scope and lets the gate compare, this asks every sentence about one item in turn. A
denial says which sentence decided, so that a test can tell a right answer from a lucky one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careteam.policy.facts import Consent, Membership, Reader, Restriction, Team
from careteam.policy.vocabulary import ItemClass, Role
from tests.policy.matching import ItemFact


@dataclass(frozen=True, slots=True)
class Question:
    """One reader, one patient's team, consents and restrictions, one instant."""

    reader: Reader
    team: Team
    consents: tuple[Consent, ...]
    restrictions: tuple[Restriction, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The clause that permits, or None; the sentence that decided; the consent to name as the reason."""

    clause: str | None
    because: str
    consent_id: UUID | None = None


def decide(q: Question, item: ItemFact) -> Decision:
    """Answer as the rule reads, from "Before all" to rule 7."""
    if item.patient_id != q.team.patient_id:
        return Decision(None, "another patient's record")
    if q.reader.disabled:
        return Decision(None, "disabled")
    if not is_patient(q) and not is_verified(q):
        return Decision(None, "unverified")
    if item.draft and not wrote(q, item):
        return Decision(None, "draft")
    return own(q, item) or shared(q, item)


def own(q: Question, item: ItemFact) -> Decision | None:
    """Rules 0 and 1: what the patient, the author and the holder read whatever was consented to."""
    if is_patient(q) and not item.draft and not special(item):
        return Decision("own_record", "0")
    if wrote(q, item):
        return Decision("author", "1")
    if keeps_records(q) and item.holder_id == q.reader.user_id:
        return Decision("holder", "1")
    return None


def shared(q: Question, item: ItemFact) -> Decision:
    """Rules 2 to 7: what only a consent opens."""
    if item.awaits_review:
        return Decision(None, "awaits review")
    if not current_roles(q):
        return Decision(None, "2")
    if special(item):
        return Decision(None, "3")
    found = [c for c in q.consents if is_candidate(q, c, item)]
    if not found:
        return Decision(None, "5")
    if any(forbids(q, r, item) for r in q.restrictions):
        return Decision(None, "6")
    return Decision("consent", "7", min(c.id for c in found))


def is_former(q: Question) -> bool:
    """Rule 1: "also after their membership ended: then read-only, listed under former patients"."""
    return not q.reader.disabled and keeps_records(q) and not current_roles(q)


def sections(q: Question, holder_id: UUID | None) -> set[str]:
    """What a refusal shows: the classes of one holder that are shared with this reader.

    "Shared = a consent in force reaches that holder and class for this reader and no restriction covers
    all of it; item- and label-level limits are never shown."
    """
    return {c.value for c in ItemClass if _section_shared(q, c, holder_id)}


def special(item: ItemFact) -> bool:
    """A psychotherapy or substance-use counselling note. None was released: nobody can yet."""
    return item.item_class.value in {"psychotherapy_note", "sud_counseling_note"}


def is_patient(q: Question) -> bool:
    """The record is the reader's own."""
    return q.team.patient_user_id == q.reader.user_id


def is_verified(q: Question) -> bool:
    """Some practice verifies the reader for some role."""
    return len(q.reader.verifications) > 0


def keeps_records(q: Question) -> bool:
    """A verified clinician who has a membership here, of whatever state: writing and holding need one."""
    return is_verified(q) and any(m.user_id == q.reader.user_id for m in q.team.memberships)


def wrote(q: Question, item: ItemFact) -> bool:
    """The reader is the author: a user, never an outside name."""
    return item.author_id == q.reader.user_id and (is_patient(q) or keeps_records(q))


def became_member(m: Membership) -> bool:
    """Accepted "when both are set, in either order; it can be declined by either"."""
    if m.declined:
        return False
    return m.patient_agreed and m.clinician_accepted


def current_roles(q: Question) -> set[Role]:
    """The verified roles in which the reader is a current accepted member."""
    return {m.role for m in _memberships_now(q) if is_vouched_for(q, m)}


def is_vouched_for(q: Question, m: Membership) -> bool:
    """ "A membership names a clinician, the role, the practice": that practice verifies; where none is named, any."""
    practices = [v.practice_id for v in q.reader.verifications if v.role == m.role]
    if m.practice_id is None:
        return len(practices) > 0
    return practices.count(m.practice_id) > 0


def _memberships_now(q: Question) -> Iterator[Membership]:
    for m in q.team.memberships:
        if m.user_id != q.reader.user_id or not became_member(m) or m.ended:
            continue
        begun = m.valid_from is None or not q.at < m.valid_from
        over = m.valid_until is not None and not q.at < m.valid_until
        if begun and not over:
            yield m


def is_candidate(q: Question, consent: Consent, item: ItemFact) -> bool:
    """Rule 4, without the permit of a directed item, which there is none of yet."""
    return (
        is_active(consent, q.at)
        and is_addressed(q, consent)
        and is_disclosed(q, consent, item.holder_id)
        and item.item_class in consent.classes
        and all(label in consent.labels for label in item.labels)
        and not (consent.data_from is not None and item.date < consent.data_from)
        and not (consent.data_through is not None and item.date > consent.data_through)
        and item.id not in consent.exceptions.items
    )


def is_active(consent: Consent, at: datetime) -> bool:
    """A signed `sharing` consent for treatment within its period, neither revoked nor superseded."""
    if consent.kind.value != "sharing" or consent.purpose.value != "treatment":
        return False
    if not consent.signed or consent.revoked:
        return False
    if consent.superseded_at is not None and at >= consent.superseded_at:
        return False
    return not at < consent.valid_from and not at >= consent.valid_until


def is_addressed(q: Question, consent: Consent) -> bool:
    """Recipient: "named members, or a role, which resolves at decision time"."""
    for recipient in consent.recipients:
        if recipient.user_id == q.reader.user_id:
            return True
        if recipient.role is not None and recipient.role in current_roles(q):
            return True
    return False


def is_disclosed(q: Question, consent: Consent, holder_id: UUID | None) -> bool:
    """Discloser, "matched on the holder", less the holders that are exceptions."""
    if holder_id in consent.exceptions.holders:
        return False
    named = {(d.kind, d.user_id) for d in consent.disclosers}
    if holder_id is None:
        return ("patient", None) in named
    in_team = any(m.user_id == holder_id and became_member(m) for m in q.team.memberships)
    return ("member", holder_id) in named or (("team", None) in named and in_team)


def binds(q: Question, restriction: Restriction) -> bool:
    """The restriction stands, and the reader is whom it stops (or anyone is)."""
    if restriction.lifted:
        return False
    against = restriction.against
    if (against.user_id, against.role, against.representation_id) == (None, None, None):
        return True
    return against.user_id == q.reader.user_id or against.role in current_roles(q)


def forbids(q: Question, restriction: Restriction, item: ItemFact) -> bool:
    """Rule 6: "any of class, label, holder, item; at least one set, unset means all"."""
    if not binds(q, restriction):
        return False
    limit = restriction.limit
    if limit.item_class is not None and item.item_class != limit.item_class:
        return False
    if limit.label is not None and limit.label not in item.labels:
        return False
    if limit.item_id is not None and item.id != limit.item_id:
        return False
    return _about_holder(restriction, item.holder_id)


def _about_holder(restriction: Restriction, holder_id: UUID | None) -> bool:
    if restriction.limit.of_patient:
        return holder_id is None
    return restriction.limit.holder_id in (None, holder_id)


def _section_shared(q: Question, item_class: ItemClass, holder_id: UUID | None) -> bool:
    if item_class.value in {"psychotherapy_note", "sud_counseling_note"} or q.reader.disabled or not current_roles(q):
        return False
    reached = any(
        is_active(c, q.at) and is_addressed(q, c) and is_disclosed(q, c, holder_id) and item_class in c.classes
        for c in q.consents
    )
    return reached and not any(_covers_all(q, r, item_class, holder_id) for r in q.restrictions)


def _covers_all(q: Question, restriction: Restriction, item_class: ItemClass, holder_id: UUID | None) -> bool:
    limit = restriction.limit
    of_part = limit.label is not None or limit.item_id is not None
    of_other_class = limit.item_class is not None and limit.item_class != item_class
    return binds(q, restriction) and not of_part and not of_other_class and _about_holder(restriction, holder_id)
