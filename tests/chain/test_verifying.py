"""What was sealed stays as it was, or `verify-log` names what did not."""

import base64
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from sqlalchemy.orm import Session

from careteam.extensions import db, engine_options
from careteam.models import AccessEvent, AdministrationEvent
from careteam.policy.vocabulary import ItemClass, Role
from careteam.sealing import Keyring
from careteam.services import key_rotation
from careteam.services.chain import databases
from careteam.services.chain.sealer import Sealer
from careteam.vault import KEYRING
from tests.chain.conftest import Chained
from tests.conftest import KEYS

CHAIN = "(SELECT chain FROM log_link WHERE kind = 'access' AND position = 5)"
OTHER = f"(SELECT DISTINCT chain FROM log_link WHERE kind = 'access' AND chain <> {CHAIN} AND position = 2 AND chain IN (SELECT id FROM patient))"  # noqa: E501


def event(position: int) -> str:
    """The id of an event in the first patient's chain, as SQL."""
    return f"(SELECT id FROM log_link WHERE kind = 'access' AND position = {position} AND chain = {CHAIN})"


KEEP = "CREATE TEMPORARY TABLE gone AS SELECT id FROM log_link WHERE kind = 'access' AND {}"
WITHOUT = (
    "DELETE FROM access_event_item WHERE event_id IN (SELECT id FROM gone)",
    "DELETE FROM access_event WHERE id IN (SELECT id FROM gone)",
)
LINKS = "DELETE FROM log_link WHERE id IN (SELECT id FROM gone)"
SWAP = "UPDATE log_link SET position = {1} WHERE kind = 'access' AND position = {0} AND chain = "
TAMPERED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "an act changed": (
        (f"UPDATE access_event SET act = 'read-note' WHERE id = {event(2)}",),
        "position 2, event .*: it was changed",
    ),
    "an outcome changed": (
        (f"UPDATE access_event SET outcome = 'changed' WHERE id = {event(5)}",),
        "position 5, event .*: it was changed",
    ),
    "an actor taken off": (
        (f"UPDATE access_event SET actor_id = NULL WHERE id = {event(1)}",),
        "position 1, event .*: it was changed",
    ),
    "back-dated": (
        (f"UPDATE access_event SET at = '2019-01-01 00:00:00.000000' WHERE id = {event(3)}",),
        "position 3, event .*: it was changed",
    ),
    "another version disclosed": (
        (f"UPDATE access_event_item SET version = version + 1 WHERE event_id = {event(2)}",),
        "position 2, event .*: it was changed",
    ),
    "an item taken out": (
        (f"DELETE FROM access_event_item WHERE event_id = {event(2)}",),
        "position 2, event .*: it was changed",
    ),
    "an item put in": (
        (
            "INSERT INTO access_event_item (event_id, item_id, item_class, version, clause) "
            f"SELECT {event(2)}, id, item_class, version, 'own' FROM item WHERE id NOT IN "
            f"(SELECT item_id FROM access_event_item WHERE event_id = {event(2)})",
        ),
        "position 2, event .*: it was changed",
    ),
    "an event deleted": (
        (KEEP.format(f"position = 2 AND chain = {CHAIN}"), *WITHOUT),
        "position 2, event .*: it was deleted",
    ),
    "an event and its link deleted": (
        (KEEP.format(f"position = 2 AND chain = {CHAIN}"), *WITHOUT, LINKS),
        "position 3, event .*: 1 events before it are missing",
    ),
    "the gap closed": (
        (
            KEEP.format(f"position = 2 AND chain = {CHAIN}"),
            *WITHOUT,
            LINKS,
            f"CREATE TEMPORARY TABLE whose AS SELECT {CHAIN} AS chain",
            *(SWAP.format(n, n - 1) + "(SELECT chain FROM whose)" for n in (3, 4, 5)),
        ),
        "position 2, event .*: it was changed, or moved here",
    ),
    "two events exchanged": (
        (
            f"CREATE TEMPORARY TABLE whose AS SELECT {CHAIN} AS chain",
            *(SWAP.format(*pair) + "(SELECT chain FROM whose)" for pair in ((2, -1), (3, 2), (-1, 3))),
        ),
        "position 2, event .*: it was changed, or moved here",
    ),
    "an event given to another patient": (
        (f"UPDATE access_event SET patient_id = {OTHER} WHERE id = {event(4)}",),
        "position 4, event .*: it was changed",
    ),
    "an event and its link given to another patient": (
        (
            f"CREATE TEMPORARY TABLE moved AS SELECT {event(5)} AS id, {OTHER} AS chain",
            "UPDATE access_event SET patient_id = (SELECT chain FROM moved) WHERE id = (SELECT id FROM moved)",
            "UPDATE log_link SET chain = (SELECT chain FROM moved), position = 3 WHERE id = (SELECT id FROM moved)",
        ),
        "the end was cut: 1 of 5 events",
    ),
    "the end cut": (
        (KEEP.format(f"position > 3 AND chain = {CHAIN}"), *WITHOUT, LINKS),
        "the end was cut: 2 of 5 events are missing",
    ),
    "the whole chain deleted": (
        (KEEP.format(f"chain = {CHAIN}"), *WITHOUT, LINKS),
        "the whole chain is missing: 5 events",
    ),
    "everything deleted": (
        (KEEP.format("1 = 1"), *WITHOUT, LINKS),
        "it is that of another database, or the first link was deleted",
    ),
    "a link given another log": (
        (f"UPDATE log_link SET kind = 'none' WHERE id = {event(5)}",),
        "1 links name a log that does not exist",
    ),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_done_to_the_database_is_named(filled: Chained, how: str) -> None:
    statements, said = TAMPERED[how]
    assert filled.found() == []
    filled.sql(*statements)
    assert any(re.search(said, finding) for finding in filled.found()), filled.found()


