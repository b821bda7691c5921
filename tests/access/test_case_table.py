"""The rule as a case table, asked of the SQL: facts to rows, rows to facts, facts to a scope, scope to rows."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from careteam import access, facts
from careteam.errors import NotFound
from tests.access.asking import Asked, wrong_rows
from tests.access.mutants import MUTANTS, visible
from tests.policy.cast import NOW, Case, as_paul
from tests.policy.mutants import Mutant

Table = tuple[Session, list[Asked]]


def test_each_sentence_and_each_boundary_in_sql(table: Table) -> None:
    session, asked = table
    assert list(wrong_rows(session, asked)) == []
    assert len(asked) > 450


def test_facts_come_back_from_the_database_as_they_were_written(table: Table) -> None:
    session, asked = table
    loaded = facts.of_patients(session, [a.case.question.team.patient_id for a in asked])
    assert len(loaded) == len(asked)
    for a in asked:
        _compare(a.case, loaded[a.case.question.team.patient_id])


def test_the_scopes_of_many_patients_take_as_many_statements_as_one(table: Table) -> None:
    session, asked = table
    patients = [a.case.question.team.patient_id for a in asked]
    counts = []
    for some in (patients[:1], patients[:20], patients):
        with statements(session) as seen:
            access.scopes(session, as_paul, some, at=NOW)
        counts.append(len(seen))
    assert counts == [3, 3, 6], "three, and three more where somebody has grounds besides"


def test_the_scope_of_nobody_is_absent(table: Table) -> None:
    session, asked = table
    known = asked[0].case.question.team.patient_id
    for some in ([UUID(int=1)], [known, UUID(int=1)]):
        with pytest.raises(NotFound):
            access.scopes(session, as_paul, some, at=NOW)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What is sent to the database within the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mutant", [m for m in MUTANTS if not m.behind], ids=lambda m: m.name)
def test_the_table_finds(table: Table, mutant: Mutant) -> None:
    session, asked = table
    assert next(wrong_rows(session, asked, visible(mutant)), None)


def _compare(case: Case, loaded: facts.Facts) -> None:
    q = case.question
    assert replace(loaded.team, memberships=()) == replace(q.team, memberships=())
    assert _timeless(loaded.team.memberships) == _timeless(q.team.memberships)
    assert _timeless(loaded.consents) == Counter(c for c in q.consents if c.signed and not c.revoked)
    assert _timeless(loaded.restrictions) == Counter(q.restrictions)
    assert _timeless(loaded.grounds.releases) == Counter(q.grounds.releases)
    assert _timeless(loaded.grounds.emergencies) == Counter(q.grounds.emergencies)
    assert {r.id: r.powers for r in q.grounds.representations}.items() <= {
        r.id: r.powers for r in loaded.grounds.representations
    }.items()


def _timeless(loaded: Iterable[Any]) -> Counter[Any]:
    """Leave out when it was made and ended: the table says how things stand, not since when."""
    times = {"accepted_at", "ended_at", "signed_at", "closed_at", "made_at", "lifted_at", "released_at", "withdrawn_at"}
    return Counter(replace(fact, **dict.fromkeys(times & set(fact.__slots__))) for fact in loaded)
