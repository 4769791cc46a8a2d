"""共建: wishes that are looked at, taken up once for each place; events with a waiting list and a code at the door."""

import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from handlers.event import Address
from handlers.format import from_to
from handlers.reply import Button, Reply
from ledger.gatherings import move_up
from storage.tables import HelpOffer
from tests.bot.test_deliver import queue
from tests.support.world import Person, World
from tests.ways.steps import count, settled

TAICHI = "太极拳\n11月21日 9:00-11:00\n居民活动室\n2"


async def event(world: World, words: str = TAICHI) -> Person:
    manager = world.worker(2)
    await manager.says("活动")
    await manager.taps("发起活动")
    await manager.says(words)
    return manager


async def residents(world: World, *accounts: int) -> list[Person]:
    return [await settled(world, account) for account in accounts]


# --- events ----------------------------------------------------------------------------------------------------------


async def test_places_are_limited_and_the_waiting_list_moves_up_in_order(world: World) -> None:
    wang, li, zhao, sun = await residents(world, 1001, 1002, 1003, 1004)
    manager = await event(world)
    await manager.taps("通知居民")
    for person in (wang, li, zhao, sun):
        await person.taps("我要来")
    assert "报上了" in "".join(message.text for message in li.messages)
    assert any("活动.ics" in message.files for message in wang.messages)
    assert zhao.sees("候补第 1 位")
    assert sun.sees("候补第 2 位")
    await wang.taps("我来不了")
    assert zhao.sees("有名额了")
    assert not sun.sees("有名额了")
    assert await li.taps("我要来") == world.app.context.texts("event.in_already")


async def test_who_comes_is_reminded_the_evening_before_checks_in_and_is_thanked(world: World) -> None:
    wang, li = await residents(world, 1001, 1002)
    manager = await event(world)
    await wang.says("活动")
    await wang.taps("我要来")
    await world.passes(days=2, hours=9)  # Friday 19:00
    assert wang.sees("明天有活动：太极拳")
    await manager.says("活动")
    await manager.taps("签到码")
    found = re.search(r"签到码：(\d{4})", manager.last.text)
    assert found
    await wang.says("签到")
    assert wang.sees("现在没有可以签到的活动")
    await world.passes(hours=14)  # Saturday 09:00
    await wang.says("签到")
    await wang.says(found[1])
    assert wang.sees("签到好了")
    await li.says("签到")
    for _ in range(6):
        await li.says("0000" if found[1] != "0000" else "1111")
        await li.says("签到")
    await li.says(found[1])
    assert not li.sees("签到好了"), "who tried too often does not get in by trying on"
    await world.passes(hours=2)
    assert wang.sees("谢谢您来「太极拳」")
    assert not li.sees("谢谢您来")


async def test_who_signs_up_or_off_has_no_more_tries_at_the_code(small_world: World) -> None:
    (li,) = await residents(small_world, 1001)
    manager = await event(small_world, "包饺子；今天上午十点半；活动室；不限")
    await manager.taps("签到码")
    code = re.search(r"签到码：(\d{4})", manager.last.text)
    assert code is not None
    await small_world.passes(minutes=35)
    wrong = "0000" if code[1] != "0000" else "1111"
    for step in ("我要来", "我来不了"):
        await li.says("签到")
        await li.says(wrong)
        await li.says(wrong)
        await li.says("活动")
        await li.taps(step)
    await li.says("签到")
    await li.says(wrong)
    assert li.last.text == small_world.app.context.texts("event.no_more_tries")
    await li.says("签到")
    await li.says(code[1])
    assert not li.sees("签到好了")


async def test_no_reminder_is_promised_for_an_event_of_today(small_world: World) -> None:
    (wang,) = await residents(small_world, 1001)
    manager = await event(small_world, "包饺子；今天下午三点；活动室；不限")
    await manager.taps("通知居民")
    await wang.taps("我要来")
    assert wang.sees("报上了：包饺子")
    assert not wang.sees("前一天晚上")


async def test_a_reminder_that_comes_late_does_not_say_tomorrow(small_world: World) -> None:
    (wang,) = await residents(small_world, 1001)
    await event(small_world, "包饺子；明天下午三点；活动室；不限")
    await wang.says("活动")
    await wang.taps("我要来")
    assert wang.sees("前一天晚上我来提醒")
    await small_world.passes(hours=23)  # nothing ran in the evening
    assert wang.sees("今天有活动：包饺子")
    assert not wang.sees("明天有活动")


