"""What a resident's next words are: the answer to a question of ours, more for a case, or a report of its own."""

from sqlalchemy import select

from ledger.scenes import Scene
from nlp.understanding import NoneType
from storage.tables import Case, CaseMessage
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, answered, case, count, files, means, settled
from tests.ways.test_emergencies import ALARM, FIRE


async def asked_where(world: World) -> Person:
    """A resident whose second report lacks its place."""
    wang = await settled(world)
    means(world, "井盖没了", {"places": ()})
    await wang.says("井盖没了")
    assert "请问在哪里" in wang.last.text
    return wang


async def test_the_place_is_confirmed_and_shown_on_receipt_and_card(world: World) -> None:
    wang, chen = await asked_where(world), world.worker(1)
    await wang.says("2号楼东头")
    assert "（YA-2）的地点记下了：2号楼东头" in wang.last.text
    assert "地点：2号楼东头" in next(m.text for m in wang.messages if "编号 YA-2" in m.text)
    assert "地点：2号楼东头" in next(m.text for m in chen.messages if "YA-2" in m.text)


async def test_a_new_matter_is_no_answer_to_where(small_world: World) -> None:
    wang = await asked_where(small_world)
    await wang.says("楼道里垃圾没人收")
    assert "编号 YA-3" in wang.last.text
    assert (await case(small_world, 2)).place is None


async def test_a_word_of_courtesy_is_no_answer_and_the_question_stays_open(small_world: World) -> None:
    wang = await asked_where(small_world)
    means(small_world, "好的", {"scene": Scene.NONE, "none_type": NoneType.ACK, "places": ()})
    await wang.says("好的")
    assert (await case(small_world, 2)).place is None
    await wang.says("2号楼东头")
    assert (await case(small_world, 2)).place == "2号楼东头"


async def test_the_next_day_words_are_no_answer_any_more(small_world: World) -> None:
    wang = await asked_where(small_world)
    await small_world.passes(days=1)
    await wang.says("2号楼东头的路灯坏了")
    assert "编号 YA-3" in wang.last.text
    assert (await case(small_world, 2)).place is None


async def test_a_tap_takes_words_out_again_that_were_no_answer(world: World) -> None:
    wang = await asked_where(world)
    means(world, "5栋电梯", {"scene": Scene.NEIGHBOUR, "scene_probability": 0.3, "places": ("5栋",)})
    await wang.says("5栋电梯")
    assert (await case(world, 2)).place == "5栋电梯"
    await wang.taps("这是另一件事")
    assert (await case(world, 2)).place is None
    assert (await case(world, 3)).text == "5栋电梯"
    assert await count(world, CaseMessage, CaseMessage.case_no == 2) == 1


async def test_a_number_can_be_a_place(small_world: World) -> None:
    wang = await asked_where(small_world)
    await wang.says("12")
    assert (await case(small_world, 2)).place == "12"


