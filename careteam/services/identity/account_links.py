"""Single-use links of an account: a new password, or a new address. Random (256 bits), short-lived, stored hashed."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careteam.errors import Gone
from careteam.models import AccountLink
from careteam.policy.vocabulary import LinkKind
from careteam.services.identity.credentials import digest, new_secret

LASTS: dict[LinkKind, timedelta] = {
    LinkKind.PASSWORD_RESET: timedelta(hours=1),
    LinkKind.ADDRESS_CHANGE: timedelta(hours=24),
}
_OPEN = (AccountLink.used_at.is_(None), AccountLink.ended_at.is_(None))


def issue(
    session: Session,
    user_id: UUID,
    kind: LinkKind,
    *,
    email: str | None = None,
    issued_by: UUID | None = None,
    at: datetime,
) -> tuple[str, datetime]:
    """Return the token of a new link, which is not kept, and its end. A link of this kind from before is dead."""
    end_all(session, user_id, kind, at=at)
    token, until = new_secret(), at + LASTS[kind]
    values = {"email": email, "issued_by": issued_by, "created_at": at, "expires_at": until}
    session.add(AccountLink(kind=kind, user_id=user_id, token_hash=digest(token), **values))
    session.flush()
    return token, until


def find(session: Session, kind: LinkKind, token: str, *, at: datetime) -> AccountLink:
    """Return the open link. Raises Gone, always the same: unknown, used, ended or expired."""
    sought = select(AccountLink).where(AccountLink.kind == kind, AccountLink.token_hash == digest(token), *_OPEN)
    found = session.execute(sought.with_for_update()).scalar_one_or_none()
    if found is None or at >= found.expires_at:
        raise Gone
    return found


def use(session: Session, link: AccountLink, *, at: datetime) -> None:
    """Use a link up that `find` returned; it is held until then, so that nobody else finds it meanwhile."""
    link.used_at = at
    session.flush()


def end_all(session: Session, user_id: UUID, kind: LinkKind | None = None, *, at: datetime) -> None:
    """End every open link of a person, or those of one kind."""
    which = [] if kind is None else [AccountLink.kind == kind]
    session.execute(update(AccountLink).where(AccountLink.user_id == user_id, *_OPEN, *which).values(ended_at=at))
