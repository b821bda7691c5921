"""The decision once more, written from the rule's own text: one item, sentence by sentence.

It shares nothing with `careteam.policy` but the words and the facts, and is built the other way round: the
policy makes a scope and lets the gate compare, this asks every sentence about one item in turn. A
denial says which sentence decided, so that a test can tell a right answer from a lucky one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careteam.policy.facts import (
    NO_GROUNDS,
    Consent,
    EmergencySession,
    Grounds,
    Membership,
    Reader,
    Representation,
    Restriction,
    Team,
)
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
    grounds: Grounds = NO_GROUNDS


@dataclass(frozen=True, slots=True)
class Decision:
    """The clause that permits, or None; the sentence that decided; the consent to name as the reason."""

    clause: str | None
    because: str
    consent_id: UUID | None = None


def decide(q: Question, item: ItemFact) -> Decision:
    """Answer as the rule reads, from "Before all" to rule 8."""
    if item.patient_id != q.team.patient_id:
        return Decision(None, "another patient's record")
    if q.reader.disabled:
        return Decision(None, "disabled")
    if not is_patient(q) and not is_verified(q) and not representing(q):
        return Decision(None, "unverified")
    if item.draft and not wrote(q, item):
        return Decision(None, "draft")
    return own(q, item) or shared(q, item)


def shared(q: Question, item: ItemFact) -> Decision:
    """Rules 2 to 8: what consents open, and what an emergency session opens of what they do not."""
    decided = released(q, item) if special(item) else consented(q, item)
    if decided.because in {"awaits review", "5", "6"} and not special(item) and in_emergency(q, item):
        return Decision("emergency", "8")
    return decided


def own(q: Question, item: ItemFact) -> Decision | None:
    """Rules 0 and 1: what the patient, who acts for them, the author and the holder read whatever was consented to."""
    if is_patient(q) and not item.draft and (not special(item) or has_released(q, item, None)):
        return Decision("own_record", "0")
    if is_patient(q) and wrote(q, item):
        return Decision("author", "1")
    if any(represents(q, r, item) for r in representing(q)):
        return Decision("representation", "0")
    if wrote(q, item):
        return Decision("author", "1")
    if keeps_records(q) and item.holder_id == q.reader.user_id:
        return Decision("holder", "1")
    return None


def consented(q: Question, item: ItemFact) -> Decision:
    """Rules 2 and 4 to 7."""
    if not current_roles(q):
        return Decision(None, "2")
    if item.awaits_review:
        return Decision(None, "awaits review")
    found = [c for c in q.consents if is_candidate(q, c, item)]
    if not found and not was_sent(q, item):
        return Decision(None, "5")
    if any(forbids(q, r, item) for r in q.restrictions):
        return Decision(None, "6")
    if not found:
        return Decision("directed", "7")
    return Decision("consent", "7", min(c.id for c in found))


def released(q: Question, item: ItemFact) -> Decision:
    """Rule 3, and on to 6: a consent of its kind that names this reader and the author, and the author's release."""
    if not current_roles(q):
        return Decision(None, "2")
    named = [c for c in q.consents if is_about_special_note(q, c, item)]
    if not named or not has_released(q, item, q.reader.user_id) or item.draft or item.awaits_review:
        return Decision(None, "3")
    if any(forbids(q, r, item) for r in q.restrictions):
        return Decision(None, "6")
    return Decision("release", "3", min(c.id for c in named))


def is_about_special_note(q: Question, consent: Consent, item: ItemFact) -> bool:
    """The consent is of the note's own kind, in force, names the reader as a member, and covers the note."""
    own_kind = {"psychotherapy_notes": "psychotherapy_note", "sud_counseling_notes": "sud_counseling_note"}
    if own_kind.get(consent.kind.value) != item.item_class.value or consent.purpose.value != "treatment":
        return False
    if not in_time(consent, q.at) or q.reader.user_id not in {r.user_id for r in consent.recipients}:
        return False
    if item.author_id is None or not is_disclosed(q, consent, item.author_id):
        return False
    return covers_it(consent, item)


