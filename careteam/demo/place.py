"""Where the demo lives: in a SQLite file of its own, and never among other people."""

import os
from collections.abc import Iterable
from pathlib import Path

from careteam.demo.cast import ADDRESSES
from careteam.errors import Conflict
from careteam.services.database_files import Inhabitants, in_use, inhabitants

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside the file."""


def file_of(backend: str, database: str | None) -> Path:
    """Return the file. Raises Conflict for a database that is none, or a folder where none can be."""
    if backend != "sqlite":
        raise Conflict("The demo lives in a SQLite file: unset CARETEAM_DATABASE_URL to use the embedded database.")
    if not database or database.startswith((":memory:", "file:")):
        raise Conflict("The demo needs a SQLite file that stays: unset CARETEAM_DATABASE_URL, or name a path in it.")
    path = Path(database)
    if not os.access(path.parent, os.W_OK):
        raise Conflict(f"The folder {path.parent} does not exist, or you cannot write there.")
    return path


def is_told(path: Path) -> bool:
    """Say whether the story was told there; False where nobody is. Raises Conflict among other people."""
    found = inhabitants(path)
    if found.nobody:
        return False
    if found.addresses >= ADDRESSES:
        return True
    others = _others(found)
    if others.nobody:
        raise Conflict(f"{path} holds only a part of the demo's people: begin anew with --reset.")
    raise Conflict(
        f"{path} holds {_people(others)} that the demo did not make, and it does not mix with them. Set "
        "CARETEAM_INSTANCE to an empty folder for the demo."
    )


def clear(path: Path, instance: Path) -> None:
    """Delete the demo's database, so that it can begin anew.

    Raises Conflict, deleting nothing, unless the file is in the instance folder, nobody works with it, and it
    holds the demo's own people and nobody else.
    """
    if not path.resolve().is_relative_to(instance.resolve()):
        raise Conflict(f"--reset deletes only a file inside the instance folder {instance}, and {path} is not.")
    others = _others(inhabitants(path))
    if not others.nobody:
        raise Conflict(
            f"--reset would delete {_people(others)} that the demo did not make, such as people you invited or records "
            f"that you imported. If none of it is needed, delete {path} yourself."
        )
    if in_use(path):
        raise Conflict(f"{path} is in use: stop the server that works with it, then repeat this.")
    for file in _all_of(path):
        file.unlink(missing_ok=True)


def _others(found: Inhabitants) -> Inhabitants:
    return Inhabitants(found.addresses - ADDRESSES, found.unclaimed)


def _all_of(path: Path) -> Iterable[Path]:
    whole = path.resolve()
    return (whole, *(whole.with_name(whole.name + ending) for ending in BESIDE))


def _people(found: Inhabitants) -> str:
    counts = ((len(found.addresses), "account"), (found.unclaimed, "imported record"))
    return " and ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n)