async def test_an_event_of_zero_places_and_other_bad_words_get_plain_answers(world: World) -> None:
    manager = await event(world, "太极拳\n11月21日 9:00\n活动室\n0")
    assert manager.sees("名额不能是 0")
    await manager.says("太极拳\n11月1日 9:00\n活动室\n5")
    assert manager.sees("已经过了")
    await manager.says("太极拳")
    assert manager.sees("要四行，收到 1 行")
    await manager.says("太" * 4096)
    assert manager.sees("写得太长了")
    await manager.says("太极拳\n明天下午3点\n活动室\n不限")
    assert "11月19日 下午3:00" in manager.last.text
    assert "名额：不限" in manager.last.text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("11月21日 9:00-11:30", "11月21日 上午9:00 到 上午11:30"),
        ("11月21日 下午2点到5点", "11月21日 下午2:00 到 下午5:00"),
        ("明天晚上7点半", "11月19日 晚上7:30 到 晚上9:30"),
        ("11月21日 22:00-6:00", "11月21日 晚上10:00 到 11月22日 早上6:00"),
        ("这周六上午九点到十一点半", "11月21日 上午9:00 到 上午11:30"),
    ],
)
async def test_an_event_says_until_when_it_lasts_in_chat_and_in_the_calendar(
    small_world: World, written: str, shown: str
) -> None:
    (wang,) = await residents(small_world, 1001)
    manager = await event(small_world, f"太极拳\n{written}\n活动室\n5")
    assert f"时间：{shown}" in manager.last.text
    await wang.says("活动")
    assert f"时间：{shown}" in wang.last.text
    await wang.taps("我要来")
    assert wang.sees(f"{shown}，活动室")
    (file,) = small_world.app.files.folder.glob("??/*")
    (entry,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    zone = ZoneInfo("Asia/Shanghai")
    assert from_to(entry.decoded("dtstart"), entry.decoded("dtend"), zone) == shown
    assert entry["location"] == "活动室"


async def test_a_cancelled_event_is_told_and_a_late_button_does_nothing(world: World) -> None:
    wang, li = await residents(world, 1001, 1002)
    manager = await event(world)
    await manager.taps("通知居民")
    await wang.taps("我要来")
    await manager.taps("取消活动")
    assert manager.sees("报名的 1 位会马上收到")
    assert not wang.sees("取消了"), "not by one tap"
    await manager.taps("确定")
    assert wang.sees("取消了")
    assert await li.taps("我要来") == world.app.context.texts("problem.not_now")
    await world.passes(days=3)
    assert not wang.sees("明天有活动")


@pytest.mark.parametrize("words", ["不去了", "算了"])
async def test_who_thinks_better_of_it_signs_up_nobody_of_that_name(small_world: World, words: str) -> None:
    await event(small_world)
    wang = await settled(small_world)
    await wang.says("活动")
    await wang.taps("替老人报名")
    await wang.says(words)
    assert "没有改动" in wang.last.text
    assert not small_world.worker(2).sees(words)


async def test_somebody_signs_up_for_an_old_neighbour_with_consent(world: World) -> None:
    (wang,) = await residents(world, 1001)
    manager = await event(world)
    await wang.says("活动")
    await wang.taps("替老人报名")
    assert wang.sees("请先问过本人")
    await wang.says("王奶奶")
    await manager.says("活动")
    await manager.taps("看名单")
    assert "王奶奶（会来）" in manager.last.text
    await world.passes(days=2, hours=9)
    assert wang.sees("明天有活动")


async def test_an_erased_resident_gives_their_place_to_who_waits(world: World) -> None:
    wang, li, zhao = await residents(world, 1001, 1002, 1003)
    manager = await event(world)
    await manager.taps("通知居民")
    for person in (wang, li, zhao):
        await person.taps("我要来")
    await wang.says("删除数据")
    await wang.taps("是的，全部删除")
    assert zhao.sees("有名额了")


@given(st.integers(0, 6), st.lists(st.sampled_from(["join", "leave"]), max_size=40), st.randoms())
def test_a_waiting_list_is_fair(places: int, steps: list[str], random: object) -> None:
    """Whatever people do: never more than the places, nobody waits while one is free, who waited longest is next."""
    coming: list[int] = []
    waiting: list[int] = []
    for n, step in enumerate(steps):
        if step == "join":
            (coming if len(coming) < places else waiting).append(n)
        elif coming or waiting:
            gone = random.choice(coming + waiting)  # type: ignore[attr-defined]
            (coming if gone in coming else waiting).remove(gone)
            up = move_up(places, len(coming), waiting)
            assert up == sorted(up)
            assert all(first < left for first in up for left in waiting if left not in up)
            coming += up
            waiting = [left for left in waiting if left not in up]
        assert len(coming) <= places
        assert not waiting or len(coming) == places


# --- calls for help --------------------------------------------------------------------------------------------------


async def wish(world: World, words: str = "想请人教我用手机挂号", wang: Person | None = None) -> Person:
    wang = wang or await settled(world)
    await wang.says("微心愿")
    await wang.taps("我有个心愿")
    await wang.taps("出手艺")
    await wang.says(words)
    return wang


async def test_a_wish_is_seen_once_somebody_has_looked_and_taken_up_by_one(world: World) -> None:
    wang = await wish(world)
    li, zhao = await residents(world, 1002, 1003)
    await li.says("微心愿")
    assert "挂号" not in li.last.text
    await world.worker(2).taps("给邻居看")
    assert wang.sees("您写的心愿「想请人教我用手机挂号」，邻居看得见了")
    for person in (li, zhao):
        await person.says("微心愿")
        assert "挂号" in person.last.text
    await li.taps("我来认领")
    assert li.sees("谢谢您认领")
    assert world.worker(2).sees("人1002 认领了")
    assert await zhao.taps("我来认领") == world.app.context.texts("call.full")
    await li.taps("我来不了")
    await zhao.taps("我来认领")
    assert zhao.sees("谢谢您认领")
    await world.worker(2).says("微心愿")
    await world.worker(2).taps("办成了")
    assert zhao.sees("谢谢您搭了把手")
    assert not li.sees("谢谢您搭了把手")
    assert wang.sees("您的心愿办成了")


async def test_nobody_takes_up_their_own_wish(small_world: World) -> None:
    wang = await settled(small_world)
    await wish(small_world, "想请人扶梯子\nYA-1", wang)
    await small_world.worker(2).taps("给邻居看")
    await wang.says("我的诉求")
    await wang.taps("看详情")
    assert "🙋 想请人扶梯子" in wang.last.text
    assert "我来认领" not in "".join(wang.last.buttons)
    shown_before = Button("我来认领", "call_take", 1, data={"no": 1}, account=1001)
    await queue(small_world, Reply(Address("resident", 1001), "扶梯子", ((shown_before,),)))
    await small_world.runs()
    assert await wang.taps("我来认领") == small_world.app.context.texts("call.own")
    assert await count(small_world, HelpOffer) == 0


async def test_money_is_only_pledged(world: World) -> None:
    manager = world.worker(2)
    await manager.says("微心愿")
    await manager.taps("发起征集")
    await manager.taps("出一份心意")
    await manager.says("充电棚的雨棚，每户出一点\n50人")
    (wang,) = await residents(world, 1001)
    await wang.says("认领")
    await wang.taps("我来认领")
    assert wang.sees("这里不收钱")


@pytest.mark.parametrize("words", ["修棚子\n0人", "修棚子\n999人"])
async def test_a_call_for_nobody_gets_a_plain_answer(small_world: World, words: str) -> None:
    manager = small_world.worker(2)
    await manager.says("微心愿")
    await manager.taps("发起征集")
    await manager.taps("出时间")
    await manager.says(words)
    assert manager.sees("人数要在 1 到 200 之间")


async def test_one_person_has_few_wishes_at_a_time(world: World) -> None:
    wang = await wish(world)
    await wish(world, "想借个轮椅", wang)
    await wang.says("微心愿")
    await wang.taps("我有个心愿")
    assert wang.channel.answers
    assert any("先等等结果" in answer.text for answer in wang.channel.answers.values())
