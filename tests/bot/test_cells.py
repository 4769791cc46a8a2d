"""What may stand in a cell of the workbook."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workbook import cells
from bot.workbook.cells import DAY, WrongCell

EVERYTHING = [
    cells.text,
    cells.plain,
    cells.whole(0, 100, 1),
    cells.degrees(90),
    cells.code,
    cells.phone,
    cells.time_zone,
    cells.one_of({"是": True}),
    cells.names,
    cells.minute,
    cells.weekdays,
]


@pytest.mark.parametrize("parse", EVERYTHING)
@given(
    value=st.none() | st.text(max_size=60) | st.booleans() | st.integers() | st.floats() | st.datetimes() | st.times()
)
def test_any_cell_means_something_or_is_refused(parse: Any, value: Any) -> None:
    with contextlib.suppress(WrongCell):
        parse(value)


@pytest.mark.parametrize("parse", EVERYTHING)
@pytest.mark.parametrize("blank", [None, "", "  ", "\u3000", "\u200b"])
def test_blank_cells_mean_nothing(parse: Any, blank: str | None) -> None:
    assert parse(blank) is None


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("周一-周五", (0, 1, 2, 3, 4)),
        ("星期一至星期三", (0, 1, 2)),
        ("周六、周日", (5, 6)),
        ("周六 周天", (5, 6)),
        ("周五～周一", (0, 4, 5, 6)),
        ("１-3，7", (0, 1, 2, 6)),
        ("每天", (0, 1, 2, 3, 4, 5, 6)),
        ("工作日", (0, 1, 2, 3, 4)),
        ("周三", (2,)),
    ],
)
def test_weekdays(words: str, days: tuple[int, ...]) -> None:
    assert cells.weekdays(words) == days


@pytest.mark.parametrize("words", ["周八", "一-二-三", "-", "0", "星期", "Monday", "周一-"])
def test_what_is_no_weekday(words: str) -> None:
    with pytest.raises(WrongCell):
        cells.weekdays(words)


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("08:30", 510),
        ("8：30", 510),
        ("8点", 480),
        ("20点30", 1230),
        ("08:30:00", 510),
        ("24:00", DAY),
        (dt.time(8, 30), 510),
        (dt.timedelta(hours=24), DAY),
        (dt.datetime(1900, 1, 1), DAY),  # noqa: DTZ001 - how openpyxl reads 24:00
        (8.5 / 24, 510),
    ],
)
def test_times_of_the_day(value: Any, minutes: int) -> None:
    assert cells.minute(value) == minutes


@pytest.mark.parametrize("value", ["24:01", "8:60", "99:00", "8", 8, True, "早上", dt.datetime(2024, 1, 1)])  # noqa: DTZ001
def test_what_is_no_time(value: Any) -> None:
    with pytest.raises(WrongCell):
        cells.minute(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [(12, 12), (12.0, 12), ("１２", 12), (" 12 人", 12), ("12.00", 12), ("1,200", 1200), ("1998年", 1998)],
)
def test_whole_numbers(value: Any, number: int) -> None:
    assert cells.whole(0, 10_000, 1)(value) == number


@pytest.mark.parametrize("value", ["约12", "1e3", "1,2", 1.5, float("nan"), float("inf"), -1, 10**30, "٣", True])
def test_what_is_no_whole_number(value: Any) -> None:
    with pytest.raises(WrongCell):
        cells.whole(0, 10_000, 1)(value)


def test_a_phone_number_is_tidied_and_never_repeated() -> None:
    assert cells.phone("138-0000 0000") == cells.phone(13800000000.0) == "13800000000"
    assert cells.phone("(0714) 622 0000") == "07146220000"
    with pytest.raises(WrongCell) as refused:
        cells.phone("1380000000x")
    assert "138" not in str(refused.value)


def test_names_are_the_same_in_any_width_and_spacing() -> None:
    assert cells.key("Ａ栋 １单元") == cells.key("a栋1单元")
