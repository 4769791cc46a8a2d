"""`chulin import`: the register (名册), the council (议事会), shared rooms (预约), public channels; all or nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.settings import load
from storage.cocreation.voters import hash_of
from storage.database import open_database
from storage.register import rows_of
from storage.tables import Booking, CouncilMember, Room, Voter, VoterClaim
from tests.bot.books import Sheets, on_database, reference
from tests.support.world import NOW

CODE = "K3M9QTRA"
HOUSES: list[list[Any]] = [
    ["江畔社区", "3栋", "2单元501", "户", CODE],
    ["JP", "3栋", "2单元502", "户", None],
    ["江畔社区", "4", 101, "业主", None],
]


def register(*rows: list[Any]) -> Sheets:
    return {"名册": [["社区", "楼栋", "房号", "类别", "登记码"], *rows]}


def council(*rows: list[Any]) -> Sheets:
    return {"议事会": [["社区", "称呼", "邀请码", "任期（月）"], *rows]}


def rooms(*rows: list[Any]) -> Sheets:
    return {"预约": [["社区", "名称", "星期", "从", "到", "一次（分钟）"], *rows]}


def stored(table: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = on_database(lambda c: rows_of(c, table))
    return found


def put(table: Any, **row: Any) -> None:
    async def write() -> None:
        database = open_database(load().database_url)
        await database.write(lambda c: c.execute(table.__table__.insert().values(**row)))
        await database.close()

    asyncio.run(write())


# --- the register ----------------------------------------------------------------------------------------------------


def test_a_register_is_brought_in_without_names_and_codes_are_kept_as_hashes(filled: Callable[..., Any]) -> None:
    ended = filled(register(*HOUSES))
    assert ended.status == 0
    found = stored(Voter)
    assert sorted((row["kind"], row["room"]) for row in found) == [
        ("household", "2单元501"),
        ("household", "2单元502"),
        ("owner", "101"),
    ]
    coded = next(row for row in found if row["room"] == "2单元501")
    assert coded["code_hash"] == hash_of(coded["community_id"], CODE)
    assert CODE not in str(found)


def test_a_register_that_comes_again_keeps_who_is_of_a_line(filled: Callable[..., Any]) -> None:
    filled(register(*HOUSES))
    line = next(row for row in stored(Voter) if row["room"] == "2单元501")
    of = {"community_id": line["community_id"], "voter_id": line["id"], "bot": "resident", "account": 7}
    put(VoterClaim, **of, chat=7, confirmed=True, at=NOW)
    ended = filled(register(*HOUSES[:2], ["江畔社区", "3栋", "1单元101", "户", None]))
    assert ended.status == 0
    assert {row["room"] for row in stored(Voter)} == {"2单元501", "2单元502", "1单元101"}
    assert [row["voter_id"] for row in stored(VoterClaim)] == [line["id"]]


def test_a_community_that_a_register_does_not_name_keeps_its_own(filled: Callable[..., Any]) -> None:
    filled(register(*HOUSES))
    filled(council(["江畔社区", "王阿姨", CODE, None]))
    assert len(stored(Voter)) == len(HOUSES)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["江畔社区", "99栋", "101", "户", None], "没有楼栋“99栋”"),
        (["没有的社区", "3栋", "101", "户", None], "没有社区“没有的社区”"),
        (["江畔社区", "3栋", "101", "租客", None], "名册 第 4 行"),
        (["江畔社区", "3栋", "101", "户", "K3M"], "登记码：至少 6 位"),
        (["江畔社区", "3栋", None, "户", None], "名册 第 4 行"),
    ],
)
def test_one_wrong_line_and_nothing_of_the_register_is_brought_in(
    filled: Callable[..., Any], row: list[Any], why: str
) -> None:
    ended = filled(register(*HOUSES[:2], row))
    assert ended.status == 2
    assert why in ended.err
    assert not stored(Voter)


# --- the council -----------------------------------------------------------------------------------------------------


def test_council_members_come_with_a_term_and_a_code_of_which_only_the_hash_is_kept(filled: Callable[..., Any]) -> None:
    ended = filled(council(["江畔社区", "王阿姨", CODE, 12], ["JP", "李叔", "ABCDEF", None]))
    assert ended.status == 0
    wang, li = sorted(stored(CouncilMember), key=lambda row: str(row["name"]), reverse=True)
    assert wang["code_hash"] == hash_of(wang["community_id"], CODE)
    assert round((wang["until"] - wang["since"]).days / 30.4) == 12
    assert round((li["until"] - li["since"]).days / 30.4) == 24
    assert CODE not in str([wang, li])


def test_who_sits_already_is_not_added_twice(filled: Callable[..., Any]) -> None:
    filled(council(["江畔社区", "王阿姨", CODE, 12]))
    ended = filled(council(["江畔社区", "王阿姨", "ANOTHER1", 24]))
    assert ended.status == 0
    (row,) = stored(CouncilMember)
    assert row["code_hash"] == hash_of(row["community_id"], CODE), "the code in their hands stays good"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["江畔社区", "王阿姨", "ABC", 12]], "邀请码：至少 6 位"),
        ([["江畔社区", "王阿姨", None, 12]], "议事会 第 2 行"),
        ([["江畔社区", "王阿姨", CODE, 0]], "要在 1 到 120 之间"),
        ([["江畔社区", "王阿姨", CODE, 12], ["JP", "王阿姨", CODE, 12]], "和第 2 行重复"),
    ],
)
def test_a_wrong_member_stops_the_import(filled: Callable[..., Any], rows: list[list[Any]], why: str) -> None:
    ended = filled(council(*rows))
    assert ended.status == 2
    assert why in ended.err
    assert not stored(CouncilMember)


# --- rooms -----------------------------------------------------------------------------------------------------------

STATION: list[Any] = ["江畔社区", "楚邻驿站", "周一-周五", "09:00", "17:00", 120]


def test_rooms_are_brought_in_with_their_hours(filled: Callable[..., Any]) -> None:
    ended = filled(rooms(STATION, ["JP", "活动室", "每天", "8:30", "24:00", 60]))
    assert ended.status == 0
    found = sorted((row["name"], row["weekdays"], row["opens"], row["closes"], row["slot"]) for row in stored(Room))
    assert found == [("楚邻驿站", "01234", 540, 1020, 120), ("活动室", "0123456", 510, 1440, 60)]


def test_new_hours_keep_the_room_and_what_is_booked(filled: Callable[..., Any]) -> None:
    filled(rooms(STATION))
    (room,) = stored(Room)
    of = {"community_id": room["community_id"], "room_id": room["id"], "day": "2026-12-01", "minute": 540}
    put(Booking, **of, bot="resident", account=7, chat=7, name=None, starts_at=NOW, next_at=None)
    ended = filled(rooms([*STATION[:2], "每天", "10:00", "18:00", 60]))
    assert ended.status == 0
    (again,) = stored(Room)
    assert (again["id"], again["opens"], again["slot"]) == (room["id"], 600, 60)
    assert len(stored(Booking)) == 1
    assert filled(rooms([*STATION[:2], "每天", "10:00", "18:00", 60])).status == 0
    assert len(stored(Room)) == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["江畔社区", "驿站", "每天", "17:00", "09:00", 60], "开放时间不对"),
        (["江畔社区", "驿站", "每天", "09:00", "10:00", 120], "开放时间不对"),
        (["江畔社区", "驿站", "有时", "09:00", "17:00", 60], "要填星期"),
        (["江畔社区", "驿站", "每天", "09:00", "17:00", 5], "要在 15 到 480 之间"),
        (["没有的社区", "驿站", "每天", "09:00", "17:00", 60], "没有社区"),
    ],
)
def test_hours_that_cannot_be_stop_the_import(filled: Callable[..., Any], row: list[Any], why: str) -> None:
    ended = filled(rooms(STATION, row))
    assert ended.status == 2
    assert why in ended.err
    assert not stored(Room)


# --- channels --------------------------------------------------------------------------------------------------------


def channels(value: Any) -> Sheets:
    return {"社区": [["名称", "代码", "街道", "公开频道"], ["江畔社区", "JP", "黄石港街道", value]]}


def test_a_community_has_its_public_channel_and_a_blank_cell_leaves_it(filled: Callable[..., Any]) -> None:
    def channel() -> int | None:
        return next(row.channel for row in reference().communities.values() if row.code == "JP")

    assert filled(channels("-1001234567890")).status == 0
    assert channel() == -1001234567890
    assert filled(channels(None)).status == 0
    assert channel() == -1001234567890


@pytest.mark.parametrize("value", ["@huangshi", "1001234567890", "-5", "频道"])
def test_what_is_no_channel_stops_the_import(filled: Callable[..., Any], value: str) -> None:
    ended = filled(channels(value))
    assert ended.status == 2
    assert "频道编号" in ended.err
