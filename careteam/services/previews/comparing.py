"""The live record held against the rule with an act and without it: one SELECT of what the patient may read.

Each question ("does this person read the row only with the act?") is a column, composed of what the gate says of
scopes. So the number of statements depends neither on rows nor on readers nor on classes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlalchemy.orm import Session

from careteam import access
from careteam.models import Item
from careteam.policy.changes import Decided, More, Turn, moments, more_shared, turns
from careteam.policy.horizon import Section
from careteam.policy.scope import Scope, sections
from careteam.policy.sharing import stops
from careteam.policy.team import ever_members, roles_now
from careteam.policy.vocabulary import PreviewedAct, PreviewedReader
from careteam.services.medications.reconciliation_rows import any_readable, may_be_known
from careteam.services.previews.people import Person
from careteam.services.record.records import Record

AT_ONCE = 60
"""Of how many questions one statement asks: those of more readers than any team has."""
_COLUMNS = (Item.id, Item.item_class, Item.holder_id, Item.date)


@dataclass(frozen=True, slots=True)
class Act:
    """An act and what it does to what is decided.

    `named` is what would be open if no restriction stood, where that says what restrictions keep back; of it, what
    `but` keeps shut is not meant. `begins` is when the act begins to count.
    """

    word: PreviewedAct
    before: Decided
    after: Decided
    begins: datetime
    named: Decided | None = None
    but: Decided | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one reader gains or loses: rows, newest first, and sections with what comes into them later."""

    rows: Sequence[Any] = ()
    sections: Mapping[Section, More] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows or self.sections)


@dataclass(frozen=True, slots=True)
class Change:
    """What one reader gains and loses from an instant on, besides what changed earlier."""

    at: datetime
    gained: Part
    lost: Part


@dataclass(slots=True)
class Difference:
    """All that the act changes for one reader, and what restrictions keep back from them."""

    person: Person
    turns: Sequence[Turn]
    changes: list[Change] = field(default_factory=list)
    kept_back: Part = field(default_factory=Part)
    kept_by: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    """A column: does this reader read the row under `one` and under none of `others`?"""

    user_id: UUID
    one: Scope
    others: tuple[Scope, ...]


def differences(session: Session, record: Record, act: Act, people: Sequence[Person]) -> list[Difference]:
    """Return what the act changes for each of these people, of what the patient may read."""
    instants = moments(act.before, act.after, at=record.at)
    found = [Difference(p, turns(p.reader, p.before(act.before), p.after(act.after), instants)) for p in people]
    kept = [_keeping(act, p) for p in people]
    asked = [q for d in found for t in d.turns for q in _turning(d.person, t)]
    asked += [q for questions in kept for q in questions.values()]
    rows = _answers(session, record, asked)
    for difference, questions in zip(found, kept, strict=True):
        difference.changes = list(_changes(difference, rows, ever_members(act.after.team)))
        _keep_back(difference, questions, rows)
    return found


def waiting(session: Session, record: Record, sections: Collection[Section]) -> Mapping[Section, int]:
    """Return how many imported items in these sections, of those that the patient may read, wait for their labels."""
    waits = (Item.awaits_review, not_(Item.draft), Item.item_class.in_({item_class for _, item_class in sections}))
    found = session.execute(record.rows(Item, Item.holder_id, Item.item_class).where(*waits))
    return Counter(s for s in ((row.holder_id, row.item_class) for row in found) if s in sections)


def one_way(act: Act, found: Sequence[Difference]) -> list[tuple[Person, Person]]:
    """Return who reads whom, and not the other way round, once the act makes its first difference; not what was
    one-way before. Of members, and who joins by the act.
    """
    first = min((turn.at for d in found for turn in d.turns), default=None)
    people = [d.person for d in found if d.person.standing in _HERE and d.person.name]
    if first is None:
        return []
    was = _reading({p: p.before(act.before).scope(p.reader, first) for p in people})
    will = _reading({p: p.after(act.after).scope(p.reader, first) for p in people})
    return [(a, b) for a, b in will if (b, a) not in will and ((a, b) not in was or (b, a) in was)]


_HERE = frozenset({PreviewedReader.CURRENT, PreviewedReader.JOINING})


def _reading(scopes: Mapping[Person, Scope]) -> list[tuple[Person, Person]]:
    """Return who reads something that whom holds."""
    ids = {p: p.reader.user_id for p in scopes}
    return [(a, b) for a in scopes for b in scopes if ids[a] != ids[b] and sections(scopes[a], ids[b])]


