"""我也遇到: joining a neighbour's case from an offer, a link or its number; putting together and taking apart."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from handlers.context import Bot, Serves
from storage.tables import Building, CaseEvent, CaseMessage, CasePerson, Outbox
from tests.support.world import Person, World, make_world
from tests.ways.steps import LAMP, RUBBISH, answered, case, change, count, means, settled
from tests.ways.test_emergencies import ALARM


async def people(world: World, no: int = 1) -> dict[int, str]:
    statement = select(CasePerson.account, CasePerson.part).where(CasePerson.case_no == no)
    rows = await world.rows(lambda connection: connection.execute(statement).all())
    return {row.account: row.part for row in rows}


async def drafting(world: World, account: int = 1002, words: str = LAMP) -> Person:
    """Somebody new who has said the same and chosen their community, and has agreed to nothing yet."""
    person = world.resident(account)
    await person.says(words)
    await person.taps("延安岭社区")
    return person


async def test_a_neighbour_who_edits_their_own_words_does_not_move_the_reporters_case(small_world: World) -> None:
    await settled(small_world, words="3栋的路灯坏了半个月了")
    li = small_world.resident(1002)
    words = "3栋的路灯坏了半个月，晚上看不见"
    await li.says(words, message_id=900)
    await li.taps("延安岭社区")
    await li.taps("我也遇到 YA-1")
    place = (await case(small_world)).place
    await li.edits(900, words.replace("3栋", "8栋"))
    assert (await case(small_world)).place == place
    assert "8栋" not in li.last.text


# --- an offer --------------------------------------------------------------------------------------------------------


async def two_processes(folder: Path, url: str) -> tuple[Person, World, World]:
    """Somebody with a case, the process that they talk to, and another one, which was started after that."""
    here = await make_world(folder / "here", url)
    wang = await settled(here)
    there = await make_world(folder / "there", url)
    there.residents.goes_on_after(here.residents.pushed)
    return wang, here, there


async def test_a_case_whose_words_another_process_has_erased_is_not_offered(
    tmp_path: Path, filled_postgres_url: str
) -> None:
    wang, here, there = await two_processes(tmp_path, filled_postgres_url)
    li = await drafting(there)
    await li.taps("我也遇到 YA-1")
    here.residents.goes_on_after(there.residents.pushed)
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert (await case(here)).state == "waiting", "it goes on with the neighbour"
    there.residents.goes_on_after(here.residents.pushed)
    zhao = await drafting(there, 1003)
    assert "交给：延安岭社区" in zhao.last.text
    assert "YA-1" not in zhao.last.text
    for world in (here, there):
        await world.app.close()


async def test_a_case_that_another_process_has_closed_is_not_called_similar(
    tmp_path: Path, filled_postgres_url: str
) -> None:
    wang, here, there = await two_processes(tmp_path, filled_postgres_url)
    await wang.says("撤回")
    await wang.taps("是的，撤回")
    there.residents.goes_on_after(here.residents.pushed)
    li = await drafting(there)
    await li.taps("同意，提交")
    assert "YA-2" in there.worker(1).last.text
    assert "YA-1" not in there.worker(1).last.text
    for world in (here, there):
        await world.app.close()


async def test_a_case_that_another_process_has_reopened_is_offered(tmp_path: Path, filled_postgres_url: str) -> None:
    here = await make_world(tmp_path / "here", filled_postgres_url)
    wang, _ = await answered(here)
    there = await make_world(tmp_path / "there", filled_postgres_url)
    there.clock.forward(seconds=61)
    await wang.taps("没解决")
    assert (await case(here)).state == "redo"
    there.residents.goes_on_after(here.residents.pushed)
    await there.app.load_new_cases()
    assert "YA-1" in (await drafting(there)).last.text
    for world in (here, there):
        await world.app.close()


async def test_a_case_that_another_process_has_closed_does_not_hide_an_open_one(
    tmp_path: Path, filled_postgres_url: str
) -> None:
    here = await make_world(tmp_path / "here", filled_postgres_url)
    await settled(here)
    li = await drafting(here)
    await li.taps("同意，提交")
    there = await make_world(tmp_path / "there", filled_postgres_url)
    await li.says("撤回")
    await li.taps("是的，撤回")
    assert (await case(here, 2)).state == "withdrawn"
    there.residents.goes_on_after(here.residents.pushed)
    await there.app.load_new_cases()
    assert "YA-1" in (await drafting(there, 1003)).last.text
    for world in (here, there):
        await world.app.close()


async def test_looking_for_what_other_processes_did_reads_no_table_from_end_to_end(small_world: World) -> None:
    await settled(small_world)
    await small_world.app.load_new_cases()  # every statement is looked at in this folder


async def test_who_files_it_all_the_same_is_not_asked_again(small_world: World) -> None:
    await settled(small_world)
    li = await drafting(small_world)
    assert "YA-1" in li.last.text
    await li.taps("同意，提交")
    assert "编号 YA-2" in li.last.text
    assert "邻居反映过" not in li.last.text
    assert small_world.worker(1).sees("可能是同一件事：YA-1")


@pytest.mark.parametrize(("home", "is_offered"), [(1, True), (2, False)])
async def test_a_case_in_another_compound_is_not_offered_to_who_scanned_a_code_at_home(
    small_world: World, home: int, is_offered: bool
) -> None:
    def two_compounds(connection: Connection) -> None:
        connection.execute(update(Building).values(name="幸福苑3栋"))
        connection.execute(insert(Building).values(community_id=1, id=2, grid_id=1, name="石榴花园5栋"))

    await change(small_world, two_compounds)
    wang, li = small_world.resident(), small_world.resident(1002)
    await wang.says("幸福苑3栋楼下的路灯坏了好几天")
    await wang.taps("同意，提交")
    await li.says(f"/start {small_world.app.context.links.make(1, home)}")  # type: ignore[attr-defined]
    await li.says("路灯坏了好几天，晚上看不见路")
    assert ("YA-1" in li.last.text) is is_offered


async def test_a_neighbour_s_case_without_a_place_says_so(small_world: World) -> None:
    await settled(small_world, words="能不能办个老年食堂，中午想吃口热饭")
    li = small_world.resident(1002)
    await li.says("我也遇到 YA-1")
    assert "没说在哪里　" in li.last.text


async def test_who_says_the_same_is_shown_the_neighbour_s_case_and_joins_with_a_tap(world: World) -> None:
    wang = await settled(world)
    li = await drafting(world)
    assert "邻居反映过差不多的事" in li.last.text
    assert "YA-1" in li.last.text
    await li.taps("我也遇到 YA-1")
    assert "一共 2 人反映" in li.last.text
    assert await people(world) == {1001: "reporter", 1002: "joiner"}
    assert (await case(world)).supporters == 2
    assert world.worker(1).sees("一起反映：2 人")
    assert world.worker(1).sees("又有一位邻居遇到")
    assert await count(world, CaseMessage, CaseMessage.chat == 1002) == 1, "their words are kept with the case"
    assert await count(world, CaseEvent, CaseEvent.action == "joined", CaseEvent.via == "button join_case") == 1
    chen = world.worker(1)
    await chen.taps("办结答复")
    await chen.says("灯泡换好了，今晚就亮。")
    await world.passes(seconds=61)
    for person in (wang, li):
        assert person.sees("灯泡换好了")
        assert person.sees("现在解决了吗"), "everybody who joined is asked at the end"


async def test_who_does_not_want_to_join_files_as_before(small_world: World) -> None:
    await settled(small_world)
    li = await drafting(small_world)
    await li.taps("同意，提交")
    assert (await case(small_world, 2)).state == "waiting"
    assert await people(small_world) == {1001: "reporter"}


async def test_one_s_own_case_is_not_called_a_neighbour_s(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(LAMP)
    assert "您前面说过差不多的事" in wang.last.text
    assert "邻居" not in wang.last.text
    await wang.taps("就是 YA-1")
    row = await case(small_world, 2)
    assert (row.state, row.merged_into) == ("merged", 1)


async def test_after_filing_one_tap_puts_the_report_to_the_neighbour_s(world: World) -> None:
    wang, li = await settled(world), await settled(world, 1002, RUBBISH)
    await li.says(LAMP)
    assert "是同一件的话" in li.last.text
    await li.taps("就是 YA-1")
    assert "（YA-1）算上您一共 2 人反映" in li.last.text
    row = await case(world, 3)
    assert (row.state, row.merged_into) == ("merged", 1)
    assert await people(world) == {1001: "reporter", 1002: "joiner"}
    assert await people(world, 3) == {1002: "reporter"}
    assert not wang.sees("1002")


async def test_an_offer_shows_no_personal_data(small_world: World) -> None:
    await settled(small_world, words="三单元门口的路灯坏了，我是张建国，电话13812345678")
    li = await drafting(small_world)
    assert "YA-1" in li.last.text
    assert "13812345678" not in li.last.text
    assert "建国" not in li.last.text


async def test_an_emergency_and_what_has_ended_are_not_offered(small_world: World) -> None:
    means(small_world, "三单元门口的路灯坏了漏电", ALARM)
    await settled(small_world, words=LAMP)
    await small_world.worker(1).taps("不予受理")
    await small_world.worker(1).taps("不在本社区范围")
    li = await drafting(small_world)
    assert "邻居反映过" not in li.last.text


async def test_a_case_that_ended_meanwhile_takes_nobody_in(small_world: World) -> None:
    await settled(small_world)
    li = await drafting(small_world)
    await small_world.worker(1).taps("不予受理")
    await small_world.worker(1).taps("不在本社区范围")
    assert "已经办完" in await li.taps("我也遇到 YA-1")
    assert await people(small_world) == {1001: "reporter"}


# --- a link, a number ------------------------------------------------------------------------------------------------


async def test_the_number_is_enough_where_there_is_no_link(world: World) -> None:
    wang = await settled(world)
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    await wang.taps("转给邻居")
    assert "有邻居反映了一件事（公共服务）" in wang.last.text
    assert "我也遇到 YA-1" in wang.last.text
    li = world.resident(1002)
    await li.says("我也遇到 ya-1")
    assert "您也遇到了吗" in li.last.text
    await li.taps("我也遇到 YA-1")
    assert await people(world) == {1001: "reporter", 1002: "joiner"}
    await li.says("我也遇到YA-1")
    assert "已经算上您了" in li.last.text


async def test_a_link_leads_to_the_case_and_only_links_of_ours_do(small_world: World) -> None:
    named = {**small_world.app.context.bots, "resident": Bot("resident", Serves.RESIDENTS, "chulin_bot")}
    object.__setattr__(small_world.app.context, "bots", named)
    wang = await settled(small_world)
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    await wang.taps("转给邻居")
    payload = wang.last.text.partition("?start=")[2].partition("（")[0]
    li = small_world.resident(1002)
    await li.says(f"/start {payload}")
    assert "YA-1" in li.last.text
    await li.taps("不是")
    assert li.last.text.startswith("好的，没有登记")
    forged = small_world.resident(1003)
    await forged.says(f"/start {payload[:-2]}AA")
    assert "您也遇到了吗" not in forged.last.text


async def test_an_unknown_number_says_so(small_world: World) -> None:
    li = small_world.resident(1002)
    await li.says("我也遇到 YA-77")
    assert "已经办完，或者不能一起反映" in li.last.text


async def test_a_link_to_a_merged_case_leads_to_where_it_is_handled(small_world: World) -> None:
    await settled(small_world)
    await settled(small_world, 1002, RUBBISH)
    chen = small_world.worker(1)
    await chen.taps("合并")
    await chen.says("YA-1")
    li = small_world.resident(1003)
    await li.says("我也遇到 YA-2")
    await li.taps("我也遇到 YA-1")
    assert 1003 in await people(small_world)


async def test_pressed_twice_one_joins_once(small_world: World) -> None:
    await settled(small_world)
    li = await drafting(small_world)
    button = next(data for label, data in li.last.buttons.items() if "我也遇到" in label)
    await li.presses(button)
    assert await li.presses(button) == "已经点过了。"
    assert (await case(small_world)).supporters == 2


async def test_a_joiner_leaves_alone(small_world: World) -> None:
    await settled(small_world)
    li = await drafting(small_world)
    await li.taps("我也遇到 YA-1")
    await li.taps("YA-1 看详情")
    assert "类别不对" not in li.last.buttons, "what it is about, only who told it says"
    await li.taps("撤回")
    await li.taps("是的，撤回")
    assert await people(small_world) == {1001: "reporter"}
    assert (await case(small_world)).state == "waiting"


async def test_what_a_neighbour_adds_is_masked_for_who_told_it(world: World) -> None:
    wang = await settled(world)
    li = await drafting(world)
    await li.taps("我也遇到 YA-1")
    await li.taps("YA-1 看详情")
    await li.taps("补充")
    await li.says("找我也行，电话13812345678")
    assert world.worker(1).sees("13812345678")
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    assert "找我也行" in wang.last.text
    assert not wang.sees("13812345678")
    await wang.says("我的数据")
    copies = [path.read_text(encoding="utf-8") for path in world.app.files.folder.rglob("*") if path.is_file()]
    assert not any("13812345678" in copy for copy in copies)


async def test_who_joined_what_is_put_to_another_hears_where_it_went(world: World) -> None:
    await settled(world)
    li = await settled(world, 1002, RUBBISH)
    await li.says(LAMP)
    mine = li.last.buttons["👥 就是 YA-1"]
    zhao = world.resident(1003)
    await zhao.says("我也遇到 YA-3")
    await zhao.taps("我也遇到 YA-3")
    await li.presses(mine)
    assert "（YA-3），和邻居反映的 YA-1 是同一件事" in zhao.last.text
    assert await people(world) == {1001: "reporter", 1002: "joiner", 1003: "joiner"}


async def test_an_old_button_of_what_was_merged_leads_to_where_it_is_handled(world: World) -> None:
    await settled(world)
    li = await settled(world, 1002, RUBBISH)
    add, chen = li.last.buttons["补充"], world.worker(1)
    await chen.says("YA-2")
    await chen.taps("合并")
    await chen.says("YA-1")
    await li.presses(add)
    assert "（YA-1）补充什么" in li.last.text
    await li.says("今天更黑了")
    assert "今天更黑了" in (await case(world)).text


# --- taking apart ----------------------------------------------------------------------------------------------------


async def merged(world: World) -> tuple[Person, Person]:
    wang, li = await settled(world), await settled(world, 1002, RUBBISH)
    chen = world.worker(1)
    await chen.taps("合并")
    await chen.says("YA-1")
    return wang, li


async def test_what_was_merged_can_be_taken_apart_long_after(world: World) -> None:
    wang, li = await merged(world)
    await world.passes(days=3)
    chen = world.worker(1)
    await chen.taps("拆开")
    two = await case(world, 2)
    assert (two.state, two.merged_into, two.closed_at) == ("accepted", None, None)
    assert await people(world) == {1001: "reporter"}
    assert (await case(world)).supporters == 1
    assert "（YA-2），和 YA-1 分开办了" in li.last.text
    assert not wang.sees("分开办")
    assert await count(world, CaseEvent, CaseEvent.case_no == 2, CaseEvent.action == "merge") == 1
    assert await count(world, CaseEvent, CaseEvent.case_no == 2, CaseEvent.action == "unmerge") == 1


async def test_who_joined_the_merged_case_by_themselves_stays(small_world: World) -> None:
    await merged(small_world)
    zhao = small_world.resident(1003)
    await zhao.says("我也遇到 YA-1")
    await zhao.taps("我也遇到 YA-1")
    await small_world.worker(1).taps("拆开")
    assert await people(small_world) == {1001: "reporter", 1003: "joiner"}
    assert (await case(small_world)).supporters == 2


async def test_taken_out_of_a_chain_people_leave_every_case_they_came_into(small_world: World) -> None:
    await merged(small_world)
    await settled(small_world, 1003, "广场舞太吵了，晚上十点还在放")
    chen = small_world.worker(1)
    one = next(m for m in chen.messages if "YA-1　" in m.text)
    await chen.presses(next(data for label, data in one.buttons.items() if label == "合并"))
    await chen.says("YA-3")
    assert set(await people(small_world, 3)) == {1001, 1002, 1003}
    two = next(m for m in chen.messages if "YA-2　" in m.text)
    await chen.presses(next(data for label, data in two.buttons.items() if "拆开" in label))
    assert set(await people(small_world, 1)) == {1001}
    assert set(await people(small_world, 3)) == {1001, 1003}
    assert (await case(small_world, 3)).supporters == 2


async def test_a_case_that_is_not_merged_cannot_be_taken_apart(small_world: World) -> None:
    await merged(small_world)
    chen = small_world.worker(1)
    two = next(m for m in chen.messages if "YA-2　" in m.text)
    button = next(data for label, data in two.buttons.items() if "拆开" in label)
    await chen.presses(button)
    said = await count(small_world, Outbox)
    assert "不能这样做" in await chen.presses(button)
    assert await count(small_world, Outbox) == said
    assert (await case(small_world, 2)).state == "accepted"


async def test_nothing_changes_where_the_case_is_gone(small_world: World) -> None:
    await settled(small_world)
    li = await drafting(small_world)
    await change(small_world, lambda c: c.exec_driver_sql("DELETE FROM cases"))
    assert "找不到了" in await li.taps("我也遇到 YA-1")
