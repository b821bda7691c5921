"""Sealing loses nothing, whoever does it, whenever it stops; and no request ever notices."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from careteam.extensions import db
from careteam.models import AccessEvent, LogLink
from careteam.models.types import Sealed, new_id
from careteam.services.chain import databases, raw, sealer
from careteam.services.chain.events import LOGS, unlinked
from careteam.services.chain.ledger import Ledger
from careteam.services.chain.sealer import first_id
from careteam.services.chain.thread import seal_loudly
from careteam.services.chain.verifying import verify
from tests.chain.conftest import Chained
from tests.world import Person


def look(chained: Chained, person: Person, times: int = 1) -> None:
    """Make that many events in a person's own chain."""
    for _ in range(times):
        assert chained.world.client(person).get(f"{person.record}/medications").status_code == 200


@pytest.fixture
def patient(chained: Chained) -> Person:
    """Somebody with one sealed event."""
    made = chained.world.patient()
    look(chained, made)
    chained.seal()
    return made


def event(chained: Chained, person: Person, **values: Any) -> dict[str, Any]:
    """A row of the log."""
    row = {
        "id": new_id(),
        "at": chained.at,
        "patient_id": person.patient_id,
        "act": "read-team",
        "outcome": "disclosed",
    }
    return {**row, **values}


def test_an_event_that_is_committed_late_under_a_smaller_id_is_sealed_and_breaks_nothing(
    chained: Chained, patient: Person
) -> None:
    early = first_id(chained.at - timedelta(minutes=20))
    look(chained, patient, 3)
    chained.seal()
    chained.world.session.execute(insert(AccessEvent).values(**event(chained, patient, id=early)))
    chained.world.session.commit()
    assert chained.verify().unsealed == 1
    assert chained.seal(seconds=15).linked == 1
    report = chained.verify()
    assert (report.findings, report.events, report.unsealed) == ([], 5, 0)


def test_what_a_usual_run_does_not_look_back_to_is_found_by_a_whole_one(chained: Chained, patient: Person) -> None:
    running = chained.sealer()
    chained.let_go()
    running.run(at=chained.at)
    old = first_id(chained.at - timedelta(days=3))
    chained.world.session.execute(insert(AccessEvent).values(**event(chained, patient, id=old)))
    chained.world.session.commit()
    assert running.run(at=chained.at + timedelta(seconds=15)).linked == 0
    assert running.run(at=chained.at + timedelta(minutes=61)).linked == 1


def test_two_hosts_seal_one_log_each_with_a_head_that_covers_all_of_it(chained: Chained, patient: Person) -> None:
    one, other = chained.sealer(), chained.sealer(chained.folder.parent / "other")
    for n in range(6):
        look(chained, patient, 2)
        chained.let_go()
        (one, other)[n % 2].run(at=chained.at)
    chained.let_go()
    one.run(at=chained.at)
    other.run(at=chained.at)
    for folder in (chained.folder, chained.folder.parent / "other"):
        with databases.looking(db.engine, chained.ring) as session:
            report = verify(session, chained.ring, folder)
        assert (report.findings, report.events, report.uncovered) == ([], 13, 0)


