"""Every message about a case says which one in a few words; a 75-year-old does not remember numbers."""

from typing import Any

from bot.district import load_district
from handlers.case_names import LENGTH
from ledger.lifecycle import State
from ledger.scenes import Scene, Urgency
from nlp.understanding import Alarm
from tests.support.world import World
from tests.ways.steps import LAMP, RUBBISH, means, settled

LIFT = "电梯掉下来了，里面有人"
HIT = "三楼的又在打人了，快来人"
ALONE = "我一个人撑不下去了"
SPOKEN = "（语音留言，请点开听）"
ALARM: dict[str, Any] = {"scene": Scene.SAFETY, "urgency": Urgency.EMERGENCY, "places": ()}


async def taken_over(world: World, words: str) -> str:
    """The message that the reporter of these words gets when somebody takes the case over."""
    wang = await settled(world, words=words)
    await world.worker(1).taps("受理")
    await world.passes(seconds=61)
    return wang.last.text


async def test_a_message_says_the_first_words_and_the_number(world: World) -> None:
    assert await taken_over(world, LAMP) == f"您反映的「{LAMP}」（YA-1），延安岭社区已经接手，有人在跟了。"


async def test_long_words_are_cut_where_a_word_ends(small_world: World) -> None:
    said = "小区门口的路灯坏了好几天晚上黑灯瞎火看不见路"
    words = (await taken_over(small_world, said)).partition("「")[2].partition("」")[0]
    assert words.endswith("…")
    assert said.startswith(words.removesuffix("…"))
    assert 4 < len(words) <= LENGTH + 1


async def test_personal_data_among_the_first_words_is_masked(small_world: World) -> None:
    told = await taken_over(small_world, "13812345678是我电话，3栋的路灯坏了半个月了")
    assert "「138****5678" in told


async def test_my_cases_are_called_the_same(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(RUBBISH)
    await wang.says("我的诉求")
    assert f"「{LAMP}」（YA-1）" in wang.last.text
    assert f"「{RUBBISH}」（YA-2）" in wang.last.text


async def test_a_neighbour_who_joined_reads_the_words_masked(small_world: World) -> None:
    await settled(small_world, 1001, "13812345678是我电话，3栋的路灯坏了半个月了")
    zhang, chen = await settled(small_world, 1002, RUBBISH), small_world.worker(1)
    await chen.taps("合并")
    await chen.says("1")
    await small_world.passes(seconds=61)
    await chen.says("YA-1")
    await chen.taps("受理")
    await small_world.passes(seconds=61)
    assert "138****5678" in zhang.last.text
    assert not zhang.sees("13812345678")


async def test_what_was_spoken_has_no_words_to_name_it_by(small_world: World) -> None:
    means(small_world, SPOKEN, {})
    assert "您反映的这件事（YA-1），" in await taken_over(small_world, SPOKEN)


async def test_an_ordinary_emergency_is_named(small_world: World) -> None:
    means(small_world, LIFT, ALARM | {"alarms": (Alarm.FIRE,)})
    wang = await settled(small_world)
    await wang.says(LIFT)
    await small_world.worker(1).taps("我来处理")
    assert wang.sees(f"您反映的「{LIFT}」（YA-2），值班的人已经看到")


async def test_what_nobody_else_should_read_on_the_phone_is_not_repeated(small_world: World) -> None:
    means(small_world, HIT, ALARM | {"alarms": (Alarm.POLICE,)})
    means(small_world, ALONE, ALARM | {"alarms": (Alarm.HUMAN,), "needs_human": True})
    for account, words in ((1001, HIT), (1002, ALONE)):
        person = await settled(small_world, account)
        await person.says(words)
        await small_world.worker(1).taps("我来处理")
        assert person.sees("您反映的这件事（")
        await person.says("我的诉求")
        assert "这件事（" in person.last.text
        assert words[:4] not in person.last.text


# --- states ----------------------------------------------------------------------------------------------------------


def test_every_state_has_words_for_residents() -> None:
    district = load_district()
    assert set(district.resident_states) == set(district.states) == set(State)


async def test_a_resident_reads_what_a_state_means(small_world: World) -> None:
    wang, zhou = await settled(small_world), small_world.worker(2)
    await small_world.worker(1).taps("受理")
    await zhou.says("YA-1")
    await zhou.taps("挂账")
    await zhou.taps("要等资金")
    await small_world.passes(seconds=61)
    await wang.says("我的诉求")
    assert "暂时办不了，会一直跟着，最晚" in wang.last.text
    await wang.taps("YA-1 看详情")
    assert "编号 YA-1（暂时办不了，会一直跟着）" in wang.last.text
    assert not wang.sees("挂账")


async def test_an_old_button_tells_a_resident_in_plain_words_why_not(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    wrong = next(m.buttons["地点不对"] for m in wang.messages if "地点不对" in m.buttons)
    await chen.taps("不予受理")
    await chen.taps("和以前说的一样")
    await small_world.passes(seconds=61)
    assert await wang.presses(wrong) == "YA-1 现在是「社区办不了」，不能这样做。没有改动。"
