"""A morning with many new cases: after each step one tap leads to the next that nobody has touched."""

from tests.support.world import World
from tests.ways.steps import LAMP, RUBBISH, settled


async def test_one_tap_leads_to_the_next_new_case_until_there_is_none(world: World) -> None:
    for account, words in ((1001, LAMP), (1002, RUBBISH), (1003, "四栋五楼漏水漏到我家了")):
        await settled(world, account, words)
    chen = world.worker(1)
    await chen.says("YA-1")
    await chen.taps("✅ 受理")
    seen = []
    for _ in range(2):
        await chen.taps("下一件")
        seen.append(next(number for number in ("YA-2", "YA-3") if number in chen.last.text))
        await chen.taps("✅ 受理")
    assert sorted(seen) == ["YA-2", "YA-3"]
    await chen.taps("下一件")
    assert "没有等着受理的新诉求了" in chen.last.text


async def test_what_is_in_hand_already_is_not_the_next(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("✅ 受理")
    await chen.taps("开始办理")
    await chen.taps("下一件")
    assert "没有等着受理的新诉求了" in chen.last.text


async def test_nobody_gets_a_case_of_another_community(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("✅ 受理")
    wang = small_world.resident(1004)
    await wang.says(RUBBISH)
    await wang.taps("文化宫社区")
    await wang.taps("同意，提交")
    await chen.taps("下一件")
    assert "WH-" not in chen.last.text


async def test_an_officer_is_led_to_what_was_sent_to_the_unit(small_world: World) -> None:
    await settled(small_world, 1001, LAMP)
    await settled(small_world, 1002, RUBBISH)
    chen, wang = small_world.worker(1), small_world.worker(4)
    for number in ("YA-1", "YA-2"):
        await chen.says(number)
        await chen.taps("派单")
        await chen.taps("区城管局")
    await small_world.passes(seconds=61)
    await wang.says("YA-1")
    await wang.taps("开始办理")
    await wang.taps("下一件")
    assert "YA-2" in wang.last.text
