"""What operators' commands share: one transaction on a checked database, tables, and clear endings."""

import asyncio
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from bot.settings import Settings
from storage.database import open_database
from storage.reference import DISTRICT, CommunityRow, Reference
from storage.reference_queries import load
from storage.schema import WrongRevision, check, let_in, newest
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.reporting.services import ReportFile  # only a report's command draws

T = TypeVar("T")

OUT_FOLDER = click.option(
    "--out",
    metavar="文件夹",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="文件放到哪个文件夹",
)


class Stop(Exception):
    """The command ends with these lines on standard error and status 2."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


def on_database(
    settings: Settings, work: Callable[[Connection], T], *, checked: bool = True, reading: bool = False
) -> T:
    """Run `work` in one transaction; `checked`: on a database of this program's revision; `reading`: changes nothing.

    Raises:
        WrongRevision: mended by `chulin db upgrade`.
    """
    return asyncio.run(_on_database(settings.database_url, work, checked=checked, reading=reading))


async def _on_database(url: str, work: Callable[[Connection], T], *, checked: bool, reading: bool) -> T:
    def checked_work(connection: Connection) -> T:
        check(connection)
        return work(connection)

    if checked and is_missing(url):
        raise WrongRevision(None, newest())
    database = open_database(url)
    try:
        run = database.read if reading else database.write
        return await run(checked_work if checked else work)
    finally:
        await database.close()


def on_rows(settings: Settings, work: Callable[[UnitOfWork], T]) -> T:
    """As `on_database`, over a unit of work as of now."""

    def run(connection: Connection) -> T:
        uow = UnitOfWork(connection, load(connection), datetime.now(UTC))
        result = work(uow)
        uow.flush()
        return result

    return on_database(settings, run)


def reading_rows(settings: Settings, work: Callable[[UnitOfWork], T]) -> T:
    """As `on_rows`, for what only looks: a program that serves from the database is not held up."""

    def run(connection: Connection) -> T:
        return work(UnitOfWork(connection, load(connection), datetime.now(UTC)))

    return on_database(settings, run, reading=True)


def owners_url(settings: Settings) -> str:
    """Whose tables they are: the app's own role need not be able to change them."""
    return settings.database_owner_url or settings.database_url


def let_app_in(settings: Settings) -> None:
    """Let the app's role read and write the rows, where another role owns the tables."""
    role = make_url(settings.database_url).username
    if settings.database_owner_url and role and role != make_url(settings.database_owner_url).username:
        asyncio.run(let_in(settings.database_owner_url, role))


def community_named(reference: Reference, wanted: str) -> CommunityRow:
    """The community of that name or code."""
    communities = reference.real_communities()
    for community in communities:
        if wanted.casefold() in (community.name.casefold(), community.code.casefold()):
            return community
    known = "、".join(f"{c.name}（{c.code}）" for c in communities) or "一个都没有，请先运行 chulin import"
    raise click.BadParameter(f"没有社区「{wanted}」。有的是：{known}", param_hint="--community")


def street_named(reference: Reference, wanted: str) -> int:
    """The number of the street of that name."""
    number = next((number for number, name in reference.streets.items() if name == wanted), None)
    if number is None:
        known = "、".join(reference.streets.values()) or "一个都没有，请先运行 chulin import"
        raise click.BadParameter(f"没有街道「{wanted}」。有的是：{known}", param_hint="--street")
    return number


def write_report(text: str, files: Iterable["ReportFile"], out: Path) -> None:
    """Print a report's text and put its files into a folder."""
    click.echo(text)
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        path = out / file.name.replace("/", "_")
        path.write_bytes(file.content)
        click.echo(str(path))


def is_missing(url: str) -> bool:
    """Whether there is no file yet behind an SQLite address: only `chulin db upgrade` makes one."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


def in_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with aligned columns; a Chinese character is two wide."""
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def local_time(uow: UnitOfWork, moment: datetime | None) -> str:
    """A time as the district's clocks show it."""
    return f"{moment.astimezone(uow.reference.communities[DISTRICT].zone):%m-%d %H:%M}" if moment else "-"
