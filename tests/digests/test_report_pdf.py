"""The digest on paper: two pages at most, everything readable, nothing of what residents wrote is markup."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from reportlab.lib.textsplit import wordSplit

from digests.pdf_fonts import PLAIN, register
from digests.presentation import Page
from digests.report_pdf import MISSING, weekly_pdf
from digests.weekly_chart import png, weekly_chart
from tests.digests.pages import HIDDEN, PHONE, page


def read(shown: Page) -> tuple[int, str]:
    """Number of pages and all words on them."""
    found = PdfReader(BytesIO(weekly_pdf(shown, png(weekly_chart(shown))))).pages
    return len(found), "".join("".join(one.extract_text() for one in found).split())


@pytest.mark.parametrize("size", [0, 1, 5, 5000])
@pytest.mark.parametrize("words", ["楼道里有煤气味", "😀" * 3000, "<b>" + "坏" * 3000, "</para><a href='x'>&amp;", ""])
def test_it_fits_two_pages_whatever_was_written(size: int, words: str) -> None:
    pages, text = read(page(size, words))
    assert 1 <= pages <= 2
    assert "延安岭社区周报" in text


def test_all_parts_stand_on_the_pages() -> None:
    _, text = read(page(5))
    for words in (
        "今天先办60件",
        "新登记140件",
        "比平时多的地方",
        "又反映的",
        "第20项",
        "回访到8件",
        "最关心",
        "可以告诉大家",
    ):
        assert words in text


def test_scenes_and_urgencies_are_words_where_pictures_cannot_be_drawn() -> None:
    _, text = read(page())
    assert MISSING not in text
    assert "紧急" in text


@pytest.mark.parametrize("width", range(20, 120, 7))
def test_no_line_begins_with_a_mark_that_ends_words(width: int) -> None:
    register()
    lines = wordSplit("有，860 平方米，好，2016 年建；标准：不少于 800 平方米！", [width], PLAIN, 9)
    assert not [line for _, line in lines if line[0] in "，；：！"]


def test_words_are_masked_and_markup_is_shown_as_written() -> None:
    _, text = read(page(words=f"<b>电话{PHONE}</b>"))
    assert HIDDEN in text
    assert PHONE not in text
    assert "<b>电话" in text