def test_many_sealers_at_once_make_one_chain(chained: Chained, patient: Person) -> None:
    look(chained, patient, 12)
    chained.let_go()
    sealers = [chained.sealer() for _ in range(4)]
    threads = [threading.Thread(target=seal_loudly, args=(s,), kwargs={"at": chained.at}) for s in sealers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chained.seal()
    report = chained.verify()
    assert (report.findings, report.events, report.unsealed, report.uncovered) == ([], 13, 0, 0)


def test_a_seal_under_way_makes_no_request_wait_or_fail(chained: Chained, patient: Person) -> None:
    if chained.url.startswith("sqlite"):
        pytest.skip("on SQLite everything that writes waits for its turn (DECISIONS.md, 4)")
    look(chained, patient, 3)
    engine = databases.beside(chained.url, {})
    with databases.writing(engine, chained.ring) as sealing:
        assert sealer._claimed(sealing)
        made = chained.sealer()._rows(sealing, LOGS[0], events_of(sealing), chained.at)
        sealing.execute(insert(LogLink), made)
        sealing.flush()
        look(chained, patient, 5)
    assert len(made) == 3
    chained.seal()
    assert (chained.verify().findings, chained.verify().events) == ([], 9)


def events_of(session: Session) -> Any:
    """What has no link."""
    return unlinked(session, LOGS[0], after=None, limit=100)


def test_a_request_under_way_is_neither_waited_for_nor_lost(chained: Chained, patient: Person) -> None:
    if chained.url.startswith("sqlite"):
        pytest.skip("on SQLite everything that writes waits for its turn (DECISIONS.md, 4)")
    engine = db.engine
    with Session(engine) as request:
        request.execute(insert(AccessEvent).values(**event(chained, patient)))
        assert request.scalar(select(func.count()).select_from(AccessEvent)) == 2
        look(chained, patient, 2)
        assert chained.seal().linked == 2
        request.execute(insert(AccessEvent).values(**event(chained, patient)))
        request.commit()
    assert chained.seal(seconds=1).linked == 2
    assert chained.found() == []


def test_who_finds_another_at_it_leaves_it_to_them(chained: Chained, patient: Person) -> None:
    if chained.url.startswith("sqlite"):
        pytest.skip("on SQLite the transaction is the claim")
    look(chained, patient)
    with databases.writing(databases.beside(chained.url, {}), chained.ring) as other:
        assert sealer._claimed(other)
        assert chained.seal().linked == 0
    assert chained.seal().linked == 1


def test_a_kill_between_the_links_and_the_head_loses_nothing(
    chained: Chained, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(chained, patient, 2)
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "append", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            chained.seal()
    report = chained.verify()
    assert (report.findings, report.uncovered, report.unsealed) == ([], 2, 0)
    chained.seal()
    assert (chained.verify().findings, chained.verify().uncovered) == ([], 0)


def test_a_line_that_a_kill_left_unfinished_is_dropped(chained: Chained, patient: Person) -> None:
    with (chained.folder / "heads.jsonl").open("ab") as file:
        file.write(b'{"at":"2026-')
    assert chained.found() == []
    look(chained, patient)
    chained.seal()
    assert (chained.verify().findings, chained.verify().head) == ([], 2)


def test_a_head_that_cannot_be_written_is_said_loudly_and_made_up_for(
    chained: Chained, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(chained, patient)
    chained.let_go()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, capture_logs() as said:
        patched.setattr("careteam.services.chain.ledger._write_all", full)
        assert seal_loudly(chained.sealer(), at=chained.at) is None
    assert [(line["event"], line["log_level"]) for line in said] == [("log-head-not-written", "error")]
    assert said[0]["reason"] == "No space left on device"
    look(chained, patient)
    chained.seal()
    assert (chained.verify().findings, chained.verify().uncovered) == ([], 0)


def test_a_chain_whose_end_was_altered_is_not_gone_on_with(chained: Chained, patient: Person) -> None:
    chained.sql(
        "UPDATE log_link SET hash = CAST('x' AS BLOB)" if "sqlite" in chained.url else "UPDATE log_link SET hash = 'x'"
    )
    look(chained, patient)
    done = chained.seal()
    assert (done.linked, done.left) == (0, 1)
    assert chained.verify().unsealed == 1


def test_another_database_gets_no_head_in_this_folder(chained: Chained, patient: Person) -> None:
    chained.sql("DELETE FROM log_link", "DELETE FROM access_event")
    before = (chained.folder / "heads.jsonl").read_bytes()
    look(chained, patient)
    assert chained.seal().foreign
    assert (chained.folder / "heads.jsonl").read_bytes() == before


def test_outside_production_another_databases_heads_are_put_aside(chained: Chained, patient: Person) -> None:
    chained.sql("DELETE FROM log_link", "DELETE FROM access_event")
    look(chained, patient)
    chained.let_go()
    engine = databases.beside(chained.url, {})
    done = sealer.Sealer(engine, chained.ring, chained.folder, begins_anew=True).run(at=chained.at)
    assert (done.linked, done.head, done.foreign) == (1, 1, False)
    assert chained.found() == []
    assert len(list(chained.folder.glob("before-*/heads.jsonl"))) == 1


# what is covered ------------------------------------------------------------------------------------


def tables() -> Iterator[Table]:
    for log in LOGS:
        yield from (table for table in (log.events, log.parts) if table is not None)


@pytest.mark.parametrize("table", list(tables()), ids=str)
def test_every_column_of_a_log_is_covered_and_stays_so_by_itself(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        plain = tuple(b"text:value" for _ in raw.names(table))
        for n, name in enumerate(raw.names(table)):
            other = (*plain[:n], None, *plain[n + 1 :])
            assert raw.canonical(table, other, dialect) != raw.canonical(table, plain, dialect), name
    assert set(raw.names(table)) == {column.name for column in table.c}


@pytest.mark.parametrize("table", list(tables()), ids=str)
def test_no_log_holds_sealed_text_which_would_change_with_the_keys(table: Table) -> None:
    assert [column.name for column in table.c if isinstance(column.type, Sealed)] == []


def test_an_empty_text_is_not_the_same_as_none(chained: Chained, patient: Person) -> None:
    look(chained, patient)
    chained.seal()
    chained.sql("UPDATE access_event SET notice_sha256 = ''")
    assert len(chained.found()) == 2


def test_a_column_that_a_migration_adds_leaves_older_links_valid(chained: Chained, patient: Person) -> None:
    from sqlalchemy import Column, Integer, MetaData, String

    table = Table("log", MetaData(), Column("id", Integer), Column("act", String))
    wider = Table(
        "log",
        MetaData(),
        Column("id", Integer),
        Column("act", String),
        Column("more", String),
        Column("kind", String, nullable=False, server_default="usual"),
        Column("seen", Integer, nullable=False, server_default=text("0")),
    )
    before = raw.canonical(table, (b"text:read", b"integer:1"), "sqlite")
    after = (b"text:read", b"integer:1", b"text:usual", None, b"integer:0")
    assert raw.canonical(wider, after, "sqlite") == before
    assert raw.canonical(wider, (*after[:4], b"integer:1"), "sqlite") != before
    assert raw.canonical(wider, (*after[:3], b"text:", *after[4:]), "sqlite") != before


# a broken build -------------------------------------------------------------------------------------


def test_a_sealer_that_skips_an_event_is_found(
    chained: Chained, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(chained, patient, 3)
    whole = unlinked
    with monkeypatch.context() as broken:
        broken.setattr(sealer, "unlinked", lambda *given, **more: whole(*given, **more)[1:])
        chained.seal()
    assert chained.verify().unsealed == 1
    look(chained, patient)
    later = chained.at + timedelta(hours=2)
    chained.world.session.execute(insert(AccessEvent).values(**event(chained, patient, at=later)))
    chained.world.session.commit()
    with monkeypatch.context() as broken:
        broken.setattr(sealer, "unlinked", lambda *given, **more: whole(*given, **more)[1:])
        chained.seal(hours=2)
    assert any("is not sealed although the log is up to" in found for found in chained.found())
