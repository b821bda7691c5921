"""Why one person may or may not read one item, or one class of each holder's items: asked of the rule itself.

The patient asks about anybody known to their record, at any instant so far; a clinician about themselves, now. Who
is refused learns one word, the same for what is hidden and for what does not exist.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid, NotFound, NotPermitted
from careteam.models import Item, User
from careteam.policy.changes import Decided
from careteam.policy.facts import Reader
from careteam.policy.flip import flipped
from careteam.policy.matching import ItemFact
from careteam.policy.scope import sections
from careteam.policy.team import ever_members
from careteam.policy.vocabulary import SPECIAL_CLASSES, ItemClass
from careteam.policy.why import Explained, Question, explain
from careteam.services.decisions.past_facts import decided_as_of, decided_now, items_as_of, items_now
from careteam.services.decisions.past_readers import readers_as_of
from careteam.services.decisions.words import step_words, told
from careteam.services.log import access_log
from careteam.services.medications.reconciliation_rows import may_be_known
from careteam.services.record.records import Record, open_record
from careteam.services.team.readers import readers

NOT_AVAILABLE = "not_available"
"""What a refused clinician is told, whatever the reason."""
SHARED, NOT_SHARED = "shared", "not_shared"
EARLIEST = 1900
"""The first year that can be asked about."""
NOBODY_YET = UUID(int=0)
"""The id of an item that stands for a class: no consent or restriction can name it."""

ITEM = Item.__table__.c


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about, by which facts, at which instant; and the names of those who may be named."""

    reader: Reader
    decided: Decided
    at: datetime
    names: Mapping[UUID, str]

    @property
    def name(self) -> str:
        """The reader's name."""
        return self.names[self.reader.user_id]

    def holder(self, holder_id: UUID | None) -> str:
        """Return whose items are meant, in words."""
        return "yours" if holder_id is None else self.names.get(holder_id, "a former member")


