"""Whether the database is there and up to date."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from careteam.errors import Unavailable

REVISION = "0004"
"""The newest migration; a test compares it with the migrations folder."""


def check(session: Session) -> None:
    """Raise Unavailable unless the database answers and is at the newest migration."""
    try:
        found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        raise Unavailable("The database cannot be reached or has no tables: run `alembic upgrade head`.") from error
    if found != REVISION:
        raise Unavailable("The database is not at this version: run `alembic upgrade head`.")
