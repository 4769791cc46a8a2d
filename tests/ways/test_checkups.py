"""体检 in chat: filled in point by point, put right, looked at; every tap once, every figure with its source and date."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.reporting.reports import Reporter
from digests.drawing_process import Draws
from handlers.checkups.quantities import WrongFigure, figure
from ledger.checkup import Condition, Source, Stock
from storage.facilities import stock_of
from storage.tables import Case, Community, FacilityPast, FacilityStock, ReportRequest, ReportRun
from tests.digests.histories import case, write
from tests.digests.pages import HIDDEN, PHONE
from tests.digests.test_reporter import QuickDrawer
from tests.support.world import NOW, Person, World
from tests.ways.steps import change, count, employs, settled


async def stocks(world: World, community_id: int = 1) -> dict[str, Stock]:
    statement = select(FacilityStock.__table__).where(FacilityStock.community_id == community_id)
    rows = await world.rows(lambda connection: connection.execute(statement).all())
    return {row.point: stock_of(row) for row in rows}


async def has(world: World, point: str, community_id: int = 1, **values: Any) -> None:
    row = {"community_id": community_id, "point": point, "source": "chat", "changed_at": NOW, **values}
    await change(world, lambda connection: connection.execute(insert(FacilityStock), [row]))


async def lies(world: World, number: int, latitude: float, longitude: float) -> None:
    where = update(Community).where(Community.id == number).values(latitude=latitude, longitude=longitude)
    await change(world, lambda connection: connection.execute(where))


async def reported(world: World, drawer: Draws | None = None) -> None:
    """What was asked for is made and sent; unless `drawer` draws, files are empty."""
    app, drawn_by = world.app, drawer or QuickDrawer()
    reporter = Reporter(
        app.database, app.context, app.files, world.clock, lambda: None, reference=app.reference, drawer=drawn_by
    )
    await reporter.run_requests(world.clock.now())
    await world.runs()


async def test_a_manager_fills_it_in_with_buttons_and_short_numbers(world: World) -> None:
    manager = world.worker(2)
    await manager.says("体检")
    assert "一共 32 处，填了 0 处" in manager.last.text
    await manager.taps("接着填")
    assert "第 1 项 一个社区综合服务站" in manager.last.text
    assert "不少于 800 平方米" in manager.last.text
    await manager.taps("有")
    assert "有多大" in manager.last.text
    await manager.says("８６０平米")
    await manager.taps("一般")
    await manager.says("1998")
    assert "社区服务大厅" in manager.last.text
    assert (await stocks(world))["1"] == Stock(
        has=True,
        area_m2=860,
        condition=Condition.FAIR,
        year=1998,
        source=Source.CHAT,
        found_on=date(2026, 11, 18),
    )


async def test_one_stops_and_goes_on_where_nothing_is_filled_in_yet(world: World) -> None:
    manager = world.worker(2)
    await manager.says("体检")
    await manager.taps("接着填")
    await manager.taps("有")
    await manager.taps("先到这里")
    assert "填过的都留着" in manager.last.text
    await manager.says("体检")
    await manager.taps("接着填")
    assert "有多大" in manager.last.text, "the area is still open"
    await manager.says("跳过")
    assert "社区服务大厅" in manager.last.text
    await manager.says("没有")
    await manager.says("先到这里")
    found = await stocks(world)
    assert (found["1"].has, found["1"].area_m2, found["1.1"].has) == (True, None, False)


async def test_an_item_is_put_right_and_shows_what_was_filled_in(small_world: World) -> None:
    await has(small_world, "3", has=True, area_m2=120.0, condition="good", origin="老台账")
    manager = small_world.worker(2)
    await manager.says("体检")
    await manager.taps("改一项")
    await manager.taps("3")
    assert "现在填的：有，120 平方米，好" in manager.last.text
    await manager.taps("没有")
    assert "改好了" in manager.last.text
    found = (await stocks(small_world))["3"]
    assert (found.has, found.area_m2, found.condition, found.origin) == (False, None, None, None)


async def test_what_is_measured_in_another_way_is_asked_in_another_way(small_world: World) -> None:
    manager = small_world.worker(2)
    for item, said, point, field, value in (
        ("11", "走路大概 8 分钟", "11", "walk_minutes", 8),
        ("13", "35%", "13", "ratio", 35),
        ("8", "23家", "8", "number", 23),
    ):
        await manager.says("体检")
        await manager.taps("改一项")
        await manager.presses(next(data for label, data in manager.last.buttons.items() if label == item))
        await manager.says(said)
        assert getattr((await stocks(small_world))[point], field) == value
    await manager.says("体检")
    await manager.taps("改一项")
    await manager.presses(next(data for label, data in manager.last.buttons.items() if label == "13"))
    await manager.taps("没有新建建筑")
    assert (await stocks(small_world))["13"].has is False


async def test_item_16_is_asked_with_the_floor_area_that_its_standard_is_taken_of(small_world: World) -> None:
    manager = small_world.worker(2)
    await manager.says("体检")
    await manager.taps("改一项")
    await manager.taps("16")
    await manager.taps("有")
    await manager.says("300")
    assert "物业总建筑面积多大" in manager.last.text
    await manager.says("18.6万")
    found = (await stocks(small_world))["16"]
    assert (found.area_m2, found.base_m2) == (300, 186_000)


async def test_an_old_button_and_a_second_tap_do_nothing(world: World) -> None:
    manager = world.worker(2)
    await manager.says("体检")
    await manager.taps("接着填")
    yes = manager.last.buttons["有"]
    no = manager.last.buttons["没有"]
    await manager.presses(yes)
    assert "已经过去了" in await manager.presses(no)
    assert "已经过去了" in await manager.presses(yes)
    assert (await stocks(world))["1"].has is True


@pytest.mark.parametrize("account", [1, 3, 5])
async def test_nobody_else_fills_it_in(small_world: World, account: int) -> None:
    manager, other = small_world.worker(2), small_world.worker(account)
    await manager.says("体检")
    await manager.taps("接着填")
    assert await other.presses(manager.last.buttons["有"])
    assert await stocks(small_world) == {}


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("-5", "不能小于 0"),
        ("很大", "只回一个数字"),
        ("3栋200平", "只回一个数字"),
        ("9999999999999", "好像不对"),
        ("<b>", "只回一个数字"),
    ],
)
async def test_what_is_no_figure_gets_a_clear_answer_and_the_question_stays(
    small_world: World, said: str, answer: str
) -> None:
    manager = small_world.worker(2)
    await manager.says("体检")
    await manager.taps("接着填")
    await manager.taps("有")
    await manager.says(said)
    assert answer in manager.last.text
    await manager.says("801.5")
    assert (await stocks(small_world))["1"].area_m2 == 801.5


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("1,200.5㎡", "area_m2", 1200.5),
        ("1.2万", "base_m2", 12_000),
        ("３ 个", "number", 3),
        ("2005年", "year", 2005),
        ("两千二百平", "area_m2", 2200),
    ],
)
def test_figures_as_people_write_them(words: str, field: str, value: float) -> None:
    assert figure(words, field) == value


@pytest.mark.parametrize(
    ("words", "field", "why"),
    [
        ("2.5", "number", "whole"),
        ("一般", "area_m2", "not_one"),
        ("120", "ratio", "too_much"),
        ("98", "year", "too_much"),
        ("", "number", "not_one"),
    ],
)
def test_figures_that_cannot_be(words: str, field: str, why: str) -> None:
    with pytest.raises(WrongFigure) as wrong:
        figure(words, field)
    assert wrong.value.why == why


async def test_the_problem_list_comes_with_its_files_and_masked_words(world: World) -> None:
    await has(world, "3", has=False)
    await world.app.database.write(
        lambda c: write(c, [case(n, NOW, item=3, kind="need", text=f"想要托育园，电话{PHONE}") for n in range(1, 5)])
    )
    manager = world.worker(2)
    await manager.says("体检")
    await manager.taps("看问题清单")
    await reported(world)
    shown = next(m for m in reversed(manager.messages) if m.files)
    assert "【重】第 3 项 一个托儿所：没有，4 人提到" in shown.text
    assert "补建一个托儿所 200 平方米 → 区卫健局" in shown.text
    assert HIDDEN in shown.text
    assert PHONE not in shown.text
    assert [name.rsplit(".")[-1] for name in shown.files] == ["png", "pdf", "pdf", "xlsx"]


async def test_what_was_made_for_one_request_goes_with_it(world: World) -> None:
    await has(world, "3", has=False)
    manager = world.worker(2)
    await manager.says("体检")
    await manager.taps("看问题清单")
    await reported(world)
    for days, left in ((29, 1), (2, 0)):
        world.clock.forward(days=days)
        await world.app.ticker.clean()
        assert await count(world, ReportRequest) == left
        assert await count(world, ReportRun) == left, "while it is there, it keeps its files"


async def test_somebody_who_asks_twice_is_one_person_and_what_is_withdrawn_is_no_voice(world: World) -> None:
    wang = await settled(world, 1001, "想要一个托育园，孩子没人带")
    await wang.says("附近能不能办个托儿所，我家孩子一岁半")
    li = await settled(world, 1002, "社区缺个托育园，能不能办一个")
    await change(world, lambda c: c.execute(update(Case).values(item=3, kind="need")))
    await has(world, "3", has=False)
    manager = world.worker(2)
    await manager.says("体检")
    await manager.taps("看问题清单")
    await reported(world)
    assert "一个托儿所：没有，2 人提到" in next(m for m in reversed(manager.messages) if m.files).text
    await li.says("撤回")
    await li.taps("是的，撤回")
    await manager.taps("看问题清单")
    await reported(world)
    assert "一个托儿所：没有，1 人提到" in next(m for m in reversed(manager.messages) if m.files).text


async def test_the_street_sees_its_communities_beside_the_goal_and_what_neighbours_could_share(world: World) -> None:
    await change(world, employs(8, "区里的人", "supervisor", "district", 0))
    for number, latitude in ((1, 30.20), (2, 30.205)):
        await lies(world, number, latitude, 115.06)
        await has(world, "4", number, has=False)
    street, district = world.worker(3), world.worker(8)
    for person in (street, district):
        await person.says("体检")
        await reported(world)
    seen = next(m for m in reversed(street.messages) if m.files)
    assert "沈家营街道社区体检" in seen.text
    assert "二十项都达标的社区 0 个，共 1 个（0%）" in seen.text
    assert "2026 年底目标是 60%，还没到" in seen.text
    assert (
        "· 一个老年服务站：延安岭社区、文化宫社区" in seen.text
        or "· 一个老年服务站：文化宫社区、延安岭社区" in seen.text
    )
    assert "共 2 个" in next(m for m in reversed(district.messages) if m.files).text
    await street.taps("延安岭社区")
    await reported(world)
    assert "延安岭社区体检" in next(m for m in reversed(street.messages) if m.files).text


async def test_a_worker_is_told_whose_it_is(small_world: World) -> None:
    worker = small_world.worker(1)
    await worker.says("体检")
    assert "由社区书记来填" in worker.last.text


# --- year by year ----------------------------------------------------------------------------------------------------


async def test_what_was_found_last_year_is_kept_when_it_is_put_right_this_year(world: World) -> None:
    await has(world, "3", has=False, found_on=date(2025, 12, 1))
    manager = world.worker(2)
    await manager.says("体检")
    await manager.taps("改一项")
    await manager.taps("3")
    for answer in ("有", "240", "好", "2026"):
        await manager.says(answer)
    columns = select(FacilityPast.point, FacilityPast.found_in, FacilityPast.has)
    past = await world.rows(lambda connection: connection.execute(columns).all())
    assert [tuple(row) for row in past] == [("3", 2025, False)]
    assert (await stocks(world))["3"].area_m2 == 240
    await manager.says("体检")
    await manager.taps("看问题清单")
    await reported(world)
    assert "比 2025 年底多达标 1 项：一个托儿所" in next(m for m in reversed(manager.messages) if m.files).text


# --- every few months ------------------------------------------------------------------------------------------------

NEW_YEAR = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)  # 08:30 in Huangshi, a Friday


async def goes_on_to(world: World, moment: datetime) -> None:
    world.clock.forward(seconds=(moment - world.clock.now()).total_seconds())
    app = world.app
    writer = Reporter(
        app.database, app.context, app.files, world.clock, lambda: None, reference=app.reference, drawer=QuickDrawer()
    )
    await writer.run_due(moment)
    await writer.run_requests(moment)
    await world.runs()


def check_ups(person: Person) -> list[str]:
    return [message.text for message in person.messages if message.text.startswith("🩺")]


async def test_each_quarter_managers_streets_and_the_district_get_theirs_once(world: World) -> None:
    await change(world, employs(8, "区里的人", "supervisor", "district", 0))
    await has(world, "3", has=False)
    people = [world.worker(account) for account in (2, 3, 8)]
    await goes_on_to(world, NOW)
    assert not any(check_ups(person) for person in people), "the last quarter was over long before anything was there"
    for moment in (NEW_YEAR - timedelta(hours=1), NEW_YEAR, NEW_YEAR, NEW_YEAR + timedelta(days=40)):
        await goes_on_to(world, moment)
    heads = [[text.split(" · ")[0] for text in check_ups(person)] for person in people]
    assert heads == [["🩺 延安岭社区体检"], ["🩺 沈家营街道社区体检"], ["🩺 全区社区体检"]]
    assert not check_ups(world.worker(1))


async def test_after_a_fortnight_of_downtime_it_comes_once_and_what_is_empty_does_not(small_world: World) -> None:
    await goes_on_to(small_world, NEW_YEAR + timedelta(days=14))
    assert not check_ups(small_world.worker(2)), "nothing is filled in"
    await has(small_world, "3", has=False)
    await goes_on_to(small_world, datetime(2027, 4, 15, 1, tzinfo=UTC))
    await goes_on_to(small_world, datetime(2027, 4, 16, 1, tzinfo=UTC))
    assert len(check_ups(small_world.worker(2))) == 1


async def test_at_a_later_hour_one_gets_what_everybody_got(world: World) -> None:
    await change(world, employs(7, "副书记", "manager", "community", 1))
    await has(world, "3", has=False)
    manager = world.worker(2)
    await manager.says("订阅")
    await manager.taps("延安岭社区 体检")
    assert "每季度第一天" in manager.last.text
    await manager.taps("中午12:00")
    await goes_on_to(world, NEW_YEAR)
    await goes_on_to(world, NEW_YEAR + timedelta(hours=2))
    assert (len(check_ups(manager)), len(check_ups(world.worker(7)))) == (0, 1)
    await manager.says("体检")
    await manager.taps("改一项")
    await manager.taps("3")
    await manager.says("有")
    await manager.says("240")
    await manager.says("先到这里")
    await goes_on_to(world, NEW_YEAR + timedelta(hours=4))
    [text] = check_ups(manager)
    assert "第 3 项 一个托儿所：没有" in text


async def test_who_does_not_want_it_does_not_get_it_and_now_is_now(small_world: World) -> None:
    await has(small_world, "3", has=False)
    manager = small_world.worker(2)
    await manager.says("订阅")
    await manager.taps("延安岭社区 体检")
    await manager.taps("现在就发")
    await reported(small_world)
    assert len(check_ups(manager)) == 1
    await manager.taps("不再发到这里")
    await goes_on_to(small_world, NEW_YEAR)
    assert len(check_ups(manager)) == 1
