"""What a backup says of itself, in its last frame; and the check that it is true."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import orjson

from careteam.errors import Conflict
from careteam.sealing import Keyring
from careteam.services.backup import envelope


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup: when it was made, of which database and migration, with how many rows; and how far the files beside
    the database went before it was made (`head` and `noes`: number and MAC of their newest line).
    """

    made_at: datetime
    database: str
    revision: str
    counts: Mapping[str, int]
    sha256: str
    head: tuple[int, str]
    noes: tuple[int, str]

    def written(self) -> bytes:
        """Return it as bytes."""
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)


def of(piece: bytes) -> Manifest:
    """Read a manifest. Raises Conflict where this version does not understand it."""
    try:
        found = orjson.loads(piece)
        moment = datetime.fromisoformat(found.pop("made_at"))
        head, noes = tuple(found.pop("head")), tuple(found.pop("noes"))
        return Manifest(made_at=moment, head=head, noes=noes, **found)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Conflict("This backup was made by another version, which says other things of it.") from error


def checked(path: Path, ring: Keyring) -> Manifest:
    """Read the whole file and return its manifest. Raises Conflict, saying what is wrong with the file."""
    if not path.is_file():
        raise Conflict(f"There is no file {path}.")
    digest, manifest = sha256(), None
    for last, piece in envelope.read(path, ring):
        if last:
            manifest = of(piece)
        else:
            digest.update(piece)
    if manifest is None or manifest.sha256 != digest.hexdigest():
        raise Conflict("The content of this backup is not what its manifest says.")
    return manifest


def content(path: Path, ring: Keyring) -> Iterator[bytes]:
    """Yield the content of a backup."""
    return (piece for last, piece in envelope.read(path, ring) if not last)
