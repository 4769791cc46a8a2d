"""承诺: written down, told, reminded of, reported, and judged by those it was made to."""

import re
from datetime import timedelta
from typing import Any

from handlers.cocreation import promises
from handlers.cocreation.promises import Promise
from handlers.event import Address, Event, EventKind
from handlers.turn import Turn
from ledger.promises import Kind
from storage.unit_of_work import UnitOfWork
from tests.support.world import World
from tests.ways.steps import all_text, settled

SHED = "3栋旁边建一个充电棚\n周书记\n12月1日\nYA-1"


async def promised(world: World, words: str = SHED) -> None:
    """The manager promises something to the people of the first case."""
    await world.worker(2).says("承诺")
    await world.worker(2).taps("记一个承诺")
    await world.worker(2).says(words)


async def test_those_of_the_case_are_told_and_asked_when_it_is_due(world: World) -> None:
    wang = await settled(world)
    await promised(world)
    assert world.worker(2).sees("第 1 号承诺")
    assert wang.sees("充电棚")
    assert wang.sees("12月1日前做到")
    await world.passes(days=11)  # 29 November, a Sunday: two working days before
    assert world.worker(2).sees("快到期了")
    assert not wang.sees("现在做到了吗")
    await world.passes(days=3)
    assert wang.sees("现在做到了吗")
    await wang.taps("👍 做到了")
    assert wang.sees("您说做到了")


async def test_reported_kept_before_it_is_due_asks_at_once(world: World) -> None:
    wang = await settled(world)
    await promised(world)
    await world.passes(days=11)
    await world.worker(2).taps("✅ 做到了")
    assert wang.sees("现在做到了吗")
    await world.passes(days=10)
    assert sum("现在做到了吗" in message.text for message in wang.messages) == 1


async def test_a_promise_given_up_is_told_with_its_reason_and_not_asked_about(world: World) -> None:
    wang = await settled(world)
    await promised(world)
    await world.passes(days=11)
    await world.worker(2).taps("做不到了")
    await world.worker(2).says("地下有煤气管，不能动土。")
    assert wang.sees("煤气管")
    await world.passes(days=10)
    assert not wang.sees("现在做到了吗")
    await world.worker(2).says("承诺")
    assert "没做到" in world.worker(2).last.text


async def makes(world: World, accounts: list[int]) -> None:
    """A promise to several people, as other parts of the program make one; made again it is still one."""

    def work(connection: Any) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        nobody = Event(EventKind.IGNORED, Address("staff", 0), None, uow.now)
        turn = Turn(world.app.context, uow, nobody)
        made = Promise("修好路灯", "区城管局", uow.now + timedelta(days=10), Kind.UNIT, source="decision:7")
        to = [("resident", account) for account in accounts]
        community = uow.reference.communities[1]
        assert promises.make(turn, community, made, to) == promises.make(turn, community, made, to)
        uow.flush()

    await world.app.database.write(work)
    await world.runs()


async def test_what_few_say_is_shown_to_nobody_and_what_many_say_stands(world: World) -> None:
    people = [await settled(world, account) for account in (1001, 1002, 1003)]
    await makes(world, [1001, 1002, 1003])
    await world.passes(days=8)
    await world.worker(2).taps("✅ 做到了")
    for person in people[:2]:
        await person.taps("👎 没做到")
    await people[0].says("承诺")
    assert "按时做到" in people[0].last.text
    assert "评过" not in people[0].last.text
    await people[2].taps("👍 做到了")
    await people[0].says("承诺")
    assert "没做到（3 位居民评过，1 位说做到了）" in people[0].last.text


async def test_not_yet_may_say_why(world: World) -> None:
    wang = await settled(world)
    await promised(world)
    await world.passes(days=14)
    await wang.taps("还没有")
    await wang.taps("只做了一半")
    assert wang.sees("记下了：只做了一半")
    await wang.says("承诺")
    assert "居民评过" not in wang.last.text


async def test_words_that_are_no_promise_get_a_plain_answer(world: World) -> None:
    await settled(world)
    await promised(world, "一定办好")
    assert world.worker(2).sees("要三行，收到 1 行")
    await world.worker(2).says("建棚\n周书记\n13月45日")
    assert world.worker(2).sees("没看懂是哪天")
    assert not world.worker(2).sees("第 1 号承诺")
    await world.worker(2).says("建棚" * 2048)
    assert world.worker(2).sees("写得太长了")
    await world.worker(2).says("建棚\n周书记\n12月5日")
    assert world.worker(2).sees("第 1 号承诺")


async def test_a_neighbour_who_was_promised_nothing_cannot_judge_by_a_forwarded_button(world: World) -> None:
    wang = await settled(world)
    await promised(world)
    await world.passes(days=14)
    data = next(data for label, data in wang.last.buttons.items() if "没做到" in label)
    li = await settled(world, 1002, "楼道灯不亮")
    assert await li.presses(data) == world.app.context.texts("problem.button")


async def test_an_erased_resident_leaves_an_answer_of_nobody(world: World) -> None:
    wang = await settled(world)
    await promised(world)
    await world.passes(days=14)
    await wang.taps("👍 做到了")
    await wang.says("我的数据")
    assert wang.sees("您的全部信息")
    await wang.says("删除数据")
    await wang.taps("是的，全部删除")
    await world.app.ticker.clean()
    # as a number of its own: the ids of rows have such digits, too
    assert not re.search(r"\b1001\b", await all_text(world))
