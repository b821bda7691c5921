"""What became of imported files, for reading on a terminal."""

from collections import defaultdict
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from careteam.services.importing import Report, TypeReport

COLUMNS = ("resource", "taken", "kept unread", "unchanged", "changed", "skipped")


def print_report(console: Console, name: str, report: Report) -> None:
    """Print the counts of one file, and below them the reasons and what somebody should look at."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in COLUMNS:
        table.add_column(title, justify="left" if title == "resource" else "right", overflow="fold")
    for part in report.resources:
        if _stored(part):
            table.add_row(*(Text(cell) for cell in _cells(part)))
    record = "a new record" if report.made_record else "record"
    console.print(Text(f"{name}: {record} {report.patient_id}", style="bold"), soft_wrap=True)
    console.print(table)
    for line in (*_reasons(report), *_remarks(report), f"SHA-256 {report.file_sha256}", ""):
        console.print(Text(line), soft_wrap=True)


def _stored(part: TypeReport) -> bool:
    return bool(part.taken or part.kept or part.unchanged or part.changed)


def _cells(part: TypeReport) -> Iterable[str]:
    skipped = sum(left_out.count for left_out in part.skipped)
    numbers = (part.taken, part.kept, part.unchanged, len(part.changed), skipped)
    return (part.resource_type, *(str(n) if n else "" for n in numbers))


def _reasons(report: Report) -> Iterable[str]:
    """Return one line for each reason to skip, with the numbers of what it was."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for part in report.resources:
        for skipped in part.skipped:
            grouped[skipped.reason].append(f"{skipped.count} {part.resource_type}")
    return (f"skipped, {reason}: {', '.join(counts)}" for reason, counts in sorted(grouped.items()))


def _remarks(report: Report) -> Iterable[str]:
    yield from (f"! {warning}" for warning in report.warnings)
    for part in report.resources:
        yield from (f"! {path}: changed at the source; the record keeps what it has" for path in part.changed)
