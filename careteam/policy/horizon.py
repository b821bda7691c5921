"""Until when something is shared: the rule itself, asked at every instant at which its answer could change."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from careteam.policy.facts import Consent, Team
from careteam.policy.scope import Scope, sections
from careteam.policy.vocabulary import ItemClass

Section = tuple[UUID | None, ItemClass]
"""One class of one holder's items (`None`: the patient's)."""


def turning_points(team: Team, consents: Iterable[Consent], *, after: datetime) -> list[datetime]:
    """Return, in order, the later instants at which a period known now begins or ends."""
    found = {m.valid_from for m in team.memberships} | {m.valid_until for m in team.memberships}
    for consent in consents:
        found |= {consent.valid_from, consent.valid_until, consent.superseded_at}
    return sorted(moment for moment in found if moment is not None and moment > after)


def shared_until(
    ask: Callable[[datetime], Scope], holders: Iterable[UUID | None], moments: Iterable[datetime], *, at: datetime
) -> dict[Section, datetime | None]:
    """Return each section that is shared at this instant, and the first of the moments at which it no longer is.

    `ask` answers the rule for one reader at an instant. A renewal that follows without a gap goes on; so does what
    another consent opens as well. None: as far as is known now, without end.
    """
    everybody = tuple(holders)
    open_now = _shared(ask(at), everybody)
    until: dict[Section, datetime | None] = dict.fromkeys(open_now)
    for moment in moments:
        if not open_now:
            break
        closed = open_now - _shared(ask(moment), everybody)
        until |= dict.fromkeys(closed, moment)
        open_now -= closed
    return until


def _shared(scope: Scope, holders: Iterable[UUID | None]) -> set[Section]:
    return {(holder_id, item_class) for holder_id in holders for item_class in sections(scope, holder_id)}
