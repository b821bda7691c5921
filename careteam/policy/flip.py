"""The smallest change that would turn a decision round: each act is tried on the facts, and the rule is asked again.

Every sentence that denies needs an act of its own; what another act made unnecessary is left out again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from careteam.policy.changes import Decided, joined, lifted, restricted, signed
from careteam.policy.consent import default_end
from careteam.policy.facts import (
    Against,
    Consent,
    Discloser,
    Limit,
    Membership,
    Recipient,
    Release,
    Restriction,
    Verification,
)
from careteam.policy.scope import Author, Directed, Holder, OwnRecord, Represented
from careteam.policy.sharing import SPECIAL_KINDS
from careteam.policy.team import current
from careteam.policy.vocabulary import CLINICAL_ROLES, ChangeAct, ConsentKind, ItemClass, Label, Role, WhyCode
from careteam.policy.why import Explained, Question, explain

MOST = 12
"""Acts that are tried before giving up; a record with more restrictions than that on one item is not explained."""


Remedy = Callable[[Question, Explained], "Change | None"]


@dataclass(frozen=True, slots=True)
class Change:
    """One act: what it is about (a restriction, an item), and of what it consists."""

    act: ChangeAct
    about: UUID | None = None
    user_id: UUID | None = None
    role: Role | None = None
    item_class: ItemClass | None = None
    labels: frozenset[Label] = frozenset()
    of_patient: bool = False
    holder_id: UUID | None = None
    kind: ConsentKind | None = None


def flipped(q: Question) -> tuple[Change, ...] | None:
    """Return acts that together turn the decision round, none of which can be left out; None where none can."""
    permitted = explain(q).permit is not None
    found = _turned(q, next_act=_keep_from if permitted else _remedy)
    return None if found is None else _needed(q, found)


def _turned(q: Question, *, next_act: Remedy) -> list[Change] | None:
    """Take one act after another until the decision is another one."""
    before, changes = explain(q).permit is not None, list[Change]()
    for _ in range(MOST):
        found = explain(q)
        if (found.permit is not None) is not before:
            return changes
        change = next_act(q, found)
        if change is None:
            return None
        changes.append(change)
        q = applied(q, (change,))
    return None


def _needed(q: Question, changes: list[Change]) -> tuple[Change, ...]:
    """Leave out what is not needed: another way may have opened or shut with a later act."""
    wanted = explain(applied(q, tuple(changes))).permit is not None
    for change in tuple(changes):
        fewer = tuple(c for c in changes if c is not change)
        if (explain(applied(q, fewer)).permit is not None) is wanted:
            changes = list(fewer)
    return tuple(changes)


def applied(q: Question, changes: tuple[Change, ...]) -> Question:
    """Return the question as it would be after these acts."""
    for change in changes:
        q = _APPLY[change.act](q, change)
    return q


def _keep_from(q: Question, found: Explained) -> Change | None:
    """A restriction against this reader on this class and holder; what was sent is taken back. Nothing keeps the
    patient, an author or a holder from what is theirs.
    """
    if isinstance(found.permit, OwnRecord | Author | Holder):
        return None
    if isinstance(found.permit, Directed):
        return Change(ChangeAct.TAKE_ITEM_BACK, about=q.item.id, user_id=q.reader.user_id)
    by = found.permit.representation_id if isinstance(found.permit, Represented) else None
    return Change(
        ChangeAct.RESTRICT,
        about=by,
        user_id=None if by else q.reader.user_id,
        item_class=q.item.item_class,
        holder_id=q.item.holder_id,
        of_patient=q.item.holder_id is None,
    )


def _remedy(q: Question, found: Explained) -> Change | None:
    """What to do about the sentence that denies."""
    act = _REMEDIES.get(found.deciding.code)
    return act(q, found) if act else None


def _verify(q: Question, _: Explained) -> Change | None:
    mine = [m for m in q.decided.team.memberships if m.user_id == q.reader.user_id]
    waiting = (m.role for m in mine if current(m, q.at) and not q.reader.verified_for(m))
    role = next(waiting, None) or _role(q)
    return Change(ChangeAct.VERIFY, user_id=q.reader.user_id, role=role) if role else None


def _agree(q: Question, _: Explained) -> Change | None:
    role = _role(q)
    return Change(ChangeAct.AGREE_TO_MEMBERSHIP, user_id=q.reader.user_id, role=role) if role else None


def _role(q: Question) -> Role | None:
    """Return the role in which this person is, was or is asked to be in the team, or for which they are verified."""
    mine = [m.role for m in q.decided.team.memberships if m.user_id == q.reader.user_id]
    verified = sorted(q.reader.verified & CLINICAL_ROLES)
    return next((r for r in mine if r in q.reader.verified), None) or next(iter([*verified, *mine]), None)


def _share(q: Question, found: Explained) -> Change:
    """The one item is sent where it is the patient's to send: that opens less than a consent to its class."""
    if q.of_class or q.item.holder_id is not None:
        return _sign(q, found)
    return Change(ChangeAct.SEND_ITEM, about=q.item.id, user_id=q.reader.user_id)