def test_a_log_that_nobody_touched_is_sound(filled: Chained) -> None:
    report = filled.verify()
    assert report.findings == []
    assert (report.events, report.chains, report.unsealed, report.uncovered) == (9, 3, 0, 0)


def test_a_finding_names_the_patient_the_position_and_the_event(filled: Chained) -> None:
    patient = first_patient(filled)
    filled.sql(f"UPDATE access_event SET act = 'x' WHERE id = {event(2)}")
    (finding,) = filled.verify().findings
    assert (finding.chain, finding.position) == (patient, 2)
    assert str(patient) in str(finding)


def test_only_what_was_changed_is_named(filled: Chained) -> None:
    filled.sql(f"UPDATE access_event SET act = 'x' WHERE id IN ({event(2)}, {event(4)})")
    assert [finding.position for finding in filled.verify().findings] == [2, 4]


def test_a_chain_built_anew_with_other_keys_is_found(filled: Chained) -> None:
    forger = Keyring({"t1": b"another key of thirty-two bytes!"})
    filled.sql(f"UPDATE access_event SET act = 'x' WHERE id = {event(2)}", "DELETE FROM log_link")
    engine = databases.beside(filled.url, {})
    Sealer(engine, forger, filled.folder.parent / "forged").run(at=filled.at)
    assert sum("its link was altered, or not written by this service" in found for found in filled.found()) == 9


def test_a_chain_that_the_service_was_made_to_build_anew_is_found(filled: Chained) -> None:
    filled.sql(
        f"UPDATE access_event SET act = 'x' WHERE id = {event(2)}", f"DELETE FROM log_link WHERE chain = {CHAIN}"
    )
    filled.seal(seconds=15)
    assert any("position 5" in found and "built anew" in found for found in filled.found())


def test_what_is_inserted_with_an_old_date_is_found_before_it_is_sealed_and_after(filled: Chained) -> None:
    insert_as_if_in(filled, "2026-01-05 08:00:00.000000")
    assert any("it is back-dated" in found for found in filled.found())
    filled.seal(seconds=15)
    assert any("position 6" in found and "it is back-dated" in found for found in filled.found())


def test_what_was_there_before_the_first_seal_is_sound_whichever_log_is_the_younger(chained: Chained) -> None:
    world, days = chained.world, timedelta(days=40)
    administrator = world.staff("Ann Admin", Role.ADMINISTRATOR)
    practice_id = administrator.practice_id
    noted = {"practice_id": practice_id, "actor_id": administrator.user_id, "act": "edit-practice"}
    world.add(AdministrationEvent(at=chained.at - days, **noted))
    world.client(administrator).get("me")
    world.client(administrator).get("patients")
    chained.seal()
    world.add(AdministrationEvent(at=chained.at, **noted))
    chained.seal(seconds=15)
    assert chained.found() == []


def insert_as_if_in(chained: Chained, moment: str) -> None:
    """Put a copy of an event into the log, with another id and time."""
    columns = [column.name for column in AccessEvent.__table__.columns if column.name not in {"id", "at"}]
    new = "019b8e1c00007000800000000000abcd"
    chained.sql(
        f"INSERT INTO access_event (id, at, {', '.join(columns)}) "
        f"SELECT '{new}', '{moment}', {', '.join(columns)} FROM access_event WHERE id = {event(2)}"
    )


def first_patient(chained: Chained) -> UUID:
    """The first patient's id, as the log has it."""
    with chained.plain() as connection:
        rows = connection.run(f"SELECT patient_id FROM access_event WHERE id = {event(2)}")
    return UUID(str(rows[0][0]))