def _turning(person: Person, turn: Turn) -> Iterator[_Question]:
    yield _gain(person, turn)
    yield _loss(person, turn)


def _gain(person: Person, turn: Turn) -> _Question:
    return _Question(person.reader.user_id, turn.with_it, (turn.without_it,))


def _loss(person: Person, turn: Turn) -> _Question:
    return _Question(person.reader.user_id, turn.without_it, (turn.with_it,))


def _keeping(act: Act, person: Person) -> dict[UUID | None, _Question]:
    """Return what restrictions keep back from this person (under None), and what each of those alone would."""
    if act.named is None:
        return {}
    at, named, who = person.begins(act.begins), person.after(act.named), person.reader
    one, open_after = named.scope(who, at), person.after(act.after).scope(who, at)
    but = (person.after(act.but).scope(who, at),) if act.but else ()
    roles = roles_now(who, named.team, at)
    standing = [r for r in act.after.restrictions if stops(r, who.user_id, roles)]
    made: dict[UUID | None, _Question] = {None: _Question(who.user_id, one, (open_after, *but))}
    for restriction in standing:
        alone = replace(named, restrictions=(restriction,)).scope(who, at)
        made[restriction.id] = _Question(who.user_id, one, (alone,))
    return made if standing else {}


def _answers(session: Session, record: Record, asked: Collection[_Question]) -> Mapping[_Question, list[Any]]:
    """Return the rows of each question, newest first. A reconciliation counts for whom it exists."""
    questions = list(dict.fromkeys(asked))
    found: dict[_Question, list[Any]] = {q: [] for q in questions}
    signed = bool(questions) and any_readable(session, record)
    for start in range(0, len(questions), AT_ONCE):
        some = questions[start : start + AT_ONCE]
        columns = [_column(q, signed=signed).label(f"q{n}") for n, q in enumerate(some)]
        query = record.rows(Item, *_COLUMNS).add_columns(*columns).where(or_(*columns))
        if signed:
            query = query.where(may_be_known(record.scope, record.actor.user_id))
        for row in session.execute(query.order_by(Item.date.desc(), Item.id.desc())):
            for n, question in enumerate(some):
                if row._mapping[f"q{n}"]:
                    found[question].append(row)
    return found


def _column(question: _Question, *, signed: bool) -> ColumnElement[bool]:
    reads = _reads(question.user_id, question.one, signed=signed)
    return and_(reads, *(not_(_reads(question.user_id, other, signed=signed)) for other in question.others))


def _reads(user_id: UUID, scope: Scope, *, signed: bool) -> ColumnElement[bool]:
    return and_(access.opens(scope), may_be_known(scope, user_id)) if signed else access.opens(scope)


def _changes(difference: Difference, rows: Mapping[_Question, list[Any]], members: Iterable[UUID]) -> Iterator[Change]:
    """Yield what changes at each turn, each row and each section once for each direction."""
    holders, own = (None, *sorted(members)), difference.person.reader.user_id
    gained, lost = _Told(holders, own), _Told(holders, own)
    for turn in difference.turns:
        more = gained.more(rows[_gain(difference.person, turn)], turn.with_it, turn.without_it)
        less = lost.more(rows[_loss(difference.person, turn)], turn.without_it, turn.with_it)
        if more or less:
            yield Change(turn.at, more, less)


class _Told:
    """What was told of one direction at earlier turns."""

    def __init__(self, holders: tuple[UUID | None, ...], own: UUID) -> None:
        self.holders, self.own = holders, own
        self.rows, self.sections = set[UUID](), set[tuple[Section, More]]()

    def more(self, rows: Sequence[Any], wider: Scope, narrower: Scope) -> Part:
        """Return what is new of these rows, and of the sections that only the wider scope shares."""
        fresh = [row for row in rows if row.id not in self.rows]
        more = more_shared(wider, narrower, self.holders).items()
        shared = {one for one in more if one not in self.sections and one[0][0] != self.own}
        self.rows |= {row.id for row in fresh}
        self.sections |= shared
        return Part(fresh, dict(shared))


def _keep_back(
    difference: Difference, questions: Mapping[UUID | None, _Question], rows: Mapping[_Question, list[Any]]
) -> None:
    if None not in questions:
        return
    difference.kept_back = Part(rows[questions[None]])
    ids = {row.id for row in difference.kept_back.rows}
    by = (i for i, q in questions.items() if i is not None and any(row.id in ids for row in rows[q]))
    difference.kept_by = sorted(by)
