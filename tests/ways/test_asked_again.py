"""Questions of what neighbours do together: what is no answer keeps them open, and there is always a way out."""

import re

import pytest

from storage.tables import Case, HelpCall, Meeting, RulesComment
from tests.deciding.neighbours import OPTIONS, begin_vote, live_here, rows_of, topic, vote
from tests.deciding.test_council import seated
from tests.support.world import Person, World
from tests.ways.steps import count
from tests.ways.test_building import event


async def asked_to_vote_for(world: World) -> tuple[Person, str]:
    """A neighbour, and the code with which somebody else asked to have their ballot marked."""
    wang, li = await live_here(world, range(1001, 1003))
    await vote(world)
    await wang.says("投票")
    await wang.taps("请人代投")
    code = next(found[1] for m in wang.messages if (found := re.search(r"信得过的人：(\w+)", m.text)))
    return li, code


async def test_a_mistyped_code_is_typed_again(small_world: World) -> None:
    li, code = await asked_to_vote_for(small_world)
    await li.says("代投")
    await li.says("ABCDEFGH")
    assert "没有这个代投码" in li.last.text
    assert "算了" in " ".join(li.last.buttons)
    await li.says(code)
    assert li.sees("您替")
    assert await count(small_world, Case) == 0, "a code is no report"


async def test_somebody_thinks_better_of_it(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await topic(small_world)
    await wang.says("议题")
    await wang.taps("议题 1")
    await wang.taps("说理由")
    await wang.says("算了")
    assert "没有改动" in wang.last.text
    assert not small_world.worker(2).sees("「算了」")


async def test_what_is_wrong_is_said_once_with_the_question_and_one_line_will_do(small_world: World) -> None:
    await live_here(small_world, range(1001, 1002))
    manager = small_world.worker(2)
    await manager.says("承诺")
    await manager.taps("记一个承诺")
    before = len(manager.messages)
    await manager.says("修路灯\n物业\n尽快")
    assert len(manager.messages) == before + 1
    assert "没看懂是哪天" in manager.last.text
    assert "第一行：答应了什么" in manager.last.text
    assert not manager.sees("✅ 收到了。")
    await manager.says("修路灯；物业；下周五前")
    assert manager.sees("第 1 号承诺，11月27日到期")


# --- the council -----------------------------------------------------------------------------------------------------


async def meeting(world: World, words: str) -> Person:
    manager = world.worker(2)
    await manager.says("议事会")
    await manager.taps("定开会时间")
    await manager.says(words)
    return manager


async def test_a_meeting_is_called_in_spoken_words(small_world: World) -> None:
    wang = await seated(small_world)
    await meeting(small_world, "下周三晚上七点半 楚邻驿站")
    assert wang.sees("11月25日 晚上7:30，楚邻驿站")


@pytest.mark.parametrize(("words", "why"), [("改天吧", "没看懂是哪天几点"), ("11月2日 9:00", "已经过了")])
async def test_a_meeting_at_no_time_or_in_the_past_is_not_called(small_world: World, words: str, why: str) -> None:
    await seated(small_world)
    manager = await meeting(small_world, words)
    assert why in manager.last.text
    assert await count(small_world, Meeting) == 0


async def test_a_meeting_is_called_off_by_two_taps_and_the_council_hears(world: World) -> None:
    wang = await seated(world)
    manager = await meeting(world, "11月25日 19:30 楚邻驿站")
    await manager.says("议事会")
    await manager.taps("这次不开了")
    assert not wang.sees("不开了")
    await manager.taps("确定")
    assert wang.sees("第 1 次会（11月25日 晚上7:30）不开了")
    assert await count(world, Meeting) == 0
    await world.passes(days=7)
    assert not wang.sees("快开会了")


async def test_the_council_finds_its_minutes_again_and_nobody_else_does(small_world: World) -> None:
    wang = await seated(small_world)
    (li,) = await live_here(small_world, range(1099, 1100))
    manager = await meeting(small_world, "11月19日 19:30 楚邻驿站")
    await small_world.passes(days=2)
    await manager.says("会议纪要")
    await manager.taps("第 1 次会")
    await manager.says("大家同意建车棚")
    await wang.says("会议纪要")
    assert "大家同意建车棚" in wang.last.text
    await li.says("会议纪要")
    assert "给议事会的人看" in li.last.text


# --- votes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["我选车棚", "A", "选b", f"我投给{OPTIONS[2]}。"])
async def test_a_choice_in_words_is_not_kept_and_leads_to_the_ballot(small_world: World, words: str) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await topic(small_world, "门口建车棚", *OPTIONS[1:])
    await begin_vote(small_world.worker(2))
    await wang.says(words)
    assert wang.sees("在选票上点一下才算")
    assert "我的票" in wang.last.buttons
    assert await count(small_world, Case) == 0


@pytest.mark.parametrize("words", ["我投诉楼上天天半夜跳舞太吵", "我选的那家物业不修电梯，电梯坏了"])
async def test_a_complaint_is_one_while_people_vote(small_world: World, words: str) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await vote(small_world)
    await wang.says(words)
    assert not wang.sees("在选票上点一下才算")
    assert await count(small_world, Case) == 1


async def test_a_topic_that_was_voted_on_names_the_option_and_no_letter(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1007))
    await vote(small_world)
    for person in people:
        await person.taps(OPTIONS[0])
    await small_world.passes(days=7)
    await people[0].says("议题")
    await people[0].taps("议题 1")
    assert f"定下来的：投票选出：{OPTIONS[0]}" in people[0].last.text
    assert f"· {OPTIONS[0]}" in people[0].last.text


