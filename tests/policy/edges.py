"""Every boundary instant of the rule at awkward moments: five kinds of boundary, five distances, eight moments."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from careteam.policy.vocabulary import MembershipKind
from tests.policy.cast import DAY, PAUL, PRESCRIBER, TESS, TO_PRESCRIBERS, Case, case, consent, item, member, of, team

YEAR = 365 * DAY
KIRITIMATI, NIUE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-11))

MOMENTS = {
    "a plain noon": datetime(2026, 3, 2, 12, tzinfo=UTC),
    "the start of a leap day": datetime(2028, 2, 29, tzinfo=UTC),
    "the end of a leap day": datetime(2028, 3, 1, tzinfo=UTC),
    "the turn of the year": datetime(2027, 1, 1, tzinfo=UTC),
    "the last microsecond of the year": datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    "clocks going forward in New York": datetime(2026, 3, 8, 7, tzinfo=UTC),
    "clocks going back, in the hour that comes twice": datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    "a midnight on Kiritimati": datetime(2026, 4, 1, tzinfo=KIRITIMATI),
}
DISTANCES = {
    "1 ms before": timedelta(milliseconds=-1),
    "1 us before": timedelta(microseconds=-1),
    "at": timedelta(0),
    "1 us after": timedelta(microseconds=1),
    "1 ms after": timedelta(milliseconds=1),
}
DAYS = (
    date(2026, 3, 2),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2026, 12, 31),
    date(2027, 1, 1),
)


def _instants(kind: str) -> list[Case]:
    return [
        _instant(kind, f"{kind}: {distance} {moment}", edge, edge + offset)
        for moment, edge in MOMENTS.items()
        for distance, offset in DISTANCES.items()
    ]


def _instant(kind: str, name: str, edge: datetime, at: datetime) -> Case:
    begun = at >= edge
    always: dict[str, Any] = {"valid_from": edge - YEAR, "valid_until": edge + YEAR}
    asked = at.astimezone(NIUE)
    if kind.startswith("covering"):
        field = "valid_from" if kind == "covering from" else "valid_until"
        covering = member(PAUL, PRESCRIBER, kind=MembershipKind.COVERING, **{**always, field: edge})
        expect = "consent" if begun == (field == "valid_from") else "2"
        return case(name, expect, at=asked, team=team(paul=covering), consents=(consent(**always),))
    expect = "consent" if begun == (kind == "valid_from") else "5"
    return case(name, expect, at=asked, consents=(consent(**{**always, kind: edge}),))


def _days(field: str) -> list[Case]:
    return [_day(field, edge, edge + offset) for edge in DAYS for offset in (-DAY, timedelta(0), DAY)]


def _day(field: str, edge: date, on: date) -> Case:
    inside = on >= edge if field == "data_from" else on <= edge
    period: dict[str, Any] = {field: edge}
    permit = consent(disclosers=[of(TESS)], recipients=[TO_PRESCRIBERS], **period)
    name = f"{field} {edge}: an item of {on}"
    return case(name, "consent" if inside else "5", item(date=on), consents=(permit,))


BOUNDARIES = ("valid_from", "valid_until", "superseded_at", "covering from", "covering until")
EDGES: tuple[Case, ...] = (
    *(edge for kind in BOUNDARIES for edge in _instants(kind)),
    *_days("data_from"),
    *_days("data_through"),
)
