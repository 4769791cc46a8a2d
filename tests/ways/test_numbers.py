"""A channel without buttons: choices are numbered in the text, and a number is an answer."""

from ledger.scenes import Scene
from storage.tables import Case, Outbox
from tests.support.world import World
from tests.ways.steps import LAMP, RUBBISH, case, count, means


async def test_choices_are_numbered_and_a_number_chooses(plain_world: World) -> None:
    wang = plain_world.resident()
    await wang.says(LAMP)
    assert not wang.last.buttons
    assert "1  " in wang.last.text
    assert "回复前面的数字就行" in wang.last.text
    number = next(line[0] for line in wang.last.text.splitlines() if "延安岭社区" in line)
    await wang.says(number)
    assert "交给：延安岭社区" in wang.last.text
    assert "1  ✅ 同意，提交" in wang.last.text
    await wang.says("1")
    assert wang.sees("编号 YA-1")
    assert (await case(plain_world)).text == LAMP


async def test_full_width_numbers_choose_too(plain_world: World) -> None:
    wang = plain_world.resident()
    await wang.says(LAMP)
    await wang.says("１")
    assert "交给：" in wang.last.text


async def test_numbers_count_on_until_the_person_says_something(plain_world: World) -> None:
    wang = plain_world.resident()
    words = "路灯坏了。另外老板不发工资"
    means(plain_world, words, {"text": "路灯坏了。"}, {"text": "另外老板不发工资", "scene": Scene.OUT_OF_REMIT})
    await wang.says(LAMP)
    await wang.says("延安岭")
    await wang.says("同意")
    await wang.says(words)
    receipt, elsewhere = wang.messages[-2:]
    last = [line for line in receipt.text.splitlines() if line[:1].isdigit()][-1]
    first = next(line for line in elsewhere.text.splitlines() if line[:1].isdigit())
    assert int(first.split()[0]) == int(last.split()[0]) + 1
    await wang.says(first.split()[0])
    assert (await case(plain_world, 3)).text == "另外老板不发工资"


async def test_a_number_without_choices_is_no_report(plain_world: World) -> None:
    wang = plain_world.resident()
    await wang.says("2")
    assert "没看懂这个数字" in wang.last.text
    assert await count(plain_world, Case) == 0


async def test_a_number_that_is_not_offered_is_no_report(plain_world: World) -> None:
    wang = plain_world.resident()
    await wang.says(LAMP)
    await wang.says("9")
    assert "没看懂这个数字" in wang.last.text
    await wang.says("延安岭")
    await wang.says("同意")
    assert (await case(plain_world)).text == LAMP


async def test_the_question_whether_it_is_solved_is_answered_by_a_number(plain_world: World) -> None:
    wang, chen = plain_world.resident(), plain_world.worker(1)
    await wang.says(LAMP)
    await wang.says("延安岭")
    await wang.says("同意")
    await chen.taps("办结答复")
    await chen.says("灯泡换好了")
    await plain_world.passes(seconds=61)
    solved = next(line.split()[0] for line in wang.last.text.splitlines() if "👍 解决了" in line)
    receipt = next(m.text for m in wang.messages if "编号 YA-1" in m.text)
    assert not any(line.startswith(f"{solved}  ") for line in receipt.splitlines()), "it means one thing only"
    await wang.says(solved)
    assert (await case(plain_world)).state == "closed"
    assert "您满意吗" in wang.last.text


async def test_what_stands_in_the_outbox_has_no_buttons_for_such_a_channel(plain_world: World) -> None:
    wang = plain_world.resident()
    await wang.says(RUBBISH)
    assert await count(plain_world, Outbox, Outbox.bot == "resident") == 1
    assert not wang.last.buttons
