"""`chulin report checkup`: the check-up of a community, or of a street or the district, as in chat."""

import asyncio
from pathlib import Path

import click

from bot import settings as settings_of
from bot.console import OUT_FOLDER, Stop, community_named, reading_rows, street_named, write_report
from bot.district import load_district, load_texts
from bot.reporting.checkups import CheckupMaker
from digests.checkups.area import AreaPage
from digests.checkups.presentation import CheckupPage
from digests.drawing_process import DrawHere
from digests.subject import TODAY, Subject
from digests.summary import Level
from nlp.personal import for_others
from storage.reference import DISTRICT, Reference
from storage.unit_of_work import UnitOfWork


@click.command("checkup", help="打印社区体检，并写出图（PNG）、问题清单（PDF）、场景验收表（PDF）和表格（XLSX）。")
@click.option("--community", metavar="名称或代码", help="哪个社区；不填是全区")
@click.option("--street", metavar="名称", help="哪个街道的各社区")
@OUT_FOLDER
def command(community: str | None, street: str | None, out: Path) -> None:
    if community and street:
        raise click.UsageError("--community 和 --street 只能填一个")
    settings = settings_of.load()
    maker = CheckupMaker(
        load_district(settings.district_dir), load_texts(settings.district_dir), for_others, DrawHere()
    )
    page = reading_rows(settings, lambda uow: _page(uow, maker, community, street))
    made = asyncio.run(maker.make(page))
    write_report(made.text, made.files, out)


def _page(uow: UnitOfWork, maker: CheckupMaker, community: str | None, street: str | None) -> CheckupPage | AreaPage:
    if community:
        return maker.page(uow, Subject(Level.COMMUNITY, community_named(uow.reference, community).id, TODAY))
    if not uow.reference.real_communities():
        raise Stop("还没有社区，请先运行 chulin import")
    return maker.page(uow, _subject(uow.reference, street))


def _subject(reference: Reference, street: str | None) -> Subject:
    if street is None:
        return Subject(Level.DISTRICT, DISTRICT, TODAY)
    return Subject(Level.STREET, street_named(reference, street), TODAY)
