"""For whom else imported items of a record wait, and what its patient can do: nobody but the holder confirms."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.facts import membership_fact
from careteam.models import Membership
from careteam.policy.team import state
from careteam.policy.vocabulary import MembershipState
from careteam.services.record.records import Record
from careteam.services.team.rosters import memberships

_NOBODY_KNOWN = "their holder"
_ONLY_YOU = "Until the labels are confirmed, only you and {name} read these items."
_ASK = f"{_ONLY_YOU} Ask {{name}} to look through them."
_NOT_YET = f"{_ONLY_YOU} {{name}} can confirm them when the membership begins."
_NOT_VERIFIED = (
    f"{_ONLY_YOU} {{name}} is not verified at present and can confirm nothing: ask their practice, or write down "
    "what others should know as an entry of your own."
)
_LEFT = (
    f"{_ONLY_YOU} {{name}} is not in your care team any more and can confirm nothing, and nobody else may: invite "
    "{name} again, or write down what others should know as an entry of your own."
)


def waits_for_others(session: Session, record: Record, counts: Mapping[UUID, int]) -> list[dict[str, Any]] | None:
    """Return for whom how many items wait, whether they can confirm now, and what to do. Only the patient sees it."""
    if not record.is_patient:
        return None
    query = memberships().where(Membership.patient_id == record.patient_id, Membership.user_id.in_(counts))
    places: dict[UUID, list[Any]] = {}
    for row in session.execute(query.order_by(Membership.id)):
        places.setdefault(row.user_id, []).append(row)
    names = {holder_id: record.facts.names.get(holder_id, _NOBODY_KNOWN) for holder_id in counts}
    return [
        _told(record, holder_id, names[holder_id], counts[holder_id], places.get(holder_id, ()))
        for holder_id in sorted(counts, key=lambda one: (names[one], one))
    ]


def _told(record: Record, holder_id: UUID, name: str, count: int, places: Sequence[Any]) -> dict[str, Any]:
    stands = [(state(membership_fact(row), record.at), row.verified) for row in places]
    return {
        "holder": {"kind": "member", "user_id": holder_id},
        "name": name,
        "waiting": count,
        "can_confirm": (MembershipState.CURRENT, True) in stands,
        "what_to_do": _advice(stands).format(name=name),
    }


def _advice(stands: Collection[tuple[MembershipState, bool]]) -> str:
    states = {stand for stand, _ in stands}
    if (MembershipState.CURRENT, True) in stands:
        return _ASK
    if MembershipState.CURRENT in states:
        return _NOT_VERIFIED
    return _NOT_YET if MembershipState.UPCOMING in states else _LEFT