# --- rules, wishes, events -------------------------------------------------------------------------------------------


async def drafted(world: World) -> Person:
    manager = world.worker(2)
    await manager.says("公约")
    await manager.taps("起草公约")
    await manager.says("文明养犬公约\n一、遛狗牵绳\n二、早上六点前不遛")
    return manager


async def test_a_clause_is_named_in_words_as_well(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await drafted(small_world)
    await wang.says("公约")
    for words in ("第二条太严了", "都挺好", "2个人遛一条狗行不行"):
        await wang.taps("提意见")
        await wang.says(words)
    assert [row.clause for row in await rows_of(small_world, RulesComment)] == [2, 0, 0]
    await manager.says("公约")
    await manager.taps("看意见")
    assert "第 2 条：太严了" in manager.last.text
    assert "整份：都挺好" in manager.last.text


async def test_a_vote_that_was_only_set_up_is_dropped_with_the_draft_that_is_published(small_world: World) -> None:
    await live_here(small_world, range(1001, 1002))
    manager = await drafted(small_world)
    await manager.says("公约")
    await manager.taps("请大家投票定")
    start = next(data for label, data in manager.last.buttons.items() if "开始投票" in label)
    await manager.says("公约")
    await manager.taps("公布")
    assert await manager.presses(start) == small_world.app.context.texts("problem.not_now")
    await manager.says("议题")
    assert "现在没有大家在议的事" in manager.last.text


async def test_whoever_wished_for_something_takes_it_back(world: World) -> None:
    wang, li = await live_here(world, range(1001, 1003))
    await wang.says("微心愿")
    await wang.taps("我有个心愿")
    await wang.taps("出时间")
    await wang.says("换灯泡")
    await world.worker(2).taps("给邻居看")
    await li.says("微心愿")
    await li.taps("我来认领")
    await wang.says("微心愿")
    await wang.taps("收回")
    assert li.sees("您不用忙了")
    (row,) = await rows_of(world, HelpCall)
    assert row.state == "ended"


async def test_who_moves_up_may_make_room_again(small_world: World) -> None:
    wang, li = await live_here(small_world, range(1001, 1003))
    manager = await event(small_world, "包饺子；周六上午九点；活动室；一人")
    await manager.taps("通知居民")
    await wang.taps("我要来")
    await li.taps("我要来")
    await wang.taps("我来不了")
    assert "有名额了" in li.last.text
    await li.taps("我来不了")
    assert "不算您了" in li.last.text


async def test_in_a_group_of_the_staff_a_private_command_is_sent_there(small_world: World) -> None:
    group = small_world.worker(2, chat=-500)
    await group.says("/here")
    await group.says("/topics")
    assert "请私下发给我" in group.last.text


async def test_a_mistyped_code_at_the_door_is_typed_again(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await event(small_world, "包饺子；今天上午十点半；活动室；不限")
    await manager.taps("签到码")
    code = re.search(r"签到码：(\d+)", manager.last.text)
    assert code is not None
    await small_world.passes(minutes=35)
    await wang.says("签到")
    await wang.says("0000" if code[1] != "0000" else "1111")
    assert "签到码不对" in wang.last.text
    await wang.says(code[1])
    assert wang.sees("签到好了")


# --- what one may send -----------------------------------------------------------------------------------------------


async def test_help_names_what_each_of_the_staff_may_send(small_world: World) -> None:
    manager, street, worker = (small_world.worker(n) for n in (2, 3, 1))
    for person in (manager, street, worker):
        await person.says("帮助")
    assert "「议题」「投票」" in manager.last.text
    assert "「督办」" in street.last.text
    assert "书记还可以发" not in worker.last.text


async def test_what_is_for_the_staff_is_said_to_be(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await wang.says("督办")
    assert "工作人员用的" in wang.last.text


async def test_a_ballot_of_where_somebody_has_moved_from_says_so(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await vote(small_world)
    await wang.says("社区")
    await wang.taps("文化宫社区")
    said = await wang.taps(OPTIONS[0])
    assert "这是延安岭社区的事，您现在在文化宫社区" in said


async def test_what_is_carried_out_is_told_with_how_many_hear_of_it_and_leads_to_a_story(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await topic(small_world)
    await wang.says("议题")
    assert "（正在议）" in wang.last.text, "nobody is behind it yet, and no nought is shown"
    await wang.taps("议题 1")
    await wang.taps("附议")
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("议定了")
    await manager.says("建在东头")
    await manager.taps("办成了")
    await manager.says("车棚建好了")
    assert "告诉了关心这件事的 1 位居民" in manager.last.text
    await manager.taps("写个故事")
    assert "从前怎样" in manager.last.text
