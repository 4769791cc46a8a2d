"""`chulin report monthly|quarterly`: the same reports as in chat."""

import asyncio
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path

import click

from bot import settings as settings_of
from bot.console import OUT_FOLDER, Stop, community_named, reading_rows, street_named, write_report
from bot.district import load_district, load_texts
from bot.reporting.summaries import SummaryMaker
from digests.drawing_process import DrawHere
from digests.subject import MONTH, QUARTER, Subject
from digests.summary import Level, from_content
from digests.summary_report import Dossier
from ledger.periods import Period, last_full_months, months_name, months_named
from nlp.personal import for_others
from storage.reference import DISTRICT, Reference
from storage.unit_of_work import UnitOfWork


@click.command(help="打印社区或街道的月报，并写出图（PNG）、PDF 和表格（XLSX）。")
@click.option("--community", metavar="名称或代码", help="哪个社区")
@click.option("--street", metavar="名称", help="哪个街道")
@click.option("--period", metavar="2026-10", help="哪个月，默认是上个月")
@OUT_FOLDER
def monthly(community: str | None, street: str | None, period: str | None, out: Path) -> None:
    if (community is None) == (street is None):
        raise click.UsageError("--community 和 --street 填一个")

    def subject(reference: Reference) -> Subject:
        if community is not None:
            return Subject(Level.COMMUNITY, community_named(reference, community).id, MONTH)
        return Subject(Level.STREET, street_named(reference, street or ""), MONTH)

    _report(subject, period, out)


@click.command(help="打印全区的季报，并写出图（PNG）、PDF 和表格（XLSX）。")
@click.option("--period", metavar="2026-Q3", help="哪个季度，默认是上个季度")
@OUT_FOLDER
def quarterly(period: str | None, out: Path) -> None:
    _report(lambda _: Subject(Level.DISTRICT, DISTRICT, QUARTER), period, out)


def _report(of: Callable[[Reference], Subject], named: str | None, out: Path) -> None:
    settings = settings_of.load()
    maker = SummaryMaker(
        load_district(settings.district_dir), load_texts(settings.district_dir), for_others, DrawHere()
    )
    made = asyncio.run(maker.make(reading_rows(settings, lambda uow: _dossier(uow, maker, of(uow.reference), named))))
    write_report(made.text, made.files, out)


def _dossier(uow: UnitOfWork, maker: SummaryMaker, subject: Subject, named: str | None) -> Dossier:
    """As it was fixed, else as things stand now, without fixing it."""
    communities = subject.communities(uow.reference)
    if not communities:
        raise Stop("还没有社区，请先运行 chulin import")
    period = _period(named, subject, communities[0].zone, uow.now)
    run = uow.reports.run(subject.community_id, period.start, subject.code)
    return maker.dossier(uow, subject, period, from_content(run.content["summary"]) if run else None)


def _period(named: str | None, subject: Subject, zone: tzinfo, now: datetime) -> Period:
    if named is None:
        return last_full_months(now, subject.months, zone)
    example = "2026-Q3" if subject.months == QUARTER else "2026-10"
    try:
        period = months_named(named, zone)
    except ValueError:
        period = None
    if period is None or ("Q" in months_name(period, zone)) != (subject.months == QUARTER):
        raise click.BadParameter(f"「{named}」不对，请写成 {example}", param_hint="--period")
    if period.start > now:
        raise click.BadParameter(f"{named} 还没有开始", param_hint="--period")
    return period
