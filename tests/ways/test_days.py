"""Days, times and spans as people write them, in figures and in words. It is Wednesday, 18 November, 10:00."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.dates import day_and_time
from handlers.cocreation.date_parsing import from_until, hours_and_rest, moment, moment_and_rest, promised_by
from tests.support.world import NOW

ZONE = ZoneInfo("Asia/Shanghai")
EVENING = time(18)


def shown(at: datetime | None) -> str | None:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}" if at else None


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("12月5日 9:00", "2026-12-05 09:00"),
        ("十二月五号下午三点半", "2026-12-05 15:30"),
        ("1月3日 9:05", "2027-01-03 09:05"),
        ("今晚7点", "2026-11-18 19:00"),
        ("大后天早上七点一刻", "2026-11-21 07:15"),
        ("周六七点二十", "2026-11-21 07:20"),
        ("星期天 8:30", "2026-11-22 08:30"),
        ("这周一 9:00", "2026-11-16 09:00"),
        ("下周三晚上七点半", "2026-11-25 19:30"),
        ("下下周五 10点", "2026-12-04 10:00"),
        ("25号 19:30", "2026-11-25 19:30"),
        ("5号 9点", "2026-12-05 09:00"),
        ("月底 9点", "2026-11-30 09:00"),
        ("下个月底 9点", "2026-12-31 09:00"),
        ("12-5 9:00", "2026-12-05 09:00"),
        ("周六中午1点", "2026-11-21 13:00"),
        ("周六中午11点半", "2026-11-21 11:30"),
        ("周六晚上12点", "2026-11-22 00:00"),
        ("周六 24:00", "2026-11-22 00:00"),
    ],
)
def test_a_moment_is_understood(words: str, meant: str) -> None:
    assert shown(moment(words, NOW, ZONE)) == meant


@pytest.mark.parametrize(
    ("hour", "minute", "part"),
    [
        (0, 30, "凌晨0:30"),
        (6, 0, "早上6:00"),
        (8, 30, "上午8:30"),
        (12, 0, "中午12:00"),
        (18, 0, "下午6:00"),
        (22, 5, "晚上10:05"),
    ],
)
def test_a_moment_is_shown_as_people_say_it(hour: int, minute: int, part: str) -> None:
    assert day_and_time(datetime(2026, 12, 3, hour, minute, tzinfo=ZONE), ZONE) == f"12月3日 {part}"


@pytest.mark.parametrize("hour", range(24))
def test_a_moment_that_we_show_is_understood(hour: int) -> None:
    at = datetime(2026, 12, 3, hour, 30, tzinfo=ZONE)
    assert moment(day_and_time(at, ZONE), NOW, ZONE) == at


@pytest.mark.parametrize("words", ["", "尽快", "明天", "2月30日 9点", "13月45日 9点", "周六 25:00", "3号楼 9点", "9点"])
def test_what_names_no_moment_is_none(words: str) -> None:
    assert moment(words, NOW, ZONE) is None


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("11月25日晚上7点半 楚邻驿站", "楚邻驿站"),
        ("下周三 19:30，3号楼活动室", "3号楼活动室"),
        ("25号晚上七点在老年活动室", "在老年活动室"),
        ("11月25日 19:30", ""),
    ],
)
def test_what_stands_beside_the_moment_is_the_place(words: str, place: str) -> None:
    at, rest = moment_and_rest(words, NOW, ZONE)
    assert at is not None
    assert rest == place


@pytest.mark.parametrize(
    ("words", "begins", "ends"),
    [
        ("周六 9-11点", "2026-11-21 09:00", "2026-11-21 11:00"),
        ("明天下午2点到5点", "2026-11-19 14:00", "2026-11-19 17:00"),
        ("周日 下午2点到晚上8点", "2026-11-22 14:00", "2026-11-22 20:00"),
        ("11月21日 晚上10点到早上6点", "2026-11-21 22:00", "2026-11-22 06:00"),
        ("11月21日 9:00", "2026-11-21 09:00", None),
    ],
)
def test_a_span_may_go_over_noon_and_midnight(words: str, begins: str, ends: str | None) -> None:
    found = from_until(words, NOW, ZONE)
    assert found is not None
    assert (shown(found[0]), shown(found[1])) == (begins, ends)


def test_opening_hours_leave_the_days() -> None:
    assert hours_and_rest("周一到周五 上午九点到下午五点")[0] == (9 * 60, 17 * 60)
    assert hours_and_rest("周一到周五 9点到5点")[0] == (9 * 60, 17 * 60)
    assert hours_and_rest("每天 22:00-6:00")[0] == (22 * 60, 6 * 60)
    assert hours_and_rest("每天 17:00-9:00")[0] == (17 * 60, 9 * 60)
    assert hours_and_rest("每天")[0] is None


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("下周五前修好", "2026-11-27 18:00"),
        ("周五之前", "2026-11-20 18:00"),
        ("25号前", "2026-11-25 18:00"),
        ("年底前", "2026-12-31 18:00"),
        ("一周内", "2026-11-25 18:00"),
        ("半个月内修好", "2026-12-03 18:00"),
        ("上周五前报过", None),
        ("每周五前查一遍", None),
        ("上个月底前就好了", None),
        ("今天前门开着", None),
        ("25号楼前面", None),
    ],
)
def test_a_deadline_is_a_day_with_before_or_within(words: str, meant: str | None) -> None:
    assert shown(promised_by(words, NOW, ZONE, EVENING)) == meant


@given(st.text("0123456789一二三十百两年月日号周星期下上午晚点半刻分:：-到前内天个工作 ", max_size=24))
def test_whatever_is_written_there_is_a_moment_or_none(words: str) -> None:
    for found in (moment(words, NOW, ZONE), promised_by(words, NOW, ZONE, EVENING)):
        assert found is None or found.tzinfo is UTC
    from_until(words, NOW, ZONE)
    hours_and_rest(words)