# the files outside the database -------------------------------------------------------------------


def heads(chained: Chained) -> Path:
    return chained.folder / "heads.jsonl"


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_a_missing_head_file_is_said(filled: Chained) -> None:
    for file in filled.folder.glob("heads*"):
        file.unlink()
    assert "head file: the file is missing" in filled.found()


def test_a_cut_head_file_is_said(filled: Chained) -> None:
    heads(filled).write_bytes(b"".join(lines(heads(filled))[:-1]))
    assert "head file: the end was cut: 1 of 3 lines are missing" in filled.found()


def test_a_cut_head_file_stays_visible_when_sealing_goes_on(filled: Chained) -> None:
    heads(filled).write_bytes(b"".join(lines(heads(filled))[:-1]))
    person = filled.world.patient("Late Comer")
    filled.world.client(person).get(f"{person.record}/medications")
    filled.seal(seconds=15)
    assert "head file: line 3: it is line 4 and does not follow the one before it" in filled.found()


def test_a_head_file_with_an_altered_line_is_said(filled: Chained) -> None:
    kept = lines(heads(filled))
    kept[1] = kept[1].replace(b'"seal":2', b'"seal":9')
    heads(filled).write_bytes(b"".join(kept))
    assert "head file: line 2: it was altered" in filled.found()


def test_exchanged_heads_are_found(filled: Chained) -> None:
    kept = lines(heads(filled))
    last = orjson.loads(kept[1])
    names = list(last["chains"])
    last["chains"] = dict(zip(names, reversed(last["chains"].values()), strict=True))
    kept[1] = orjson.dumps(last, option=orjson.OPT_SORT_KEYS) + b"\n"
    heads(filled).write_bytes(b"".join(kept))
    found = filled.found()
    assert "head file: line 2: it was altered" in found


def test_an_older_head_file_put_back_is_said(filled: Chained) -> None:
    old = {file: file.read_bytes() for file in filled.folder.glob("heads*")}
    person = filled.world.patient("Late Comer")
    filled.world.client(person).get(f"{person.record}/medications")
    filled.seal(hours=2)
    for file, content in old.items():
        file.write_bytes(content)
    assert any("head file: it is old" in found for found in filled.found())
    assert filled.verify().uncovered == 1


def test_a_database_put_back_by_other_means_is_found_and_its_reads_are_locked(filled: Chained) -> None:
    filled.sql(KEEP.format("seal = 3"), *WITHOUT, LINKS)
    assert any("the database is older than the newest head" in found for found in filled.found())
    assert filled.seal(seconds=15).behind
    with filled.plain() as connection:
        assert connection.run("SELECT count(*) FROM read_lock WHERE lifted_at IS NULL") == [(1,)]


def test_after_a_review_the_database_is_taken_as_it_is_and_that_is_told(filled: Chained) -> None:
    filled.sql(KEEP.format("seal = 3"), *WITHOUT, LINKS)
    assert filled.seal(seconds=15).behind
    assert filled.sealer().accept(at=filled.at)
    done = filled.seal(seconds=15)
    assert (done.behind, filled.found()) == (False, [])
    assert any("went back to an earlier time" in note for note in filled.verify().notes)


def test_a_cut_journal_is_found(filled: Chained) -> None:
    world = filled.world
    patient = world.patient("Nina No")
    world.restriction(patient, holder="patient")
    world.restriction(patient, item_class=ItemClass.MEDICATION)
    world.client(patient).get(f"{patient.record}/medications")
    filled.seal()
    journal = filled.folder / "noes.jsonl"
    assert filled.found() == []
    journal.write_bytes(b"".join(lines(journal)[:-1]))
    assert any(found.startswith("journal: the end was cut") for found in filled.found())


def test_the_files_are_for_the_service_alone(filled: Chained) -> None:
    assert {oct(file.stat().st_mode & 0o777) for file in filled.folder.iterdir()} == {"0o600"}
    assert oct(filled.folder.stat().st_mode & 0o777) == "0o700"


def test_new_keys_leave_everything_sound_and_the_old_ones_can_be_dropped(filled: Chained) -> None:
    old = KEYS.partition(":")[2]
    both = Keyring.parse(f"t2:{base64.b64encode(b'k' * 32).decode()},t1:{old}")
    Sealer(databases.beside(filled.url, engine_options(filled.url)), both, filled.folder).run(at=filled.at)
    with Session(db.engine) as session:
        session.info[KEYRING] = both
        for _ in key_rotation.batches(session):
            session.commit()
    report = filled.verify(Keyring.parse(f"t2:{base64.b64encode(b'k' * 32).decode()}"))
    assert (report.findings, report.events) == ([], 9)
