"""Deadlines: wall clock for the urgent, working days with holidays and 调休 for the rest."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger import clocks
from ledger.district import Duration

HUANGSHI = ZoneInfo("Asia/Shanghai")


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HUANGSHI)  # type: ignore[misc, arg-type]


def test_hours_run_by_the_wall_clock_over_a_weekend() -> None:
    friday = local(2025, 11, 21, 23, 0)
    assert clocks.due(friday, Duration(wall=timedelta(hours=24)), HUANGSHI) == friday + timedelta(hours=24)


def test_a_working_day_ends_at_the_close_of_work_of_the_next_one() -> None:
    assert clocks.due(local(2025, 11, 18, 9, 0), Duration(working_days=1), HUANGSHI) == local(2025, 11, 19, 18, 0)


def test_the_weekend_does_not_count() -> None:
    assert clocks.due(local(2025, 11, 21, 9, 0), Duration(working_days=1), HUANGSHI) == local(2025, 11, 24, 18, 0)


def test_the_national_holiday_does_not_count_and_the_working_saturday_does() -> None:
    # 2025: 1 to 8 October free, Sunday 28 September and Saturday 11 October worked
    assert clocks.due(local(2025, 9, 30, 9, 0), Duration(working_days=1), HUANGSHI) == local(2025, 10, 9, 18, 0)
    assert clocks.due(local(2025, 10, 10, 9, 0), Duration(working_days=1), HUANGSHI) == local(2025, 10, 11, 18, 0)


def test_due_times_are_utc() -> None:
    assert clocks.due(local(2025, 11, 18, 9, 0), Duration(working_days=1), HUANGSHI).tzinfo is UTC


def test_a_year_that_is_not_announced_counts_weekends_only() -> None:
    assert not clocks.knows_year(2099)
    assert clocks.is_working_day(date(2099, 10, 1))
    assert not clocks.is_working_day(date(2099, 10, 3))


@pytest.mark.parametrize("days", [1, 3, 5, 15])
def test_more_days_are_never_earlier(days: int) -> None:
    start = local(2025, 9, 26, 12, 0)
    assert clocks.due(start, Duration(working_days=days), HUANGSHI) < clocks.due(
        start, Duration(working_days=days + 1), HUANGSHI
    )
