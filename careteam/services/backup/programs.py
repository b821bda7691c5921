"""PostgreSQL's own programs: where they are, and how they are told where to connect, never on a command line."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL

from careteam.errors import Conflict

DEBIAN = Path("/usr/lib/postgresql")
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
_MORE = {"sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "options": "PGOPTIONS", "passfile": "PGPASSFILE"}


def found(program: str, *, server_major: int) -> str:
    """Return the path of a program, of the server's own version where that is installed.

    Raises Conflict, naming what to install.
    """
    same = DEBIAN / str(server_major) / "bin" / program
    if same.exists():
        return str(same)
    anywhere = shutil.which(program)
    if anywhere is None:
        raise Conflict(
            f"The program {program} is missing: install postgresql-client-{server_major} (Debian and Ubuntu), or "
            f"PostgreSQL's client programs of version {server_major} or newer, and put them on the PATH."
        )
    return anywhere


def environment(url: URL) -> Mapping[str, str]:
    """Return the environment in which a program connects to this database; the password is in it alone."""
    given: dict[str, str | None] = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    for name, value in url.normalized_query.items():
        variable = (_VARIABLES | _MORE).get(name)
        if variable:
            given[variable] = value[-1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "CARETEAM_"))}
    return kept | {name: value for name, value in given.items() if value is not None}


def complaint(said: bytes) -> str:
    """Return what a program says went wrong, without the lines in which it quotes rows."""
    lines = said.decode(errors="replace").splitlines()
    named = [line.partition("error:")[2].strip() or line for line in lines if "error:" in line or "ERROR:" in line]
    return (named or ["it does not say why"])[0]
