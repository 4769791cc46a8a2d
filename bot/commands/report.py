"""`chulin report`: the same reports as in chat, on the command line."""

import asyncio
from datetime import datetime
from pathlib import Path

import click

from bot import settings as settings_of
from bot.commands import report_checkup, report_summary
from bot.console import OUT_FOLDER, community_named, reading_rows, write_report
from bot.district import load_district, load_texts
from bot.files import FileStore
from bot.reporting.services import ReportFile
from bot.reporting.weekly import FILES, RenderedDigest, WeeklyMaker
from digests.drawing_process import DrawHere, Order
from digests.weekly import from_content
from ledger.district import District
from ledger.periods import Period, last_full_week, week_named
from nlp.personal import for_others
from storage.reference import CommunityRow
from storage.reporting.rows import Run
from storage.unit_of_work import UnitOfWork


@click.group(help="生成社区报告，与聊天里发的一样。")
def command() -> None:
    pass


for part in (report_summary.monthly, report_summary.quarterly, report_checkup.command):
    command.add_command(part)


@command.command(help="打印一个社区的周报，并写出图（PNG）、PDF 和台账（XLSX）。")
@click.option("--community", "wanted", required=True, metavar="名称或代码", help="哪个社区")
@click.option("--period", "week", metavar="2026-W47", help="哪一周，默认是最近完整的一周")
@OUT_FOLDER
def weekly(wanted: str, week: str | None, out: Path) -> None:
    settings = settings_of.load()
    maker = WeeklyMaker(load_district(settings.district_dir), load_texts(settings.district_dir), for_others, DrawHere())
    store = FileStore(settings.data_dir / "files")
    found = reading_rows(settings, lambda uow: _found(uow, maker, store, community_named(uow.reference, wanted), week))
    made = found if isinstance(found, RenderedDigest) else asyncio.run(maker.make(found))
    write_report(made.text, made.files, out)


def _found(
    uow: UnitOfWork, maker: WeeklyMaker, store: FileStore, community: CommunityRow, week: str | None
) -> RenderedDigest | Order:
    """As it was fixed, else as things stand now, without fixing it; what is not in the store is to be drawn."""
    period = _period(week, uow.now, maker.district, community)
    run = uow.reports.run(community.id, period.start)
    fixed = from_content(run.content["weekly"]) if run else None
    if run and fixed and (files := _kept(store, run)):
        return RenderedDigest(fixed, maker.text(uow, community, fixed), files)
    return maker.order(uow, community, period, fixed)


def _kept(store: FileStore, run: Run) -> tuple[ReportFile, ...]:
    """The files of a run, where all of them are still in the store."""
    files = run.content["files"]
    if len(files) != FILES or not all(store.path(file["digest"]).exists() for file in files):
        return ()
    return tuple(ReportFile(file["kind"], file["name"], store.read(file["digest"])) for file in files)


def _period(week: str | None, now: datetime, district: District, community: CommunityRow) -> Period:
    digest = district.limits.digest
    if week is None:
        return last_full_week(now, digest, community.zone)
    try:
        period = week_named(week, digest, community.zone)
    except ValueError:
        raise click.BadParameter(f"「{week}」不是一周，请写成 2026-W47", param_hint="--period") from None
    if period.start > now:
        raise click.BadParameter(f"{week} 还没有开始", param_hint="--period")
    return period
