"""The story ends in the present, whatever day it is told on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from careteam.demo.beginnings import COVER
from careteam.demo.days import ZONE
from careteam.demo.teller import STORY
from tests.demo.kit import Demo

AWKWARD = [
    datetime(2026, 3, 9, 4, 0, tzinfo=UTC),  # Monday 00:00 in New York, the night after the clocks went forward
    datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC),  # Sunday 23:59:59, the day on which they went back
    datetime(2027, 1, 1, 4, 59, tzinfo=UTC),  # New Year already in UTC, not yet in New York
    datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
]


@pytest.mark.parametrize("now", AWKWARD, ids=str)
def test_it_can_be_told_at_any_time(tmp_path: Path, now: datetime) -> None:
    demo = Demo(tmp_path)
    with time_machine.travel(now, tick=False):
        ran = demo.run()
        assert ran.exit_code == 0, ran.output
        team = demo.client("nora").get(f"{demo.record()}/team").json["members"]
        assert {m["state"] for m in team} == {"current"}
    demo.close()


def test_nothing_happens_in_the_future_and_the_cover_holds_now() -> None:
    for n in range(1400):
        now = datetime(2026, 1, 1, 4, 59, tzinfo=UTC) + timedelta(hours=7 * n)
        instants = [when.instant(now) for when, _, _ in STORY]
        assert max(instants) <= now
        assert COVER[0].instant(now) <= now < COVER[1].instant(now)


def test_a_day_is_counted_in_the_weeks_of_the_story() -> None:
    now = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
    begins, ends = (when.instant(now).astimezone(ZONE) for when in COVER)
    assert (begins.isoformat(), ends.isoformat()) == ("2026-11-16T00:00:00-05:00", "2026-11-30T00:00:00-05:00")
