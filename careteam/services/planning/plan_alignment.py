"""Alignment of plan items for one viewer, from what the gate gives that viewer; the rule is in `policy.alignment`."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, literal, type_coerce, union_all
from sqlalchemy.orm import Session

from careteam import access
from careteam.models import PlanItem
from careteam.policy.alignment import Alignment, AlignmentState, Party, PartyWord, Viewer, Written, align, shared_sides
from careteam.policy.team import current
from careteam.policy.treatment_words import PlanItemState
from careteam.policy.vocabulary import ItemClass, Power
from careteam.services.directing.sending import member_scopes
from careteam.services.planning.acknowledgements import Acknowledgements
from careteam.services.record.records import Record


def of(
    session: Session,
    record: Record,
    items: Sequence[Any],
    versions: Mapping[UUID, Sequence[Any]],
    acknowledgements: Acknowledgements,
) -> Mapping[UUID, Alignment]:
    """Return the alignment of those of these items (rows) that are active; former members are told of none."""
    active = [item for item in items if item.state is PlanItemState.ACTIVE]
    if record.scope.former or not active:
        return {}
    said = {item.id: acknowledgements.said(item.id) for item in active}
    readers, members = _readers(session, record, [item.id for item in active]), _members(record)
    visible = shared_sides(record.scope, {None, *members}, ItemClass.TREATMENT_PLAN)
    here = record.team.patient_user_id is not None
    return {
        item.id: align(
            Viewer(own_side(record), members, visible, readers.get(item.id) if readers else None, here),
            Written(item.number, item.holder_id, versions[item.id][-1].at),
            said[item.id],
        )
        for item in active
    }


def own_side(record: Record) -> Party:
    """Return the party that the actor is: the patient's side for the patient and who acts for them."""
    return None if record.is_patient or record.representation else record.actor.user_id


def may_answer(record: Record) -> bool:
    """Say whether the actor may acknowledge: the patient, who reports for them in this class, and current members."""
    by = record.representation
    if by is not None:
        return Power.REPORT in by.powers and ItemClass.TREATMENT_PLAN in by.classes
    return record.is_patient or record.is_member


def shown(record: Record, alignment: Alignment | None) -> dict[str, Any] | None:
    """Return the alignment as it is shown; None where there is none."""
    if alignment is None:
        return None
    return {
        "state": alignment.state,
        "aligned_since": alignment.since,
        "parties": [
            {
                "party": {"kind": "member", "user_id": one.party} if one.party else {"kind": "patient"},
                "name": _name(record, one.party),
                "says": one.word,
                "said_at": one.at,
                "by_writing": one.by_writing,
            }
            for one in alignment.parties
        ],
    }


def waits_for(record: Record, alignment: Alignment | None) -> bool:
    """Say whether the actor has not said yet what they think of the current version."""
    if alignment is None or not may_answer(record):
        return False
    mine = own_side(record)
    return any(one.party == mine and one.word is PartyWord.NONE_SEEN for one in alignment.parties)


def summary(record: Record, alignments: Mapping[UUID, Alignment]) -> dict[str, int] | None:
    """Return how many active items stand how, of those that the actor reads; None to former members."""
    if record.scope.former:
        return None
    counted = Counter(one.state for one in alignments.values())
    waiting = sum(waits_for(record, one) for one in alignments.values())
    return {"active": len(alignments), **{state: counted[state] for state in AlignmentState}, "waits_for_you": waiting}


def _readers(session: Session, record: Record, item_ids: Collection[UUID]) -> Mapping[UUID, frozenset[UUID]] | None:
    """Return of each item which members may read it now, in one statement; None where the actor may not know that."""
    if not record.is_patient:
        return None
    scopes = member_scopes(session, record)
    users = sorted(scopes)
    asked = [
        access.visible(PlanItem, scopes[user], PlanItem.id, type_coerce(literal(n), Integer).label("reader")).where(
            PlanItem.id.in_(item_ids)
        )
        for n, user in enumerate(users)
    ]
    found: dict[UUID, set[UUID]] = {item_id: set() for item_id in item_ids}
    for row in session.execute(union_all(*asked)) if asked else ():
        found[row.id].add(users[row.reader])
    return {item_id: frozenset(readers) for item_id, readers in found.items()}


def _members(record: Record) -> frozenset[UUID]:
    return frozenset(m.user_id for m in record.known_team.memberships if current(m, record.at))


def _name(record: Record, party: Party) -> str:
    return record.facts.names[party] if party else record.facts.person.name
