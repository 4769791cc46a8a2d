"""Monthly and quarterly reports: a plain recount, each once, for who reads it, on paper and as a workbook."""

from collections import Counter
from datetime import UTC, date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import Connection

from bot.reporting.reports import Reporter
from digests.report_pdf import summary_pdf
from digests.subject import MONTH, QUARTER, Subject
from digests.summary import Level, Summary, from_content, summary
from digests.summary_report import Dossier, index, summary_text
from digests.summary_workbook import workbook
from digests.weekly import Rates
from digests.weekly_chart import png, summary_chart
from ledger.lifecycle import OPEN
from ledger.periods import last_full_months, months_before, months_from, months_name, months_named
from nlp.personal import mask
from storage.database import Database, open_database
from storage.reporting.queries import RESOLVED
from storage.tables import ReportRun
from storage.types import Json
from storage.unit_of_work import UnitOfWork
from tests.digests.histories import case, event, history, write
from tests.digests.pages import HIDDEN, PHONE, district, texts
from tests.digests.test_recount import NOBODY, empty
from tests.digests.test_reporter import QuickDrawer, rows, runs_at
from tests.support.world import World

ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER = months_from(date(2026, 10, 1), 1, ZONE)
NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
MID_OCTOBER = datetime(2026, 10, 15, tzinfo=UTC)


def made(connection: Connection, communities: tuple[int, ...] = (1, 2)) -> Summary:
    uow = UnitOfWork(connection, NOBODY, NOW)
    found = uow.summaries.rows(communities, OCTOBER, months_before(OCTOBER, 1, ZONE), 8)
    return summary(Level.STREET, 1, OCTOBER, NOW, found, communities)


def reporter(world: World) -> Reporter:
    app = world.app
    return Reporter(
        app.database, app.context, app.files, world.clock, lambda: None, reference=app.reference, drawer=QuickDrawer()
    )


@pytest.mark.parametrize(
    ("now", "months", "name"),
    [
        (datetime(2026, 11, 1, tzinfo=ZONE), MONTH, "2026-10"),
        (datetime(2026, 10, 31, 23, 59, tzinfo=ZONE), MONTH, "2026-09"),
        (datetime(2027, 1, 1, tzinfo=ZONE), MONTH, "2026-12"),
        (datetime(2026, 11, 30, tzinfo=ZONE), QUARTER, "2026-Q3"),
        (datetime(2027, 1, 1, tzinfo=ZONE), QUARTER, "2026-Q4"),
    ],
)
def test_the_newest_month_or_quarter_that_is_over(now: datetime, months: int, name: str) -> None:
    period = last_full_months(now, months, ZONE)
    assert months_name(period, ZONE) == name
    assert months_named(name, ZONE) == period
    assert months_before(period, months, ZONE).end == period.start


async def test_a_report_equals_a_plain_recount(filled_url: str) -> None:
    database: Database = open_database(filled_url)
    for seed in range(4):
        cases, events = history(seed, NOW, 150)
        others, theirs = history(seed + 50, NOW, 60, community_id=2)
        await database.write(lambda c, a=cases + others, b=events + theirs: write(c, a, b))  # type: ignore[misc]
        found = await database.read(made)
        everything = cases + others
        now = [row for row in everything if OCTOBER.start <= row["created_at"] < OCTOBER.end]
        assert {s.scene: s.now for s in found.scenes if s.now} == Counter(row["scene"] for row in now)
        done = [
            row
            for row in everything
            if row["answered_at"] and OCTOBER.start <= row["answered_at"] < OCTOBER.end and row["state"] in RESOLVED
        ]
        assert found.answered == len(done) == sum(share.answered for share in found.units)
        assert found.in_time == sum(row["answered_at"] <= row["due_at"] for row in done)
        late = [row for row in everything if row["state"] in OPEN and row["due_at"] < NOW]
        assert [share.overdue for share in found.communities] == [
            sum(row["community_id"] == community for row in late) for community in (1, 2)
        ]
        assert found.rates.n == sum(share.rates.n for share in found.communities)
        assert from_content(Json().process_result_value(Json().process_bind_param(found, None), None)) == found  # type: ignore[arg-type]
        await database.write(empty)
    await database.close()