async def test_a_plain_number_is_no_report(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("2")
    assert "没看懂这个数字" in wang.last.text
    assert await count(small_world, Case) == 1


async def test_what_is_added_reaches_the_case_the_card_and_the_staff(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await wang.taps("补充")
    assert f"要给「{LAMP}」（YA-1）补充什么" in wang.last.text
    await wang.says("是门口左边那一盏")
    assert f"已加到「{LAMP}」（YA-1）" in wang.last.text
    assert (await case(world)).text == f"{LAMP}\n是门口左边那一盏"
    assert "左边那一盏" in chen.messages[0].text, "the card changes in place"
    assert "居民补充" in chen.last.text, "and a message makes a sound"


async def test_a_photo_may_be_added_before_the_words(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(RUBBISH)
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    await wang.taps("补充")
    await wang.sends("photo")
    await wang.says("这是今天拍的")
    assert "这是今天拍的" in (await case(small_world, 1)).text
    photos = select(CaseMessage.case_no).where(CaseMessage.kind == "photo")
    assert await small_world.rows(lambda c: c.execute(photos).scalars().all()) == [1]


async def test_what_was_added_can_be_taken_out_again(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.taps("补充")
    await wang.says(RUBBISH)
    await wang.taps("这是另一件事")
    assert (await case(small_world, 1)).text == LAMP
    assert (await case(small_world, 2)).text == RUBBISH


async def test_the_answer_to_the_staffs_question_may_come_days_later(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("问居民")
    await chen.says("是哪一盏？")
    assert "想问您" in wang.last.text
    assert (await case(world)).state == "needs_info"
    await world.passes(days=3)
    await wang.says("左边那一盏")
    assert (await case(world)).state == "waiting"
    assert "左边那一盏" in (await case(world)).text
    assert "居民补充" in chen.last.text


async def test_an_answer_to_a_case_that_has_ended_is_a_report(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await wang.taps("补充")
    await chen.taps("不予受理")
    await chen.taps("不在本社区范围")
    await wang.says(RUBBISH)
    assert "编号 YA-2" in wang.last.text


async def test_nothing_is_added_to_a_case_that_has_ended(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    add = wang.last.buttons["补充"]
    await chen.taps("不予受理")
    await chen.taps("不在本社区范围")
    assert "已经结束了" in await wang.presses(add)


async def test_after_not_solved_the_next_words_say_what_is_still_wrong(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.taps("没解决")
    await wang.says("亮了一晚又灭了")
    assert (await case(small_world)).state == "redo"
    assert "亮了一晚又灭了" in small_world.worker(1).last.text


async def test_a_command_is_never_taken_for_an_answer(small_world: World) -> None:
    wang = await asked_where(small_world)
    await wang.says("我的诉求")
    assert "您一共有 2 件" in wang.last.text
    assert (await case(small_world, 2)).place is None


async def test_edits_of_one_of_several_messages_change_only_their_part(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("三单元门口的路灯坏了")
    await wang.says("晚上看不见路")
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    first = await small_world.rows(
        lambda c: c.execute(select(CaseMessage.message_id).order_by(CaseMessage.id).limit(1)).scalar_one()
    )
    small_world.residents.push(kind="edit", chat=wang.chat, text="四单元门口的路灯坏了")
    small_world.residents.updates[-1]["message_id"] = first
    await small_world.runs()
    assert (await case(small_world)).text == "四单元门口的路灯坏了\n晚上看不见路"


async def test_a_place_that_was_understood_wrongly_can_be_corrected(small_world: World) -> None:
    wang = await settled(small_world)
    assert "地点：三单元" in wang.last.text
    await wang.taps("地点不对")
    assert "（YA-1）在哪里" in wang.last.text
    await wang.says("四单元门口的路灯")
    assert (await case(small_world)).place == "四单元门口的路灯"
    assert "地点：四单元门口的路灯" in next(m.text for m in wang.messages if "编号 YA-1" in m.text)


async def test_a_photo_may_come_with_the_place(small_world: World) -> None:
    wang = await asked_where(small_world)
    await wang.sends("photo", "2号楼东头")
    assert (await case(small_world, 2)).place == "2号楼东头"
    assert await files(small_world, 2) == 1


async def test_looking_something_up_leaves_the_staffs_question_open(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("问居民")
    await chen.says("是哪一盏？")
    await wang.says("我的诉求")
    await wang.says("左边那一盏")
    assert "左边那一盏" in (await case(small_world)).text


async def test_an_emergency_is_no_answer_and_leaves_the_staffs_question_open(small_world: World) -> None:
    means(small_world, FIRE, ALARM)
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("问居民")
    await chen.says("是哪一盏？")
    await wang.says(FIRE)
    assert (await case(small_world, 2)).text == FIRE
    await small_world.passes(minutes=30)
    await wang.says("左边那一盏")
    assert "左边那一盏" in (await case(small_world, 1)).text


async def test_a_place_that_is_edited_is_corrected(world: World) -> None:
    wang, chen = await asked_where(world), world.worker(1)
    await wang.says("3号楼东头")
    said = [raw for raw in world.residents.pushed if raw.get("text") == "3号楼东头"]
    await wang.edits(said[-1]["message_id"], "5号楼东头")
    assert (await case(world, 2)).place == "5号楼东头"
    assert "（YA-2）的地点记下了：5号楼东头" in wang.last.text
    assert "地点：5号楼东头" in next(m.text for m in chen.messages if "YA-2" in m.text)


# --- two questions at a time -----------------------------------------------------------------------------------------


async def asks(world: World, number: str, question: str) -> None:
    chen = world.worker(1)
    await chen.says(number)
    await chen.taps("问居民")
    await chen.says(question)


async def test_two_questions_of_the_staff_are_answered_one_after_the_other(world: World) -> None:
    wang = await settled(world)
    await wang.says(RUBBISH)
    await asks(world, "YA-1", "是哪一盏？")
    await asks(world, "YA-2", "是哪天开始的？")
    await wang.says("上周二")
    assert "上周二" in (await case(world, 2)).text
    assert f"关于您反映的「{LAMP}」（YA-1），想问您：\n「是哪一盏？」" in wang.last.text
    await wang.says("左边那一盏")
    assert "左边那一盏" in (await case(world, 1)).text
    assert [(await case(world, no)).state for no in (1, 2)] == ["waiting", "waiting"]


async def test_a_question_of_ours_in_between_leaves_the_staffs_question_open(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(RUBBISH)
    await asks(small_world, "YA-1", "是哪一盏？")
    await wang.says("我的诉求")
    await wang.taps("YA-2 看详情")
    await wang.taps("补充")
    await wang.says("今天又多了两袋")
    assert "今天又多了两袋" in (await case(small_world, 2)).text
    await small_world.passes(days=2)
    await wang.says("左边那一盏")
    assert "左边那一盏" in (await case(small_world, 1)).text


async def test_a_question_that_was_answered_by_somebody_else_is_not_asked_again(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(RUBBISH)
    await asks(small_world, "YA-1", "是哪一盏？")
    await asks(small_world, "YA-2", "是哪天开始的？")
    chen = small_world.worker(1)
    await chen.says("YA-1")
    await chen.taps("✅ 受理")
    await small_world.passes(seconds=61)
    said = len(wang.messages)
    await wang.says("上周二")
    assert [message.text for message in wang.messages[said:]] == [f"好的，已加到「{RUBBISH}」（YA-2）。"]


async def test_what_the_staff_went_on_without_swallows_no_report_weeks_later(world: World) -> None:
    wang = await settled(world)
    await asks(world, "YA-1", "是哪一盏？")
    chen = world.worker(1)
    await chen.says("YA-1")
    await chen.taps("✅ 受理")
    await world.passes(days=14)
    await wang.says(RUBBISH)
    assert "编号 YA-2" in wang.last.text
    assert (await case(world)).text == LAMP


async def test_where_the_words_were_another_matter_the_answer_may_still_come(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await asks(world, "YA-1", "是哪一盏？")
    await wang.says(RUBBISH)
    await wang.taps("这是另一件事")
    assert (await case(world, 2)).text == RUBBISH
    assert chen.sees("YA-1 刚才补充的话，居民说是另一件事")
    await wang.says("左边那一盏")
    assert "左边那一盏" in (await case(world, 1)).text
    assert "居民补充" in chen.last.text


async def test_a_location_answers_the_staff_too(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await asks(world, "YA-1", "具体在哪里？发个位置也行。")
    await world.passes(days=1)
    await wang.is_at(30.2, 115.1)
    assert f"位置已加到「{LAMP}」（YA-1）" in wang.last.text
    found = await case(world)
    assert (found.state, found.latitude) == ("waiting", 30.2)
    assert "115.100000,30.200000" in chen.last.text, "who asked hears of it"
