"""Why one item is, or is not, read by one person: the rule's own sentences in order, each asked of the same facts.

The answer itself is the gate's rule (`sharing.readable` and `matching.permit_for`); the steps say which sentence
decided. A test asks random worlds and finds no answer that its steps do not explain.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careteam.policy.changes import Decided
from careteam.policy.facts import Consent, Membership, Reader, Recipient, Restriction
from careteam.policy.grounds import acting, open_emergencies
from careteam.policy.matching import ItemFact, limited, permit_for
from careteam.policy.scope import Permit
from careteam.policy.sharing import SPECIAL_KINDS, readable, received_by, stops
from careteam.policy.team import accepted, ever_members, lapsed, roles_now
from careteam.policy.vocabulary import SPECIAL_CLASSES, EmergencyRule, Power, Purpose, WhyCode


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of the rule: which, whether it permits (True), denies (False) or leaves it open (None), and by what.

    `about` is the consent, restriction, representation or session that the sentence looked at.
    """

    rule: str
    code: WhyCode
    permits: bool | None = None
    about: UUID | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for which item, by which facts, at which instant.

    `of_class`: the item is none that exists, and stands for whatever of its class its holder has.
    """

    decided: Decided
    reader: Reader
    item: ItemFact
    at: datetime
    of_class: bool = False

    @property
    def is_patient(self) -> bool:
        """True when the record is the reader's own."""
        return self.decided.team.patient_user_id == self.reader.user_id

    @property
    def special(self) -> bool:
        """True for a special note."""
        return self.item.item_class in SPECIAL_CLASSES


@dataclass(frozen=True, slots=True)
class Explained:
    """The permit that opens the item, or None; the steps; and the one that decided, which is the last of them."""

    permit: Permit | None
    steps: tuple[Step, ...]

    @property
    def deciding(self) -> Step:
        """The step that decided."""
        return self.steps[-1]


def explain(q: Question) -> Explained:
    """Return the decision and its steps, in the order of the rule, up to the one that decided."""
    facts = q.decided
    scope = readable(q.reader, facts.team, facts.consents, facts.restrictions, facts.grounds, at=q.at)
    permit = permit_for(scope, q.item)
    steps: list[Step] = []
    for step in _steps(q):
        steps.append(step)
        if step.permits is not None:
            break
    return Explained(permit, tuple(steps))


def _steps(q: Question) -> Iterator[Step]:
    if q.reader.disabled:
        yield Step("before_all", WhyCode.ACCOUNT_DISABLED, permits=False)
    represents = acting(q.reader, q.decided.grounds, q.at)
    if not (q.is_patient or q.reader.verified or represents):
        yield Step("before_all", WhyCode.NOT_VERIFIED, permits=False)
    if q.item.draft and not _wrote(q):
        yield Step("before_all", WhyCode.DRAFT, permits=False)
    yield from _own(q)
    yield from _member(q)
    yield from _special_note(q) if q.special else _consents(q)


def _wrote(q: Question) -> bool:
    keeps = q.is_patient or _keeps_records(q) or bool(acting(q.reader, q.decided.grounds, q.at))
    return keeps and q.item.author_id == q.reader.user_id


def _keeps_records(q: Question) -> bool:
    return bool(q.reader.verified) and any(m.user_id == q.reader.user_id for m in q.decided.team.memberships)


def _own(q: Question) -> Iterator[Step]:
    """Rules 0 and 1."""
    if q.is_patient:
        hidden = q.item.draft or (q.special and not _released_to(q, None))
        yield Step("0", WhyCode.NOT_RELEASED if hidden else WhyCode.OWN_RECORD, permits=None if hidden else True)
    for representation in acting(q.reader, q.decided.grounds, q.at):
        yield _as_representation(q, representation.id)
    if _wrote(q):
        yield Step("1", WhyCode.AUTHOR, permits=True)
    if _keeps_records(q) and q.item.holder_id == q.reader.user_id and not q.item.draft:
        yield Step("1", WhyCode.HOLDER, permits=True)


