"""Clocks of a case: more time is asked for before the end, parked cases are reviewed, and the resident sees it all."""

import pytest
from sqlalchemy import insert, select

from ledger.scenes import Kind, Urgency
from storage.tables import CaseEvent, Nudge, Unit
from tests.support.world import Person, World
from tests.ways.steps import LAMP, case, change, count, employs, means, settled

URGENT = "3栋楼下的井盖没了，好危险"


async def events(world: World, no: int = 1) -> list[str]:
    statement = select(CaseEvent.action).where(CaseEvent.case_no == no).order_by(CaseEvent.id)
    return list(await world.rows(lambda connection: connection.execute(statement).scalars().all()))


async def working(world: World) -> tuple[Person, Person]:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("受理")
    return wang, chen


async def asks_for_more(chen: Person, length: str = "3 个工作日", why: str = "灯头要从外地调") -> None:
    await chen.taps("申请延期")
    await chen.taps(length)
    await chen.says(why)


# --- 申请延期 --------------------------------------------------------------------------------------------------------


async def test_more_time_is_granted_by_the_manager_and_told_to_the_resident(world: World) -> None:
    wang, chen = await working(world)
    zhou, due = world.worker(2), (await case(world)).due_at
    await asks_for_more(chen)
    assert (await case(world)).state == "extension_asked"
    assert "小陈申请延期 3 个工作日，到 11月30日 下午6:00" in zhou.last.text
    assert "灯头要从外地调" in zhou.last.text
    await zhou.taps("✅ 同意延期")
    after = await case(world)
    assert (after.state, (after.due_at - due).days) == ("accepted", 5), "three working days over a weekend"
    assert wang.sees("要晚一些，原因：灯头要从外地调\n11月30日 下午6:00 前答复您")
    assert chen.sees("同意延期，最晚 11月30日 下午6:00")
    assert "周书记：同意延期" in next(m.text for m in zhou.messages if "YA-1" in m.text)
    assert [e for e in await events(world) if e != "nudged"] == ["file", "accept", "extend", "grant"]


async def test_more_time_that_is_refused_changes_no_date(small_world: World) -> None:
    wang, chen = await working(small_world)
    due = (await case(small_world)).due_at
    await asks_for_more(chen)
    await small_world.worker(2).taps("不同意延期")
    after = await case(small_world)
    assert (after.state, after.due_at) == ("accepted", due)
    assert chen.sees("没有同意延期，还是最晚 11月25日 下午6:00")
    assert wang.sees("说好的时间不变，11月25日 下午6:00 前答复您")


async def test_after_the_end_no_more_time_can_be_asked_for(small_world: World) -> None:
    _, chen = await working(small_world)
    button = next(m.buttons["申请延期"] for m in chen.messages if "申请延期" in m.buttons)
    await small_world.passes(days=8)
    assert "已经过了时限" in await chen.presses(button)
    assert (await case(small_world)).state == "accepted"


async def test_a_worker_cannot_grant_it_and_a_manager_not_to_themselves(small_world: World) -> None:
    _, chen = await working(small_world)
    zhou, liu = small_world.worker(2), small_world.worker(3)
    await zhou.says("待办")
    await zhou.taps("YA-1")
    await asks_for_more(zhou, why="等街道的施工队")
    assert "周书记申请延期" in liu.last.text, "the next level decides"
    await zhou.says("待办")
    await zhou.taps("YA-1")
    assert "请换一个人来确认" in await zhou.taps("✅ 同意延期")
    assert not any("同意延期" in label for m in chen.messages for label in m.buttons)
    await liu.taps("✅ 同意延期")
    assert (await case(small_world)).state == "accepted"


async def test_two_managers_decide_once(small_world: World) -> None:
    await change(small_world, employs(7, "副书记", "manager", "community", 1))
    _, chen = await working(small_world)
    await asks_for_more(chen)
    zhou, deputy = small_world.worker(2), small_world.worker(7)
    late = deputy.last.buttons["✅ 同意延期"]
    await zhou.taps("不同意延期")
    assert "YA-1 现在是「已受理」，不能这样做" in await deputy.presses(late)
    assert (await events(small_world)).count("grant") == 0