def _sign(q: Question, _: Explained) -> Change:
    of = q.item.author_id if q.special else q.item.holder_id
    kinds = {item_class: kind for kind, item_class in SPECIAL_KINDS.items()}
    return Change(
        ChangeAct.SIGN_CONSENT,
        user_id=q.reader.user_id,
        item_class=q.item.item_class,
        labels=q.item.labels,
        holder_id=of,
        of_patient=of is None,
        kind=kinds.get(q.item.item_class, ConsentKind.SHARING),
    )


def _lift(_: Question, found: Explained) -> Change:
    return Change(ChangeAct.LIFT_RESTRICTION, about=found.deciding.about)


def _release(q: Question, _: Explained) -> Change:
    to = None if q.is_patient else q.reader.user_id
    return Change(ChangeAct.RELEASE_NOTE, about=q.item.id, user_id=to)


_REMEDIES: Mapping[WhyCode, Remedy] = {
    WhyCode.ACCOUNT_DISABLED: lambda q, _: Change(ChangeAct.ENABLE_ACCOUNT, user_id=q.reader.user_id),
    WhyCode.NOT_VERIFIED: _verify,
    WhyCode.DRAFT: lambda q, _: Change(ChangeAct.SIGN_NOTE, about=q.item.id, user_id=q.item.author_id),
    WhyCode.NOT_IN_TEAM: _agree,
    WhyCode.NOT_AGREED: _agree,
    WhyCode.DECLINED: _agree,
    WhyCode.MEMBERSHIP_ENDED: _agree,
    WhyCode.NOT_BEGUN: _agree,
    WhyCode.AWAITS_REVIEW: lambda q, _: Change(
        ChangeAct.CONFIRM_LABELS, q.item.id, q.item.holder_id, of_patient=q.item.holder_id is None
    ),
    WhyCode.NO_CONSENT: _share,
    WhyCode.NO_CONSENT_OF_ITS_KIND: _sign,
    WhyCode.RESTRICTED: _lift,
    WhyCode.NOT_RELEASED: _release,
}
"""What to do about each sentence that denies."""


def _verified(q: Question, change: Change) -> Question:
    """Every practice that a membership of this role names vouches for it, and one for what names none."""
    assert change.role
    mine = (m for m in q.decided.team.memberships if m.user_id == q.reader.user_id and m.role is change.role)
    vouched = {Verification(change.role, practice) for practice in (None, *(m.practice_id for m in mine))}
    return replace(q, reader=replace(q.reader, verifications=q.reader.verifications | vouched))


def _joined(q: Question, change: Change) -> Question:
    assert change.user_id
    assert change.role
    practice = next((v.practice_id for v in q.reader.verifications if v.role is change.role), None)
    return _with(q, joined(q.decided, Membership(change.user_id, change.role, practice_id=practice)))


def _consented(q: Question, change: Change) -> Question:
    discloser = Discloser("patient") if change.of_patient else Discloser("member", change.holder_id)
    assert change.item_class
    assert change.kind
    consent = Consent(
        id=UUID(int=2**128 - 1),
        disclosers=frozenset({discloser}),
        recipients=frozenset({Recipient(user_id=change.user_id)}),
        classes=frozenset({change.item_class}),
        labels=change.labels,
        kind=change.kind,
        valid_from=q.at,
        valid_until=default_end(q.at),
    )
    return _with(q, signed(q.decided, consent))


def _restricted(q: Question, change: Change) -> Question:
    against = Against(user_id=change.user_id, representation_id=change.about)
    limit = Limit(item_class=change.item_class, holder_id=change.holder_id, of_patient=change.of_patient)
    return _with(q, restricted(q.decided, Restriction(UUID(int=2**128 - 1), against, limit)))


def _released(q: Question, change: Change) -> Question:
    release = Release(q.item.id, change.user_id)
    grounds = replace(q.decided.grounds, releases=(*q.decided.grounds.releases, release))
    confirmed = replace(q.item, awaits_review=False)
    return replace(_with(q, replace(q.decided, grounds=grounds)), item=confirmed)


def _sent(q: Question, change: Change) -> Question:
    assert change.user_id
    return replace(q, item=replace(q.item, sent_to=q.item.sent_to | {change.user_id}))


def _taken_back(q: Question, change: Change) -> Question:
    return replace(q, item=replace(q.item, sent_to=q.item.sent_to - {change.user_id}))


def _lifted(q: Question, change: Change) -> Question:
    assert change.about
    return _with(q, lifted(q.decided, change.about))


def _with(q: Question, decided: Decided) -> Question:
    return replace(q, decided=decided)


_APPLY: Mapping[ChangeAct, Callable[[Question, Change], Question]] = {
    ChangeAct.ENABLE_ACCOUNT: lambda q, _: replace(q, reader=replace(q.reader, disabled=False)),
    ChangeAct.VERIFY: _verified,
    ChangeAct.AGREE_TO_MEMBERSHIP: _joined,
    ChangeAct.SIGN_CONSENT: _consented,
    ChangeAct.SIGN_NOTE: lambda q, _: replace(q, item=replace(q.item, draft=False)),
    ChangeAct.RELEASE_NOTE: _released,
    ChangeAct.CONFIRM_LABELS: lambda q, _: replace(q, item=replace(q.item, awaits_review=False)),
    ChangeAct.LIFT_RESTRICTION: _lifted,
    ChangeAct.RESTRICT: _restricted,
    ChangeAct.SEND_ITEM: _sent,
    ChangeAct.TAKE_ITEM_BACK: _taken_back,
}
