"""Few words after a report or an answer (没解决, 什么时候修, 不对, 算了) are about it, and file nothing new."""

import pytest

from ledger.scenes import Scene
from nlp.understanding import NoneType
from storage.tables import Case
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, answered, case, count, means, settled
from tests.ways.test_emergencies import ALARM, FIRE


async def asked_about_two(world: World) -> Person:
    """A resident who is asked of two cases whether they are solved."""
    wang, chen = await answered(world)
    await wang.says(RUBBISH)
    await chen.taps("受理")
    await chen.taps("办结答复")
    await chen.says("垃圾清了，今天上午。")
    await world.passes(seconds=61)
    return wang


# --- asked whether it is solved --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["解决了", "已经修好了，谢谢！", "是的", "可以了"])
async def test_who_writes_that_it_is_solved_has_answered(small_world: World, words: str) -> None:
    wang, _ = await answered(small_world)
    await wang.says(words)
    assert (await case(small_world)).solved is True
    assert "您满意吗" in wang.last.text
    assert any(
        message.text == f"「{LAMP}」（YA-1）：您说已经解决了。" and not message.buttons for message in wang.messages
    )


@pytest.mark.parametrize("words", ["没解决", "还没修好啊", "没有", "不行", "还是老样子"])
async def test_who_writes_that_it_is_not_opens_it_again(small_world: World, words: str) -> None:
    wang, _ = await answered(small_world)
    await wang.says(words)
    found = await case(small_world)
    assert (found.state, found.reopened) == ("redo", 1)
    assert await count(small_world, Case) == 1, "it is no report of its own"


async def test_the_same_words_twice_open_it_once(world: World) -> None:
    wang, _ = await answered(world)
    await wang.says("没解决")
    await wang.says("没解决")
    assert (await case(world)).reopened == 1
    assert await count(world, Case) == 1


@pytest.mark.parametrize(("words", "degree"), [("满意", 2), ("一般吧", 1), ("不满意", 0)])
async def test_how_satisfied_may_be_written(small_world: World, words: str, degree: int) -> None:
    wang, _ = await answered(small_world)
    await wang.taps("解决了")
    await wang.says(words)
    assert (await case(small_world)).satisfied == degree


