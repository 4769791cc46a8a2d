"""`chulin doctor`: one line for each thing that has to be in order, with what to do if it is not."""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

import click

from bot import settings as settings_of
from bot.checks import machine, records
from bot.checks.finding import Finding, Mark, fine, guarded, wrong
from bot.console import is_missing, on_rows
from bot.settings import Settings
from storage.reference import CommunityRow
from storage.unit_of_work import UnitOfWork

HERE = (
    machine.account,
    machine.tokens,
    machine.data_files,
    machine.link_secret,
    machine.backups,
    machine.disk,
    machine.drawing_fonts,
)


@click.command(help="检查设置、令牌、数据库、网络、工作群、公开频道、字体、磁盘和时钟。有 ✗ 就以状态 2 结束。")
@click.option("--offline", is_flag=True, help="不连网络。")
def command(offline: bool) -> None:
    marks = []
    for finding in _findings(offline):
        click.echo(str(finding))
        marks.append(finding.mark)
    failures, looks = marks.count(Mark.WRONG), marks.count(Mark.LOOK)
    click.echo(f"{failures} 处要改，{looks} 处可以看看" if failures or looks else "都正常")
    if failures:
        sys.exit(2)


def _findings(offline: bool) -> Iterator[Finding]:
    try:
        settings = settings_of.load()
    except settings_of.BadSettings as error:
        yield from (wrong("设置", line) for line in error.lines)
        return
    yield fine("设置", "都看得懂")
    for check in HERE:
        yield from guarded("程序", partial(check, settings))
    yield from guarded("节假日", partial(machine.calendar, datetime.now(UTC)))
    yield from guarded("数据库", partial(records.database, settings))
    if not offline:
        yield from guarded("网络", partial(_online, settings))


def _online(settings: Settings) -> Iterable[Finding]:
    from bot.checks.messenger import messenger  # noqa: PLC0415 - the libraries take seconds to import

    if not (settings.resident_token.get_secret_value() or settings.staff_token.get_secret_value()):
        return []
    return asyncio.run(messenger(settings, _groups(settings)))


def _groups(settings: Settings) -> list[CommunityRow]:
    """Communities with a staff group or a channel; none if the database cannot be read, which was said before."""
    if is_missing(settings.database_url):
        return []
    try:
        return on_rows(settings, _with_chats)
    except Exception:  # noqa: BLE001 - each driver has a tree of its own
        return []


def _with_chats(uow: UnitOfWork) -> list[CommunityRow]:
    return [c for c in uow.reference.real_communities() if c.staff_chat or c.channel is not None]
