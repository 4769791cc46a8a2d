"""A community with nothing in it, with one resident, with 5,000 cases in a week; texts of emoji, formulas and markup.

Each goes the whole way: from the ledger over what is computed, drawn and written to what the manager gets.
"""

from io import BytesIO
from itertools import cycle, islice
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from bot.reporting.reports import Reporter
from bot.reporting.weekly import PRESSING_LISTED
from digests.drawing_process import DrawHere
from ledger.scenes import EIGHT_SCENES, Kind, Urgency
from storage.reporting.reports import WEEKLY
from storage.tables import ReportRun
from tests.deciding.neighbours import rows_of
from tests.digests.histories import Row, case, write
from tests.digests.pages import PHONE
from tests.digests.test_reporter import IN_THE_WEEK, MONDAY, reporter, runs_at
from tests.digests.test_summaries import MID_OCTOBER
from tests.digests.test_summaries import NOW as IN_NOVEMBER
from tests.support.world import World

STRANGE = (
    "😀🏚️👨‍👩‍👧",
    '=HYPERLINK("http://a.example","点我")',
    "<b>坏了</b></para>&amp;<script>",
    "长" * 4000,
    "\u202e反着写 $x_{1}$ \\frac",
    f"电话 {PHONE}",
    "@SUM(A1)",
    "\n\n",
)
SIZES = [0, 1, 5000]


def cases(n: int, at: Any) -> list[Row]:
    scenes, urgencies = cycle(EIGHT_SCENES), cycle(Urgency)
    return [
        case(no, at, text=text, place=text[:60], scene=next(scenes), urgency=next(urgencies), kind=Kind.NEED, item=4)
        for no, text in enumerate(islice(cycle(STRANGE), n), 1)
    ]


async def made(world: World, rows: list[Row], moment: Any, report: str, called: str) -> tuple[str, Any, Any]:
    """What the manager got: the words, the pages, the workbook."""
    if rows:
        await world.app.database.write(lambda connection: write(connection, rows))
    maker: Reporter = reporter(world, DrawHere())
    await maker.run_due(moment)
    await runs_at(world, moment)
    (run,) = [run for run in await rows_of(world, ReportRun) if (run.community_id, run.report) == (1, report)]
    pdf, book = (world.app.files.read(file["digest"]) for file in run.content["files"][1:])
    text = next(message.text for message in world.worker(2).messages if called in message.text)
    return text, PdfReader(BytesIO(pdf)), openpyxl.load_workbook(BytesIO(book))


@pytest.mark.parametrize("n", SIZES)
async def test_its_week_reads_well_and_nothing_is_cut_in_silence(small_world: World, n: int) -> None:
    text, pages, book = await made(small_world, cases(n, IN_THE_WEEK), MONDAY, WEEKLY, "周报")
    assert text.startswith("📋 延安岭社区周报 · 2026年第47周")
    assert len(text) <= 4096
    assert (f"新登记 {n} 件" if n else "这一周没有新登记的诉求") in text
    assert 1 <= len(pages.pages) <= 2
    ledger = book["这一周的台账"]
    numbers = [cell.value for cell in ledger["B"][2:]]
    assert [number for number in numbers if number] == [f"YA-{no}" for no in range(1, n + 1)]
    today = book["今天要办"]
    assert n <= PRESSING_LISTED or "还有" in str(today.cell(today.max_row, 1).value)
    assert_harmless(text, pages, book)


@pytest.mark.parametrize("n", SIZES[1:])
async def test_its_month_reads_well(small_world: World, n: int) -> None:
    text, pages, book = await made(small_world, cases(n, MID_OCTOBER), IN_NOVEMBER, "community:1:1", "月报")
    assert f"新登记 {n} 件" in text
    assert len(text) <= 4096
    assert 1 <= len(pages.pages) <= 2
    counted = {row[0].value: row[1].value for row in book["八大场景"].iter_rows(min_row=3)}
    assert sum(value for value in counted.values() if isinstance(value, int)) == n
    assert_harmless(text, pages, book)


def assert_harmless(text: str, pages: Any, book: Any) -> None:
    """No live formula, no link, no number of anybody."""
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert not [sheet for sheet in book if sheet._hyperlinks]
    everything = text + "".join(page.extract_text() for page in pages.pages)
    everything += "".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert PHONE not in everything
