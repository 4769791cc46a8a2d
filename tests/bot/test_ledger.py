"""`chulin ledger`: out as others read it, masked unless a purpose is said; in from others, each row once."""

import asyncio
import csv
import io
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, select, update

from bot.district import load_district
from storage.database import open_database
from storage.ledger_exchange import cases
from storage.tables import Access, Case, CaseContact, CaseEvent
from storage.unit_of_work import UnitOfWork
from tests.bot.books import WHOLE, book
from tests.bot.conftest import Ended, Operator
from tests.support.world import NOW, World, make_world
from tests.ways.steps import answered, change, settled

WORDS = "3栋二单元501室漏水，我是张建国，电话13812345678"
ALL = ("--from", "2026-01-01", "--to", "2027-12-31")


@pytest.fixture
def counter(operator: Operator, home: Path, sqlite_template: Path) -> Operator:
    """An operator whose database has the two communities of the tests."""
    (home / "var").mkdir()
    shutil.copy(sqlite_template, home / "var" / "chulin.db")
    return operator


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    head, *lines = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [dict(zip([str(name) for name in head], line, strict=True)) for line in lines]


def in_database(home: Path, work: Callable[[Connection], Any]) -> Any:
    async def run() -> Any:
        database = open_database(f"sqlite:///{home / 'var' / 'chulin.db'}")
        try:
            return await database.read(work)
        finally:
            await database.close()

    return asyncio.run(run())


@pytest.fixture
async def town(home: Path, sqlite_template: Path) -> Path:
    """A database in which a resident has reported something personal, left a phone, and was answered."""
    (home / "var").mkdir()
    shutil.copy(sqlite_template, home / "var" / "chulin.db")
    world = await make_world(home / "var", f"sqlite:///{home / 'var' / 'chulin.db'}")
    await settled(world, words=WORDS)
    await settled(world, 1002, "=1+1 楼道灯坏了")
    chen = world.worker(1)
    await chen.taps("办结答复")
    await chen.says("灯换好了，有事请张建国打13812345678，或找@deng_fu")
    place = "3栋二单元501室"
    await change(world, lambda connection: connection.execute(update(Case).where(Case.no == 1).values(place=place)))
    contact = {"community_id": 1, "id": 1, "case_no": 1, "part": "shared", "phone": "13812345678"}
    contact |= {"consent": "said", "consented_at": NOW}
    await change(world, lambda connection: connection.execute(CaseContact.__table__.insert(), [contact]))  # type: ignore[attr-defined]
    await world.app.close()
    return home


def exported(operator: Operator, out: str, *more: str) -> tuple[Ended, Path]:
    path = operator.home / out
    form = ("--format", path.suffix[1:])
    return operator.runs("ledger", "export", "--community", "YA", "--out", path, *ALL, *form, *more), path


# --- out -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("out", ["台账.xlsx", "台账.csv"])
@pytest.mark.parametrize("layout", ["grid", "hotline"])
@pytest.mark.usefixtures("town")
async def test_an_export_has_the_columns_of_its_layout_and_is_masked(operator: Operator, out: str, layout: str) -> None:
    ended, path = await asyncio.to_thread(exported, operator, out, "--layout", layout)
    assert ended.status == 0, ended.said
    assert "导出 2 件" in ended.out
    rows = rows_of(path)
    assert list(rows[0]) == [column.head for column in load_district().layouts[layout].columns]
    whole = str(rows)
    for hidden in ("13812345678", "建国", "501"):
        assert hidden not in whole
    assert whole.count("138****5678") >= 2, "in the words and in the answer"
    assert "＠deng_fu" in whole, "nothing in it can be tapped"
    assert "@" not in whole
    assert path.stat().st_mode & 0o777 != 0o600


async def test_without_masking_a_purpose_is_needed_and_kept(town: Path, operator: Operator) -> None:
    refused, path = await asyncio.to_thread(exported, operator, "x.csv", "--unmasked")
    assert refused.status == 2
    assert "--purpose" in refused.said
    assert not path.exists()
    short, _ = await asyncio.to_thread(exported, operator, "x.csv", "--unmasked", "--purpose", "看")
    assert short.status == 2
    ended, path = await asyncio.to_thread(exported, operator, "x.csv", "--unmasked", "--purpose", "移交12345回访")
    assert "用途已记录" in ended.out
    assert "13812345678" in path.read_text(encoding="utf-8-sig")
    assert path.stat().st_mode & 0o777 == 0o600
    kept = await asyncio.to_thread(in_database, town, lambda c: c.execute(select(Access.__table__)).all())
    assert [(row.what, row.purpose, row.detail["n"]) for row in kept] == [("export", "移交12345回访", 2)]


@pytest.mark.usefixtures("town")
async def test_no_cell_of_an_export_is_a_formula(operator: Operator) -> None:
    _, path = await asyncio.to_thread(exported, operator, "x.csv")
    assert rows_of(path)[1]["问题描述"].startswith("'=1+1")
    _, book = await asyncio.to_thread(exported, operator, "x.xlsx")
    kinds = {cell.data_type for line in openpyxl.load_workbook(book).worksheets[0].iter_rows() for cell in line}
    assert "f" not in kinds


