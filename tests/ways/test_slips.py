"""A hurried thumb: what the staff write that is no answer (点错了, 算了) reaches nobody, and a step is taken back in words."""

import pytest

from storage.tables import Case
from tests.support.world import World
from tests.ways.steps import LAMP, answered, case, count, means, settled
from tests.ways.test_emergencies import ALARM


@pytest.mark.parametrize("button", ["办结答复", "不予受理", "问居民"])
@pytest.mark.parametrize("words", ["啊点错了", "算了", "取消"])
async def test_who_thinks_better_of_a_question_may_write_so(small_world: World, button: str, words: str) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps(button)
    await chen.says(words)
    await small_world.passes(seconds=61)
    assert (await case(small_world)).state == "waiting"
    assert not wang.sees(words)
    assert "没有改动" in chen.last.text


async def test_an_answer_that_begins_so_is_an_answer(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("办结答复")
    await chen.says("算了一下要换三根灯管，今天都换好了。")
    await small_world.passes(seconds=61)
    assert wang.sees("要换三根灯管")


@pytest.mark.parametrize("words", ["撤销", "哎呀点错了", "按错了"])
async def test_a_step_is_taken_back_in_words(world: World, words: str) -> None:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("✅ 受理")
    await chen.says(words)
    await world.passes(seconds=61)
    assert (await case(world)).state == "waiting"
    assert not wang.sees("已经接手")
    assert chen.sees("这一步已撤销")


async def test_taking_back_twice_takes_back_once(small_world: World) -> None:
    _, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("✅ 受理")
    await chen.says("撤销")
    await chen.says("撤销")
    assert "没有可以撤销的" in chen.last.text
    assert (await case(small_world)).state == "waiting"


async def test_after_the_minute_it_is_too_late_in_words_too(small_world: World) -> None:
    _, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("✅ 受理")
    await small_world.passes(seconds=61)
    await chen.says("点错了")
    assert "不能撤销了" in chen.last.text
    assert (await case(small_world)).state == "accepted"


async def test_words_that_nothing_asked_for_are_said_to_have_reached_nobody(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("问居民")
    await chen.says("待办")
    await chen.says("请问坏了几天了")
    assert "没有发给谁" in chen.last.text
    assert not wang.sees("坏了几天")
    assert LAMP not in chen.last.text


async def test_who_edits_an_answer_hears_that_it_stays_as_it_was(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("办结答复")
    await chen.says("三单元门口的灯，明天换好。")
    sent = next(raw for raw in small_world.staff.pushed if raw.get("text", "").endswith("明天换好。"))
    await chen.edits(sent["message_id"], "三单元门口的灯，后天换好。")
    assert "改了也不算" in chen.last.text
    await chen.says("撤销")
    await small_world.passes(seconds=61)
    assert not wang.sees("换好")


async def test_who_edits_what_they_added_to_an_answer_reports_nothing(one_bot_world: World) -> None:
    _, chen = await answered(one_bot_world)
    await chen.taps("补一句")
    await chen.says("原来的灯冒过烟。", message_id=900)
    means(one_bot_world, "原来的灯着火了。", ALARM)
    await chen.edits(900, "原来的灯着火了。")
    assert "改了也不算" in chen.last.text
    assert await count(one_bot_world, Case) == 1


@pytest.mark.parametrize("words", ["谢谢", "你好", "辛苦了"])
async def test_a_kind_word_of_the_staff_gets_one_back(small_world: World, words: str) -> None:
    chen = small_world.worker(1)
    await chen.says(words)
    assert "辛苦了" in chen.last.text


async def test_what_the_staff_tell_nobody_is_not_thanked_for(small_world: World) -> None:
    chen = small_world.worker(1)
    await chen.says("关好阀门了，燃气公司来过")
    assert "没有发给谁" in chen.last.text


async def test_the_staff_may_write_a_label_too(small_world: World) -> None:
    _, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("改类别")
    await chen.says("城市安全")
    found = await case(small_world)
    assert (found.scene, found.confirmed) == ("safety", True)
