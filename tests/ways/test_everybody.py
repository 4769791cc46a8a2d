"""For everybody: voices that a person hears, answers by number, one sentence a message."""

import pytest

from storage.tables import Case
from tests.support.world import World
from tests.ways.steps import LAMP, answered, case, count, files, settled


async def test_a_voice_alone_becomes_a_case_that_a_person_hears(world: World) -> None:
    wang = world.resident(1001)
    await wang.sends("voice")
    assert wang.sees("由人来听")
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    await world.app.fetcher.once()
    await world.runs()
    assert wang.sees("已登记，编号 YA-1")
    assert (await case(world)).text == "（语音留言，请点开听）"
    await world.worker(1).taps("看照片和文件")
    assert world.worker(1).last.files


async def test_two_voices_are_two_matters(world: World) -> None:
    for account in (1001, 1002):
        person = world.resident(account)
        await person.sends("voice")
        await person.taps("延安岭社区")
        await person.taps("同意，提交")
    assert await count(world, Case) == 2
    assert not any("我也遇到" in label for m in world.resident(1002).messages for label in m.buttons)


async def test_who_likes_numbers_answers_by_them(world: World) -> None:
    wang = await settled(world)
    await wang.says("数字回答")
    await wang.says("预约")
    await world.worker(2).says("预约")
    await world.worker(2).taps("加一个地方")
    await world.worker(2).says("驿站\n每天 9:00-17:00\n2小时")
    await wang.says("预约")
    assert not wang.last.buttons
    assert "1  📅 预约" in wang.last.text
    await wang.says("1")
    assert "「驿站」哪天用" in wang.last.text
    await wang.says("1")
    assert "几点开始" in wang.last.text
    await wang.says("按钮回答")
    await wang.says("预约")
    assert wang.last.buttons


@pytest.mark.parametrize("words", ["按钮回答", "完整"])
async def test_who_goes_back_to_buttons_chooses_nothing_by_an_old_number(small_world: World, words: str) -> None:
    wang = await settled(small_world)
    await wang.says("数字回答")
    await wang.says("撤回")
    assert "1  是的，撤回" in wang.last.text
    await wang.says(words)
    await wang.says("1")
    assert (await case(small_world)).state == "waiting"
    assert "没看懂这个数字" in wang.last.text


async def test_where_was_asked_may_be_answered_aloud_within_the_hour(world: World) -> None:
    wang = world.resident(1001)
    await wang.says("路灯坏了半个月了")
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert (await case(world)).place is None
    await world.passes(minutes=40)
    await wang.sends("voice")
    assert "已加到「路灯坏了半个月了」（YA-1）" in wang.last.text
    assert await files(world, 1) == 1
    await wang.says("三单元门口")
    assert (await case(world)).place == "三单元门口", "the question is still open"
    await world.passes(minutes=40)
    await wang.sends("voice")
    assert wang.sees("由人来听"), "nothing is asked any more: it is another matter"


async def test_one_sentence_a_message_with_the_choice_at_the_end(world: World) -> None:
    wang = await settled(world)
    await wang.says("短句")
    before = len(wang.messages)
    await wang.says("帮助")
    said = [message.text for message in wang.messages[before:]]
    assert len(said) > 3
    assert all("\n" not in text for text in said[1:-1])
    await wang.says("完整")
    await wang.says("帮助")
    assert "\n" in wang.last.text


async def test_what_announces_the_next_line_is_no_message_of_its_own(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("短句")
    await wang.says(LAMP)
    assert f"您说的是：\n「{LAMP}」" in [message.text for message in wang.messages]


async def test_a_quoted_answer_stays_whole(world: World) -> None:
    wang = await settled(world)
    await wang.says("短句")
    await world.worker(1).taps("受理")
    await world.worker(1).taps("办结答复")
    await world.worker(1).says("灯泡换好了。\n今晚就亮。")
    await world.passes(seconds=61)
    assert any("灯泡换好了。\n今晚就亮。" in message.text for message in wang.messages)


async def test_still_broken_opens_it_again_by_one_tap(world: World) -> None:
    wang, _ = await answered(world)
    await wang.taps("👍 解决了")
    await world.passes(days=2)
    await wang.says("还是坏的")
    await wang.taps("YA-1")
    assert wang.sees("已经重新办理")
    await wang.says("又坏了")
    assert "YA-1（正在重新办）" in wang.last.text, "it is open: where it stands is shown"


async def test_still_broken_with_nothing_reported_is_asked_what_it_is(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("还是坏的")
    assert "没有找到办完的事" in wang.last.text


async def test_large_is_short_and_numbered_at_once_and_says_where_letters_grow(world: World) -> None:
    wang = await settled(world)
    await wang.says("大字")
    assert wang.sees("字还小，请在手机的「设置」里")
    before = len(wang.messages)
    await wang.says("我的诉求")
    assert len(wang.messages) > before + 1, "a sentence a message"
    assert wang.sees("1  ")
    assert not wang.last.buttons
    await wang.says("完整")
    await wang.says("我的诉求")
    assert wang.last.buttons
