"""`chulin db`: the database's revision, up, down and checked."""

import asyncio
import sys
from functools import partial
from typing import Any

import click
from sqlalchemy import Table

from bot import settings as settings_of
from bot.console import Stop, is_missing, let_app_in, on_database, owners_url
from bot.district import load_district
from bot.files import FileStore
from storage import encryption, reencryption, schema
from storage.database import Database, open_database
from storage.register import keep_units


@click.group(help="建立、升级或检查数据库。")
def command() -> None: ...


@command.command(help="建立数据库，或升级到 REVISION（默认最新）；同时补齐责任单位。")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    settings = settings_of.load()
    units = load_district(settings.district_dir).units
    asyncio.run(_move(owners_url(settings), revision, down=False))
    let_app_in(settings)
    if revision == "head":
        on_database(settings, lambda connection: keep_units(connection, units))


@command.command(context_settings={"ignore_unknown_options": True}, help="退回到 REVISION，例如 -1 或 base。会丢数据。")
@click.argument("revision")
@click.option("--yes", is_flag=True, help="不再询问。")
def downgrade(revision: str, yes: bool) -> None:
    settings = settings_of.load()
    if not yes:
        click.confirm("退回旧版本会丢掉新版本才有的数据。备份了吗？继续", abort=True)
    asyncio.run(_move(owners_url(settings), revision, down=True))


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


@command.command("new-key", help="生成一把静态加密的密钥，只显示，不保存。")
def new_key() -> None:
    key = encryption.new_key()
    click.echo(f"CHULIN_DATA_KEYS={key}")
    click.echo(f"名字 {encryption.name_of(key)}。请另外存两份：丢了它，数据打不开。", err=True)


@command.command(help="把所有的话、姓名、电话和照片用最新的密钥加密；机器人不用停，可以中断，再运行就接着做。")
@click.option("--open", "plain", is_flag=True, help="全部解密（不再用密钥以前）。")
def seal(plain: bool) -> None:
    settings = settings_of.load()
    if not encryption.ring():
        first = "请把加密时用的密钥填回" if plain else "请先运行 chulin db new-key（已经加密过的，用原来的密钥），填到"
        raise Stop(f"没有密钥。{first} .env 的 CHULIN_DATA_KEYS")
    rows = asyncio.run(seal_all(settings.database_url, plain=plain))
    files = FileStore(settings.data_dir / "files").seal_again(plain=plain)
    click.echo(f"✓ {'解密' if plain else '加密'}了 {rows} 行、{files} 个文件")
    click.echo("  现在可以从 CHULIN_DATA_KEYS 里去掉" + ("密钥，重启" if plain else "旧密钥，重启"))


async def seal_all(url: str, *, plain: bool) -> int:
    """Seal (or open) all rows, a little at a time, so that nobody waits."""
    database, changed = open_database(url), 0
    try:
        await database.read(schema.check)
        for table in reencryption.tables():
            changed += await _seal_table(database, table, plain=plain)
    finally:
        await database.close()
    return changed


async def _seal_table(database: Database, table: Table, *, plain: bool) -> int:
    changed = 0
    after: Any = None
    while True:
        work = partial(reencryption.reseal, table=table, after=after, plain=plain)
        after, some = await database.write(work)
        changed += some
        if after is None:
            return changed


async def _move(url: str, revision: str, *, down: bool) -> None:
    database = open_database(url, serve=True)  # refused while a bot runs on this SQLite file
    try:
        before, after = await schema.migrate(url, revision, down=down)
    except schema.CannotMove as error:
        raise Stop(
            f"数据库没有改动：没有这个版本，或者现在到不了（{error}）", "看现在的版本：chulin db current"
        ) from None
    finally:
        await database.close()
    click.echo(
        f"数据库：{before or '空'} → {after or '空'}" if before != after else f"数据库已是 {after or '空'}，不用动"
    )
