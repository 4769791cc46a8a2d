"""Questions: answered from the community's own list with its source, else passed on; an answer is never invented."""

from sqlalchemy import insert

from ledger.scenes import Kind
from storage.tables import Case, Question
from tests.support.world import World
from tests.ways.steps import LAMP, case, change, count, means, settled
from tests.ways.test_emergencies import ALARM

LINES = [
    (1, "高龄津贴怎么申请", "满 80 岁，带身份证到延安岭社区窗口登记。", "延安岭社区窗口"),
    (0, "医保怎么缴费", "手机上或者社区窗口都能缴。", "区医保局"),
    (2, "社区食堂几点开饭", "文化宫社区食堂 11:00 开饭。", "文化宫社区食堂"),
]
SUBSIDY, MEDICARE, CANTEEN = "八十岁了，高龄补贴怎么申请", "医保在哪里缴费", "社区食堂几点开饭"


async def has_list(world: World) -> None:
    names = ("community_id", "question", "answer", "source")
    rows = [dict(zip(names, line, strict=True)) | {"id": no} for no, line in enumerate(LINES, 1)]
    await change(world, lambda connection: connection.execute(insert(Question), rows))
    for text in (SUBSIDY, MEDICARE, CANTEEN):
        means(world, text, {"text": text, "kind": Kind.QUERY})


async def test_a_question_of_the_list_is_answered_with_its_source_and_files_nothing(world: World) -> None:
    wang = await settled(world)
    await has_list(world)
    await wang.says(SUBSIDY)
    assert "带身份证到延安岭社区窗口登记" in wang.last.text
    assert "来源：延安岭社区窗口" in wang.last.text
    assert await count(world, Case) == 1


async def test_who_was_not_helped_is_passed_on_with_a_tap(small_world: World) -> None:
    wang = await settled(small_world)
    await has_list(small_world)
    await wang.says(SUBSIDY)
    await wang.taps("没有解决我的问题")
    row = await case(small_world, 2)
    assert (row.kind, row.text) == ("query", SUBSIDY)
    assert wang.sees("转给网格员")
    assert small_world.worker(1).sees("YA-2")
    await wang.taps("没有解决我的问题")
    assert await count(small_world, Case) == 2


async def test_a_question_that_the_list_does_not_know_goes_to_the_grid_worker(small_world: World) -> None:
    wang = await settled(small_world)
    await has_list(small_world)
    means(small_world, "残疾证怎么办", {"text": "残疾证怎么办", "kind": Kind.QUERY})
    await wang.says("残疾证怎么办")
    assert (await case(small_world, 2)).kind == "query"
    assert wang.sees("您问的事已经转给网格员")


async def test_the_answer_of_another_community_is_not_given(small_world: World) -> None:
    wang = await settled(small_world)
    await has_list(small_world)
    await wang.says(CANTEEN)
    assert not wang.sees("11:00 开饭")
    assert (await case(small_world, 2)).kind == "query"


async def test_who_has_agreed_to_nothing_is_answered_for_the_whole_district(small_world: World) -> None:
    await has_list(small_world)
    li = small_world.resident(1002)
    await li.says(MEDICARE)
    assert "来源：区医保局" in li.last.text
    await li.says(SUBSIDY)
    assert not li.sees("延安岭社区窗口登记"), "nobody knows yet where they live"


async def test_a_report_is_no_question(small_world: World) -> None:
    wang = await settled(small_world)
    await has_list(small_world)
    await wang.says("高龄津贴三个月没有到账，请查一下")
    assert not wang.sees("来源：")
    assert await count(small_world, Case) == 2


async def test_an_emergency_is_never_answered_from_a_list(small_world: World) -> None:
    wang = await settled(small_world)
    await has_list(small_world)
    means(small_world, MEDICARE, ALARM | {"text": MEDICARE, "kind": Kind.QUERY})
    await wang.says(MEDICARE)
    assert not wang.sees("来源：")


async def test_a_question_with_a_draft_waiting_is_part_of_it(small_world: World) -> None:
    await has_list(small_world)
    li = small_world.resident(1002)
    await li.says(LAMP)
    await li.says(MEDICARE)
    assert not li.sees("来源：")