async def test_an_answer_that_was_undone_leaves_the_request_for_more_time(world: World) -> None:
    _, chen = await working(world)
    zhou = world.worker(2)
    await asks_for_more(chen)
    asked = zhou.last.text
    await chen.taps("办结答复")
    await chen.says("三单元门口的灯，今天下午换好了。")
    assert not any("✅ 同意延期" in m.buttons for m in zhou.messages), "it was answered"
    await chen.taps("撤销")
    await world.passes(seconds=1)
    assert asked in [m.text for m in zhou.messages if "✅ 同意延期" in m.buttons]
    await zhou.taps("✅ 同意延期")
    assert (await case(world)).state == "accepted"


# --- 挂账 ------------------------------------------------------------------------------------------------------------


async def parked(world: World) -> tuple[Person, Person]:
    wang, _ = await working(world)
    zhou = world.worker(2)
    await zhou.says("待办")
    await zhou.taps("YA-1")
    await zhou.taps("挂账")
    await zhou.taps("要等资金")
    await world.passes(seconds=61)
    return wang, zhou


async def test_a_parked_case_is_looked_at_each_quarter(world: World) -> None:
    wang, zhou = await parked(world)
    assert (await case(world)).state == "parked"
    assert wang.sees("一时办不了，原因：要等资金\n没有丢下，先记着，每季度看一次，最晚 2月16日")
    await world.passes(days=90)
    assert "挂账到了该看一看的时候" in zhou.last.text
    await zhou.taps("🗂 挂账")
    await zhou.taps("要等上级规划或批准")
    await world.passes(seconds=61)
    assert wang.sees("原因：要等上级规划或批准")
    assert not any("该看一看" in m.text for m in zhou.messages), "it was answered"
    await world.passes(days=90)
    await zhou.taps("开始办理")
    await world.passes(seconds=61)
    assert (await case(world)).state == "working"
    assert "已经在办了" in wang.last.text


async def test_undo_asks_again_what_the_undone_step_had_answered(world: World) -> None:
    _, zhou = await parked(world)
    await world.passes(days=90)
    await zhou.taps("开始办理")
    assert not zhou.sees("该看一看"), "it was answered"
    await zhou.taps("撤销")
    await world.passes(seconds=1)
    review = next(m for m in zhou.messages if "挂账到了该看一看的时候" in m.text)
    assert "🗂 挂账" in review.buttons
    assert await count(world, Nudge, Nudge.kind == "review", Nudge.done_at.is_(None)) == 1


async def test_a_review_that_nobody_makes_goes_to_the_street(small_world: World) -> None:
    await parked(small_world)
    await small_world.passes(days=90)
    assert not small_world.worker(3).sees("挂账")
    await small_world.passes(days=8)
    assert "挂账早该看了" in small_world.worker(3).last.text


async def test_a_worker_does_not_park_and_undo_takes_it_back(small_world: World) -> None:
    wang, chen = await working(small_world)
    assert not any("挂账" in label for m in chen.messages for label in m.buttons)
    before = await case(small_world)
    zhou = small_world.worker(2)
    await zhou.says("待办")
    await zhou.taps("YA-1")
    await zhou.taps("挂账")
    await zhou.says("要等老旧小区改造")
    await zhou.taps("撤销")
    await small_world.passes(minutes=2)
    after = await case(small_world)
    assert (after.state, after.due_at, after.next_at) == (before.state, before.due_at, before.next_at)
    assert not wang.sees("挂账")


# --- 退单 ------------------------------------------------------------------------------------------------------------


async def test_a_unit_hands_back_with_a_reason_and_names_the_unit(world: World) -> None:
    _, chen = await working(world)
    officer, due = world.worker(4), (await case(world)).due_at
    await chen.taps("派单")
    await chen.taps("区城管局")
    await world.passes(seconds=61)
    await officer.taps("退单")
    await officer.taps("区建设局")
    await officer.says("这盏灯是建设局装的")
    after = await case(world)
    assert (after.state, after.due_at, after.unit_id) == ("returned", due, None), "the clock is not started again"
    assert "退单（城管小王），该由谁办：区建设局\n原因：这盏灯是建设局装的" in chen.last.text
    assert "退单的原因：这盏灯是建设局装的" in next(m.text for m in chen.messages if "YA-1　" in m.text)
    assert not chen.sees("是您首接的"), "once is enough"
    await world.resident(1001).says("YA-1")
    assert "建设局装的" not in world.resident(1001).last.text
    await chen.taps("派给区建设局")
    assert (await case(world)).unit_id == 1
    assert [e for e in await events(world) if e != "nudged"] == ["file", "accept", "dispatch", "return", "dispatch"]