async def test_honest_endings_extensions_and_root_causes_are_counted(filled_url: str) -> None:
    database: Database = open_database(filled_url)
    answered = {"state": "closed", "answered_at": MID_OCTOBER, "unit_id": 3}
    cases = [
        case(1, MID_OCTOBER, **answered, outcome="unsolved"),
        case(2, MID_OCTOBER, **answered, outcome="solved", solved=True, supporters=5),
        case(3, MID_OCTOBER, source="root_cause"),
    ]
    await database.write(lambda c: write(c, cases, [event(2, MID_OCTOBER, "grant", "manager")]))
    found = await database.read(made)
    await database.close()
    assert (found.unsolved, found.granted, found.roots, found.results) == (1, 1, ((1, 3),), ((1, 2),))
    assert [(share.id, share.answered) for share in found.units] == [(3, 2), (0, 0)]
    assert found.received == 2  # a case about a root cause came from nobody


def test_one_figure_of_the_three_rates_stands_beside_its_weights() -> None:
    weights = district().limits.rates
    assert index(Rates(10, 10, 10, 10, 0), weights) == pytest.approx(1.0)
    assert index(Rates(10, 10, 5, 3, 2), weights) == pytest.approx(0.1 + 0.25 + 0.4 * (3 + 0.9 * 2) / 10)


def dossier(found: Summary, words: str = "路灯坏了", reply: str | None = None) -> Dossier:
    from storage.reporting.rows import Said  # noqa: PLC0415

    said = dict.fromkeys(found.keys(), Said(words, None, reply))
    names = {1: ("YA", "延安岭社区"), 2: ("JP", "江畔社区")}
    return Dossier(found, "胜阳港街道", ZONE, district(), texts(), mask, said, names, {3: "区城管局"})


@pytest.mark.parametrize("words", ["<b>" + "坏" * 3000, "😀" * 999, "=1+1", ""])
async def test_it_is_written_set_and_filled_in_whatever_was_said(filled_url: str, words: str) -> None:
    database: Database = open_database(filled_url)
    cases = [case(n, MID_OCTOBER, state="closed", answered_at=MID_OCTOBER, solved=True) for n in range(1, 30)]
    await database.write(lambda c: write(c, cases))
    found = dossier(await database.read(made), words)
    await database.close()
    assert "胜阳港街道月报 · 2026年10月" in summary_text(found)
    assert len(summary_text(found)) < 4096
    pages = PdfReader(BytesIO(summary_pdf(found, png(summary_chart(found))))).pages
    assert len(pages) <= 2
    book = openpyxl.load_workbook(BytesIO(workbook(found)))
    assert book.sheetnames == ["各社区", "各责任单位", "八大场景", "走势"]
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    assert all("胜阳港街道月报 · 2026年10月" in sheet["A1"].value for sheet in book)
    assert [cell.value for cell in book["八大场景"][2]] == ["名称", "新登记", "上月"]


async def test_words_and_answers_are_masked_on_every_way_out(filled_url: str) -> None:
    database: Database = open_database(filled_url)
    solved = {"state": "closed", "answered_at": MID_OCTOBER, "outcome": "solved", "solved": True, "supporters": 5}
    cases = [case(1, MID_OCTOBER, **solved), case(2, MID_OCTOBER, source="root_cause")]
    await database.write(lambda c: write(c, cases))
    found = dossier(await database.read(made), f"漏水，找我{PHONE}", f"修好了，已告诉{PHONE}")
    await database.close()
    assert summary_text(found).count(HIDDEN) == 3, "what was answered, what was asked, and a root cause"
    _, pages, book = found.draw()
    paper = "".join(page.extract_text() for page in PdfReader(BytesIO(pages)).pages)
    cells = [str(cell.value) for sheet in openpyxl.load_workbook(BytesIO(book)) for row in sheet for cell in row]
    for out in (summary_text(found), paper, "\n".join(cells)):
        assert PHONE not in out


