"""Reads a file that somebody names, and nothing else that a path may lead to."""

import os
import stat
from pathlib import Path

from careteam.services.importing import RefusedFile, TooLarge


def read_file(path: Path, *, most: int) -> bytes:
    """Return the content of a regular file of at most that many bytes.

    A larger one is not read at all, and a pipe or device is not waited for. Raises RefusedFile.
    """
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise RefusedFile(f"cannot be opened ({error.strerror})") from error
    try:
        return _read(number, most)
    except OSError as error:
        raise RefusedFile(f"cannot be read ({error.strerror})") from error
    finally:
        os.close(number)


def _read(number: int, most: int) -> bytes:
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode):
        raise RefusedFile("not a regular file: name each file by itself")
    if found.st_size > most:
        raise TooLarge(f"larger than {most} bytes: split it into smaller bundles")
    with os.fdopen(number, "rb", closefd=False) as file:
        return file.read(most + 1)


def shown(path: Path) -> str:
    """Return the name of a file as it may be printed, without what a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in path.name or str(path))
