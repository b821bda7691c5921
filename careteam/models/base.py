"""The declarative base; importable without Flask."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from careteam.models.types import UtcDateTime, new_id

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table: named constraints, UTC instants, UUID keys."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, date: Date, UUID: Uuid}


class Identified:
    """A table with a UUIDv7 primary key made before the row is written."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)

    def __init__(self, **values: object) -> None:
        super().__init__(**{"id": new_id(), **values})