# --- in --------------------------------------------------------------------------------------------------------------

HOTLINE = """工单编号,工单类型,问题一级分类,主要内容,工单状态,创建时间,村/社区,小区点位,办理结果,回复内容,办结时间,是否满意
HS2026001,问题,城市安全,三单元门口消防通道被堵,办理中,2026-11-02 09:30,延安岭社区,三单元,,,,
HS2026002,问题,,'=楼下垃圾没人收,办结,2026/10/01,延安岭社区,3栋,已办理,已清走,2026-10-03 17:00,满意
,需求,,想要一个晒被子的地方,,,延安岭社区,,,,,
"""


def test_another_system_s_rows_become_cases_once(counter: Operator, home: Path) -> None:
    path = home / "工单.csv"
    path.write_text(HOTLINE, encoding="gb18030")
    options = ("--community", "YA", "--layout", "hotline")
    checked = counter.runs("ledger", "import", path, *options, "--check")
    assert "检查通过：3 行" in checked.out
    assert in_database(home, lambda c: c.execute(select(Case.no)).all()) == []
    first = counter.runs("ledger", "import", path, *options)
    assert "导入 3 件" in first.out, first.said
    again = counter.runs("ledger", "import", path, *options)
    assert "导入 0 件；以前导入过 3 件" in again.out
    rows = in_database(home, lambda c: c.execute(select(Case.__table__).order_by(Case.no)).all())
    one, two, three = rows
    assert (one.external_no, one.state, one.scene, one.place) == ("HS2026001", "working", "safety", "三单元")
    assert one.created_at.isoformat() == "2026-11-02T01:30:00+00:00"
    assert (two.state, two.text, two.satisfied, two.reply) == ("closed", "=楼下垃圾没人收", 2, "已清走")
    assert two.closed_at is not None
    assert (three.kind, three.state) == ("need", "waiting")
    assert three.external_no.startswith("#")
    events = in_database(home, lambda c: c.execute(select(CaseEvent.action)).scalars().all())
    assert events == ["imported"] * 3


def test_one_wrong_row_and_nothing_is_imported(counter: Operator, home: Path) -> None:
    path = home / "工单.csv"
    path.write_text(HOTLINE.replace("办理中", "不知道").replace("2026/10/01", "昨天"), encoding="utf-8")
    ended = counter.runs("ledger", "import", path, "--community", "YA", "--layout", "hotline")
    assert ended.status == 2
    assert "第 2 行" in ended.err
    assert "第 3 行" in ended.err
    assert "一行也没有导入" in ended.err
    assert in_database(home, lambda c: c.execute(select(Case.no)).all()) == []


@pytest.mark.parametrize("out", ["台账.xlsx", "台账.csv"])
@pytest.mark.usefixtures("town")
async def test_our_own_export_comes_back_without_a_second_case(operator: Operator, out: str) -> None:
    _, path = await asyncio.to_thread(exported, operator, out)
    back = await asyncio.to_thread(operator.runs, "ledger", "import", path, "--community", "YA")
    assert "导入 0 件" in back.out, back.said
    assert "本系统自己的 2 件" in back.out


def test_a_workbook_of_another_kind_is_told_where_the_heads_are(counter: Operator, home: Path) -> None:
    ended = counter.runs("ledger", "import", book(home / "book.xlsx", WHOLE), "--community", "YA")
    assert ended.status == 2
    assert "网格员台账" in ended.err
    assert "district/ledger.yaml" in ended.err


def test_an_unknown_community_is_named_with_those_there_are(counter: Operator, home: Path) -> None:
    ended = counter.runs("ledger", "export", "--community", "没有", "--out", home / "x.csv")
    assert ended.status == 2
    assert "延安岭社区（YA）" in ended.said


# --- on both databases -----------------------------------------------------------------------------------------------


async def test_an_export_reads_one_community_and_one_stretch_of_time(world: World) -> None:
    wang, _ = await answered(world)
    other = world.resident(2001)
    await other.says("二楼楼道灯不亮了")
    await other.taps("文化宫社区")
    await other.taps("同意，提交")
    await wang.says("广场舞太吵了，晚上十点还在放")
    day = timedelta(days=1)

    def work(connection: Connection) -> list[list[int]]:
        return [
            [row.case.no for row in cases(connection, community, start, start + day)]
            for community, start in ((1, NOW - day / 2), (2, NOW - day / 2), (1, NOW + day))
        ]

    assert await world.rows(work) == [[1, 2], [1], []]
    found = await world.rows(lambda c: cases(c, 1, NOW - day, NOW + day)[0])
    assert (found.person, found.phone, found.helpers) == ("人1001", None, [])


async def test_an_imported_number_stands_once_in_a_community(world: World) -> None:
    values = {"scene": "safety", "kind": "problem", "item": 0, "urgency": "N", "text": "x", "proposal": {}}
    values |= {"source": "import", "sign_due_at": NOW, "due_at": NOW}

    def file(connection: Connection) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), NOW)
        uow.cases.file(1, external_no="A-1", **values)
        uow.flush()

    await world.app.database.write(file)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await world.app.database.write(file)
