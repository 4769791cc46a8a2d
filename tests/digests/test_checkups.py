"""The check-up on paper, as a workbook and as a message: whatever was filled in and said, it can be read."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from PIL import Image
from pypdf import PdfReader

from digests.checkups.area import AreaPage, area_text, over_communities
from digests.checkups.chart import Piece, Row, of_area, of_community
from digests.checkups.checkup import Asked, Checkup, checkup
from digests.checkups.presentation import CheckupPage
from digests.checkups.text import checkup_text
from digests.figures import drawable
from ledger.checkup import Condition, Source, State, Stock, year_by_year
from ledger.needs import Demand
from ledger.periods import Period
from nlp.personal import mask
from storage.reporting.rows import Quote
from tests.digests.pages import HIDDEN, NOW, PHONE, community, district, texts

PERIOD = Period(datetime(2025, 11, 23, tzinfo=UTC), NOW)
LIMIT = 4096
DEMAND = {
    3: Demand(12, 4, 1, 6),
    4: Demand(9, 3),
    7: Demand(4, 1),
    9: Demand(22, 20, 3),
    10: Demand(18, 9, 2),
    15: Demand(2, 2),
}


def stock(**values: Any) -> Stock:
    return Stock(source=Source.CHAT, found_on=date(2026, 11, 20), **values)


STOCKS = {
    "1": stock(has=True, area_m2=860, condition=Condition.GOOD, year=2016),
    "3": stock(has=False),
    "4": stock(has=True, area_m2=220, condition=Condition.POOR, paid="助餐 8 元一份", income=36_000, upkeep=42_000),
    "7": stock(has=True, area_m2=10),
    "9.2": stock(number=0),
    "9.4": stock(has=True, area_m2=18),
    "10.1": stock(number=310),
    "10.2": stock(number=2),
    "13": stock(has=False),
    "15": stock(has=True, area_m2=640),
    "16": stock(has=True, area_m2=300, base_m2=186_000),
}


def found(
    stocks: dict[str, Stock] = STOCKS,
    demand: dict[int, Demand] = DEMAND,
    number: int = 1,
    earlier: dict[int, dict[str, Stock]] | None = None,
) -> Checkup:
    years = year_by_year({**(earlier or {}), NOW.year: stocks}, NOW.year)
    return checkup(number, district().checkup, district().items, years, Asked(PERIOD, demand), NOW)


def page(
    stocks: dict[str, Stock] = STOCKS, demand: dict[int, Demand] = DEMAND, words: str = f"想要托育园，电话{PHONE}"
) -> CheckupPage:
    quotes = {item: Quote(item, words) for item in demand}
    return CheckupPage(found(stocks, demand), community(), "石榴街道", district(), texts(), mask, quotes)


def read(content: bytes) -> tuple[int, str]:
    pages = PdfReader(BytesIO(content)).pages
    return len(pages), "".join("".join(one.extract_text() for one in pages).split())


def test_problems_stand_in_the_order_of_need_with_their_units() -> None:
    text = checkup_text(page())
    assert [line.split("：")[0] for line in text.splitlines() if "【" in line] == [
        "1. 【急】第 9 项 基础设施",
        "2. 【急】第 3 项 一个托儿所",
        "3. 【重】第 4 项 一个老年服务站",
        "4. 【重】第 7 项 快递末端综合服务点",
        "5. 【轻】第 10 项 停车及充电设施",
        "6. 【缓】第 15 项 公共绿地",
        "7. 【缓】第 16 项 物业服务",
    ]
    assert "· 补建一个托儿所 200 平方米 → 区卫健局" in text
    assert "· 补足物业服务用房 72 平方米 → 区住保局、石榴街道" in text
    assert "「微型消防站」的面积标准（350 平方米）看着不对" in text
    assert PHONE not in text


def test_a_community_of_another_size_than_meant_gets_a_hint() -> None:
    assert "以 5000–12000 人为宜" not in checkup_text(page())
    crowded = replace(page(), community=replace(community(), population=13_640))
    assert "本社区 13640 人，方案以 5000–12000 人为宜" in checkup_text(crowded)


def test_the_pages_are_few_and_hold_everything() -> None:
    _, pages, acceptance, _ = page().draw()
    count, words = read(pages)
    assert count <= 4
    for part in ("问题清单", "拟建项目", "各项情况", "收费服务和运维", "-6,000", "存疑，不判", "书记填报2026-11-20"):
        assert part in words
    count, words = read(acceptance)
    assert count <= 4
    for scene in district().scenes.values():
        assert scene.name in words or scene.name in ("不是诉求", "不归社区管")
    assert words.count("验收意见") == 8
    assert "标配3一个托儿所不少于200平方米没有没有区卫健局" in words, "each line names who is responsible"


def test_the_workbook_has_everything_and_no_live_formula() -> None:
    book = openpyxl.load_workbook(BytesIO(page(words="=HYPERLINK(1)").draw()[3]))
    assert book.sheetnames == ["问题清单", "拟建项目", "各项情况", "场景验收", "历年达标", "历年情况"]
    assert book["各项情况"].max_row == 2 + len(district().checkup.points)
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=HYPERLINK(1)" in [cell.value for cell in cells]
    masked = openpyxl.load_workbook(BytesIO(page().draw()[3]))
    assert any(HIDDEN in str(cell.value) for row in masked["问题清单"] for cell in row)


EARLIER = {
    2024: {"3": stock(has=False), "5": stock(has=True, area_m2=130), "15": stock(has=True, area_m2=300)},
    2025: {"1": stock(has=True, area_m2=500), "12": stock(has=True)},
}
WORSE = {"5": stock(has=True, area_m2=100), "12": stock(has=False)}


def through_the_years() -> CheckupPage:
    return replace(page(), checkup=found(STOCKS | WORSE, DEMAND, 1, EARLIER))


def test_older_years_stand_beside_this_one_with_what_got_better_and_worse() -> None:
    text = checkup_text(through_the_years())
    assert "达标项数：2024年 1 → 2025年 2 → 现在 2" in text, "what was not looked at again is as it was"
    assert "比 2025 年底退步 2 项：一个社区卫生服务站、无障碍设施" in text
    better = replace(page(), checkup=found({"12": stock(has=True)}, {}, 1, {2025: {"12": stock(has=False)}}))
    assert "比 2025 年底多达标 1 项：无障碍设施" in checkup_text(better)
    assert "达标项数" not in checkup_text(page()), "the first year has nothing to be held against"


def test_what_was_found_year_by_year_is_on_paper_and_in_the_workbook() -> None:
    _, pages, _, book = through_the_years().draw()
    words = read(pages)[1]
    assert "历年情况" in words
    assert "15公共绿地有，300平方米有，300平方米有，640平方米" in words
    sheet = openpyxl.load_workbook(BytesIO(book))["历年情况"]
    rows = {row[0]: row[1:] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert rows["内容"] == ("2024年", "2025年", "现在")
    assert rows["12 无障碍设施"] == (None, "有", "没有")
    states = openpyxl.load_workbook(BytesIO(book))["历年达标"]
    assert ("12 无障碍设施", "没填", "达标", "没有") in list(states.iter_rows(values_only=True))


@pytest.mark.parametrize("stocks", [STOCKS, {}, {code: stock(has=False) for code in district().checkup.points}])
def test_the_chart_of_a_check_up_is_for_a_phone(stocks: dict[str, Stock]) -> None:
    shown = replace(page(), checkup=found(stocks, DEMAND, 1, EARLIER))
    picture = Image.open(BytesIO(shown.draw()[0]))
    assert picture.width == 1080
    assert 0.5 <= picture.height / picture.width <= 1.6


def test_the_chart_says_its_point_in_words() -> None:
    shown = of_community(through_the_years())
    assert (shown.title, shown.point) == ("20 项里达标 2 项，有缺口 8 项", "先办：基础设施、一个托儿所")
    assert [row.name for row in shown.panels[0].rows] == ["2024年", "2025年", "现在"]
    assert shown.panels[1].rows[0] == Row("急 基础设施", (Piece(22, "#D55E00"),), "22 人")
    assert of_community(page({}, {})).point == "先把没填的 32 处填上"


def test_the_font_has_every_character_of_the_charts_texts_and_names() -> None:
    say, rules = texts(), district().checkup
    parts = ("checkup_page.chart", "areas.chart", "checkup_page.year", "checkup_page.now")
    words = [say(key, **dict.fromkeys(say.places(key), "")) for key in say.keys() if key.startswith(parts)]  # noqa: SIM118
    names = [*rules.needs.values(), *(item.name for item in district().items)]
    for text in words + names:
        assert drawable(text) == text


NASTY = ["=1+1", "<b>" + "坏" * 3000, "</para><a href='x'>&amp;", "😀" * 999, "", "\x00\ud800"]


@pytest.mark.parametrize("words", NASTY)
def test_whatever_was_written_can_be_set(words: str) -> None:
    stocks = {
        code: stock(has=True, area_m2=1e9, number=10**6, paid=words, note=words, origin=words[:100], income=-1)
        for code in district().checkup.points
    }
    shown = page(stocks, {item.no: Demand(5000, 5000, 5000) for item in district().items}, words)
    assert len(checkup_text(shown)) <= LIMIT
    _, pages, acceptance, book = shown.draw()
    assert read(pages)[0] <= 15
    assert read(acceptance)[0] <= 8
    cells = [cell for sheet in openpyxl.load_workbook(BytesIO(book)) for row in sheet for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_nothing_filled_in_and_nothing_said_reads_well() -> None:
    empty = page({}, {})
    text = checkup_text(empty)
    assert "没填全 20 项" in text
    assert "现在没有要列的问题" in text
    assert [read(content)[0] > 0 for content in empty.draw()[1:3]] == [True, True]
    assert found({}, {}).count(State.UNKNOWN) == 20


def test_all_missing_is_twenty_problems_and_none_is_cut_silently() -> None:
    nothing = {code: stock(has=False) for code in district().checkup.points}
    shown = page(nothing, {})
    assert len(shown.checkup.problems) == 19, "where nothing new is built there are no green buildings to miss"
    text = checkup_text(shown)
    assert "另有 9 项，见表格。" in text
    assert "一老一幼" not in text
    assert [line[:8] for line in text.splitlines() if "【" in line][:3] == [
        "1. 【重】第 ",
        "2. 【重】第 ",
        "3. 【重】第 ",
    ]
    book = openpyxl.load_workbook(BytesIO(shown.draw()[3]))
    assert book["问题清单"].max_row == 2 + 19


def area(
    stocks: dict[int, dict[str, Stock]], earlier: dict[int, dict[int, dict[str, Stock]]] | None = None
) -> AreaPage:
    checkups = [found(own, {}, number, (earlier or {}).get(number)) for number, own in stocks.items()]
    rows = {n: replace(community(f"第{n}社区"), id=n) for n in stocks}
    adjacent = {frozenset((1, 2)), frozenset((2, 3))}
    put_together = over_communities(checkups, {1, 2, 3}, adjacent, district())
    return AreaPage(put_together, "石榴街道", rows, district(), texts())


def test_a_street_is_held_against_the_goal_of_the_year() -> None:
    whole = {
        code: stock(has=True, area_m2=9000, number=99, ratio=50, walk_minutes=5, base_m2=1)
        for code in district().checkup.points
    }
    text = area_text(area({1: whole, 2: whole, 3: {"3": stock(has=False)}}))
    assert "二十项都达标的社区 2 个，共 3 个（66%）" in text
    assert "2026 年底目标是 60%，已经到了" in text
    assert "第3社区：达标 0 项，有缺口 1 项，没填全 19 项" in text
    assert "没有相邻社区都缺" in text


def test_neighbours_that_lack_the_same_are_proposed_together_on_paper_too() -> None:
    shown = area({key: {"3": stock(has=False), "17": stock(has=False)} for key in (1, 2, 3)})
    assert [line for line in area_text(shown).splitlines() if line.startswith("·")] == [
        "· 一个托儿所：第1社区、第2社区"
    ]
    _, pages, book = shown.draw()
    assert "一个托儿所：第1社区、第2社区" in read(pages)[1]
    assert openpyxl.load_workbook(BytesIO(book))["各项"]["D3"].value == "没有"


def test_each_year_is_held_against_its_own_goal() -> None:
    whole = {
        code: stock(has=True, area_m2=9000, number=99, ratio=50, walk_minutes=5, base_m2=1)
        for code in district().checkup.points
    }
    short = {**whole, "3": stock(has=False)}
    past = {1: {2024: short, 2025: whole}, 2: {2025: whole}, 3: {2024: whole}}
    shown = area({1: whole, 2: short, 3: short}, past)
    assert "历年：2024年 33%（目标 20%） → 2025年 100%（目标 30%） → 现在 33%（目标 60%）" in area_text(shown)
    years, lacking = of_area(shown).panels
    assert [(row.after, row.goal) for row in years.rows] == [
        ("33%（1/3）", 20), ("100%（3/3）", 30), ("33%（1/3）", 60),
    ]  # fmt: skip
    assert [(row.name, row.after) for row in lacking.rows] == [("一个托儿所", "2 个")]
    picture, _, book = shown.draw()
    assert picture.startswith(b"\x89PNG")
    sheet = openpyxl.load_workbook(BytesIO(book))["历年"]
    assert [tuple(row) for row in sheet.iter_rows(min_row=3, values_only=True)] == [
        (2024, 1, 3, 33, 20), (2025, 3, 3, 100, 30), (2026, 1, 3, 33, 60),
    ]  # fmt: skip
