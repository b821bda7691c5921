"""The links of the chains: what each is bound to, and what only the keyring can write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from careteam.models import LogLink
from careteam.sealing import Keyring, Unsealable
from careteam.services.chain.events import LINKS, Event, Log
from careteam.vault import place

START = "0" * 64
"""What the first link of a chain follows."""

Chain = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a chain: how many there are, and its hash (hex)."""

    position: int = 0
    hash: str = START


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link stands, and when it was made. Its hash covers all of it."""

    kind: str
    chain: UUID
    position: int
    seal: int
    sealed_at: datetime


def link_hash(before: str, where: Place, content: bytes) -> str:
    """Return the hash of a link: SHA-256 over the hash before, its own place and time, and the event."""
    made = f"{where.kind}/{where.chain.hex}/{where.position}/{where.seal}/{_instant(where.sealed_at)}/"
    return sha256(b"careteam log 1/%s/%s%s" % (before.encode(), made.encode(), content)).hexdigest()


def sealed(ring: Keyring, event_id: UUID, found: str) -> bytes:
    """Return a hash as it is stored: sealed for this link alone."""
    return ring.seal(found, place(LogLink.hash, event_id))


def opened(ring: Keyring, event_id: UUID, stored: bytes) -> str | None:
    """Return the hash of a stored link; None where the keyring did not write it there."""
    try:
        return ring.unseal(stored, place(LogLink.hash, event_id))
    except (Unsealable, ValueError, IndexError):
        return None


def heads(session: Session, ring: Keyring, chains: Iterable[Chain]) -> Mapping[Chain, Head | None]:
    """Return the newest link of each of these chains; None where its hash was altered."""
    wanted = list(set(chains))
    newest = (
        select(LINKS.c.kind, LINKS.c.chain, func.max(LINKS.c.position).label("position"))
        .where(tuple_(LINKS.c.kind, LINKS.c.chain).in_(wanted))
        .group_by(LINKS.c.kind, LINKS.c.chain)
        .subquery()
    )
    same = (LINKS.c.kind == newest.c.kind, LINKS.c.chain == newest.c.chain, LINKS.c.position == newest.c.position)
    found: dict[Chain, Head | None] = {chain: Head() for chain in wanted}
    for row in session.execute(select(LINKS).join(newest, same[0] & same[1] & same[2])):
        known = opened(ring, row.id, row.hash)
        found[row.kind, row.chain] = Head(row.position, known) if known else None
    return found


def made(
    ring: Keyring, log: Log, events: Iterable[Event], ends: dict[Chain, Head | None], *, seal: int, at: datetime
) -> list[dict[str, object]]:
    """Return the rows that link these events, and move the ends of their chains on.

    An event whose chain has an altered end, or whose own id is none, stays without a link.
    """
    rows: list[dict[str, object]] = []
    for event in events:
        end = ends[log.kind, event.chain]
        if end is None or event.id is None:
            continue
        where = Place(log.kind, event.chain, end.position + 1, seal, at)
        found = link_hash(end.hash, where, event.content)
        ends[log.kind, event.chain] = Head(where.position, found)
        rows.append(
            {
                "id": event.id,
                "kind": log.kind,
                "chain": event.chain,
                "position": where.position,
                "seal": seal,
                "sealed_at": at,
                "hash": sealed(ring, event.id, found),
            }
        )
    return rows


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
