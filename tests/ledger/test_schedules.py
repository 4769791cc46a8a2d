"""When reports reach people: never before their period is over, never in quiet hours, never on a holiday unless asked."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ledger.clocks import is_working_day
from ledger.district import Hours
from ledger.periods import months_from, week_from
from ledger.quiet_hours import after_quiet_hours
from ledger.schedules import Schedule, moment

HUANGSHI = ZoneInfo("Asia/Shanghai")
NIGHT = Hours(time(22), time(7))
zones = st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC"]).map(ZoneInfo)
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
quiets = st.none() | st.builds(Hours, times, times)
schedules = st.builds(Schedule, st.none() | st.integers(0, 6), times, st.booleans(), quiets)
moments = st.builds(
    lambda day, clock: datetime.combine(day, clock, UTC), st.dates(date(2024, 1, 1), date(2027, 1, 1)), times
)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(schedules, days, zones)
def test_a_report_comes_after_its_week_and_before_a_fortnight_is_over(
    schedule: Schedule, day: date, zone: ZoneInfo
) -> None:
    week = week_from(day, zone)
    assert week.end <= moment(schedule, week, zone) <= week.end + timedelta(days=21)


@given(schedules, days, zones)
def test_the_next_week_s_report_never_comes_before_this_one_s(schedule: Schedule, day: date, zone: ZoneInfo) -> None:
    one, next_ = week_from(day, zone), week_from(day + timedelta(days=7), zone)
    assert moment(schedule, one, zone) <= moment(schedule, next_, zone)


@given(moments, quiets, zones)
def test_nobody_is_disturbed_in_quiet_hours(at: datetime, quiet: Hours | None, zone: ZoneInfo) -> None:
    found = after_quiet_hours(at, quiet, zone)
    assert at <= found <= at + timedelta(hours=26)
    if quiet and quiet.since != quiet.until:
        assert after_quiet_hours(found, quiet, zone) == found


def test_a_holiday_puts_it_off_to_the_first_working_day() -> None:
    week = week_from(date(2026, 9, 28), HUANGSHI)  # its Monday is the fifth day of the National Day holidays
    shifted = moment(Schedule(0, time(8, 30), on_holidays=False, quiet=None), week, HUANGSHI).astimezone(HUANGSHI)
    assert (shifted.date(), is_working_day(shifted.date())) == (date(2026, 10, 8), True)
    kept = moment(Schedule(0, time(8, 30), on_holidays=True, quiet=None), week, HUANGSHI).astimezone(HUANGSHI)
    assert kept.date() == date(2026, 10, 5)


def test_quiet_hours_go_past_midnight() -> None:
    def local(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 18, hour, minute, tzinfo=HUANGSHI)

    assert after_quiet_hours(local(23), NIGHT, HUANGSHI) == datetime(2026, 11, 19, 7, tzinfo=HUANGSHI)
    assert after_quiet_hours(local(6, 59), NIGHT, HUANGSHI) == local(7)
    assert after_quiet_hours(local(7), NIGHT, HUANGSHI) == local(7)
    assert after_quiet_hours(local(21, 59), NIGHT, HUANGSHI) == local(21, 59)


def test_a_month_is_told_on_its_first_day_after_whatever_the_weekday() -> None:
    month = months_from(date(2026, 11, 1), 1, HUANGSHI)
    at = moment(Schedule(None, time(8, 30), on_holidays=False, quiet=NIGHT), month, HUANGSHI)
    assert at == datetime(2026, 12, 1, 8, 30, tzinfo=HUANGSHI)
