"""A day that somebody gives in an answer or a decision is a promise: in the ledger, reminded of, asked about."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from handlers.cocreation.date_parsing import promised_by
from storage.tables import Promise, PromisePerson
from tests.deciding.neighbours import live_here, rows_of, told_results, topic, vote
from tests.deciding.test_council import seated
from tests.deciding.test_votes import choose
from tests.support.world import NOW, World
from tests.ways.steps import count, settled

SOON = "已经报给路灯所，12月5日前换好新灯。"
ZONE = ZoneInfo("Asia/Shanghai")


async def answers(world: World, words: str) -> None:
    chen = world.worker(1)
    await chen.taps("受理")
    await chen.taps("办结答复")
    await chen.says(words)


async def test_a_day_in_an_answer_is_a_promise_to_the_people_of_the_case(world: World) -> None:
    wang = await settled(world)
    await answers(world, SOON)
    assert world.worker(1).sees("您说了「12月5日前」，记作第 1 号承诺（小陈）")
    await world.passes(seconds=61)
    await wang.says("承诺")
    assert "小陈，12月5日前：还没到期" in wang.last.text
    await world.passes(days=15, hours=8, minutes=30)  # 3 December, 18:31: two working days before
    assert world.worker(1).sees("第 1 号承诺快到期了")
    await world.passes(days=3)
    assert wang.sees("现在做到了吗")


async def test_an_answer_that_is_undone_promises_nothing(world: World) -> None:
    await settled(world)
    await answers(world, SOON)
    await world.worker(1).taps("撤销")
    assert await count(world, Promise) == 0
    assert await count(world, PromisePerson) == 0


async def test_a_day_that_was_only_named_is_taken_out_by_one_tap(world: World) -> None:
    await settled(world)
    await answers(world, SOON)
    await world.worker(1).taps("不是承诺")
    assert await count(world, Promise) == 0
    await world.worker(1).says("没事了")
    assert await count(world, Promise) == 0


@pytest.mark.parametrize(
    "words", ["11月10日已经换好了。", "灯泡换好了，今晚就亮。", "去年12月5日前就报过，今天换好了，门口亮了。"]
)
async def test_a_day_that_is_over_or_none_promises_nothing(small_world: World, words: str) -> None:
    await settled(small_world)
    await answers(small_world, words)
    assert await count(small_world, Promise) == 0


async def test_what_is_personal_in_an_answer_does_not_stand_in_the_ledger_that_all_read(small_world: World) -> None:
    wang = await settled(small_world)
    await answers(small_world, "已和王建国13812345678说好，12月5日前换灯。")
    await wang.says("承诺")
    assert "13812345678" not in wang.last.text


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("12月5日前办好", "2026-12-05"),
        ("最晚12月5号之前", "2026-12-05"),
        ("三天内修好", "2026-11-21"),
        ("3天之内", "2026-11-21"),
        ("5个工作日内答复", "2026-11-25"),
        ("月底前通水", "2026-11-30"),
        ("1月15日以前建好", "2027-01-15"),
        ("明天前", "2026-11-19"),
    ],
)
def test_days_are_understood_as_people_say_them(words: str, day: str) -> None:
    found = promised_by(words, NOW, ZONE, time(18))
    assert found == datetime.fromisoformat(f"{day}T18:00").replace(tzinfo=ZONE)


@pytest.mark.parametrize("words", ["13月45日前", "前天修好", "0天内", "三天打鱼", "12月5日", "99999天内", "一年前"])
def test_what_names_no_day_to_come_promises_nothing(words: str) -> None:
    assert promised_by(words, NOW, ZONE, time(18)) is None


async def test_what_was_decided_with_a_day_is_promised_to_all_who_are_in_the_topic(world: World) -> None:
    manager = await topic(world, "东头建棚")
    (li,) = await live_here(world, range(1001, 1002))
    await li.says("议题")
    await li.taps("议题 1")
    await li.taps("附议")
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("议定了")
    await manager.says("在东头建棚，12月20日前开工")
    assert manager.sees("记作第 1 号承诺（周书记）")
    (row,) = await rows_of(world, PromisePerson)
    assert row.account == 1001
    (promise,) = await rows_of(world, Promise)
    assert promise.topic_no == 1


async def test_what_a_vote_has_chosen_wants_an_owner_and_a_day_by_one_tap(world: World) -> None:
    people = await live_here(world, range(1001, 1007))
    manager = await vote(world)
    for person in people:
        await choose(person, "在东头空地建充电车棚")
    await world.passes(days=7)
    await told_results(world)
    await manager.taps("记决定")
    await manager.says("在东头空地建充电车棚\n小陈\n12月31日")
    (promise,) = await rows_of(world, Promise)
    assert (promise.owner, promise.staff_id) == ("小陈", 1), "who is named is reminded"


# --- the council's meetings ------------------------------------------------------------------------------------------


async def called(world: World, words: str) -> None:
    await world.worker(2).says("议事会")
    await world.worker(2).taps("定开会时间")
    await world.worker(2).says(words)


async def test_the_council_is_reminded_a_day_before_it_meets_once(world: World) -> None:
    wang = await seated(world)
    await topic(world)
    await called(world, "11月25日 19:30 楚邻驿站")
    await world.passes(days=5)
    assert not wang.sees("快开会了")
    await world.passes(days=1, hours=9, minutes=31)  # the 24th, 19:31
    assert wang.sees("提醒您，快开会了")
    assert wang.sees("11月25日 晚上7:30，楚邻驿站")
    assert world.worker(2).sees("提醒您，快开会了")
    await world.passes(days=3)
    assert sum("快开会了" in message.text for message in wang.messages) == 1


async def test_a_reminder_waits_for_a_polite_hour_and_never_comes_after_the_meeting(small_world: World) -> None:
    wang = await seated(small_world)
    await called(small_world, "11月21日 6:00 楚邻驿站")
    await small_world.passes(days=1, hours=20, minutes=30)  # the 20th, 6:30
    assert not wang.sees("快开会了")
    await small_world.passes(hours=2, minutes=1)
    assert wang.sees("快开会了")
    await called(small_world, "11月22日 6:30 楚邻驿站")
    await small_world.passes(days=3)  # nothing ran meanwhile
    assert sum("快开会了" in message.text for message in wang.messages) == 1
