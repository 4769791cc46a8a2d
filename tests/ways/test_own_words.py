"""People say what they want in their own words: where they live, what was wrong before, is it done yet, take it back."""

import pytest
from sqlalchemy import Connection, insert, update

from ledger.scenes import Scene
from nlp.understanding import NoneType
from storage.tables import Building, Case, Grid
from tests.support.world import World
from tests.ways.steps import LAMP, RUBBISH, answered, case, change, count, means, settled
from tests.ways.test_emergencies import ALARM, FIRE

NOTHING = {"scene": Scene.NONE, "scene_probability": 0.5, "none_type": NoneType.VENT}


def estates(connection: Connection) -> None:
    """One building of the second community with a name of its own, and one that is called as others are."""
    connection.execute(insert(Grid), [{"community_id": 2, "id": 1, "name": "第一网格"}])
    rows = [{"community_id": 2, "id": n, "grid_id": 1, "name": name} for n, name in ((1, "幸福苑2栋"), (2, "7栋"))]
    connection.execute(insert(Building), rows)


# --- where one lives -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["延安岭", "我住延安岭", "我们家住在延安岭社区的", "在延安岭社区。"])
async def test_a_community_is_known_by_how_people_name_it(small_world: World, words: str) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.says(words)
    assert "交给：延安岭社区" in wang.last.text
    assert f"「{LAMP}」" in wang.last.text, "it is an answer and no part of the report"


async def test_a_building_with_a_name_of_its_own_says_the_community(small_world: World) -> None:
    await change(small_world, estates)
    wang = small_world.resident()
    await wang.says("幸福苑2栋门口的路灯坏了")
    assert "交给：文化宫社区" in wang.last.text


async def test_a_number_alone_may_be_anywhere(small_world: World) -> None:
    await change(small_world, estates)
    wang = small_world.resident()
    await wang.says("7栋门口的路灯坏了")
    assert "您住在哪里" in wang.last.text


async def test_an_emergency_reaches_the_community_of_the_building(small_world: World) -> None:
    await change(small_world, estates)
    words = "幸福苑2栋着火了"
    means(small_world, words, ALARM)
    await small_world.resident().says(words)
    assert (await case(small_world, community=2)).text == words