def _as_representation(q: Question, representation_id: UUID) -> Step:
    by = next(r for r in q.decided.grounds.representations if r.id == representation_id)
    inside = Power.READ in by.powers and q.item.item_class in by.classes and q.item.labels <= by.labels
    if not inside or q.special or q.item.draft or q.item.awaits_review:
        return Step("0", WhyCode.NOT_REPRESENTED, about=by.id)
    for restriction in q.decided.restrictions:
        against = restriction.against
        named = against.user_id is None and against.role is None and against.representation_id in (None, by.id)
        if named and not restriction.lifted and limited(restriction.limit, q.item):
            return Step("0", WhyCode.RESTRICTED, about=restriction.id)
    return Step("0", WhyCode.REPRESENTATION, permits=True, about=by.id)


def _member(q: Question) -> Iterator[Step]:
    """Rule 2."""
    if roles_now(q.reader, q.decided.team, q.at):
        yield Step("2", WhyCode.CURRENT_MEMBER)
        return
    mine = [m for m in q.decided.team.memberships if m.user_id == q.reader.user_id]
    codes = [_no_member(q, m) for m in mine] or [WhyCode.NOT_IN_TEAM]
    yield Step("2", min(codes, key=_NEAREST.index), permits=False)


_NEAREST = (
    WhyCode.NOT_VERIFIED,
    WhyCode.NOT_BEGUN,
    WhyCode.NOT_AGREED,
    WhyCode.MEMBERSHIP_ENDED,
    WhyCode.DECLINED,
    WhyCode.NOT_IN_TEAM,
)
"""Of several memberships that do not count, the one that lacks least is named."""


def _no_member(q: Question, membership: Membership) -> WhyCode:
    if membership.declined:
        return WhyCode.DECLINED
    if membership.ended or lapsed(membership, q.at):
        return WhyCode.MEMBERSHIP_ENDED
    if not accepted(membership):
        return WhyCode.NOT_AGREED
    if membership.valid_from is not None and q.at < membership.valid_from:
        return WhyCode.NOT_BEGUN
    return WhyCode.NOT_VERIFIED


def _special_note(q: Question) -> Iterator[Step]:
    """Rule 3, and on to 6."""
    special = [c for c in q.decided.consents if SPECIAL_KINDS.get(c.kind) is q.item.item_class]
    steps = [Step("3", _fails(q, c) or WhyCode.MATCHES, about=c.id) for c in sorted(special, key=lambda c: c.id)]
    yield from steps
    matching = [s for s in steps if s.code is WhyCode.MATCHES]
    if not matching:
        yield Step("3", WhyCode.NO_CONSENT_OF_ITS_KIND, permits=False)
    elif not _released_to(q, q.reader.user_id) or q.item.awaits_review:
        yield Step("3", WhyCode.NOT_RELEASED, permits=False)
    else:
        yield from (Step("6", WhyCode.RESTRICTED, permits=False, about=r) for r in _restricting(q))
        yield Step("3", WhyCode.RELEASED, permits=True, about=matching[0].about)


def _consents(q: Question) -> Iterator[Step]:
    """Rules 4 to 8."""
    sharing = sorted((c for c in q.decided.consents if c.kind not in SPECIAL_KINDS), key=lambda c: c.id)
    steps = [Step("4", _fails(q, c) or WhyCode.MATCHES, about=c.id) for c in sharing]
    yield from steps
    sent = [Step("4", WhyCode.SENT)] if _sent(q) else []
    yield from sent
    matching = [] if q.item.awaits_review else [s for s in steps if s.code is WhyCode.MATCHES] + sent
    restricting = list(_restricting(q)) if matching else []
    if matching and not restricting:
        by = matching[0]
        yield Step("7", WhyCode.DIRECTED if by.code is WhyCode.SENT else WhyCode.CONSENT, permits=True, about=by.about)
    yield from _emergency(q)
    if q.item.awaits_review:
        yield Step("before_all", WhyCode.AWAITS_REVIEW, permits=False)
    yield from (Step("6", WhyCode.RESTRICTED, permits=False, about=r) for r in restricting)
    yield Step("5", WhyCode.NO_CONSENT, permits=False)


