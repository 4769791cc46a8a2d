"""A survey's results on the chart, on paper and as a workbook, for the manager and for others."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from pypdf import PdfReader

from digests.figures import MISSING, drawable
from digests.surveys.results import SurveyPage, survey_text
from nlp.personal import mask
from storage.surveys import Counts, SurveyRow
from tests.digests.pages import HIDDEN, NOW, PHONE, community, district, texts

COUNTS: Counts = {0: {0: 14, 1: 9, 2: 22, 5: 1}, 1: {0: 20, 1: 24}}


def page(counts: Counts = COUNTS, said: tuple[str, ...] = (f"找我{PHONE}",), *, whole: bool = True) -> SurveyPage:
    week = timedelta(days=7)
    row = SurveyRow(1, 12, district().surveys["needs"], 2, "ended", NOW - week, NOW, None, NOW, None, None)
    people = {"sent": 120, "done": 46, "declined": 6}
    return SurveyPage(row, community(), counts, people, {2: list(said)} if whole else {}, whole, texts(), mask)


def read(content: bytes) -> str:
    return "".join("".join(one.extract_text() for one in PdfReader(BytesIO(content)).pages).split())


def test_the_caption_says_the_point_of_the_chart_with_its_n() -> None:
    assert "选得最多的是「停车和充电」：22 人（46 人回答）" in survey_text(page())
    assert "还没有人回答" in survey_text(page({}, ()))


def test_every_template_s_words_can_be_drawn() -> None:
    words = [
        t.name + t.intro + "".join(q.text + "".join(o.text for o in q.options) for q in t.questions)
        for t in district().surveys.values()
    ]
    assert MISSING not in drawable("".join(words))


@pytest.mark.parametrize("whole", [True, False])
def test_chart_page_and_workbook_come_out(whole: bool) -> None:
    picture, paper, book = page(whole=whole).draw()
    assert picture.startswith(b"\x89PNG")
    words = read(paper)
    assert "停车和充电22" in words
    assert (HIDDEN in words) is whole
    assert PHONE not in words
    sheets = openpyxl.load_workbook(BytesIO(book))
    assert sheets.sheetnames == (["各题人数", "居民的话"] if whole else ["各题人数"])


def test_others_see_no_small_count_and_cannot_compute_it() -> None:
    text = survey_text(page(whole=False))
    assert "· 买菜、超市：不显示" in text
    assert text.count("：不显示") == 2, "one more is left out, or the total would tell"
    assert "· 买菜、超市：1" in survey_text(page())


@pytest.mark.parametrize("words", ["=1+1", "<b>" + "坏" * 900, "😀" * 300, "</para>&amp;", "\x00\ud800"])
def test_whatever_was_written_can_be_read_and_is_no_formula(words: str) -> None:
    shown = page(said=(words,) * 200)
    assert len(survey_text(shown)) < 4096
    _, paper, book = shown.draw()
    assert PdfReader(BytesIO(paper)).pages
    cells = [cell for sheet in openpyxl.load_workbook(BytesIO(book)) for row in sheet for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_nobody_answered_and_it_reads_well_all_the_same() -> None:
    _, paper, _ = page({}, ()).draw()
    assert "没有人写话" in read(paper)