def read(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    reader_id: UUID | None = None,
    item_class: ItemClass | None = None,
    item_id: UUID | None = None,
    as_of: datetime | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Return the decision on one item, or on one class of each holder, for one reader (the actor, unless named).

    Raises NotFound (no such record, reader or item that the patient can see), NotPermitted when a clinician asks about
    somebody else or about the past, Invalid.
    """
    record = open_record(session, actor, patient_id, at=at)
    if (item_class is None) is (item_id is None):
        raise Invalid("Ask about one class or one item.", {"class": ["Give either class or item."]})
    whom = reader_id or actor.user_id
    if record.is_patient:
        decisions = _for_patient(session, record, whom, item_class, item_id, _instant(as_of, at))
    else:
        if whom != actor.user_id or as_of is not None:
            raise NotPermitted("Only the patient asks about others, and about earlier times.")
        decisions = _for_reader(session, record, item_class, item_id)
    access_log.disclosed(session, record.actor, patient_id, "read-decisions", [], target=item_id, at=at)
    return {"reader_id": whom, "as_of": as_of or at, "decisions": list(decisions)}


def _instant(as_of: datetime | None, at: datetime) -> datetime | None:
    if as_of is not None and as_of > at:
        raise Invalid("Only what has been can be asked about.", {"as_of": ["Give an instant that has come."]})
    if as_of is not None and as_of.year < EARLIEST:
        raise Invalid("Nothing was recorded then.", {"as_of": [f"Give an instant after the year {EARLIEST - 1}."]})
    return as_of


def _for_reader(
    session: Session, record: Record, item_class: ItemClass | None, item_id: UUID | None
) -> Iterator[dict[str, Any]]:
    """Tell a clinician what they know anyway: what they read and why, and of the rest one word."""
    if item_id is not None:
        known = may_be_known(record.scope, record.actor.user_id)
        row = session.execute(record.rows(Item, ITEM.id, ITEM.item_class).where(ITEM.id == item_id, known)).first()
        permit = record.scope.permits[row.permit] if row else None
        yield _plain(item_id, row.item_class if row else None, permit, NOT_AVAILABLE)
        return
    assert item_class is not None
    for holder_id in _holders(record, item_class):
        open_here = item_class in sections(record.scope, holder_id)
        yield {**_plain(None, item_class, None, SHARED if open_here else NOT_SHARED), **_whose(holder_id)} | {
            "decision": "permit" if open_here else "deny"
        }


def _plain(item_id: UUID | None, item_class: ItemClass | None, permit: Any, code: str) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "class": item_class,
        "holder": None,
        "decision": "permit" if permit else "deny",
        "code": permit.clause if permit else code,
        "consent_id": getattr(permit, "consent_id", None),
        "sentence": None,
        "deciding": None,
        "steps": None,
        "smallest_change": None,
    }


def _holders(record: Record, item_class: ItemClass) -> list[UUID | None]:
    """Return whose items are told of: who left or has not begun knows of nobody else in the team."""
    everybody = record.is_patient or record.is_member or record.representation is not None
    known = ever_members(record.team) if everybody else {record.actor.user_id}
    members: list[UUID | None] = [*sorted(known)]
    return members if item_class in SPECIAL_CLASSES else [None, *members]


def _for_patient(
    session: Session,
    record: Record,
    whom: UUID,
    item_class: ItemClass | None,
    item_id: UUID | None,
    as_of: datetime | None,
) -> Iterator[dict[str, Any]]:
    asked = _asked(session, record, whom, as_of)
    if item_id is not None:
        yield _explained(asked, _item(session, record, item_id, as_of), shown=item_id)
        return
    assert item_class is not None
    today = asked.at.astimezone(ZoneInfo(record.facts.person.time_zone)).date()
    for holder_id in _holders(record, item_class):
        stands_for = ItemFact(NOBODY_YET, record.patient_id, item_class, holder_id, holder_id, today)
        yield _explained(asked, replace(stands_for, author_id=_author(asked, holder_id)), shown=None)


def _author(asked: Asked, holder_id: UUID | None) -> UUID | None:
    """Return who writes what is held: the holder, or the patient."""
    return asked.decided.team.patient_user_id if holder_id is None else holder_id


def _asked(session: Session, record: Record, whom: UUID, as_of: datetime | None) -> Asked:
    """Return the question about somebody who is known to the record. Raises NotFound."""
    acting = {r.user_id for r in record.facts.grounds.representations}
    members = {m.user_id for m in record.team.memberships}
    if whom not in {record.actor.user_id, *acting, *members}:
        raise NotFound
    names = {**record.facts.names, whom: session.get_one(User, whom).name}
    if as_of is None:
        return Asked(readers(session, [whom])[whom], decided_now(record.facts), record.at, names)
    then = decided_as_of(session, record.patient_id, record.facts, at=as_of)
    return Asked(readers_as_of(session, [whom], at=as_of)[whom], then, as_of, names)


def _item(session: Session, record: Record, item_id: UUID, as_of: datetime | None) -> ItemFact:
    """Return an item that the patient can see, as it was. Raises NotFound, also for what did not exist yet."""
    row = session.execute(record.rows(Item, *ITEM).where(ITEM.id == item_id)).first()
    if row is None:
        raise NotFound
    if as_of is None:
        return items_now(session, [row])[item_id]
    then = items_as_of(session, [row], at=as_of)
    if item_id not in then:
        raise NotFound
    return then[item_id]


def _explained(asked: Asked, item: ItemFact, *, shown: UUID | None) -> dict[str, Any]:
    q = Question(asked.decided, asked.reader, item, asked.at, of_class=shown is None)
    found = explain(q)
    changes = flipped(q)
    holder = asked.holder(item.holder_id)
    return {
        "item_id": shown,
        "class": item.item_class,
        **_whose(item.holder_id),
        "decision": "permit" if found.permit else "deny",
        "code": found.permit.clause if found.permit else found.deciding.code,
        "consent_id": getattr(found.permit, "consent_id", None),
        "sentence": step_words(found.deciding.code, asked.name),
        "deciding": len(found.steps) - 1,
        "steps": _steps(found, asked.name),
        "smallest_change": None
        if changes is None
        else [told(change, reader=asked.name, holder=holder) for change in changes],
    }


def _steps(found: Explained, name: str) -> list[dict[str, Any]]:
    return [
        {
            "rule": step.rule,
            "code": step.code,
            "permits": step.permits,
            "about": step.about,
            "sentence": step_words(step.code, name),
        }
        for step in found.steps
    ]


def _whose(holder_id: UUID | None) -> dict[str, Any]:
    return {"holder": {"kind": "member", "user_id": holder_id} if holder_id else {"kind": "patient"}}
