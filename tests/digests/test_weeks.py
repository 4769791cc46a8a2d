"""Weeks of a community: half open, abutting, whole over every clock change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.district import DigestTime
from ledger.periods import last_full_week, midnight, missed, running_week, week_from, week_named

MONDAY = DigestTime(0, time(8, 30))
HUANGSHI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
# half-hour steps, clock changes at midnight, a day that was skipped
ZONES = [
    ZoneInfo(n)
    for n in ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut", "UTC")
]

zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
digests = st.builds(DigestTime, st.integers(0, 6), st.times().map(lambda t: t.replace(second=0, microsecond=0)))


def test_the_week_before_a_clock_change_is_an_hour_shorter_or_longer_but_still_a_calendar_week() -> None:
    spring = week_from(date(2026, 3, 9), NEW_YORK)
    assert spring.before(NEW_YORK) == week_from(date(2026, 3, 2), NEW_YORK)
    assert spring.start - spring.before(NEW_YORK).start == timedelta(days=7, hours=-1)
    autumn = week_from(date(2026, 11, 2), NEW_YORK)
    assert autumn.start - autumn.before(NEW_YORK).start == timedelta(days=7, hours=1)


@given(moments, digests, zones)
def test_every_moment_lies_in_exactly_one_week(moment: datetime, digest: DigestTime, zone: ZoneInfo) -> None:
    week = running_week(moment, digest, zone)
    assert week.start <= moment < week.end
    assert week.before(zone).end == week.start
    assert week.before(zone) == running_week(week.start - timedelta(microseconds=1), digest, zone)


@given(moments, digests, zones)
def test_the_last_full_week_is_over_and_its_digest_is_due(moment: datetime, digest: DigestTime, zone: ZoneInfo) -> None:
    week = last_full_week(moment, digest, zone)
    assert week.end <= moment < week.end + timedelta(days=8, hours=2)
    assert week in (
        running_week(moment, digest, zone).before(zone),
        running_week(moment, digest, zone).before(zone).before(zone),
    )


@given(moments, digests, zones)
def test_a_week_is_found_again_by_its_name(moment: datetime, digest: DigestTime, zone: ZoneInfo) -> None:
    week = running_week(moment, digest, zone)
    assert week_named(week.name(zone), digest, zone) == week


@pytest.mark.parametrize("name", ["2026-W54", "2026W47", "W47", "", "2026-W", "2026-Wxx"])
def test_a_week_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        week_named(name, MONDAY, HUANGSHI)


def test_the_digest_is_due_on_monday_at_half_past_eight_and_not_a_minute_before() -> None:
    due = datetime(2026, 11, 23, 8, 30, tzinfo=HUANGSHI)
    assert last_full_week(due, MONDAY, HUANGSHI) == week_from(date(2026, 11, 16), HUANGSHI)
    assert last_full_week(due - timedelta(minutes=1), MONDAY, HUANGSHI) == week_from(date(2026, 11, 9), HUANGSHI)


def test_missed_weeks_come_oldest_first_and_no_more_than_four() -> None:
    last = week_from(date(2026, 11, 16), HUANGSHI)
    fortnight_ago = midnight(date(2026, 11, 9), HUANGSHI)
    assert missed(last, fortnight_ago, HUANGSHI) == [last.before(HUANGSHI), last]
    assert missed(last, last.end, HUANGSHI) == []
    assert [w.name(HUANGSHI) for w in missed(last, midnight(date(2026, 1, 5), HUANGSHI), HUANGSHI)] == [
        "2026-W44",
        "2026-W45",
        "2026-W46",
        "2026-W47",
    ]


def test_a_community_that_never_had_a_digest_begins_with_the_newest_week() -> None:
    last = week_from(date(2026, 11, 16), HUANGSHI)
    assert missed(last, None, HUANGSHI) == [last]


@pytest.mark.parametrize("shift", [timedelta(hours=-13), timedelta(hours=13), timedelta(days=2)])
def test_a_changed_zone_or_weekday_gives_no_week_twice(shift: timedelta) -> None:
    last = week_from(date(2026, 11, 16), HUANGSHI)
    assert missed(last, last.end + shift, HUANGSHI) == []
    assert len(missed(last, last.start + shift, HUANGSHI)) == 1
