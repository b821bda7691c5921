"""Alignment: what the parties of one plan item say to its current version, as one viewer may know it.

Aligned: everybody who may read the item agrees to the same version (`domain.md`, "Alignment"). Who may read it is the
patient's to know; a clinician counts those whom they can know, and where one of them cannot be seen there is no state.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from careteam.policy.scope import Emergency, OwnRecord, Represented, Scope, covers_holder, sections
from careteam.policy.treatment_words import PlanAnswer
from careteam.policy.vocabulary import ItemClass

Party = UUID | None
"""A clinician by their user, or None: the patient, and whoever acts for them."""


class PartyWord(StrEnum):
    """What one party says to the current version, as far as the viewer can see."""

    AGREE = "agree"
    DIFFER = "differ"
    DISCUSS = "discuss"
    NONE_SEEN = "none_seen"
    NOT_VISIBLE = "not_visible"


class AlignmentState(StrEnum):
    """How one plan item stands between the parties that the viewer knows; `alone`: there is only one."""

    ALIGNED = "aligned"
    WAITING = "waiting"
    TO_DISCUSS = "to_discuss"
    DIFFERING = "differing"
    NOT_VISIBLE = "not_visible"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Said:
    """One acknowledgement that the viewer may read. `on_behalf`: somebody said it for the patient."""

    party: Party
    number: int
    answer: PlanAnswer
    at: datetime
    on_behalf: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The current version: its number, for whom it was written, and when."""

    number: int
    by: Party
    at: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and which parties they may know to be parties.

    `party` is the viewer's own side. `members`: the clinicians who are in the team now. `readers`: those of them who
    may read the item; None where the viewer may not know that. `visible`: the parties whose plan is shared with them.
    """

    party: Party
    members: frozenset[UUID]
    visible: frozenset[Party]
    readers: frozenset[UUID] | None = None
    patient_is_here: bool = True


@dataclass(frozen=True, slots=True)
class PartyStanding:
    """One party's word; `at` is when it was said, `by_writing` that they wrote the version and said nothing else."""

    party: Party
    word: PartyWord
    at: datetime | None = None
    by_writing: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """The state for one viewer, since when it is aligned, and what it rests on."""

    state: AlignmentState
    since: datetime | None
    parties: tuple[PartyStanding, ...]


def align(viewer: Viewer, written: Written, said: Collection[Said]) -> Alignment:
    """Return how the current version stands. Whoever wrote it agrees to it until they say otherwise."""
    found = tuple(_standing(viewer, written, said, party) for party in parties(viewer, written.by, said))
    state = _state({one.word for one in found}) if len(found) > 1 else AlignmentState.ALONE
    instants = [one.at for one in found if one.at is not None]
    return Alignment(state, max(instants) if state is AlignmentState.ALIGNED else None, found)


def parties(viewer: Viewer, holder: Party, said: Iterable[Said]) -> list[Party]:
    """Return the parties that this viewer can know, the patient first.

    With `readers`, exactly those. Otherwise the patient, the holder, the viewer, and whoever acknowledged any version
    where the viewer may read it; of clinicians those who are still in the team.
    """
    patient: set[Party] = {None} if viewer.patient_is_here else set()
    if viewer.readers is not None:
        return _ordered(patient | set(viewer.readers))
    known = {holder, viewer.party, *(one.party for one in said)}
    return _ordered(patient | {party for party in known if party in viewer.members})


def shared_sides(scope: Scope, holders: Iterable[Party], item_class: ItemClass) -> frozenset[Party]:
    """Return those of these holders whose items of the class reach the reader as a section.

    Limits on single items and labels do not count, as everywhere where it is said what is shared.
    """
    return frozenset(holder for holder in holders if _reaches(scope, holder, item_class))


def _reaches(scope: Scope, holder: Party, item_class: ItemClass) -> bool:
    if item_class in sections(scope, holder):
        return True
    for permit in scope.permits:
        if isinstance(permit, OwnRecord):
            return True
        if isinstance(permit, Represented | Emergency) and item_class in permit.classes:
            whole = (limit for limit in permit.less if limit.item_id is None and limit.label is None)
            if not any(limit.item_class in (None, item_class) and covers_holder(limit, holder) for limit in whole):
                return True
    return False


def _standing(viewer: Viewer, written: Written, said: Iterable[Said], party: Party) -> PartyStanding:
    own = [one for one in said if one.party == party and one.number == written.number]
    if own:
        last = max(own, key=lambda one: (not one.on_behalf, one.at))
        return PartyStanding(party, PartyWord(last.answer), last.at)
    if party != viewer.party and party not in viewer.visible:
        return PartyStanding(party, PartyWord.NOT_VISIBLE)
    if party == written.by:
        return PartyStanding(party, PartyWord.AGREE, written.at, by_writing=True)
    return PartyStanding(party, PartyWord.NONE_SEEN)


_WORST_FIRST = (
    (PartyWord.NOT_VISIBLE, AlignmentState.NOT_VISIBLE),
    (PartyWord.DIFFER, AlignmentState.DIFFERING),
    (PartyWord.DISCUSS, AlignmentState.TO_DISCUSS),
    (PartyWord.NONE_SEEN, AlignmentState.WAITING),
)


def _state(words: Collection[PartyWord]) -> AlignmentState:
    return next((state for word, state in _WORST_FIRST if word in words), AlignmentState.ALIGNED)


def _ordered(found: Iterable[Party]) -> list[Party]:
    return sorted(found, key=lambda party: (party is not None, party.int if party else 0))
