"""Endings: honest answers, a second pair of eyes, residents who judge, and whether it held."""

import pytest
from sqlalchemy import select

from storage.tables import Case, CaseEvent, Nudge
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, answered, case, change, count, employs, means, settled

FULL = "三单元门口的灯，今天下午换好了。"


async def events(world: World, no: int = 1) -> list[str]:
    statement = select(CaseEvent.action).where(CaseEvent.case_no == no).order_by(CaseEvent.id)
    return list(await world.rows(lambda connection: connection.execute(statement).scalars().all()))


async def answers(world: World, words: str = FULL) -> None:
    chen = world.worker(1)
    await chen.taps("办结答复")
    await chen.says(words)
    await world.passes(seconds=61)


# --- the words -------------------------------------------------------------------------------------------------------


async def test_what_an_answer_leaves_out_may_be_added_before_it_goes_out(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("办结答复")
    await chen.says("已经换好了")
    assert "还可以说清在哪里、什么时候" in chen.last.text
    assert (await case(world)).state == "answered", "it blocks nothing"
    await chen.taps("补一句")
    await chen.says("三单元门口，今天下午三点")
    await world.passes(seconds=61)
    assert [m.text for m in wang.messages if "有答复了" in m.text] == [
        f"您反映的「{LAMP}」（YA-1），有答复了：\n「已经换好了\n三单元门口，今天下午三点」"
    ]
    assert "现在解决了吗" in wang.last.text


async def test_what_is_added_later_is_told_as_an_addition(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("办结答复")
    await chen.says("已经换好了")
    await small_world.passes(seconds=61)
    await chen.taps("补一句")
    await chen.says("三单元门口，今天下午三点")
    assert "补充一句：\n「三单元门口，今天下午三点」" in wang.last.text


async def test_an_answer_with_an_addition_can_still_be_undone(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("办结答复")
    await chen.says("已经换好了")
    await chen.taps("补一句")
    await chen.says("三单元门口，今天下午三点")
    await chen.taps("撤销")
    await small_world.passes(minutes=2)
    assert (await case(small_world)).state == "waiting"
    assert not wang.sees("换好了")


async def test_a_whole_answer_is_not_commented(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("办结答复")
    await chen.says(FULL)
    assert not chen.sees("还可以说清")


async def test_an_honest_no_has_its_reason_and_is_followed_up_like_any_answer(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("办结答复")
    await chen.taps("没能解决")
    await chen.taps("没有资金")
    await chen.says("试过报修，今年没有预算，明年三月再申请。")
    await world.passes(seconds=61)
    assert wang.sees("这次没能解决，原因：没有资金\n「试过报修，今年没有预算，明年三月再申请。」")
    assert "您能理解吗" in wang.last.text
    assert ((await case(world)).outcome, (await case(world)).state) == ("unsolved", "follow_up")
    await wang.taps("可以理解")
    closed = await case(world)
    assert (closed.state, closed.solved) == ("closed", False), "who accepts it does not say that it was solved"


async def test_thinking_better_of_an_honest_no(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("办结答复")
    await chen.taps("没能解决")
    await chen.taps("算了")
    await chen.says("没有资金")
    assert (await case(small_world)).state == "waiting"


@pytest.mark.parametrize("words", ["长" * 4000, "<b>修好了</b> *今天* [三单元](x)"])
async def test_an_answer_is_shown_as_written(small_world: World, words: str) -> None:
    wang = await settled(small_world)
    await answers(small_world, words)
    assert wang.sees(f"「{words}」")


# --- 回访 ------------------------------------------------------------------------------------------------------------


async def test_who_is_not_satisfied_may_tap_why(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.taps("👍 解决了")
    await wang.taps("不满意")
    await wang.taps("没人联系我")
    assert "记下了：没人联系我" in wang.last.text
    judged = select(CaseEvent.detail).where(CaseEvent.action == "judged").order_by(CaseEvent.id)
    rows = await small_world.rows(lambda c: c.execute(judged).scalars().all())
    assert rows == [{"n": 0}, {"why": "没人联系我"}]


async def test_how_satisfied_somebody_was_before_it_was_done_again_counts_no_more(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.taps("👍 解决了")
    await wang.taps("不满意")
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    await wang.taps("👎 又不行了")
    assert (await case(small_world)).satisfied is None
    await answers(small_world)
    await wang.taps("👍 解决了")
    await wang.taps("满意")
    assert (await case(small_world)).satisfied == 2


async def merged_two(world: World) -> tuple[Person, Person]:
    """The reporter of a case and a neighbour in it, both asked whether it is solved."""
    wang, zhang = await settled(world, 1001, RUBBISH), await settled(world, 1002, "3栋楼下垃圾还是没人收，堆成山了")
    chen = world.worker(1)
    await chen.taps("合并")
    await chen.says("1")
    await answers(world, "3栋楼下的垃圾今天上午清走了。")
    return wang, zhang


async def test_everybody_who_joined_is_asked_and_the_least_satisfied_counts(world: World) -> None:
    wang, zhang = await merged_two(world)
    await wang.taps("👍 解决了")
    await wang.taps("满意")
    await zhang.taps("👍 解决了")
    await zhang.taps("不满意")
    closed = await case(world)
    assert (closed.state, closed.solved, closed.satisfied) == ("closed", True, 0)


async def test_one_no_of_several_opens_it_again(small_world: World) -> None:
    wang, zhang = await merged_two(small_world)
    await wang.taps("👍 解决了")
    await zhang.taps("没解决")
    opened = await case(small_world)
    assert (opened.state, opened.solved, opened.reopened) == ("redo", False, 1)
    assert wang.sees("重新办理，11月")


async def test_two_nos_are_one_reopening(small_world: World) -> None:
    wang, zhang = await merged_two(small_world)
    await wang.taps("没解决")
    await zhang.taps("没解决")
    opened = await case(small_world)
    assert (opened.state, opened.reopened) == ("redo", 1)
    assert "已经重新办理" in zhang.last.text


async def said_no_twice(world: World) -> tuple[Person, Person]:
    wang, _ = await answered(world)
    await wang.taps("没解决")
    await answers(world, "三单元门口，今天又重做了接头。")
    await wang.taps("没解决")
    return wang, world.worker(2)


async def test_the_second_no_goes_to_the_manager_who_has_it_done_again(world: World) -> None:
    wang, zhou = await said_no_twice(world)
    assert "直接交给社区书记" in wang.last.text
    assert (await case(world)).state == "follow_up"
    assert "居民第二次说没解决，请您决定，最晚 11月20日 下午6:00" in zhou.last.text
    await zhou.taps("没办好，重办")
    opened = await case(world)
    assert (opened.state, opened.reopened) == ("redo", 2)
    assert "重新办理，11月25日 下午6:00 前再答复您" in wang.last.text
    assert not any("第二次说没解决" in m.text for m in zhou.messages)


async def test_the_manager_may_keep_to_the_answer_with_a_reason(world: World) -> None:
    wang, zhou = await said_no_twice(world)
    await zhou.taps("维持答复")
    await zhou.says("灯已经亮了三天，现场看过")
    closed = await case(world)
    assert (closed.state, closed.solved) == ("closed", False)
    assert wang.sees("还是原来的答复，原因：灯已经亮了三天，现场看过\n有不同意见，可以打 12345")


async def test_a_second_no_is_never_closed_by_silence_and_goes_to_the_street(small_world: World) -> None:
    await said_no_twice(small_world)
    await small_world.passes(days=2, hours=8)
    assert "第二次说没解决" in small_world.worker(3).last.text
    await small_world.passes(days=30)
    assert (await case(small_world)).state == "follow_up"
    await small_world.worker(3).taps("没办好，重办")
    assert (await case(small_world)).state == "redo"


async def test_a_yes_of_another_does_not_overrule_a_no_that_waits_for_the_manager(small_world: World) -> None:
    wang, zhang = await merged_two(small_world)
    await wang.taps("没解决")
    await answers(small_world, "3栋楼下今天又清了一次。")
    await wang.taps("没解决")
    await zhang.taps("👍 解决了")
    assert (await case(small_world)).state == "follow_up"


async def test_still_broken_in_one_tap_after_closing(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.taps("👍 解决了")
    await small_world.passes(days=3)
    await wang.says("我的诉求")
    await wang.taps("看详情")
    await wang.taps("👎 又不行了")
    assert (await case(small_world)).state == "redo"


# --- a second pair of eyes -------------------------------------------------------------------------------------------


async def test_a_colleague_looks_at_what_was_closed(world: World) -> None:
    await change(world, employs(7, "小李", "worker", "community", 1))
    await settled(world)
    li = world.worker(7)
    await answers(world)
    assert "小陈答复了，请您帮着看一眼" in li.last.text
    assert FULL in li.last.text
    assert not world.worker(2).sees("看一眼")
    await li.taps("✅ 看过，属实")
    assert (await case(world)).state == "follow_up", "the residents still judge"
    assert "小李：看过，属实" in "".join(m.text for m in li.messages)
    assert "check" in await events(world)


async def test_with_no_colleague_the_manager_looks(small_world: World) -> None:
    await settled(small_world)
    await answers(small_world)
    zhou = small_world.worker(2)
    assert "请您帮着看一眼" in zhou.last.text
    await zhou.taps("没办好，重办")
    assert (await case(small_world)).state == "redo"


async def test_nobody_confirms_their_own_closing(world: World) -> None:
    await settled(world)
    await answers(world)
    chen, zhou = world.worker(1), world.worker(2)
    assert "请换一个人来确认" in await chen.taps("☎️ 电话说解决了")
    assert (await case(world)).state == "follow_up"
    await zhou.taps("看卡片") if any("看卡片" in m.buttons for m in zhou.messages) else await zhou.says("待办")


async def test_a_colleague_notes_what_the_resident_said_by_phone(small_world: World) -> None:
    await change(small_world, employs(7, "小李", "worker", "community", 1))
    await settled(small_world)
    await answers(small_world)
    li = small_world.worker(7)
    await li.taps("☎️ 电话说解决了")
    closed = await case(small_world)
    assert (closed.state, closed.solved) == ("closed", True)


async def test_a_no_by_phone_opens_it_again(small_world: World) -> None:
    await settled(small_world)
    await answers(small_world)
    await small_world.worker(1).taps("☎️ 电话说没解决")
    assert (await case(small_world)).state == "redo"


# --- 巩固提升 --------------------------------------------------------------------------------------------------------


async def closed_urgent(world: World) -> Person:
    means(world, LAMP, {"urgency": "U"})
    wang, _ = await answered(world)
    await wang.taps("👍 解决了")
    await wang.taps("满意")
    return wang


async def test_a_month_and_a_quarter_later_the_reporter_is_asked_whether_it_held(world: World) -> None:
    wang = await closed_urgent(world)
    await world.passes(days=29)
    assert not wang.sees("现在还好吗")
    await world.passes(days=1, minutes=1)
    assert f"您以前反映的「{LAMP}」（YA-1），现在还好吗？" in wang.last.text
    await wang.taps("👍 还好")
    assert "还好着" in wang.last.text
    await world.passes(days=60)
    await wang.taps("👎 又不行了")
    assert (await case(world)).state == "redo"
    await world.passes(days=100)
    assert await count(world, CaseEvent, CaseEvent.action == "asked_if_it_holds") == 2


async def test_a_late_check_of_a_closed_case_does_not_close_it_again(world: World) -> None:
    wang = await closed_urgent(world)
    closed = await case(world)
    await world.passes(days=20)
    await world.worker(2).taps("✅ 看过，属实")
    checked = await case(world)
    assert "check" in await events(world)
    assert (checked.closed_at, checked.next_at) == (closed.closed_at, closed.next_at)
    await world.passes(days=11)
    assert wang.sees("现在还好吗"), "a month after it was closed, not after it was checked"


async def test_nobody_is_asked_about_what_was_not_urgent(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.taps("👍 解决了")
    await small_world.passes(days=100)
    assert not wang.sees("现在还好吗")


async def test_such_questions_come_at_a_polite_hour(small_world: World) -> None:
    means(small_world, LAMP, {"urgency": "U"})
    wang, _ = await answered(small_world)
    await small_world.passes(hours=13)  # 23:01
    await wang.taps("👍 解决了")
    await small_world.passes(days=30, minutes=1)
    assert not wang.sees("现在还好吗")
    await small_world.passes(hours=10)
    assert wang.sees("现在还好吗")


# --- root causes -----------------------------------------------------------------------------------------------------


async def test_three_like_cases_at_one_place_are_one_root_cause(world: World) -> None:
    place = {"places": ("3栋",), "item": 12}
    texts = ("3栋门口的灯不亮", "3栋楼道灯又坏了", "3栋的感应灯失灵")
    chen = world.worker(1)
    for number, text in enumerate(texts, 1):
        means(world, text, place)
        await settled(world, 1000 + number, text)
        await chen.taps("办结答复")
        await chen.says("3栋的灯今天换好了")
        await world.passes(seconds=61)
    root = await world.rows(lambda c: c.execute(select(Case.__table__).where(Case.source == "root_cause")).one())
    assert "根子问题：3栋三个月里有 3 件同类的事（YA-1、YA-2、YA-3）" in root.text
    assert (root.urgency, root.staff_id, root.state) == ("L", 2, "waiting")
    assert "根子问题" in "".join(m.text for m in world.worker(2).messages)
    assert await count(world, Case, Case.root_no == root.no) == 3
    zhou = world.worker(2)
    await zhou.taps("✅ 受理")
    assert not zhou.sees("送不到"), "there is nobody to be told"


async def test_the_same_place_with_different_matters_is_none(small_world: World) -> None:
    for number, (text, item) in enumerate((("3栋门口的灯不亮", 12), ("3栋电梯困人", 8), ("3栋想要快递柜", 7)), 1):
        means(small_world, text, {"places": ("3栋",), "item": item, "similar_key": (number,)})
        await settled(small_world, 1000 + number, text)
        await small_world.worker(1).taps("办结答复")
        await small_world.worker(1).says("今天办好了，在3栋")
        await small_world.passes(seconds=61)
    assert await count(small_world, Case, Case.source == "root_cause") == 0


async def test_a_case_reopened_three_times_is_one(small_world: World) -> None:
    wang, zhou = await said_no_twice(small_world)
    await zhou.taps("没办好，重办")
    await answers(small_world, "三单元门口，今天第三次修好了。")
    await wang.taps("没解决")
    await zhou.taps("没办好，重办")
    assert (await case(small_world)).reopened == 3
    root = await case(small_world, 2)
    assert "YA-1 已经重办 3 次" in root.text
    assert (await case(small_world)).root_no == 2


# --- triage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "taps",
    [
        ("✅ 受理",),
        ("派单", "区城管局"),
        ("不予受理", "不在本社区范围"),
        ("转出", "供电 95598"),
        ("改类别", "绿色低碳"),
        ("改轻重", "较急"),
    ],
)
async def test_a_routine_case_is_triaged_in_two_taps_at_most(small_world: World, taps: tuple[str, ...]) -> None:
    await settled(small_world)
    chen, before = small_world.worker(1), await case(small_world)
    for label in taps:
        await chen.taps(label)
    after = await case(small_world)
    assert len(taps) <= 2
    assert (after.state, after.scene, after.urgency) != (before.state, before.scene, before.urgency)


async def test_every_step_is_kept_with_who_from_where_and_by_which_button(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("受理")
    await chen.taps("不予受理")
    await chen.taps("不在本社区范围")
    columns = ("action", "role", "staff_id", "before", "after", "reason", "via")
    statement = select(*(getattr(CaseEvent, name) for name in columns)).order_by(CaseEvent.id)
    rows = await small_world.rows(lambda c: [tuple(row) for row in c.execute(statement)])
    reason = "不在本社区范围。请向事情所在的社区反映，或者打 12345"
    assert rows == [
        ("file", "resident", None, None, "waiting", None, "button agree"),
        ("accept", "worker", 1, "waiting", "accepted", None, "button accept"),
        ("refuse", "worker", 1, "accepted", "refused", reason, "button words_chosen"),
    ]


async def test_a_check_that_comes_late_is_answered_in_plain_words(small_world: World) -> None:
    await settled(small_world)
    await answers(small_world)
    zhou = small_world.worker(2)
    late = next(m.buttons["✅ 看过，属实"] for m in zhou.messages if "✅ 看过，属实" in m.buttons)
    await small_world.resident().taps("没解决")
    assert "YA-1 现在是「重办」，不能这样做" in await zhou.presses(late)
    assert await count(small_world, Nudge, Nudge.kind == "check", Nudge.done_at.is_(None)) == 0


async def test_a_yes_that_comes_after_the_silence_still_counts(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await small_world.passes(days=7, seconds=1)
    assert (await case(small_world)).state == "closed_unconfirmed"
    await wang.taps("👍 解决了")
    closed = await case(small_world)
    assert (closed.state, closed.solved) == ("closed", True)
