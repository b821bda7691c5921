"""The bytes of a log row as the database holds them: every column of its table, whatever it is called.

Nothing is read through a type: a type would take one spelling for another, or refuse to read what was altered. What a
migration fills into rows that were there before (NULL, or the server's default) counts as absent, so that a new column
leaves older links valid and is covered from its first value on.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, Text, TextClause, literal_column
from sqlalchemy.sql.elements import False_, True_

Bytes = bytes | None


@cache
def columns(table: Table, dialect: str) -> tuple[ColumnElement[Any], ...]:
    """Return every column of the table as its bytes, in the order of `names`."""
    return tuple(_column(table.c[name], dialect).label(f"{table.name}__{name}") for name in names(table))


@cache
def names(table: Table) -> tuple[str, ...]:
    """Return the names of the table's columns, in order."""
    return tuple(sorted(column.name for column in table.c))


def stored(values: Iterable[Any]) -> tuple[Bytes, ...]:
    """Return what `columns` gave as bytes, on either database."""
    return tuple(value.encode() if isinstance(value, str) else value for value in values)


def canonical(table: Table, values: Sequence[Bytes], dialect: str) -> bytes:
    """Return a row as one string of bytes that no other row has."""
    start, columns = _form(table, dialect)
    parts = [
        b"%bNULL;" % name if value is None else b"%b%d:%b" % (name, len(value), value)
        for (name, nothing), value in zip(columns, values, strict=True)
        if value != nothing
    ]
    return b"%b(%b)" % (start, b"".join(parts))


def plain(table: Table, values: Sequence[Bytes], dialect: str, *wanted: str) -> list[str | None]:
    """Return the wanted values as text; what cannot be read as text is shown with its bytes."""
    places = _places(table)
    return [_text(values[places[name]], dialect) for name in wanted]


def _text(value: Bytes, dialect: str) -> str | None:
    if value is None:
        return None
    return (value.partition(b":")[2] if dialect == "sqlite" else value).decode(errors="backslashreplace")


@cache
def _places(table: Table) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(names(table))}


def _column(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    name = f'"{column.table.name}"."{column.name}"'
    if dialect == "sqlite":
        return literal_column(f"CAST(typeof({name}) || ':' || {name} AS BLOB)", LargeBinary)
    return literal_column(f"CAST({name} AS text)", Text)


@cache
def _form(table: Table, dialect: str) -> tuple[bytes, tuple[tuple[bytes, Bytes], ...]]:
    """Return the table's name, and of each column its name as it is written and what counts as absent."""
    columns = ((b"%d:%b" % (len(name), name.encode()), _filled(table.c[name], dialect)) for name in names(table))
    return table.name.encode(), tuple(columns)


def _filled(column: Column[Any], dialect: str) -> Bytes:
    """Return what the database filled into the rows that were there before the column."""
    if column.server_default is None:
        return None
    given = column.server_default.arg  # type: ignore[attr-defined]
    if isinstance(given, True_ | False_):
        text = str(int(isinstance(given, True_))) if dialect == "sqlite" else str(isinstance(given, True_)).lower()
    elif isinstance(given, str | TextClause):
        text = str(given).strip("'")
    else:
        raise TypeError(f"{column}: say its default as a plain value, so that older links stay valid")
    if dialect != "sqlite":
        return text.encode()
    kind = "integer" if column.type.python_type in {int, bool} else "text"
    return f"{kind}:{text}".encode()
