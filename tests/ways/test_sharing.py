"""共享: rooms that nobody books twice, stories that name nobody, pictures only while who sent them agrees."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from bot.http.server import application
from handlers.cocreation.rooms import understood
from ledger.rooms import Hours, begins_at, slots
from storage.tables import Booking, StoryPicture
from storage.unit_of_work import UnitOfWork
from tests.support.world import Person, World
from tests.ways.steps import count, settled

ROOM = "楚邻驿站\n周一到周五 9:00-17:00\n2小时"
STORY = "充电棚建起来了\n3栋楼下到处飞线\n充电棚能停30辆，电话13812345678\nYA-1"


async def room(world: World, words: str = ROOM) -> Person:
    manager = world.worker(2)
    await manager.says("预约")
    await manager.taps("加一个地方")
    await manager.says(words)
    return manager


async def books(person: Person, day: str = "11月19日", at: str = "9:00") -> str:
    await person.says("预约")
    await person.taps("📅 预约")
    await person.taps(day)
    return await person.taps(at)


# --- rooms -----------------------------------------------------------------------------------------------------------


async def test_a_slot_is_booked_once_and_free_again_when_it_is_given_back(world: World) -> None:
    wang, li = await settled(world), await settled(world, 1002)
    manager = await room(world)
    assert "周一到周五 9:00–17:00 开放" in manager.last.text
    assert "订好了：楚邻驿站，11月19日 上午9:00" in await books(wang)
    await li.says("预约")
    await li.taps("📅 预约")
    await li.taps("11月19日")
    assert "9:00" not in li.last.buttons
    await li.taps("11:00")
    await manager.says("预约")
    await manager.taps("看谁预约")
    assert "人1001" in manager.last.text
    await wang.says("预约")
    await wang.taps("我不去了")
    assert wang.sees("留给别人用")
    await li.says("预约")
    await li.taps("📅 预约")
    await li.taps("11月19日")
    assert "9:00" in li.last.buttons


async def test_who_was_slower_hears_so_and_may_take_another(world: World) -> None:
    wang, li = await settled(world), await settled(world, 1002)
    await room(world)
    for person in (wang, li):
        await person.says("预约")
        await person.taps("📅 预约")
        await person.taps("11月19日")
    await wang.taps("9:00")
    assert await li.taps("9:00") == world.app.context.texts("room.taken")
    assert "11:00" in li.last.buttons
    assert await count(world, Booking) == 1


async def test_two_processes_cannot_give_the_same_slot(world: World) -> None:
    await room(world)
    start = datetime(2026, 11, 19, 1, 0, tzinfo=UTC)

    def book(account: int) -> Callable[[Connection], bool]:
        def work(connection: Connection) -> bool:
            uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
            who = {"bot": "resident", "account": account, "chat": account, "name": None}
            return uow.rooms.book(uow.rooms.get(1, 1), "2026-11-19", 540, **who, starts_at=start, next_at=None)

        return work

    found = await asyncio.gather(*(world.app.database.write(book(n)) for n in range(8)))
    assert sorted(found) == [False] * 7 + [True]


async def test_one_person_has_few_bookings_and_is_reminded(world: World) -> None:
    wang = await settled(world)
    await room(world)
    await books(wang)
    await books(wang, at="11:00")
    assert await books(wang, at="13:00") == world.app.context.texts("room.enough", n=2)
    await world.passes(hours=8, minutes=31)
    assert wang.sees("明天您订了「楚邻驿站」，11月19日 上午9:00")


async def test_no_reminder_is_promised_that_does_not_come(small_world: World) -> None:
    wang = await settled(small_world)
    await room(small_world)
    assert "前一天晚上" not in await books(wang, day="11月18日", at="13:00")
    assert "前一天晚上我来提醒" in await books(wang, day="11月19日", at="11:00")
    await small_world.passes(hours=22, minutes=40)  # nothing ran in the evening: it is Thursday, 08:40
    assert wang.sees("今天您订了「楚邻驿站」，11月19日 上午11:00")


async def test_a_reminder_that_comes_due_too_early_in_the_day_waits_for_a_polite_hour(world: World) -> None:
    wang = await settled(world)
    await room(world)
    await books(wang, at="11:00")
    await world.passes(hours=21)  # nothing ran in the evening: it is Thursday, 07:00
    assert not wang.sees("今天您订了")
    await world.passes(hours=1, minutes=30)
    assert wang.sees("今天您订了「楚邻驿站」，11月19日 上午11:00")
    await world.passes(hours=1)
    assert sum("今天您订了" in m.text for m in wang.messages) == 1


async def test_who_has_moved_away_gives_back_what_was_booked(small_world: World) -> None:
    wang = await settled(small_world)
    await room(small_world)
    await books(wang)
    await wang.says("预约")
    away = wang.last.buttons["我不去了"]
    await moves(wang)
    await wang.presses(away)
    assert "留给别人用" in wang.last.text
    assert await count(small_world, Booking) == 0


async def moves(person: Person) -> None:
    """To the other community."""
    await person.says("社区")
    await person.taps("文化宫社区")


async def test_a_closed_room_tells_who_had_booked(world: World) -> None:
    wang = await settled(world)
    manager = await room(world)
    await books(wang)
    await manager.says("预约")
    await manager.taps("停止预约")
    await manager.taps("确定")
    assert wang.sees("暂停开放")
    await wang.says("预约")
    assert wang.sees("还没有可以预约的地方")


@pytest.mark.parametrize(
    "words", ["活动室", "活动室\n每天 17:00-9:00\n1小时", "活动室\n每天 9:00-10:00\n3小时", "长" * 4096]
)
async def test_hours_that_cannot_be_get_a_plain_answer(small_world: World, words: str) -> None:
    manager = await room(small_world, words)
    assert manager.sees("没看明白") or manager.sees("写得太长了")


@pytest.mark.parametrize(
    ("words", "days"),
    [("周一到周五 9:00-17:00", "01234"), ("每天 9点到17点", "0123456"), ("周二、周六 9:00至17:00", "15")],
)
async def test_days_and_hours_are_understood(small_world: World, words: str, days: str) -> None:
    assert understood(small_world.app.context.texts, words, "90分钟") == Hours(days, 540, 1020, 90)


@given(st.integers(0, 1439), st.integers(1, 1440), st.integers(1, 600), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_slots_of_a_day_never_overlap_and_end_by_closing(opens: int, closes: int, slot: int, day: date) -> None:
    found = slots(Hours("0123456", opens, closes, slot), day)
    assert all(later - earlier == slot for earlier, later in itertools.pairwise(found))
    assert all(opens <= minute and minute + slot <= closes for minute in found)
    zone = ZoneInfo("Asia/Shanghai")
    starts = [begins_at(day, minute, zone) for minute in found]
    assert starts == sorted(set(starts))


# --- stories ---------------------------------------------------------------------------------------------------------


async def story(world: World) -> Person:
    manager = world.worker(2)
    await manager.says("故事")
    await manager.taps("写个故事")
    await manager.says(STORY)
    return manager


async def page(world: World, path: str = "/stories/ya") -> tuple[int, str]:
    async with TestClient(TestServer(application(world.app))) as client, client.get(path) as answer:
        return answer.status, await answer.text() if "image" not in answer.content_type else "picture"


async def test_a_story_goes_to_who_took_part_and_to_a_page_that_names_nobody(world: World) -> None:
    wang, li = await settled(world), await settled(world, 1002, "楼道灯不亮")
    manager = await story(world)
    assert "13812345678" not in manager.last.text
    assert (await page(world))[1].count("<h2>") == 0
    await manager.taps("公布")
    assert wang.sees("一起出过力的事，办成了")
    assert not li.sees("充电棚建起来了")
    status, text = await page(world)
    assert (status, text.count("<h2>")) == (200, 1)
    assert "3栋楼下到处飞线" in text
    assert "13812345678" not in text
    await li.says("故事")
    assert "充电棚能停30辆" in li.last.text


async def test_the_page_escapes_what_somebody_wrote_and_runs_nothing(world: World) -> None:
    manager = world.worker(2)
    await manager.says("故事")
    await manager.taps("写个故事")
    await manager.says('<script>alert(1)</script>\n<b>脏</b>\n"干净"&好')
    await manager.taps("公布")
    _, text = await page(world)
    assert "<script" not in text
    assert "&lt;b&gt;脏&lt;/b&gt;" in text


async def test_a_picture_is_shown_only_while_who_sent_it_agrees(world: World) -> None:
    wang = await settled(world)
    await wang.sends("photo")
    await world.app.fetcher.once()
    await world.runs()
    manager = await story(world)
    assert wang.sees("照片可以用吗")
    await manager.taps("公布")
    assert "<img" not in (await page(world))[1]
    await wang.taps("可以用")
    _, text = await page(world)
    assert text.count("<img") == 1
    path = text.split('<img src="')[1].split('"')[0]
    assert await page(world, path) == (200, "picture")
    await wang.taps("收回照片")
    assert "<img" not in (await page(world))[1]
    assert (await page(world, path))[0] == 404
    assert await count(world, StoryPicture, StoryPicture.agreed_at.is_not(None)) == 0


async def test_who_has_moved_away_still_takes_a_picture_back(world: World) -> None:
    wang = await settled(world)
    await wang.sends("photo")
    await world.app.fetcher.once()
    manager = await story(world)
    await wang.taps("可以用")
    await manager.taps("公布")
    assert "<img" in (await page(world))[1]
    await moves(wang)
    await wang.taps("收回照片")
    assert "<img" not in (await page(world))[1]


async def test_a_story_is_taken_off_with_a_reason(world: World) -> None:
    await settled(world)
    manager = await story(world)
    await manager.taps("公布")
    await manager.says("故事")
    await manager.taps("撤下")
    await manager.says("写错了地方")
    assert "<h2>" not in (await page(world))[1]


@pytest.mark.parametrize("path", ["/stories/xx", "/stories/ya/1/abc", "/stories/ya/999999999999/abc", "/stories/qu"])
async def test_what_is_not_public_is_not_found(small_world: World, path: str) -> None:
    assert (await page(small_world, path))[0] == 404


async def test_an_erased_resident_s_picture_is_gone(world: World) -> None:
    wang = await settled(world)
    await wang.sends("photo")
    await world.app.fetcher.once()
    await story(world)
    await wang.taps("可以用")
    await wang.says("删除数据")
    await wang.taps("是的，全部删除")
    rows = await world.rows(lambda connection: connection.execute(select(StoryPicture.__table__)).all())
    assert rows == []
