"""`chulin db`: the database's revision, up, down and checked."""

import asyncio
import sys

import click

from bot import settings as settings_of
from bot.console import Stop, is_missing, on_database
from bot.district import load_district
from storage import schema
from storage.database import open_database
from storage.register import keep_units


@click.group(help="建立、升级或检查数据库。")
def command() -> None: ...


@command.command(help="建立数据库，或升级到 REVISION（默认最新）；同时补齐责任单位。")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    settings = settings_of.load()
    units = load_district(settings.district_dir).units
    asyncio.run(_move(settings.database_url, revision, down=False))
    if revision == "head":
        on_database(settings, lambda connection: keep_units(connection, units))


@command.command(context_settings={"ignore_unknown_options": True}, help="退回到 REVISION，例如 -1 或 base。会丢数据。")
@click.argument("revision")
@click.option("--yes", is_flag=True, help="不再询问。")
def downgrade(revision: str, yes: bool) -> None:
    settings = settings_of.load()
    if not yes:
        click.confirm("退回旧版本会丢掉新版本才有的数据。备份了吗？继续", abort=True)
    asyncio.run(_move(settings.database_url, revision, down=True))


@command.command(help="显示数据库的版本和程序需要的版本。")
def current() -> None:
    settings = settings_of.load()
    missing = is_missing(settings.database_url)
    found = None if missing else on_database(settings, schema.revision_of, checked=False)
    click.echo(f"数据库：{found or '还没有建立'}；程序需要：{schema.newest()}")
    if found and (older := on_database(settings, schema.served, checked=False) - {found}):
        click.echo(f"旧程序也还能用：{'、'.join(sorted(older))}")


@command.command(help="检查数据库的版本和结构；不对就以状态 2 结束。")
def check() -> None:
    wrong = on_database(settings_of.load(), schema.differences)
    for difference in wrong:
        click.echo(f"✗ 结构不同：{schema.described(difference)}", err=True)
    if wrong:
        sys.exit(2)
    click.echo(f"✓ 数据库版本 {schema.newest()}，结构一致")


async def _move(url: str, revision: str, *, down: bool) -> None:
    database = open_database(url, serve=True)  # refused while a bot runs on this SQLite file
    try:
        before, after = await schema.migrate(url, revision, down=down)
    except schema.CannotMove as error:
        raise Stop(f"数据库没有改动：{error}", "看现在的版本：chulin db current") from None
    finally:
        await database.close()
    click.echo(
        f"数据库：{before or '空'} → {after or '空'}" if before != after else f"数据库已是 {after or '空'}，不用动"
    )
