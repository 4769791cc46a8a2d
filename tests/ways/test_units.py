"""Units: a lead and its helpers, whose people they get to know, and who stays answerable."""

import pytest
from sqlalchemy import insert, select

from bot.district import load_district
from storage.tables import CaseEvent, CaseUnit, Unit
from tests.support.world import Person, World
from tests.ways.steps import RUBBISH, case, change, count, employs, settled

LAMP_AT_HOME = "3栋二单元501室门口的灯坏了，我是张建国，电话13812345678"


async def joint(world: World, words: str = RUBBISH) -> tuple[Person, Person, Person]:
    """A case that unit 2 leads and unit 1 helps with: its worker, the lead's officer and the helper's."""
    await change(world, employs(6, "建设小李", "officer", "unit", 1))
    await settled(world, words=words)
    chen = world.worker(1)
    await chen.taps("受理")
    await chen.taps("派单")
    await chen.taps("区城管局")
    await world.passes(seconds=61)
    await chen.taps("请协办")
    await chen.taps("区建设局")
    return chen, world.worker(4), world.worker(6)


def test_the_twenty_items_name_units_that_are_known() -> None:
    district = load_district()
    known = {unit.name for unit in district.units}
    parts = [unit for item in district.items for part in item.parts for unit in part.units]
    assert {unit for item in district.items for unit in item.units} | set(parts) == known
    assert len(district.items) == 20
    assert sum(len(item.parts) for item in district.items) == 12
    assert [part.name for item in district.items for part in item.parts if part.doubtful] == ["微型消防站"]


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("区民营企业发展促进中心", "区民营企业促进发展中心"),
        ("区卫生健康局", "区卫健局"),
        ("区住房保障局", "区住保局"),
        ("区建设局", "区建设局"),
    ],
)
def test_a_unit_is_known_by_each_of_its_spellings(spelling: str, unit: str) -> None:
    found = load_district().unit_named(spelling)
    assert found is not None
    assert found.name == unit


async def test_a_helper_gets_the_card_and_the_lead_stays(world: World) -> None:
    chen, wang, li = await joint(world)
    assert li.sees("YA-1")
    assert "请贵单位协办" in li.last.text
    card = next(m for m in li.messages if "YA-1　" in m.text)
    assert "主办：区城管局" in card.text
    assert "协办：区建设局" in card.text
    assert "协办：区建设局" in next(m for m in wang.messages if "YA-1　" in m.text).text
    assert list(card.buttons) == ["记进展"], "a helper does not answer the resident in the lead's place"
    assert (await case(world)).unit_id == 2
    assert chen.sees("已请区建设局协办")


async def test_a_helper_s_note_reaches_who_handles_it_and_no_resident(world: World) -> None:
    chen, wang, li = await joint(world)
    await li.taps("记进展")
    await li.says("路面明天来补")
    for person in (chen, wang):
        assert person.sees("「路面明天来补」")
    assert not world.resident(1001).sees("路面明天来补")
    assert await count(world, CaseEvent, CaseEvent.action == "note") == 1


async def test_a_helper_has_the_case_in_the_queue_and_nobody_else_of_another_unit_does(world: World) -> None:
    _, wang, li = await joint(world)
    await change(world, lambda connection: connection.execute(insert(Unit).values(id=3, name="区教育局")))
    await change(world, employs(8, "教育小周", "officer", "unit", 3))
    for person, sees in ((wang, True), (li, True), (world.worker(8), False)):
        await person.says("待办")
        assert ("YA-1" in person.last.text) is sees


async def test_a_unit_helps_once_and_can_be_let_go(small_world: World) -> None:
    chen, _, li = await joint(small_world)
    await chen.taps("请协办")
    assert "区建设局" not in chen.last.buttons
    assert "区城管局" not in chen.last.buttons
    await chen.taps("撤区建设局")
    assert await count(small_world, CaseUnit) == 0
    await li.taps("记进展")
    assert "不归您管" in [*small_world.staff.answers.values()][-1].text


async def test_a_helper_that_is_given_the_lead_helps_no_more(small_world: World) -> None:
    chen, *_ = await joint(small_world)
    await chen.taps("派单")
    await chen.taps("区建设局")
    assert (await case(small_world)).unit_id == 1
    assert await count(small_world, CaseUnit) == 0


async def test_a_helper_that_lost_the_lead_by_undo_helps_again(world: World) -> None:
    chen, _, li = await joint(world)
    await chen.taps("派单")
    await chen.taps("区建设局")
    await chen.taps("撤销")
    assert (await case(world)).unit_id == 2
    assert await count(world, CaseUnit, CaseUnit.unit_id == 1) == 1
    await li.taps("记进展")
    await li.says("路面明天来补")
    assert chen.sees("「路面明天来补」")


async def test_who_took_it_first_hears_what_the_unit_does(world: World) -> None:
    chen, wang, _ = await joint(world)
    assert (await case(world)).first_staff_id == 1
    await wang.taps("办结答复")
    await wang.says("垃圾已经清走，以后每天两次。")
    assert not chen.sees("是您首接的")
    await world.passes(seconds=61)
    assert chen.sees("YA-1 是您首接的：城管小王点了「办结答复」")
    assert (await case(world)).first_staff_id == 1


async def test_officers_see_where_and_what_but_not_whose_it_is(world: World) -> None:
    chen, wang, li = await joint(world, LAMP_AT_HOME)
    for officer in (wang, li):
        card = next(m for m in officer.messages if "YA-1　" in m.text).text
        assert "501" in card, "somebody has to go there"
        assert "13812345678" not in card
        assert "建国" not in card
        assert "反映人" not in card
    assert "13812345678" in next(m for m in chen.messages if "YA-1　" in m.text).text


async def test_what_a_resident_adds_reaches_the_lead(world: World) -> None:
    _, wang, _ = await joint(world)
    resident = world.resident(1001)
    await resident.says("我的诉求")
    await resident.taps("YA-1 看详情")
    await resident.taps("补充")
    await resident.says("今天又堆了两袋，我电话13812345678")
    assert wang.sees("今天又堆了两袋")
    assert not wang.sees("13812345678")


async def test_the_streets_are_the_community_s_own_street(world: World) -> None:
    await change(world, lambda connection: connection.execute(insert(Unit).values(id=3, name="各街道")))
    await change(world, employs(8, "黄石港主任", "supervisor", "street", 2))
    wang = await settled(world)
    chen = world.worker(1)
    await chen.taps("受理")
    await chen.taps("派单")
    await chen.taps("沈家营街道")
    await world.passes(seconds=61)
    assert wang.sees("已交给沈家营街道去办")
    assert world.worker(3).sees("YA-1")
    assert not world.worker(8).messages
    actions = select(CaseEvent.action).order_by(CaseEvent.id)
    assert "dispatch" in await world.rows(lambda connection: connection.execute(actions).scalars().all())
