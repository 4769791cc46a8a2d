"""交接: who goes on leave gives all that they have in hand to a colleague; residents hear nothing of it."""

from sqlalchemy import select

from storage.tables import CaseEvent
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, also_works, case, change, count, employs, settled


async def two_in_hand(world: World) -> tuple[Person, Person]:
    """Two accepted cases of worker 1, whose colleague is worker 6."""
    await change(world, employs(6, "小李", "worker", "community", 1))
    await settled(world, 1001, LAMP)
    await settled(world, 1002, RUBBISH)
    chen = world.worker(1)
    for number in ("YA-1", "YA-2"):
        await chen.says(number)
        await chen.taps("✅ 受理")
    await world.passes(seconds=61)
    return chen, world.worker(6)


async def in_hand(world: World) -> list[int | None]:
    return [(await case(world, no)).staff_id for no in (1, 2)]


async def test_all_of_it_goes_to_a_colleague_at_once(world: World) -> None:
    chen, li = await two_in_hand(world)
    heard = len(world.resident(1001).messages)
    await chen.says("交接")
    assert "小陈手上有 2 件" in chen.last.text
    await chen.taps("小李")
    assert await in_hand(world) == [6, 6]
    assert "2 件交给小李了" in chen.last.text
    assert "小陈有 2 件事交给您经办" in li.last.text
    assert "YA-1" in li.last.text
    assert len(world.resident(1001).messages) == heard, "it stays with the community"
    assert await count(world, CaseEvent, CaseEvent.action == "handed_over") == 2


async def test_the_cards_name_who_has_it_now(small_world: World) -> None:
    chen, _ = await two_in_hand(small_world)
    await chen.says("我休假")
    await chen.taps("小李")
    await chen.says("YA-1")
    assert "经办：小李" in chen.last.text


async def test_a_second_tap_finds_nothing_left(small_world: World) -> None:
    chen, _ = await two_in_hand(small_world)
    await chen.says("交接")
    go = chen.last.buttons["小李"]
    await chen.presses(go)
    await chen.presses(go)
    assert "没有要交接的事" in chen.last.text
    assert await count(small_world, CaseEvent, CaseEvent.action == "handed_over") == 2


async def test_a_manager_does_it_for_who_is_ill(small_world: World) -> None:
    chen, li = await two_in_hand(small_world)
    manager = small_world.worker(2)
    await manager.says("交接")
    await manager.taps("小陈 2件")
    await manager.taps("小李")
    assert await in_hand(small_world) == [6, 6]
    assert "周书记交给小李经办了" in chen.last.text
    assert "交给您经办" in li.last.text


async def test_a_manager_who_is_a_worker_too_hands_over_whose_was_chosen(small_world: World) -> None:
    await change(small_world, also_works(2))
    await two_in_hand(small_world)
    manager = small_world.worker(2)
    await manager.says("交接")
    await manager.taps("小陈 2件")
    assert "小陈手上有 2 件" in manager.last.text
    await manager.taps("小李")
    assert await in_hand(small_world) == [6, 6]


async def test_a_worker_gives_away_only_their_own(small_world: World) -> None:
    chen, li = await two_in_hand(small_world)
    await li.says("交接")
    assert "没有要交接的事" in li.last.text
    assert not li.last.buttons
    await chen.says("交接")
    await li.presses(chen.last.buttons["小李"])
    assert await in_hand(small_world) == [1, 1], "a button is somebody's own"


async def test_what_is_answered_is_not_handed_over(small_world: World) -> None:
    chen, _ = await two_in_hand(small_world)
    await chen.says("YA-1")
    await chen.taps("办结答复")
    await chen.says("灯泡换好了，今天在三单元门口试过。")
    await small_world.passes(seconds=61)
    await chen.says("交接")
    await chen.taps("小李")
    assert await in_hand(small_world) == [1, 6]


async def test_alone_there_is_nobody_to_take_it(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("✅ 受理")
    await chen.says("交接")
    assert "没有别的网格员可以接" in chen.last.text


async def test_what_was_done_is_in_the_history(small_world: World) -> None:
    chen, _ = await two_in_hand(small_world)
    await chen.says("交接")
    await chen.taps("小李")
    statement = select(CaseEvent.detail, CaseEvent.staff_id).where(CaseEvent.action == "handed_over")
    found = await small_world.rows(lambda connection: connection.execute(statement).all())
    assert [tuple(row) for row in found] == [({"from": 1, "to": 6}, 1)] * 2
