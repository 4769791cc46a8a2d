"""The council of residents: joins by a code, decides about topics, meets, keeps minutes, decides with owner and date."""

from storage.tables import Case, CouncilMember, Decision, Meeting, Promise
from tests.deciding.neighbours import live_here, rows_of, told_of_charging, topic
from tests.support.world import Person, World
from tests.ways.steps import count


async def seated(world: World, account: int = 1101) -> Person:
    """A resident who was made a member and has said the code."""
    manager = world.worker(2)
    await manager.says("议事会")
    await manager.taps("加一位")
    await manager.says("王阿姨")
    code = manager.last.text.partition("交给本人：")[2].split("\n")[0]
    (wang,) = await live_here(world, range(account, account + 1))
    await wang.says("议事会")
    await wang.taps("我有邀请码")
    await wang.says(code)
    assert wang.sees("欢迎您加入延安岭社区居民议事会")
    return wang


async def test_a_member_decides_about_drafts_beside_the_manager(world: World) -> None:
    wang = await seated(world)
    await told_of_charging(world)
    await wang.taps("拿出来议")
    assert world.worker(2).sees("已经拿出来议了"), "the manager's card says so"


async def test_a_code_is_good_once(small_world: World) -> None:
    manager = small_world.worker(2)
    await seated(small_world)
    code = next(m.text for m in manager.messages if "交给本人：" in m.text).partition("交给本人：")[2].split("\n")[0]
    (li,) = await live_here(small_world, range(1102, 1103))
    await li.says("议事会")
    await li.taps("我有邀请码")
    await li.says(code)
    assert li.sees("不对，或者用过了")


async def test_after_the_term_a_member_is_a_neighbour_again(small_world: World) -> None:
    wang = await seated(small_world)
    await small_world.passes(days=731)
    await told_of_charging(small_world)
    assert not wang.sees("要不要拿出来")


async def test_a_meeting_has_the_open_topics_on_its_agenda_and_minutes_reach_the_council(world: World) -> None:
    wang = await seated(world)
    manager = await topic(world)
    await manager.says("议事会")
    await manager.taps("定开会时间")
    await manager.says("11月20日 19:30 楚邻驿站")
    assert wang.sees("第 1 次议事会：11月20日 晚上7:30，楚邻驿站")
    assert wang.sees("议题 1：充电车棚建在哪里")
    await world.passes(days=3)
    await manager.says("会议纪要")
    await manager.taps("第 1 次会")
    await manager.says("到了 9 位，都同意先看东头空地。")
    assert wang.sees("都同意先看东头空地")
    (meeting,) = await rows_of(world, Meeting)
    assert meeting.held_at is not None


async def test_a_decision_has_an_owner_and_a_date_and_becomes_a_case(world: World) -> None:
    people = await told_of_charging(world)
    manager = world.worker(2)
    await manager.taps("拿出来议")
    await manager.taps("议定了")
    await manager.says("建车棚")
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("记决定")
    await manager.says("在东头空地建充电车棚\n区城管局刘工\n12月31日")
    assert people[0].sees("区城管局刘工负责，12月31日 前")
    (row,) = await rows_of(world, Decision)
    assert (row.owner, row.text) == ("区城管局刘工", "在东头空地建充电车棚")
    (promise,) = await rows_of(world, Promise)
    assert (promise.owner, promise.due_at) == (row.owner, row.due_at), "the decision is in the ledger of promises"
    before = await count(world, Case)
    await manager.taps("立成一件事")
    assert await count(world, Case) == before + 1
    await manager.taps("立成一件事")
    assert await count(world, Case) == before + 1, "once"
    (case,) = await rows_of(world, Case, Case.source == "decision")
    assert case.due_at == row.due_at


async def test_a_decision_without_a_date_is_asked_for_again(small_world: World) -> None:
    manager = await topic(small_world)
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("议定了")
    await manager.says("建车棚")
    await manager.taps("记决定")
    await manager.says("建车棚，尽快")
    assert manager.sees("要三行")
    assert await count(small_world, Decision) == 0
    await manager.says("建车棚\n小陈\n1月15日")
    assert await count(small_world, Decision) == 1


async def test_a_member_leaves_and_what_is_kept_of_a_seat_goes_with_the_person(small_world: World) -> None:
    wang = await seated(small_world)
    await wang.says("删除我的数据")
    await wang.taps("删除")
    assert await count(small_world, CouncilMember) == 0