async def test_a_report_that_is_sent_hides_what_was_said_and_answered(small_world: World) -> None:
    solved = {"state": "closed", "answered_at": MID_OCTOBER, "outcome": "solved", "solved": True, "supporters": 5}
    said = {"text": f"漏水，找我{PHONE}", "reply": f"修好了，已告诉{PHONE}"}
    await small_world.app.database.write(lambda c: write(c, [case(1, MID_OCTOBER, **solved, **said)]))
    await reporter(small_world).run_due(NOW)
    await runs_at(small_world, NOW)
    monthly = next(m for m in small_world.worker(2).messages if "月报" in m.text)
    assert monthly.text.count(HIDDEN) == 2
    assert PHONE not in monthly.text


async def test_managers_and_supervisors_get_theirs_once(world: World) -> None:
    await world.app.database.write(lambda c: write(c, [case(1, MID_OCTOBER, text=f"漏水，找我{PHONE}")]))
    for _ in range(3):
        await reporter(world).run_due(NOW)
    await runs_at(world, NOW)
    monthly = [m for m in world.worker(2).messages if "月报" in m.text]
    assert len(monthly) == 1
    assert "延安岭社区月报 · 2026年10月" in monthly[0].text
    assert monthly[0].files == [f"延安岭社区月报2026年10月.{kind}" for kind in ("png", "pdf", "xlsx")]
    assert not [m for m in world.worker(1).messages if "月报" in m.text]


async def test_a_month_with_nothing_in_it_is_noted_and_not_sent(small_world: World) -> None:
    await reporter(small_world).run_due(NOW)
    await runs_at(small_world, NOW)
    assert not [m for m in small_world.worker(2).messages if "月报" in m.text]
    codes = {run.report for run in await rows(small_world, ReportRun)}
    assert Subject(Level.COMMUNITY, 1, MONTH).code in codes


async def test_it_is_made_on_demand_for_who_reads_it(small_world: World) -> None:
    await small_world.app.database.write(lambda c: write(c, [case(1, MID_OCTOBER)]))
    await runs_at(small_world, NOW)
    manager, worker = small_world.worker(2), small_world.worker(1)
    await manager.says("月报")
    await worker.says("月报")
    assert "社区书记看社区月报" in worker.last.text
    await reporter(small_world).run_requests(NOW)
    await runs_at(small_world, NOW)
    assert "延安岭社区月报 · 2026年10月" in manager.last.text
    assert HIDDEN not in manager.last.text


async def test_a_month_shows_how_it_went_before(small_world: World) -> None:
    """Six months up to this one, from the first in which something happened; the sum of them is the whole."""
    months = [datetime(2026, month, 15, tzinfo=UTC) for month in (7, 8, 8, 10, 10, 10)]
    cases = [case(no, at, answered_at=at, state="closed") for no, at in enumerate(months, 1)]
    await small_world.app.database.write(lambda connection: write(connection, cases))
    await reporter(small_world).run_due(NOW)
    run = next(
        row for row in await rows(small_world, ReportRun) if row.report == Subject(Level.COMMUNITY, 1, MONTH).code
    )
    found = from_content(run.content["summary"])
    assert [(p.start.astimezone(ZONE).month, p.received, p.answered) for p in found.trend] == [
        (7, 1, 1), (8, 2, 2), (9, 0, 0), (10, 3, 3),
    ]  # fmt: skip
    text = summary_text(dossier(found))
    assert "近 4 期的走势" in text
    assert "2026年8月：新登记 2，答复 2（按期 2）" in text


async def test_the_first_month_of_use_is_held_against_nothing(filled_url: str) -> None:
    database: Database = open_database(filled_url)
    await database.write(lambda c: write(c, [case(1, MID_OCTOBER)]))
    found = dossier(await database.read(made))
    await database.close()
    assert "新登记 1 件，上月没有登记" in summary_text(found)
    assert "多 1 件" not in summary_text(found) + summary_chart(found).title
