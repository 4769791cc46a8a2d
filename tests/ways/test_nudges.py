"""催办 and 督办: what nobody does in time goes up from the worker to the street, each once, each acknowledged."""

import pytest
from sqlalchemy import delete, select

from storage.tables import CaseEvent, Nudge, StaffRight
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, case, change, count, employs, has_staff_chat, means, settled


async def told(world: World) -> dict[str, list[str]]:
    """Who was asked about what, in order."""
    names = {1: "worker", 2: "manager", 3: "street", 4: "officer"}
    rows = await world.rows(lambda c: c.execute(select(Nudge.kind, Nudge.told).order_by(Nudge.id)).all())
    return {row.kind: [names.get(chat, str(chat)) for _, chat in row.told] for row in rows}


async def accepted(world: World) -> tuple[Person, Person]:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("受理")
    return wang, chen


async def test_that_nobody_can_be_told_is_logged_once_an_hour(
    small_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await change(small_world, lambda connection: connection.execute(delete(StaffRight)))
    await small_world.passes(days=50)  # no other test has logged it in this hour
    await settled(small_world, 1001)
    await settled(small_world, 1002, RUBBISH)
    assert caplog.text.count("nobody on the staff can be shown its cases") == 1
    await small_world.passes(hours=1)
    await settled(small_world, 1003, "5栋的电梯坏了三天了")
    assert caplog.text.count("nobody on the staff can be shown its cases") == 2


async def test_what_nobody_does_goes_up_once_each(world: World) -> None:
    await accepted(world)
    chen, zhou, liu = (world.worker(n) for n in (1, 2, 3))
    await world.passes(days=6, hours=7)
    assert not chen.sees("快到期")
    await world.passes(hours=1)
    assert "YA-1 快到期了，最晚 11月25日 下午6:00" in chen.last.text
    await world.passes(days=1)
    assert "YA-1 超时了（11月25日 下午6:00），现在是「已受理」" in zhou.last.text
    await world.passes(days=7)
    assert "超时一倍还没办好" in liu.last.text
    assert await told(world) == {"near": ["worker"], "overdue": ["manager"], "overdue_twice": ["street"]}
    said = [len(p.messages) for p in (chen, zhou, liu)]
    await world.passes(days=30)
    await world.passes(days=30)
    assert [len(p.messages) for p in (chen, zhou, liu)] == said
    await chen.taps("开始办理")  # the card's buttons are good for a month, and the clock gave it fresh ones
    assert (await case(world)).state == "working"


async def test_a_fortnight_of_downtime_tells_what_is_so_now_and_not_what_was(small_world: World) -> None:
    await settled(small_world)
    await small_world.passes(days=30)
    assert await told(small_world) == {"overdue_twice": ["street"]}


async def test_what_nobody_signed_for_is_told_to_the_workers(small_world: World) -> None:
    await settled(small_world)
    await small_world.passes(days=1, hours=8)
    assert "还没有人接手" in small_world.worker(1).last.text
    assert await told(small_world) == {"unsigned": ["worker"]}


async def test_an_urgent_case_wants_a_word_with_the_resident(small_world: World) -> None:
    means(small_world, LAMP, {"urgency": "U"})
    _, chen = await accepted(small_world)
    await small_world.passes(hours=4, minutes=1)
    assert "还没有联系居民" in chen.last.text
    await chen.taps("☎️ 已联系居民")
    assert (await case(small_world)).contacted_at is not None
    assert not chen.sees("还没有联系居民"), "the question is answered"
    assert "已经记过联系了" in await chen.presses(
        next((m.buttons["☎️ 已联系居民"] for m in chen.messages if "☎️ 已联系居民" in m.buttons), "")
    ) or not any("☎️ 已联系居民" in m.buttons for m in chen.messages)


async def test_an_acknowledgement_is_seen_by_all_who_were_told_and_counts_once(world: World) -> None:
    await change(world, employs(7, "副书记", "manager", "community", 1))
    await accepted(world)
    await world.passes(days=8)
    zhou, deputy = world.worker(2), world.worker(7)
    late = deputy.last.buttons["知道了，我来跟"]
    await zhou.taps("知道了，我来跟")
    assert deputy.last.text == "✅ YA-1 周书记知道了，在跟。"
    assert await deputy.presses(late) == "已经点过了。"
    assert await count(world, CaseEvent, CaseEvent.action == "acknowledge") == 1
    assert (await case(world)).first_staff_id == 1, "whoever took it first stays answerable"


async def test_an_answered_case_nudges_nobody(small_world: World) -> None:
    _, chen = await accepted(small_world)
    await chen.taps("办结答复")
    await chen.says("三单元门口的灯今天换好了")
    await small_world.passes(days=40)
    assert not set(await told(small_world)) & {"near", "overdue", "overdue_twice"}


async def test_a_dispatched_case_nudges_the_units_officer(small_world: World) -> None:
    _, chen = await accepted(small_world)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await small_world.passes(days=6, hours=8)
    assert (await told(small_world))["near"] == ["worker", "officer"]


async def test_without_a_manager_the_street_hears_it(small_world: World) -> None:
    await accepted(small_world)
    await change(small_world, lambda c: c.exec_driver_sql("DELETE FROM staff_accounts WHERE staff_id = 2"))
    await small_world.passes(days=7, hours=8)
    assert (await told(small_world))["overdue"] == ["street"]


async def test_more_time_starts_the_stages_again(small_world: World) -> None:
    _, chen = await accepted(small_world)
    await small_world.passes(days=6, hours=8)
    await chen.taps("申请延期")
    await chen.taps("5 个工作日")
    await chen.says("等材料")
    await small_world.worker(2).taps("✅ 同意延期")
    await small_world.passes(days=7)
    assert await count(small_world, Nudge, Nudge.kind == "near") == 2
    assert await count(small_world, Nudge, Nudge.kind == "overdue") == 0


async def test_with_a_staff_chat_nudges_go_to_people_privately(small_world: World) -> None:
    await change(small_world, has_staff_chat(-5))
    await settled(small_world)
    await small_world.passes(days=2)
    assert await told(small_world) == {"unsigned": ["worker"]}


async def test_a_forwarded_or_foreign_nudge_does_nothing(small_world: World) -> None:
    await accepted(small_world)
    await small_world.passes(days=8)
    button = small_world.worker(2).last.buttons["知道了，我来跟"]
    assert "这个按钮用不了了" in await small_world.worker(5).presses(button)
    assert await count(small_world, Nudge, Nudge.done_at.is_not(None)) == 0


# --- many at one time ------------------------------------------------------------------------------------------------

OTHERS = [f"{building}栋门口的路灯不亮了" for building in range(11, 17)]


async def many_late(world: World) -> None:
    await settled(world)
    for number, words in enumerate(OTHERS):
        await settled(world, 1100 + number, words)
    await world.passes(days=8)


async def test_many_reminders_of_one_hour_stand_together(world: World) -> None:
    await many_late(world)
    zhou = world.worker(2)
    late = [m for m in zhou.messages if "超时" in m.text]
    assert len(late) == 4, "three alone, the rest together"
    assert late[-1].text.startswith("❗ 还有 4 件超时：")
    assert all(f"YA-{no}（最晚" in late[-1].text for no in (4, 5, 6, 7))
    assert await count(world, Nudge, Nudge.kind == "overdue") == 7, "each is asked for once, and kept"


async def test_one_tap_acknowledges_all_that_stand_together(world: World) -> None:
    await change(world, employs(7, "副书记", "manager", "community", 1))
    await many_late(world)
    zhou, deputy = world.worker(2), world.worker(7)
    late = deputy.last.buttons["知道了，我来跟"]
    await zhou.taps("知道了，我来跟")
    assert zhou.last.text == deputy.last.text == "✅ 这 4 件周书记知道了，在跟。"
    assert await count(world, CaseEvent, CaseEvent.action == "acknowledge") == 4
    assert await deputy.presses(late) == "已经点过了。"
    assert await count(world, CaseEvent, CaseEvent.action == "acknowledge") == 4


async def test_who_may_not_acknowledge_changes_nothing(small_world: World) -> None:
    await many_late(small_world)
    button = small_world.worker(2).last.buttons["知道了，我来跟"]
    assert "这个按钮用不了了" in await small_world.worker(5).presses(button)
    assert await count(small_world, Nudge, Nudge.done_at.is_not(None)) == 0


async def test_one_of_those_that_stand_together_opens_by_its_number(small_world: World) -> None:
    await many_late(small_world)
    zhou = small_world.worker(2)
    await zhou.taps("YA-5")
    assert "YA-5" in zhou.last.text
    assert "✅ 受理" in zhou.last.buttons


# --- 督办 ------------------------------------------------------------------------------------------------------------


async def supervised(world: World, who: int = 3) -> tuple[Person, Person]:
    await accepted(world)
    above = world.worker(who)
    await above.says("待办")
    await above.taps("YA-1")
    await above.taps("📣 督办")
    await above.says("居民打了三次电话，请说清楚")
    return above, world.worker(1)


async def test_a_supervised_case_is_answered_to_who_asked(world: World) -> None:
    liu, chen = await supervised(world)
    assert "刘主任督办，请在 11月19日 下午6:00 前回话\n「居民打了三次电话，请说清楚」" in chen.last.text
    await chen.taps("回话")
    await chen.says("材料明天到，后天装")
    assert "督办有回话了（小陈）：\n「材料明天到，后天装」" in liu.last.text
    assert chen.sees("小陈已经回话")
    await world.passes(days=3)
    assert not liu.sees("没有等到")


async def test_what_the_resident_is_answered_answers_who_asked_too(world: World) -> None:
    liu, chen = await supervised(world)
    await chen.says("YA-1")
    await chen.taps("办结答复")
    await chen.says("三单元门口的灯，今天下午换好了。")
    assert not liu.sees("督办有回话了"), "it may still be taken back"
    await world.passes(seconds=61)
    assert "督办有回话了（小陈）：\n「三单元门口的灯，今天下午换好了。」" in liu.last.text
    await world.passes(days=3)
    assert not liu.sees("没有等到")


@pytest.mark.parametrize(("who", "next_level"), [(2, 2), (3, 2)])
async def test_no_answer_in_time_is_told_to_who_asked_and_goes_up(
    small_world: World, who: int, next_level: int
) -> None:
    above, _ = await supervised(small_world, who)
    await small_world.passes(days=1, hours=8)
    assert above.sees("要求 11月19日 下午6:00 前回话，没有等到")
    assert small_world.worker(next_level).sees("督办，请在")
    said = len(above.messages)
    await small_world.passes(hours=2)
    assert len(above.messages) == said


async def test_a_worker_supervises_nobody(small_world: World) -> None:
    _, chen = await accepted(small_world)
    assert not any("督办" in label for m in chen.messages for label in m.buttons)


async def test_erased_words_go_out_of_nudges_too(small_world: World) -> None:
    wang, _ = await accepted(small_world)
    zhou = small_world.worker(2)
    await small_world.passes(days=8)
    assert LAMP in zhou.last.text
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert not zhou.sees(LAMP)
    assert zhou.sees("居民已删除原话")