async def test_a_case_for_the_streets_goes_to_the_street_by_its_name(small_world: World) -> None:
    await change(small_world, lambda connection: connection.execute(insert(Unit).values(id=3, name="各街道")))
    _, chen = await working(small_world)
    officer = small_world.worker(4)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await small_world.passes(seconds=61)
    await officer.taps("退单")
    await officer.taps("沈家营街道")
    await officer.says("这条路归街道管")
    assert "该由谁办：沈家营街道" in chen.last.text
    await chen.taps("派给沈家营街道")
    assert (await case(small_world)).unit_id == 3


async def test_a_day_later_it_is_too_late_to_hand_back(small_world: World) -> None:
    _, chen = await working(small_world)
    officer = small_world.worker(4)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await small_world.passes(seconds=61)
    button = next(m.buttons["退单"] for m in officer.messages if "退单" in m.buttons)
    await small_world.passes(days=2)
    assert "已经过了时限" in await officer.presses(button)
    assert (await case(small_world)).state == "dispatched"


# --- 待补充 ----------------------------------------------------------------------------------------------------------


async def test_an_answered_question_leads_back_to_where_the_case_was(world: World) -> None:
    wang, chen = await working(world)
    await chen.taps("开始办理")
    await chen.taps("问居民")
    await chen.says("是哪一盏灯？")
    assert (await case(world)).state == "needs_info"
    await world.passes(days=7, hours=6)
    due = (await case(world)).due_at
    await wang.says("左边那一盏")
    after = await case(world)
    assert after.state == "working"
    assert after.due_at > due, "the staff have a working day left at least"


async def test_what_waits_for_its_minute_is_told_before_what_does_not_wait(world: World) -> None:
    wang, chen = await working(world)
    await chen.taps("问居民")
    await chen.says("是哪一盏灯？")
    told = [message.text for message in wang.messages if "（YA-1）" in message.text]
    assert ["已经接手" in told[0], "是哪一盏灯" in told[1]] == [True, True]
    await world.passes(seconds=61)
    assert sum("已经接手" in message.text for message in wang.messages) == 1


async def test_an_answer_to_a_late_question_does_not_hide_that_it_is_late(small_world: World) -> None:
    wang, chen = await working(small_world)
    await chen.taps("问居民")
    await chen.says("是哪一盏灯？")
    await small_world.passes(days=9)
    due = (await case(small_world)).due_at
    await wang.says("左边那一盏")
    assert (await case(small_world)).due_at == due


# --- what the resident sees ------------------------------------------------------------------------------------------


async def test_the_resident_sees_the_clock_of_their_own_case(small_world: World) -> None:
    wang, chen = await working(small_world)
    await small_world.passes(days=2)
    await wang.says("我的诉求")
    await wang.taps("看详情")
    assert "从 11月18日 上午10:00 登记算起，已经 2 天。" in wang.last.text
    await asks_for_more(chen)
    await small_world.worker(2).taps("✅ 同意延期")
    await wang.says("我的诉求")
    await wang.taps("看详情")
    assert "原定 11月25日 下午6:00 前答复，改到了 11月30日 下午6:00" in wang.last.text
    await small_world.passes(days=20)
    await wang.says("我的诉求")
    await wang.taps("看详情")
    assert "已经 22 天，超时了" in wang.last.text
    await chen.taps("办结答复")
    await chen.says("三单元门口的灯今天换好了")
    await small_world.passes(seconds=61)
    await wang.says("我的诉求")
    await wang.taps("看详情")
    assert "从 11月18日 上午10:00 登记到答复，用了 22 天。" in wang.last.text


@pytest.mark.parametrize(
    ("urgency", "kind", "due"),
    [
        ("E", "problem", "2026-11-18T04:00"),
        ("U", "problem", "2026-11-19T02:00"),
        ("N", "query", "2026-11-19T10:00"),
        ("N", "problem", "2026-11-25T10:00"),
        ("L", "need", "2026-12-09T10:00"),
    ],
)
async def test_the_districts_limits_by_urgency_and_kind(small_world: World, urgency: str, kind: str, due: str) -> None:
    means(small_world, LAMP, {"urgency": Urgency(urgency), "kind": Kind(kind)})
    await settled(small_world)
    assert (await case(small_world)).due_at.isoformat()[:16] == due
