"""Taking a consent back in part: what is left is narrower, never wider."""

from dataclasses import dataclass, replace
from datetime import datetime

from careteam.policy.consent import may_receive
from careteam.policy.facts import Consent, Discloser, Exceptions, Recipient, Team
from careteam.policy.team import ever_members
from careteam.policy.vocabulary import ItemClass


@dataclass(frozen=True, slots=True)
class Part:
    """What a revocation takes away: one class, one recipient or one discloser; nothing set means the whole."""

    item_class: ItemClass | None = None
    recipient: Recipient | None = None
    discloser: Discloser | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.item_class, self.recipient, self.discloser)) > 1:
            raise ValueError("a part is one class, one recipient or one discloser")

    @property
    def whole(self) -> bool:
        """True when nothing is to be left."""
        return not (self.item_class or self.recipient or self.discloser)


def covers(consent: Consent, part: Part, team: Team, *, at: datetime) -> bool:
    """Say whether there is such a part in the consent to take away."""
    if part.item_class is not None:
        return part.item_class in consent.classes
    if part.recipient is not None:
        return bool(_of_recipient(consent, part.recipient, team, at))
    if part.discloser is not None:
        return _discloses(consent, part.discloser, team)
    return True


def without(consent: Consent, part: Part, team: Team, *, at: datetime) -> Consent | None:
    """Return the consent less the part, from this instant on; None when nothing is left.

    A member who is taken out as a recipient reads nothing under what is left: with their name goes every
    role that they have or are invited to. A member who is taken out as a discloser becomes an exception
    where `team` is disclosed.
    """
    if part.whole:
        return None
    left = replace(consent, valid_from=max(at, consent.valid_from))
    if part.item_class is not None:
        left = replace(left, classes=left.classes - {part.item_class})
    elif part.recipient is not None:
        left = replace(left, recipients=left.recipients - _of_recipient(left, part.recipient, team, at))
    elif part.discloser is not None:
        left = _without_discloser(left, part.discloser)
    return left if left.classes and left.recipients and left.disclosers else None


def _of_recipient(consent: Consent, recipient: Recipient, team: Team, at: datetime) -> frozenset[Recipient]:
    if recipient.user_id is None:
        return consent.recipients & {recipient}
    roles = {m.role for m in team.memberships if m.user_id == recipient.user_id and may_receive(m, at)}
    return frozenset(r for r in consent.recipients if r == recipient or r.role in roles)


def _discloses(consent: Consent, discloser: Discloser, team: Team) -> bool:
    """A member is disclosed by name, or as one of the team, unless they are an exception already."""
    if discloser.user_id is None:
        return discloser in consent.disclosers
    by_team = Discloser("team") in consent.disclosers and discloser.user_id in ever_members(team)
    return (discloser in consent.disclosers or by_team) and discloser.user_id not in consent.exceptions.holders


def _without_discloser(consent: Consent, discloser: Discloser) -> Consent:
    left = consent.disclosers - {discloser}
    if discloser.user_id is None or Discloser("team") not in left:
        return replace(consent, disclosers=left)
    holders = consent.exceptions.holders | {discloser.user_id}
    return replace(consent, disclosers=left, exceptions=Exceptions(consent.exceptions.items, holders))
