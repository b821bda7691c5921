"""The command: what it makes, that it may be run again, and where it refuses to run."""

import re
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from careteam.demo import teller
from careteam.demo.cast import CAST
from careteam.demo.days import Ago
from tests.demo.kit import Demo
from tests.world import Client

Make = Callable[..., Demo]


def test_a_fresh_file_is_migrated_and_told(make: Make) -> None:
    demo = make()
    ran = demo.run()
    assert ran.exit_code == 0, ran.output
    assert len(demo.rows()["user"]) == len(CAST)
    assert "(new; --reset begins anew)" in ran.output


@pytest.mark.parametrize("who", CAST)
def test_the_printed_token_and_password_are_those_of_the_person(own: Demo, who: str) -> None:
    printed, player = own.run().output, CAST[who]
    section = printed[printed.index(player.email) :]
    token = re.findall(r"ct_[\w-]+", section)[0]
    password = re.findall(r"password  (.+)", section)[0]
    me = Client(own.app, token).get("me").json
    assert (me["name"], me["may_write"]) == (player.name, True)
    signed_in = Client(own.app, None).post("session", {"email": player.email, "password": password})
    assert signed_in.status_code == 201


def test_a_second_run_changes_no_row_and_prints_the_same_people(own: Demo) -> None:
    before, first = own.rows(), own.run()
    second = own.run()
    assert own.rows() == before
    assert second.output == first.output
    assert "(as it was; --reset begins anew)" in second.output


def test_a_token_that_is_no_longer_good_is_made_anew(own: Demo) -> None:
    old = own.tokens()
    gone = next(t["id"] for t in own.client("nora").get("tokens").json["items"])
    assert own.client("nora")("DELETE", f"tokens/{gone}").status_code == 204
    own.run()
    assert own.client("nora").get("me").status_code == 200
    assert {who for who, token in own.tokens().items() if token != old[who]} == {"nora"}


@pytest.mark.parametrize("damaged", ["", "{", "[1]", '{"nora.whitfield@example.org": 7}'])
def test_a_damaged_token_file_is_replaced(own: Demo, damaged: str) -> None:
    own.token_file.write_text(damaged)
    assert own.run().exit_code == 0
    assert own.client("nora").get("me").json["name"] == "Nora Whitfield"


def test_only_the_owner_reads_the_token_file(told: Demo) -> None:
    assert told.token_file.stat().st_mode & 0o777 == 0o600


def test_people_who_joined_the_demo_stay(own: Demo) -> None:
    _add_account(own)
    before = own.rows()
    assert own.run().exit_code == 0
    assert own.rows() == before