def _sent(q: Question) -> bool:
    return q.item.holder_id is None and q.reader.user_id in q.item.sent_to


def _emergency(q: Question) -> Iterator[Step]:
    """Rule 8. It comes last in the rule and first here, since it permits what 4 to 6 denied."""
    withheld = any(r.emergency is not EmergencyRule.ALLOW for r in _standing(q) if limited(r.limit, q.item))
    for session in open_emergencies(q.reader, q.decided.team, q.decided.grounds, q.at):
        if q.item.item_class in session.classes:
            code = WhyCode.EMERGENCY_WITHHELD if withheld else WhyCode.EMERGENCY
            yield Step("8", code, permits=None if withheld else True, about=session.id)


def _standing(q: Question) -> list[Restriction]:
    roles = roles_now(q.reader, q.decided.team, q.at)
    found = [r for r in q.decided.restrictions if stops(r, q.reader.user_id, roles)]
    return sorted(found, key=lambda r: r.id)


def _restricting(q: Question) -> Iterator[UUID]:
    return (r.id for r in _standing(q) if limited(r.limit, q.item))


def _released_to(q: Question, reader_id: UUID | None) -> bool:
    return any(
        r.item_id == q.item.id and r.reader_id == reader_id and not r.withdrawn for r in q.decided.grounds.releases
    )


def _fails(q: Question, consent: Consent) -> WhyCode | None:
    """Return the first condition of rule 4 (of 3, for a special note) that the consent fails; None: it matches."""
    return next((code for code, met in _conditions(q, consent) if not met), None)


def _conditions(q: Question, consent: Consent) -> Iterator[tuple[WhyCode, bool]]:
    of = q.item.author_id if q.special else q.item.holder_id
    superseded = consent.superseded_at is not None and consent.superseded_at <= q.at
    yield WhyCode.NOT_SIGNED, consent.signed
    yield WhyCode.REVOKED, not consent.revoked
    yield WhyCode.NOT_BEGUN, consent.valid_from <= q.at
    yield WhyCode.SUPERSEDED, not superseded
    yield WhyCode.EXPIRED, q.at < consent.valid_until
    yield WhyCode.OTHER_PURPOSE, consent.purpose is Purpose.TREATMENT
    yield WhyCode.OTHER_RECIPIENT, _receives(q, consent)
    yield WhyCode.OTHER_HOLDER, _discloses(q, consent, of)
    yield WhyCode.EXCEPTED, of not in consent.exceptions.holders and q.item.id not in consent.exceptions.items
    yield WhyCode.OTHER_CLASS, q.item.item_class in consent.classes
    yield WhyCode.LABEL_NOT_LISTED, q.item.labels <= consent.labels
    yield WhyCode.OTHER_DATES, _in_data_period(q, consent)


def _receives(q: Question, consent: Consent) -> bool:
    if q.special:
        return Recipient(user_id=q.reader.user_id) in consent.recipients
    return received_by(consent.recipients, q.reader.user_id, roles_now(q.reader, q.decided.team, q.at))


def _discloses(q: Question, consent: Consent, holder_id: UUID | None) -> bool:
    kinds = {(d.kind, d.user_id) for d in consent.disclosers}
    if holder_id is None:
        return ("patient", None) in kinds and not q.special
    of_team = ("team", None) in kinds and holder_id in ever_members(q.decided.team)
    return of_team or ("member", holder_id) in kinds


def _in_data_period(q: Question, consent: Consent) -> bool:
    begun = consent.data_from is None or consent.data_from <= q.item.date
    return begun and (consent.data_through is None or q.item.date <= consent.data_through)
