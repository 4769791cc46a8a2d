"""Several matters in one message; what is no matter, or not ours, and is filed all the same if the person says so."""

import pytest
from sqlalchemy import select

from ledger.scenes import EIGHT_SCENES, Kind, Scene, Urgency
from nlp.understanding import NoneType
from storage.corrections import Corrected, corrected
from storage.tables import Case, CaseMessage, Conversation, Correction
from tests.support.world import World
from tests.ways.steps import case, count, means, settled
from tests.ways.test_resident_groups import hands_in, member

TWO = "路灯坏了。另外垃圾没人收"
LAMP, RUBBISH = {"text": "路灯坏了。"}, {"text": "另外垃圾没人收", "scene": Scene.GREEN}


async def test_several_matters_are_several_cases_with_one_receipt(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    before = len(wang.messages)
    means(world, TWO, LAMP, RUBBISH)
    await wang.says(TWO)
    assert len(wang.messages) == before + 1
    assert "您说了 2 件事" in wang.last.text
    assert "YA-2" in wang.last.text
    assert "YA-3" in wang.last.text
    assert chen.sees("YA-2")
    assert chen.sees("YA-3")
    assert (await case(world, 3)).scene == "green"


async def test_one_tap_makes_them_one_matter_again(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    means(world, TWO, LAMP, RUBBISH)
    await wang.says(TWO)
    await wang.taps("其实是一件事")
    assert (await case(world, 2)).text.split("\n") == ["路灯坏了。", "另外垃圾没人收"]
    assert (await case(world, 3)).state == "withdrawn"
    assert "另外垃圾没人收" in next(m.text for m in chen.messages if "YA-2" in m.text)
    assert "编号 YA-2" in wang.last.text


async def test_who_joined_one_of_them_is_in_the_one_that_is_left(world: World) -> None:
    wang = await settled(world)
    means(world, TWO, LAMP, RUBBISH)
    await wang.says(TWO)
    one = wang.last.buttons["其实是一件事"]
    li = world.resident(1002)
    await li.says("我也遇到 YA-3")
    await li.taps("我也遇到 YA-3")
    await wang.presses(one)
    assert "（YA-3），和邻居反映的 YA-2 是同一件事" in li.last.text
    assert (await case(world, 2)).supporters == 2


async def test_a_case_ends_before_the_comma_that_led_on(world: World) -> None:
    wang = await settled(world)
    both = "路灯坏了，还有垃圾没人收"
    means(world, both, {"text": "路灯坏了，"}, RUBBISH | {"text": "还有垃圾没人收"})
    await wang.says(both)
    assert (await case(world, 2)).text == "路灯坏了"


async def test_they_stay_several_once_somebody_works_on_one(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    means(small_world, TWO, LAMP, RUBBISH)
    await wang.says(TWO)
    await chen.taps("受理")
    assert "已经有人在处理" in await wang.taps("其实是一件事")
    assert (await case(small_world, 3)).state != "withdrawn"


async def test_they_stay_several_once_one_is_an_emergency(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    means(small_world, TWO, LAMP, RUBBISH)
    await wang.says(TWO)
    await chen.taps("改轻重")
    await chen.taps("🔴 紧急")
    assert "已经有人在处理" in await wang.taps("其实是一件事")
    assert (await case(small_world, 3)).state == "waiting"


async def test_each_of_several_matters_can_be_looked_at_and_corrected(small_world: World) -> None:
    wang = await settled(small_world)
    means(small_world, TWO, LAMP, RUBBISH)
    await wang.says(TWO)
    await wang.taps("YA-3 看详情")
    assert "编号 YA-3" in wang.last.text
    await wang.taps("类别不对")
    await wang.taps("文化休闲")
    assert (await case(small_world, 3)).scene == "culture"
    assert (await case(small_world, 2)).scene == "public_service"


async def test_a_greeting_stays_with_the_request_behind_it(small_world: World) -> None:
    words = "您好，我住3栋。另外路灯坏了"
    hello = {"text": "您好，我住3栋。", "scene": Scene.NONE, "none_type": NoneType.GREETING, "places": ("3栋",)}
    means(small_world, words, hello, {"text": "另外路灯坏了", "places": ()})
    wang = await settled(small_world)
    await wang.says(words)
    assert await count(small_world, Case) == 2
    filed = await case(small_world, 2)
    assert (filed.text, filed.place) == (words, "3栋")


async def test_what_others_are_for_is_answered_beside_what_is_filed(small_world: World) -> None:
    words = "路灯坏了。另外老板不发工资"
    means(small_world, words, LAMP, {"text": "另外老板不发工资", "scene": Scene.OUT_OF_REMIT})
    wang = await settled(small_world)
    await wang.says(words)
    assert (await case(small_world, 2)).text == "路灯坏了。"
    assert "12333" in wang.last.text
    await wang.taps("请登记")
    assert (await case(small_world, 3)).text == "另外老板不发工资"


@pytest.mark.parametrize("kind", list(NoneType))
async def test_what_is_no_request_gets_a_short_word_and_no_case(small_world: World, kind: NoneType) -> None:
    wang = await settled(small_world)
    means(small_world, "随便说的这么一句话", {"scene": Scene.NONE, "none_type": kind, "places": ()})
    await wang.says("随便说的这么一句话")
    assert await count(small_world, Case) == 1
    assert wang.last.text == small_world.app.context.texts(f"talk.{kind}")
    assert list(wang.last.buttons) == ["还是请登记"]


async def test_a_short_greeting_is_not_asked_whether_it_is_a_matter(small_world: World) -> None:
    wang = await settled(small_world)
    means(small_world, "您好", {"scene": Scene.NONE, "none_type": NoneType.GREETING, "places": ()})
    await wang.says("您好")
    assert wang.last.text == small_world.app.context.texts("talk.greeting")
    assert not wang.last.buttons


async def test_one_tap_files_what_looked_like_nothing_as_a_sensible_case(world: World) -> None:
    words = "你们管一下嘛"
    scenes = (Scene.NONE, Scene.OUT_OF_REMIT, Scene.HEALTH)
    vent = {"scene": Scene.NONE, "scenes": scenes, "none_type": NoneType.VENT, "kind": Kind.NONE, "item": 7}
    means(world, words, vent)
    wang = await settled(world)
    await wang.says(words)
    await wang.taps("请登记")
    filed = await case(world, 2)
    assert (filed.text, filed.scene, filed.kind, filed.item) == (words, "health", "problem", 0)
    assert "这是哪一类的事" in wang.last.text, "it is honest about not knowing the scene"
    assert world.worker(1).sees("YA-2")


@pytest.mark.parametrize("way", ["insists", "hands in"])
async def test_whoever_says_which_scene_it_is_corrects_that_it_was_taken_for_nothing(world: World, way: str) -> None:
    words = "你们管一下嘛"
    scenes = (Scene.NONE, Scene.OUT_OF_REMIT, Scene.HEALTH)
    means(world, words, {"scene": Scene.NONE, "scenes": scenes, "none_type": NoneType.VENT, "kind": Kind.NONE})
    wang = await settled(world)
    if way == "insists":
        await wang.says(words)
        await wang.taps("请登记")
    else:
        await hands_in(world, 1002, 1001, words)
        await member(world, 1001).taps("同意登记")
    assert await world.rows(corrected) == [], "that it is a matter says nothing of its scene"
    health = next(data for name, data in wang.last.buttons.items() if "健康医疗" in name)
    for _ in range(2):
        await wang.presses(health)
    kept = await world.rows(lambda c: c.execute(select(Correction.__table__)).all())
    assert [(row.case_no, row.label, row.before, row.after) for row in kept] == [(2, "scene", "none", "health")]
    assert await world.rows(corrected) == [Corrected(words, {"scene": "health"})]


async def test_what_is_not_ours_is_told_where_to_go_and_filed_if_the_person_insists(small_world: World) -> None:
    words = "老板欠我三个月工资"
    means(
        small_world, words, {"scene": Scene.OUT_OF_REMIT, "scenes": (Scene.OUT_OF_REMIT, Scene.NONE, Scene.INNOVATION)}
    )
    wang = await settled(small_world)
    await wang.says(words)
    assert "12333" in wang.last.text
    assert await count(small_world, Case) == 1
    await wang.taps("请登记")
    assert (await case(small_world, 2)).scene == "innovation"


async def test_insisting_before_consent_makes_a_draft(small_world: World) -> None:
    wang = small_world.resident()
    means(small_world, "唉", {"scene": Scene.NONE, "none_type": NoneType.VENT, "places": ()})
    await wang.says("唉")
    await wang.taps("请登记")
    assert await count(small_world, Case) == 0
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    filed = await case(small_world)
    assert filed.text == "唉"
    assert filed.scene in EIGHT_SCENES


async def test_words_that_were_filed_by_a_tap_know_their_message(small_world: World) -> None:
    wang = await settled(small_world)
    means(small_world, "唉", {"scene": Scene.NONE, "none_type": NoneType.VENT, "places": ()})
    await wang.says("唉")
    await wang.taps("请登记")
    told = await count(small_world, CaseMessage, CaseMessage.case_no == 2, CaseMessage.message_id.is_not(None))
    assert told == 1


async def test_words_that_nobody_filed_are_forgotten_after_a_week(small_world: World) -> None:
    wang = small_world.resident()
    means(small_world, "唉", {"scene": Scene.NONE, "none_type": NoneType.VENT, "places": ()})
    await wang.says("唉")
    button = wang.last.buttons["还是请登记"]
    await small_world.passes(days=8)
    await small_world.app.ticker.clean()
    assert "说一遍" in await wang.presses(button)
    assert await count(small_world, Conversation, Conversation.account == 1) == 0


async def test_an_urgent_matter_has_the_clock_of_its_urgency(small_world: World) -> None:
    wang = await settled(small_world)
    means(small_world, "漏水了", {"urgency": Urgency.URGENT})
    await wang.says("漏水了")
    assert "较急" in wang.last.text
    filed = await case(small_world, 2)
    assert (filed.due_at - filed.created_at).total_seconds() == 24 * 3600