async def test_satisfied_says_solved_too(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.says("很满意")
    found = await case(small_world)
    assert (found.solved, found.satisfied) == (True, 2)


async def test_of_several_it_is_asked_which(small_world: World) -> None:
    wang = await asked_about_two(small_world)
    await wang.says("解决了")
    assert "是哪一件" in wang.last.text
    await wang.taps("YA-2")
    assert [(await case(small_world, no)).solved for no in (1, 2)] == [None, True]


async def test_more_words_than_these_open_nothing_by_themselves(small_world: World) -> None:
    wang, _ = await answered(small_world)
    words = "换了灯泡还是不亮"
    means(small_world, words, {"places": ()})
    await wang.says(words)
    assert (await case(small_world)).state == "follow_up"
    await wang.taps("YA-1")
    assert (await case(small_world)).reopened == 1


async def test_what_goes_on_elsewhere_is_a_matter_of_its_own(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.says("广场舞太吵了，晚上十点还在放")
    assert await count(small_world, Case) == 2
    assert (await case(small_world)).state == "follow_up"


# --- while it is open ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["什么时候修啊", "还没修好", "没人来", "是不是没人管", "催一下", "还是坏的"])
async def test_who_is_waiting_reads_where_it_stands(small_world: World, words: str) -> None:
    wang = await settled(small_world)
    await small_world.passes(hours=5)
    await wang.says(words)
    assert "YA-1（等人接手）" in wang.last.text
    assert "已经 5 小时" in wang.last.text
    assert await count(small_world, Case) == 1


async def test_who_says_it_is_wrong_gets_the_buttons_that_mend_it(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("不对，搞错了")
    assert "哪里不对" in wang.messages[-2].text
    assert {"类别不对", "地点不对", "撤回"} <= set(wang.last.buttons)
    assert "刚刚登记" in wang.last.text


async def test_who_says_it_is_wrong_and_has_told_nothing_is_asked_to_tell_it(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("不是这个意思")
    assert "请再说一遍" in wang.last.text


async def test_who_drops_it_just_after_is_asked_whether_to_take_it_back(world: World) -> None:
    wang = await settled(world)
    await wang.says("算了，不用了")
    await wang.taps("是的，撤回")
    assert (await case(world)).state == "withdrawn"


async def test_who_keeps_it_after_all_changes_nothing(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("撤回")
    await wang.says("不撤了")
    assert (await case(small_world)).state == "waiting"
    assert "没有改动" in wang.last.text


async def test_what_became_well_by_itself_may_be_taken_back(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("已经好了")
    assert "好了就好" in wang.messages[-2].text
    await wang.taps("是的，撤回")
    assert (await case(small_world)).state == "withdrawn"


# --- what is no remark -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["没解决", "没人管", "满意"])
async def test_who_has_reported_nothing_is_taken_at_their_word(small_world: World, words: str) -> None:
    wang = small_world.resident()
    await wang.says(words)
    assert not wang.sees("YA-")
    assert not any(label.startswith("YA-") for label in wang.last.buttons)


async def test_a_matter_is_a_report_however_it_begins(small_world: World) -> None:
    wang = await settled(small_world)
    words = "没人管，" + RUBBISH
    means(small_world, words, {})
    await wang.says(words)
    assert await count(small_world, Case) == 2


async def test_after_an_emergency_everything_goes_to_who_was_called(small_world: World) -> None:
    wang = await settled(small_world)
    means(small_world, FIRE, ALARM)
    await wang.says(FIRE)
    await wang.says("没人来")
    assert small_world.worker(1).sees("「没人来」")


@pytest.mark.parametrize("words", ["看嘛", "都差不多吧", "参加"])
async def test_words_without_any_place_are_no_answer_to_where(small_world: World, words: str) -> None:
    bare = "能不能装个健身器材"
    means(small_world, bare, {"places": ()})
    means(small_world, words, {"places": (), "scene_probability": 0.3})
    wang = await settled(small_world, words=bare)
    assert "请问在哪里" in wang.last.text
    await wang.says(words)
    assert (await case(small_world)).place is None


@pytest.mark.parametrize("words", ["你是机器人吗", "叫你们领导来", "你们电话多少"])
async def test_who_asks_for_a_person_reads_how_to_reach_one(small_world: World, words: str) -> None:
    wang = small_world.resident()
    await wang.says(words)
    assert "12345" in wang.last.text


async def test_a_word_of_agreement_is_no_greeting(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("好")
    assert wang.last.text == small_world.app.context.texts("talk.ack")
    assert LAMP in (await case(small_world)).text


# --- in several messages ---------------------------------------------------------------------------------------------


async def asked_which(world: World) -> tuple[Person, Person]:
    """A resident whom the grid worker has asked something."""
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("问居民")
    await chen.says("是哪一盏灯？")
    await world.passes(seconds=61)
    return wang, chen


async def test_the_rest_of_an_answer_belongs_to_it(world: World) -> None:
    wang, chen = await asked_which(world)
    await wang.says("就是那个")
    means(world, "靠左手的第二盏", {"scene": Scene.NONE, "none_type": NoneType.ACK, "places": ()})
    await wang.says("靠左手的第二盏")
    means(world, "灯罩是红的", {"scene": Scene.NONE, "none_type": NoneType.CHAT, "places": ()})
    await wang.says("灯罩是红的")
    assert (await case(world)).text == f"{LAMP}\n就是那个\n灯罩是红的"
    assert chen.sees("「灯罩是红的」")


@pytest.mark.parametrize("words", ["谢谢", "什么时候修"])
async def test_thanks_and_questions_after_an_answer_are_no_part_of_it(small_world: World, words: str) -> None:
    wang, _ = await asked_which(small_world)
    await wang.says("门口那一盏")
    await wang.says(words)
    assert words not in (await case(small_world)).text


async def test_hours_later_it_is_no_rest_of_an_answer(small_world: World) -> None:
    wang, _ = await asked_which(small_world)
    await wang.says("门口那一盏")
    await small_world.passes(hours=2)
    means(small_world, "灯罩是红的", {"scene": Scene.NONE, "none_type": NoneType.CHAT, "places": ()})
    await wang.says("灯罩是红的")
    assert "灯罩" not in (await case(small_world)).text


# --- questions of our own that wait for a tap ------------------------------------------------------------------------


async def test_taking_it_back_may_be_confirmed_in_words(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("撤回")
    await wang.says("确定")
    assert (await case(small_world)).state == "withdrawn"


@pytest.mark.parametrize("button", ["补充", "地点不对"])
async def test_who_thinks_better_of_adding_adds_nothing(small_world: World, button: str) -> None:
    wang = await settled(small_world)
    before = await case(small_world)
    await wang.taps(button)
    await wang.says("算了")
    assert "没有改动" in wang.last.text
    found = await case(small_world)
    assert (found.text, found.place, found.state) == (before.text, before.place, before.state)


@pytest.mark.parametrize("words", ["请问一下", "我有个事想反映", "在吗", "怎么办呀"])
async def test_a_beginning_without_a_matter_is_greeted(small_world: World, words: str) -> None:
    wang = small_world.resident()
    await wang.says(words)
    assert wang.last.text == small_world.app.context.texts("talk.greeting")


@pytest.mark.parametrize(("button", "words", "field", "value"), [
    ("类别不对", "安全", "scene", "safety"), ("轻重不对", "较急吧", "urgency", "U"),
])  # fmt: skip
async def test_the_name_on_a_button_may_be_written(
    small_world: World, button: str, words: str, field: str, value: str
) -> None:
    wang = await settled(small_world)
    await wang.taps(button)
    await wang.says(words)
    assert getattr(await case(small_world), field) == value
    assert await count(small_world, Case) == 1


async def test_a_resident_makes_no_emergency_by_its_name(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.taps("轻重不对")
    await wang.says("紧急")
    assert (await case(small_world)).urgency == "N"


async def test_what_is_no_name_of_a_button_is_taken_as_any_words(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.taps("类别不对")
    await wang.says(RUBBISH)
    assert await count(small_world, Case) == 2


async def test_once_tapped_the_question_is_over(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.taps("类别不对")
    await wang.taps("绿色低碳")
    await wang.says("安全")
    assert (await case(small_world)).scene == "green"
