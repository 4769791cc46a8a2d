"""`chulin restore`: a backup into an empty database, or only looked at."""

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from bot import backup, data_folder
from bot import settings as settings_of
from bot.console import Stop, let_app_in, on_database, owners_url
from bot.district import load_district
from bot.settings import Settings
from storage import schema
from storage.database import open_database
from storage.register import keep_units

FROM_ENVIRONMENT = "CHULIN_RESTORE_KEY"


class NotOwner(Exception):
    """The role that was given may not change the tables, which an older backup needs."""


@click.command(help="把备份 FILE 恢复到一个空数据库；私钥从 --key 的文件或环境变量 CHULIN_RESTORE_KEY 来。")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="私钥文件。")
@click.option("--check", is_flag=True, help="只检查备份是不是完整，什么也不改。")
def command(file: Path, key: Path | None, check: bool) -> None:
    try:
        _run(file, _identities(key), check=check)
    except backup.BadBackup as error:
        raise Stop(f"{file}: {error}") from None
    except NotOwner:
        raise Stop(
            "CHULIN_DATABASE_URL 的账号不能建表、改表，没有改动。",
            "请把表的主人的账号填到 CHULIN_DATABASE_OWNER_URL，再恢复",
        ) from None
    except backup.NotEmpty as error:
        raise Stop(
            f"数据库里已经有数据（{error}），没有改动。",
            "请恢复到一个空数据库：换一个 CHULIN_DATABASE_URL，或者先 chulin db downgrade base --yes（会清空）",
        ) from None
    except backup.OtherRevision as error:
        raise Stop(
            f"数据库版本和备份的不同，没有改动。请运行：chulin db downgrade base --yes，再恢复（备份是 {error}）"
        ) from None


def _identities(key: Path | None) -> list[Any]:
    text = key.read_text(errors="replace") if key else os.environ.get(FROM_ENVIRONMENT, "")
    if not text and not key:
        raise Stop(f"没有私钥。请给 --key 密钥文件，或者环境变量 {FROM_ENVIRONMENT}")
    return backup.identities(text)


def _run(file: Path, keys: list[Any], *, check: bool) -> None:
    found = backup.looked_at(file, keys)
    rows = sum(found.rows.values())
    click.echo(
        f"✓ 备份完整：{found.made_at:%Y-%m-%d %H:%M} UTC，版本 {found.revision}，{rows} 行，{found.files} 个文件"
    )
    if check:
        return
    settings = settings_of.load()
    restored = asyncio.run(_restore(settings, file, keys, found.revision))
    let_app_in(settings)
    units = load_district(settings.district_dir).units
    on_database(settings, lambda connection: keep_units(connection, units))
    on_database(settings, partial(data_folder.adopt, folder=settings.data_dir))
    click.echo("✓ 已恢复。再检查：chulin doctor，然后 chulin run")
    if restored.other_link_key:
        click.echo(f"! {settings.data_dir / backup.LINK_KEY} 和备份里的不一样，没有换：以前贴出去的二维码可能扫不了。")
        click.echo(f"  要用备份里的，放到数据文件夹，重启：age -d -i 密钥文件 {file} | tar xz {backup.LINK_KEY}")
    click.echo("  备份以后收到的消息不在里面。")
    click.echo("  备份以后有人删除了自己的数据：把原来的 erased.log 放进数据文件夹，启动时会再删一次。")


async def _restore(settings: Settings, file: Path, keys: list[Any], revision: str) -> backup.Contents:
    url = owners_url(settings)
    held = open_database(url, serve=True)  # refused while a bot runs on this SQLite file
    try:
        if not await held.read(schema.may_move):
            raise NotOwner
        stands = await held.read(schema.revision_of)
        if stands is None:
            await schema.migrate(url, revision)
        restored = await asyncio.to_thread(backup.restore, url, settings.data_dir, file, keys)
        await schema.migrate(url)
        return restored
    finally:
        await held.close()
