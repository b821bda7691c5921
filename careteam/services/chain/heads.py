"""The heads: how long each chain is and how it ends, in a ledger outside the database.

A line holds the chains that grew since the line before (all of them where `whole` is set), the newest seal that it
covers, and how long the journal was. A line with `restored` says that the database went back to a backup on purpose.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam.sealing import Keyring
from careteam.services.chain import links
from careteam.services.chain.events import LINKS, NOBODY
from careteam.services.chain.ledger import Ledger, Line
from careteam.services.chain.links import Chain, Head

NAME = "heads"
_AT_ONCE = 500


class Standing(Enum):
    """How the database stands to the newest head: it holds it, it lost some of it, or it is another database."""

    FITS = auto()
    BEHIND = auto()
    FOREIGN = auto()


def standing(session: Session, last: Line | None) -> Standing:
    """Say how the database stands to the newest head."""
    if last is None:
        return Standing.FITS
    if is_foreign(session, last):
        return Standing.FOREIGN
    return Standing.BEHIND if newest_seal(session) < int(last.body["seal"]) else Standing.FITS


def is_foreign(session: Session, line: Line) -> bool:
    """Say whether the database lacks the very first link that this head knows: it is another one."""
    first = line.body.get("first")
    return first is not None and not session.scalar(select(func.count()).where(LINKS.c.id == UUID(str(first))))


def newest_seal(session: Session) -> int:
    """Return the number of the newest seal in the database; 0 where there is none."""
    return session.scalar(select(func.max(LINKS.c.seal))) or 0


def changed(session: Session, ring: Keyring, seal: int) -> Mapping[Chain, Head | None]:
    """Return the heads of the chains that grew after a seal; None for one whose end was altered."""
    grown = select(LINKS.c.kind, LINKS.c.chain).where(LINKS.c.seal > seal).distinct()
    chains = [(row.kind, row.chain) for row in session.execute(grown.order_by(LINKS.c.kind, LINKS.c.chain))]
    found: dict[Chain, Head | None] = {}
    for start in range(0, len(chains), _AT_ONCE):
        found |= links.heads(session, ring, chains[start : start + _AT_ONCE])
    return found


def patients(chains: Iterable[Chain]) -> list[UUID]:
    """Return whose chains these are."""
    return [chain for kind, chain in chains if kind == "access" and chain != NOBODY]


def body(
    session: Session,
    chains: Mapping[Chain, Head | None],
    last: Line | None,
    *,
    journal: Ledger,
    whole: bool,
    at: datetime,
    restored: str | None = None,
) -> dict[str, Any]:
    """Return a line of the ledger. `restored` is to what the database went back."""
    first = None if last is None or restored else last.body.get("first")
    noes = journal.last()[1]
    return {
        "at": at.isoformat(),
        "seal": newest_seal(session),
        "first": first or _first(session),
        "chains": {f"{kind}:{chain.hex}": [h.position, h.hash] for (kind, chain), h in chains.items() if h},
        "noes": [noes.n, noes.mac],
        **({"whole": True} if whole or restored else {}),
        **({"restored": restored} if restored else {}),
    }


def known(lines: Iterable[Line]) -> dict[Chain, dict[int, str]]:
    """Return what every chain has held at each position that a head tells of, since the last restored backup.

    Not only the newest: a chain that was cut and has grown again would reach that.
    """
    found: dict[Chain, dict[int, str]] = defaultdict(dict)
    for line in lines:
        if line.body.get("restored"):
            found.clear()
        for name, (position, end) in line.body.get("chains", {}).items() if line.checked else ():
            kind, _, chain = name.partition(":")
            found[kind, UUID(chain)][position] = end
    return found


def _first(session: Session) -> str | None:
    first = session.scalar(select(LINKS.c.id).order_by(LINKS.c.seal, LINKS.c.id).limit(1))
    return first.hex if first else None
