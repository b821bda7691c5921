"""Rows as CSV (RFC 4180) that a spreadsheet shows and never calculates."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""With what a cell begins that some spreadsheet takes for a formula or a command (OWASP, CSV injection)."""


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return a header row and the rows: instants in UTC ending in Z, nothing for None, text as text.

    Text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(row[name]) for name in columns] for row in rows)
    return made.getvalue()


def cell(value: object) -> str:
    """Return what stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = str(value)
    harmless = isinstance(value, int) or not text.lstrip(" \u00a0\ufeff").startswith(_CALCULATED)
    return text if harmless else f"'{text}"
