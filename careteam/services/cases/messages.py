"""What the two sides of a case wrote to each other; sealed, and apart from every record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import AccessCase, CaseMessage, User
from careteam.models.types import new_id
from careteam.vault import seal, unseal


def add(session: Session, case: AccessCase, author_id: UUID, words: str, *, from_practice: bool, at: datetime) -> None:
    """Keep what one side writes."""
    message_id = new_id()
    sealed = seal(session, CaseMessage.words, message_id, words.strip())
    row = {"case_id": case.id, "at": at, "author_id": author_id, "from_practice": from_practice, "words": sealed}
    session.add(CaseMessage(id=message_id, **row))
    session.flush()


def of(session: Session, case_ids: Sequence[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return the messages of each case, oldest first, in one statement."""
    message = CaseMessage
    query = (
        select(message.id, message.case_id, message.at, message.author_id, User.name, message.from_practice)
        .add_columns(message.words)
        .join(User, User.id == message.author_id)
        .where(message.case_id.in_(case_ids))
        .order_by(message.id)
    )
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in session.execute(query) if case_ids else ():
        words = unseal(session, message.words, row.id, row.words)
        by = {"user_id": row.author_id, "name": row.name}
        told = {"id": row.id, "at": row.at, "by": by, "from_practice": row.from_practice, "words": words}
        found[row.case_id].append(told)
    return found
