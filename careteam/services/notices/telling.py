"""Tells people of what happened, in the transaction of the act: the notice is there if and only if the act is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from careteam.models import Notice
from careteam.models.types import new_id
from careteam.policy.vocabulary import NoticeKind
from careteam.services.notices import outbox


def tell(
    session: Session,
    user_ids: Iterable[UUID | None],
    kind: NoticeKind,
    *,
    patient_id: UUID | None,
    target: UUID | None = None,
    step: int | None = None,
    at: datetime,
) -> None:
    """Tell these people once each; `None` among them (a patient without an account) is nobody.

    `target` is what it is about: the consent, membership, session or case. With a `step`, who was told of that step
    of that target already is not told again, whoever tells them at the same moment. Who wants mail gets one too.
    """
    told = dict.fromkeys(user_id for user_id in user_ids if user_id is not None)
    tell_all(session, [notice(user_id, kind, patient_id, target, step=step, at=at) for user_id in told], at=at)


def notice(
    user_id: UUID,
    kind: NoticeKind,
    patient_id: UUID | None,
    target: UUID | None,
    *,
    step: int | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Return one notice for `tell_all`."""
    about = {"kind": kind, "patient_id": patient_id, "target": target, "step": step}
    return {"id": new_id(), "user_id": user_id, "at": at, **about}


def tell_all(session: Session, notices: Sequence[dict[str, Any]], *, mail: bool = True, at: datetime) -> int:
    """Write these notices in one statement, and return how many were new. Without `mail` none is asked for."""
    if not notices:
        return 0
    session.flush()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(Notice).values(notices).on_conflict_do_nothing().returning(Notice.user_id)
    told = session.scalars(new).all()
    if mail:
        outbox.news(session, told, at=at)
    return len(told)
