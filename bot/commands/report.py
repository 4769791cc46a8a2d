"""`chulin report`: the same reports as in chat, on the command line."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import settings as settings_of
from bot.commands import report_checkup, report_summary
from bot.console import community_named, write_report
from bot.district import load_district, load_texts
from bot.files import FileStore
from bot.reports import FILES
from bot.weekly import Made, MadeFile, WeeklyMaker
from digests.drawing import DrawHere
from digests.weekly import from_content
from ledger.district import District
from ledger.periods import Period, last_full_week, week_named
from nlp.personal import mask
from storage import schema
from storage.database import Database, open_database
from storage.reference import CommunityRow, load
from storage.report_rows import Run


@click.group(help="生成社区报告，与聊天里发的一样。")
def command() -> None:
    pass


for part in (report_summary.monthly, report_summary.quarterly, report_checkup.command):
    command.add_command(part)


@command.command(help="打印一个社区的周报，并写出图（PNG）和台账（XLSX）。")
@click.option("--community", "wanted", required=True, metavar="名称或代码", help="哪个社区")
@click.option("--period", "week", metavar="2026-W47", help="哪一周，默认是最近完整的一周")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="图和表格放到哪个文件夹")
def weekly(wanted: str, week: str | None, out: Path) -> None:
    made = asyncio.run(_weekly(settings_of.load(), wanted, week))
    write_report(made.text, made.files, out)


async def _weekly(settings: settings_of.Settings, wanted: str, week: str | None) -> Made:
    database = open_database(settings.database_url)
    try:
        await database.read(schema.check)
        community = community_named(await database.read(load), wanted)
        return await _made(settings, database, community, week)
    finally:
        await database.close()


async def _made(settings: settings_of.Settings, database: Database, community: CommunityRow, week: str | None) -> Made:
    """As it was fixed, else as things stand now, without fixing it."""
    now, district = datetime.now(UTC), load_district(settings.district_dir)
    period = _period(week, now, district, community)
    maker = WeeklyMaker(database, district, load_texts(settings.district_dir), mask, DrawHere(), load)
    run = await maker.read(now, lambda uow: uow.reports.run(community.id, period.start))
    if run is None:
        return await maker.make(community, period, now)
    fixed = from_content(run.content["weekly"])
    if files := _kept(FileStore(settings.data_dir / "files"), run):
        return Made(fixed, await maker.text(community, fixed, now), files)
    return await maker.make(community, period, now, fixed)


def _kept(store: FileStore, run: Run) -> tuple[MadeFile, ...]:
    """The files of a run, where all of them are still in the store."""
    files = run.content["files"]
    if len(files) != FILES or not all(store.path(file["digest"]).exists() for file in files):
        return ()
    return tuple(MadeFile(file["kind"], file["name"], store.read(file["digest"])) for file in files)


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