async def test_who_agrees_too_early_is_told_what_is_missing(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.says("同意")
    assert "先点一下您住在哪里" in wang.messages[-2].text
    assert "延安岭社区" in wang.last.buttons


# --- a draft that becomes an emergency -------------------------------------------------------------------------------


async def test_a_draft_edited_into_an_emergency_waits_for_no_tap(world: World) -> None:
    wang = world.resident()
    await wang.says(LAMP)
    means(world, FIRE, ALARM)
    await wang.edits(100, FIRE)
    assert any(message.text.startswith("请先打电话：\n📞 119") for message in wang.messages)
    assert (await case(world, community=0)).urgency == "E"
    assert world.worker(1).sees("请马上联系")


async def test_words_that_only_together_tell_of_danger_wait_for_no_tap(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    means(small_world, f"{LAMP}\n电梯里头的", ALARM)
    await wang.says("电梯里头的")
    assert any(message.text.startswith("请先打电话") for message in wang.messages)
    assert (await case(small_world, community=0)).text == f"{LAMP}\n电梯里头的"


# --- a place that was wrong, or comes late ---------------------------------------------------------------------------


async def test_a_place_is_corrected_in_the_next_breath(world: World) -> None:
    wang = await settled(world)
    words = "哎不对，是4栋2单元"
    means(world, words, NOTHING | {"places": ("4栋2单元",)})
    await wang.says(words)
    assert (await case(world)).place == "4栋2单元"
    assert "地点记下了：4栋2单元" in wang.last.text
    assert await count(world, Case) == 1


def two_compounds(connection: Connection) -> None:
    connection.execute(update(Building).values(name="幸福苑3栋"))
    names = ("幸福苑5栋", "东风里5栋", "东风里8栋")
    connection.execute(
        insert(Building), [{"community_id": 1, "id": n, "grid_id": 1, "name": name} for n, name in enumerate(names, 2)]
    )


def in_another_grid(connection: Connection) -> None:
    """东风里8栋 belongs to a second grid."""
    connection.execute(insert(Grid), [{"community_id": 1, "id": 2, "name": "第二网格"}])
    connection.execute(update(Building).where(Building.name == "东风里8栋").values(grid_id=2))


@pytest.mark.parametrize(
    ("scanned", "said", "where"),
    [
        (True, "是5栋", "幸福苑5栋"),
        (True, "5栋2单元", "幸福苑5栋2单元"),
        (True, "是8栋", "东风里8栋"),
        (True, "是9栋", "是9栋"),
        (False, "是8栋", "东风里8栋"),
        (False, "是5栋", "是5栋"),
    ],
)
async def test_a_building_by_its_number_is_the_one_of_its_compound(
    small_world: World, scanned: bool, said: str, where: str
) -> None:
    await change(small_world, two_compounds)
    wang = small_world.resident()
    await wang.says(f"/start {small_world.app.context.links.make(1, 1 if scanned else None)}")  # type: ignore[attr-defined]
    await wang.says("楼道里的灯坏了好几天，请派人来修")
    await wang.taps("同意，提交")
    await wang.taps("地点不对")
    await wang.says(said)
    assert (await case(small_world)).place == where
    assert f"地点记下了：{where}" in wang.last.text


async def test_who_edits_the_place_that_was_completed_changes_it(small_world: World) -> None:
    await change(small_world, two_compounds)
    wang = await settled(small_world)
    words = "哎不对，是8栋"
    means(small_world, words, NOTHING | {"places": ("8栋",)})
    await wang.says(words, message_id=500)
    assert (await case(small_world)).place == "东风里8栋"
    means(small_world, "哎不对，是8栋2单元", NOTHING | {"places": ("8栋2单元",)})
    await wang.edits(500, "哎不对，是8栋2单元")
    assert (await case(small_world)).place == "东风里8栋2单元"


async def test_who_edits_a_place_that_no_longer_stands_does_not_change_a_whole_compound(small_world: World) -> None:
    await change(small_world, two_compounds)
    wang = await settled(small_world)
    for message, where in ((500, "小区东门"), (501, "幸福苑")):
        await wang.taps("地点不对")
        await wang.says(where, message_id=message)
    assert (await case(small_world)).place == "幸福苑"
    await wang.edits(500, "小区东门口")
    assert (await case(small_world)).place == "幸福苑"


async def test_a_corrected_place_brings_the_case_to_its_building_and_grid(small_world: World) -> None:
    await change(small_world, two_compounds)
    await change(small_world, in_another_grid)
    wang = await settled(small_world, words="3栋楼道的灯坏了好几天，请派人来修")
    assert ((await case(small_world)).building_id, (await case(small_world)).grid_id) == (1, 1)
    await wang.taps("地点不对")
    await wang.says("是8栋")
    assert ((await case(small_world)).building_id, (await case(small_world)).grid_id) == (4, 2)
    await wang.taps("地点不对")
    await wang.says("小区东门")
    assert ((await case(small_world)).building_id, (await case(small_world)).grid_id) == (4, 2), "it names no other"


async def test_a_place_that_comes_late_is_no_report_of_its_own(small_world: World) -> None:
    words = "能不能装个健身器材"
    means(small_world, words, {"places": ()})
    wang = await settled(small_world, words=words)
    await small_world.passes(hours=5)
    means(small_world, "3栋2单元", NOTHING | {"places": ("3栋2单元",)})
    await wang.says("3栋2单元")
    assert (await case(small_world)).place == "3栋2单元"


async def test_a_matter_with_a_place_is_no_correction(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(RUBBISH)
    assert await count(small_world, Case) == 2


# --- what became of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["修好了没有", "上次那个事咋样了", "怎么还没人来", "YA-1", "ya1怎么样了"])
async def test_who_asks_after_a_case_is_shown_it(small_world: World, words: str) -> None:
    wang = await settled(small_world)
    await wang.says(words)
    assert "YA-1（等人接手）" in wang.last.text
    assert LAMP in wang.last.text
    assert await count(small_world, Case) == 1


async def test_who_has_several_is_shown_them_all_and_may_file_it_all_the_same(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(RUBBISH)
    await wang.says("修好了没有")
    assert "您一共有 2 件" in wang.last.text
    await wang.taps("请登记")
    assert await count(small_world, Case) == 3


async def test_who_has_reported_nothing_is_taken_at_their_word(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("路灯怎么还没修好")
    assert "您说的是" in wang.last.text


async def test_a_neighbours_number_is_shown_as_to_anybody_who_may_join(small_world: World) -> None:
    await settled(small_world, words="3栋路灯坏了，我电话13812345678")
    li = small_world.resident(1002)
    await li.says("YA-1")
    assert any("我也遇到" in label for label in li.last.buttons)
    assert "13812345678" not in li.last.text
    await li.says("YA-77")
    assert li.last.text == small_world.app.context.texts("join.gone")


async def test_the_list_reminds_of_what_is_not_filed_yet(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.says("我的诉求")
    assert wang.sees("还没提交")


async def test_the_list_shows_what_is_not_filed_with_what_it_still_needs(small_world: World) -> None:
    wang = await settled(small_world)
    await small_world.passes(hours=1)
    await wang.sends("photo")
    await wang.says("我的诉求")
    assert wang.sees("您一共有 1 件")
    assert "再用一句话说说" in wang.last.text
    li = small_world.resident(1002)
    await li.says(LAMP)
    await li.says("我的诉求")
    assert "延安岭社区" in li.last.buttons, "where it can be tapped, at the end of the chat"


async def test_who_wants_a_human_is_told_who_will_read_it(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("转人工")
    assert "12345" in wang.last.text


# --- taking it back --------------------------------------------------------------------------------------------------


async def test_one_case_is_withdrawn_by_the_word(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("我不想反映了")
    await wang.taps("是的，撤回")
    assert (await case(small_world)).state == "withdrawn"
    assert [message.text for message in wang.messages].count(f"「{LAMP}」（YA-1）已撤回。以后有事随时说。") == 1


async def test_of_several_it_is_asked_which(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(RUBBISH)
    await wang.says("撤回")
    await wang.taps("撤回 YA-1")
    await wang.taps("是的，撤回")
    assert ((await case(small_world)).state, (await case(small_world, 2)).state) == ("withdrawn", "waiting")


async def test_with_nothing_to_withdraw_it_is_said(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("撤回")
    assert "没有可以撤回的" in wang.last.text


async def test_the_word_takes_back_a_draft_too(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.says("撤回")
    await wang.says("同意")
    assert await count(small_world, Case) == 0


async def test_who_has_a_draft_and_a_case_is_asked_which_to_take_back(small_world: World) -> None:
    wang = await settled(small_world)
    await small_world.passes(hours=2)
    await wang.sends("voice")
    await wang.says("撤回")
    assert "语音留言" in wang.last.text
    await wang.taps("撤回 YA-1")
    await wang.taps("是的，撤回")
    assert (await case(small_world)).state == "withdrawn"
    await wang.taps("同意，提交")
    assert (await case(small_world, 2)).state == "waiting", "the draft is still there"


async def test_of_a_draft_and_a_case_the_draft_may_be_meant(small_world: World) -> None:
    wang = await settled(small_world)
    await small_world.passes(hours=2)
    await wang.sends("photo")
    await wang.says("撤回")
    assert "照片或文件 1 个" in wang.last.text
    await wang.taps("没提交的，不要了")
    assert (await case(small_world)).state == "waiting"
    await wang.says("我的诉求")
    assert "还没提交" not in wang.last.text


@pytest.mark.parametrize(("wish", "no"), [("撤回", "不撤回"), ("删除我的数据", "不删除")])
async def test_who_thinks_better_of_it_has_a_button_for_that(small_world: World, wish: str, no: str) -> None:
    wang = await settled(small_world)
    await wang.says(wish)
    await wang.taps(no)
    assert "没有改动" in wang.last.text
    assert not wang.last.buttons
    assert (await case(small_world)).text == LAMP


async def test_where_nothing_is_due_no_time_is_promised(small_world: World) -> None:
    wang, _ = await answered(small_world)
    assert "前答复您" in wang.messages[1].text
    await wang.taps("👍 解决了")
    assert "YA-1（办完了）" in wang.messages[1].text
    assert "前答复您" not in wang.messages[1].text