def test_a_story_that_breaks_off_leaves_nobody(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    class Breaks:
        def do(self, *_: object) -> None:
            raise RuntimeError("the line that breaks")

    demo = make()
    with monkeypatch.context() as patched:
        patched.setattr(teller, "STORY", (*teller.STORY, (Ago(0), "nora", Breaks())))
        assert isinstance(demo.run().exception, RuntimeError)
    assert demo.rows()["user"] == demo.rows()["access_event"] == []
    assert demo.run().exit_code == 0


# --reset ------------------------------------------------------------------------------------------


def test_reset_tells_it_anew(own: Demo) -> None:
    before, token = own.record(), own.tokens()["nora"]
    own.client("nora").patch(before, {"name": "Somebody Else"})
    own.close()
    assert own.run("--reset").exit_code == 0
    assert own.client("nora").get("me").json["name"] == "Nora Whitfield"
    assert own.record() != before
    assert Client(own.app, token).get("me").status_code == 401


def test_reset_of_nothing_tells_it(make: Make) -> None:
    assert make().run("--reset").exit_code == 0


def test_reset_refuses_a_file_outside_the_instance_folder(own: Demo, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    elsewhere = Demo(inside, url=f"sqlite:///{own.file}")
    _refused(own, elsewhere, "--reset", saying="only a file inside the instance folder")


def test_reset_refuses_a_link_that_leads_outside_the_instance_folder(own: Demo, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "careteam.db").symlink_to(own.file)
    _refused(own, Demo(inside), "--reset", saying="only a file inside the instance folder")


def test_reset_refuses_to_delete_an_account_that_is_not_the_demos(own: Demo) -> None:
    _add_account(own)
    _refused(own, None, "--reset", saying="would delete 1 account that")


def test_reset_refuses_to_delete_an_imported_record(own: Demo) -> None:
    own.execute(
        "INSERT INTO patient (id, name, name_key, time_zone, created_at) VALUES (?, 'A', 'a', 'UTC', ?)",
        "0" * 32,
        "2026-01-01 00:00:00.000000",
    )
    _refused(own, None, "--reset", saying="would delete 1 imported record that")


def test_reset_refuses_while_somebody_works_with_the_file(own: Demo) -> None:
    with closing(sqlite3.connect(own.file)) as server:
        server.execute("SELECT count(*) FROM user").fetchall()
        _refused(own, None, "--reset", saying="is in use")
    assert own.run("--reset").exit_code == 0


# where it does not run ----------------------------------------------------------------------------


def test_it_refuses_production(make: Make) -> None:
    demo = make(environment="production", public_url="https://care.example.org")
    ran = demo.run()
    assert (ran.exit_code, demo.file.exists()) == (1, False)
    assert "does not run with CARETEAM_ENVIRONMENT=production" in ran.output


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/careteam", "sqlite://", "sqlite:///:memory:"])
def test_it_refuses_a_database_that_is_no_file(make: Make, url: str) -> None:
    ran = make(url=url.replace("postgresql:", "postgresql+psycopg:")).run()
    assert ran.exit_code == 1
    assert "unset CARETEAM_DATABASE_URL" in ran.output


def test_it_refuses_to_mix_with_other_people(own: Demo) -> None:
    own.execute("UPDATE user SET email = 'a.real.person@example.com' WHERE email LIKE 'theo%'")
    _refused(own, saying="holds 1 account that the demo did not make")


def test_it_refuses_to_go_on_with_a_part_of_its_people(make: Make) -> None:
    demo = make()
    with closing(sqlite3.connect(demo.file)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num)")
        connection.execute("CREATE TABLE user (email)")
        connection.execute("CREATE TABLE patient (user_id, merged_into_id)")
        connection.execute("INSERT INTO user VALUES (?)", (CAST["nora"].email,))
    _refused(demo, saying="begin anew with --reset")
    assert demo.run("--reset").exit_code == 0


def test_it_refuses_a_record_that_somebody_imported(make: Make) -> None:
    demo = make()
    with closing(sqlite3.connect(demo.file)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num)")
        connection.execute("CREATE TABLE user (email)")
        connection.execute("CREATE TABLE patient (user_id, merged_into_id)")
        connection.execute("INSERT INTO patient VALUES (NULL, NULL), (NULL, NULL)")
    _refused(demo, saying="holds 2 imported records that the demo did not make")


def test_it_refuses_the_database_of_something_else(make: Make) -> None:
    demo = make()
    with closing(sqlite3.connect(demo.file)) as connection, connection:
        connection.execute("CREATE TABLE photographs (id)")
    _refused(demo, saying="is the database of something else")
    _refused(demo, None, "--reset", saying="is the database of something else")


def test_it_refuses_a_file_that_is_no_database(make: Make) -> None:
    demo = make()
    demo.file.write_text("Dear diary, " * 100)
    _refused(demo, None, "--reset", saying="cannot be read as a database")


def test_it_refuses_a_database_of_a_later_version(own: Demo) -> None:
    own.execute("UPDATE alembic_version SET version_num = '9999'")
    _refused(own, saying="made by another version of careteam")


def test_it_refuses_a_folder_that_does_not_exist(make: Make, tmp_path: Path) -> None:
    ran = make(url=f"sqlite:///{tmp_path / 'nowhere' / 'careteam.db'}").run()
    assert (ran.exit_code, "does not exist" in ran.output) == (1, True)


def test_a_port_in_use_is_said_before_anything_is_told(make: Make) -> None:
    demo = make()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ran = demo.app.test_cli_runner().invoke(args=["demo", "--port", str(port)])
    assert (ran.exit_code, demo.file.exists()) == (1, False)
    assert f"Port {port} is in use" in ran.output


def _refused(demo: Demo, runs: Demo | None = None, *options: str, saying: str) -> None:
    """The command says why it does not run, and nothing in the file has changed."""
    before = demo.file.read_bytes()
    ran = (runs or demo).run(*options)
    assert (ran.exit_code, "Traceback" in ran.output) == (1, False)
    assert saying in ran.output
    assert demo.file.read_bytes() == before


def _add_account(demo: Demo) -> None:
    demo.execute(
        "INSERT INTO user (id, email, name, password_hash, time_zone, makes_practices, created_at, password_changed_at)"
        " VALUES (?, 'a.real.person@example.com', 'A Real Person', '', 'UTC', 0, ?, ?)",
        "0" * 32,
        *["2026-01-01 00:00:00.000000"] * 2,
    )