def has_released(q: Question, item: ItemFact, reader_id: UUID | None) -> bool:
    """The author released this note to this reader (the patient: None) and did not take that back."""
    return any(r.item_id == item.id and r.reader_id == reader_id and not r.withdrawn for r in q.grounds.releases)


def representing(q: Question) -> list[Representation]:
    """Whoever acts for the patient now: agreed or attested, begun, not over, not ended."""
    return [
        r
        for r in q.grounds.representations
        if r.user_id == q.reader.user_id and r.agreed and not r.ended and not q.at < r.valid_from
        if r.valid_until is None or q.at < r.valid_until
    ]


def represents(q: Question, representation: Representation, item: ItemFact) -> bool:
    """Rule 0: with the power to read, within its classes and labels, less restrictions that name it or anyone."""
    if "read" not in {p.value for p in representation.powers} or special(item) or item.draft or item.awaits_review:
        return False
    if item.item_class not in representation.classes or item.labels - representation.labels:
        return False
    for restriction in q.restrictions:
        against = restriction.against
        anyone = (against.user_id, against.role, against.representation_id) == (None, None, None)
        named = against.representation_id == representation.id
        if not restriction.lifted and (anyone or named) and is_within(restriction, item):
            return False
    return True


def in_emergency(q: Question, item: ItemFact) -> bool:
    """Rule 8: an open session of this reader for this class, less the restrictions that hold in emergencies too."""
    if any(forbids(q, r, item) and r.emergency.value == "withhold" for r in q.restrictions):
        return False
    return any(_is_open(q, e) and item.item_class in e.classes for e in q.grounds.emergencies)


def _is_open(q: Question, session: EmergencySession) -> bool:
    if session.user_id != q.reader.user_id or session.ended or not _in_one_role_since(q, session):
        return False
    return not q.at < session.valid_from and q.at < session.valid_until


def _in_one_role_since(q: Question, session: EmergencySession) -> bool:
    """ "It is opened in a role and lasts no longer than that role does": one that begins anew is another."""
    for m in _memberships_now(q):
        accepted_later = m.accepted_at is not None and m.accepted_at > session.valid_from
        begins_later = m.valid_from is not None and m.valid_from > session.valid_from
        if m.role == session.role and is_vouched_for(q, m) and not accepted_later and not begins_later:
            return True
    return False


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
    """A psychotherapy or substance-use counselling note."""
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
    return item.author_id == q.reader.user_id and (is_patient(q) or keeps_records(q) or bool(representing(q)))


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


def was_sent(q: Question, item: ItemFact) -> bool:
    """Rule 4: "the permit of a directed item": the patient's own item, sent to this reader."""
    return item.holder_id is None and q.reader.user_id in item.sent_to


def is_candidate(q: Question, consent: Consent, item: ItemFact) -> bool:
    """Rule 4, of one consent."""
    return (
        is_active(consent, q.at)
        and is_addressed(q, consent)
        and is_disclosed(q, consent, item.holder_id)
        and covers_it(consent, item)
    )


def covers_it(consent: Consent, item: ItemFact) -> bool:
    """Class, all of the labels, data period, and none of the exceptions."""
    return (
        item.item_class in consent.classes
        and all(label in consent.labels for label in item.labels)
        and not (consent.data_from is not None and item.date < consent.data_from)
        and not (consent.data_through is not None and item.date > consent.data_through)
        and item.id not in consent.exceptions.items
    )


def is_active(consent: Consent, at: datetime) -> bool:
    """A signed `sharing` consent for treatment within its period, neither revoked nor superseded."""
    return consent.kind.value == "sharing" and consent.purpose.value == "treatment" and in_time(consent, at)


def in_time(consent: Consent, at: datetime) -> bool:
    """Signed, within its period, neither revoked nor superseded."""
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
    return binds(q, restriction) and is_within(restriction, item)


def is_within(restriction: Restriction, item: ItemFact) -> bool:
    """All that the restriction sets is so of the item."""
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
