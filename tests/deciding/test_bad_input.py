"""What people send and tap that does not fit: a plain answer, and one effect or none."""

from typing import Any

import pytest

from storage.tables import Contribution, Gathering, HelpCall, Meeting, Promise, Rota, Rules, Story, Topic, Vote
from tests.deciding.neighbours import OPTIONS, live_here, rows_of, told_of_charging, topic, vote
from tests.deciding.test_secrecy import database_of
from tests.support.world import Person, World
from tests.ways.steps import count, settled

LONG = "长" * 4096
MESSENGER = {"inbox", "outbox", "lanes", "conversations", "keyboards", "shown", "people", "counters"}
"""Tables that keep how a message came and what was answered; people: that somebody has written."""


async def test_an_option_of_4096_characters_gets_a_plain_answer_and_the_next_one_counts(world: World) -> None:
    (wang,) = await live_here(world, range(1001, 1002))
    manager = await topic(world)
    for person in (manager, wang):
        await person.says("议题")
        await person.taps("议题 1")
        await person.taps("提选项")
        await person.says(LONG)
        assert person.sees("写得太长了（4096 字）。请压到 200 字以内")
        assert await count(world, Contribution) == (person is wang)
        await person.says("在东头空地建")
    assert [row.text for row in await rows_of(world, Contribution)] == ["在东头空地建"]
    assert wang.sees("已经有人写过了")


async def test_a_topic_without_evidence_says_so_and_works_like_any_other(world: World) -> None:
    (wang,) = await live_here(world, range(1001, 1002))
    manager = await topic(world, *OPTIONS[:2])
    await manager.says("议题")
    await manager.taps("议题 1")
    assert "还没有人反映过这件事" in manager.last.text
    await manager.taps("发起投票")
    await manager.taps("开始投票")
    await wang.says("投票")
    await wang.taps(OPTIONS[0])
    assert wang.sees("您的票在票箱里")


@pytest.mark.parametrize(
    ("word", "label", "words", "table"),
    [
        ("活动", "发起活动", "量尺寸\n12月5日 9:00\n东头\n0", Gathering),
        ("活动", "发起活动", "量尺寸\n12月5日 9:00\n东头\n0人", Gathering),
        ("活动", "发起活动", "量尺寸\n昨天\n东头\n20", Gathering),
        ("活动", "发起活动", LONG, Gathering),
        ("值日", "新的值日", LONG, Rota),
        ("值日", "新的值日", "锁门\n有空就来", Rota),
        ("承诺", "记一个承诺", LONG, Promise),
        ("承诺", "记一个承诺", "建棚\n周书记\n昨天", Promise),
        ("承诺", "记一个承诺", "建棚\n周书记\n12月5日\nYA-99", Promise),
        ("公约", "起草公约", LONG, Rules),
        ("故事", "写个故事", LONG, Story),
        ("故事", "写个故事", "题目\n从前\n现在\n议题99", Story),
        ("议事会", "定开会时间", "下周找个时间", Meeting),
        ("议事会", "定开会时间", LONG, Meeting),
    ],
)
async def test_what_cannot_be_is_said_plainly_and_makes_nothing(
    small_world: World, word: str, label: str, words: str, table: Any
) -> None:
    manager = small_world.worker(2)
    await manager.says(word)
    await manager.taps(label)
    before = len(manager.messages)
    await manager.says(words)
    assert len(manager.messages) > before, "there is an answer"
    assert await count(small_world, table) == 0


async def test_a_call_for_nobody_is_asked_again(small_world: World) -> None:
    manager = small_world.worker(2)
    await manager.says("微心愿")
    await manager.taps("发起征集")
    await manager.taps("出时间")
    await manager.says("来帮忙\n0人")
    assert manager.sees("人数要在 1 到")
    assert await count(small_world, HelpCall) == 0


async def everything(world: World) -> list[Person]:
    """A community with something of each kind going on, and everybody's buttons in their chats."""
    people = await told_of_charging(world)
    manager = world.worker(2)
    await manager.taps("拿出来议")
    for option in OPTIONS[:2]:
        await manager.says("议题")
        await manager.taps("议题 1")
        await manager.taps("提选项")
        await manager.says(option)
    for label, words in (
        ("发起征集", "来量尺寸\n3人"),
        ("发起活动", "量尺寸\n12月5日 9:00\n东头\n20"),
        ("新的值日", "锁门\n每天"),
    ):
        await manager.says("议题")
        await manager.taps("议题 1")
        await manager.taps("大家一起做")
        await manager.taps(label)
        if label == "发起征集":
            await manager.taps("出时间")
        await manager.says(words)
    await manager.says("预约")
    await manager.taps("加一个地方")
    await manager.says("驿站\n每天 9:00-17:00\n1小时")
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("发起投票")
    await manager.taps("开始投票")
    for person in people[:2]:
        for word in ("议题", "投票", "微心愿", "活动", "值日", "预约", "公约", "承诺", "故事", "议事会"):
            await person.says(word)
    return [*people[:2], manager]


async def test_a_forwarded_button_does_nothing_for_who_lives_elsewhere(small_world: World) -> None:
    people = await everything(small_world)
    stranger = (await live_here(small_world, range(1500, 1501), community=2))[0]
    other = small_world.worker(5)  # a grid worker of the other community
    before = await database_of(small_world)
    buttons = [data for person in people for m in person.messages for data in m.buttons.values()]
    for data in dict.fromkeys(buttons):
        await stranger.presses(data)
        await other.presses(data)
    after = await database_of(small_world)
    changed = {name for name, rows in after.items() if rows != before[name] and name not in MESSENGER}
    assert changed == set()
    assert len(buttons) > 30


async def test_a_resident_can_press_no_button_of_the_manager(small_world: World) -> None:
    await everything(small_world)
    await settled(small_world, 1400)
    mallory, manager = small_world.resident(1400), small_world.worker(2)
    before = await database_of(small_world)
    for data in dict.fromkeys(data for m in manager.messages for data in m.buttons.values()):
        await mallory.presses(data)
    after = await database_of(small_world)
    changed = {name for name, rows in after.items() if rows != before[name] and name not in MESSENGER}
    assert changed == set()


async def test_a_button_pressed_again_and_again_has_one_effect(small_world: World) -> None:
    manager = await topic(small_world, *OPTIONS[:2])
    await live_here(small_world, range(1001, 1002))
    await manager.says("发起议题")
    await manager.says("第二个")
    for _ in range(3):
        await manager.taps("拿出来议")
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("发起投票")
    start = next(data for label, data in manager.last.buttons.items() if "开始投票" in label)
    for _ in range(3):
        await manager.presses(start)
    assert [row.state for row in await rows_of(small_world, Vote)] == ["open"]
    assert [row.state for row in await rows_of(small_world, Topic)] == ["voting", "open"]


async def test_words_for_a_question_that_is_over_are_no_answer(small_world: World) -> None:
    await live_here(small_world, range(1001, 1002))
    manager = await vote(small_world)
    await manager.says("投票")
    await manager.taps("取消投票")
    await small_world.passes(hours=2)
    await manager.says("算了")
    (row,) = await rows_of(small_world, Vote)
    assert row.state == "open", "an hour later nobody remembers what was asked"
