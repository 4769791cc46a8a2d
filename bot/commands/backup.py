"""`chulin backup`: everything in one encrypted file, beside a running bot; old ones go."""

from datetime import UTC, datetime
from pathlib import Path

import click

from bot import backup, backup_folder
from bot import settings as settings_of
from bot.console import Stop, is_missing
from bot.district import load_district

NO_KEY = (
    "没有备份公钥。先生成一把密钥，把它存到别的地方（不要放在这台机器上）：chulin backup --new-key 密钥文件",
    "再把显示的 age1… 填进 .env 的 CHULIN_BACKUP_KEYS",
)


@click.command(help="加密备份数据库、照片和二维码密钥，机器人不用停；过期的备份同时删除。")
@click.option(
    "--to",
    "folder",
    metavar="文件夹",
    type=click.Path(path_type=Path, file_okay=False),
    help="放到哪里；默认 CHULIN_BACKUP_DIR。",
)
@click.option(
    "--new-key",
    metavar="文件",
    type=click.Path(path_type=Path, dir_okay=False),
    help="只生成一把新密钥，写到这个文件。",
)
def command(folder: Path | None, new_key: Path | None) -> None:
    if new_key:
        _make_key(new_key)
        return
    settings = settings_of.load()
    if not settings.backup_keys:
        raise Stop(*NO_KEY)
    if is_missing(settings.database_url):
        raise Stop("数据库还没有建立，没有可以备份的。", "建立：chulin db upgrade")
    folder, now = folder or settings.backup_dir, datetime.now(UTC)
    keys = backup.recipients(settings.backup_keys)
    path, found = backup.make(settings.database_url, settings.data_dir, folder, keys, now)
    rows, size = sum(found.rows.values()), path.stat().st_size
    click.echo(f"✓ {path}：{rows} 行，{found.files} 个文件，{size / 1e6:.1f} MB，只有您的私钥能打开")
    kept = load_district(settings.district_dir).limits.backups_kept.wall
    if gone := backup_folder.prune(folder, kept, now):
        click.echo(f"  删除了 {len(gone)} 个超过 {kept.days} 天的旧备份")
    click.echo(f"  核对：chulin restore {path} --key 密钥文件 --check")


def _make_key(path: Path) -> None:
    try:
        public = backup.new_key(path)
    except FileExistsError:
        raise Stop(f"{path}: 已经有了，不覆盖") from None
    click.echo(f"私钥：{path}。请存到别处两份；丢了它，备份再也打不开")
    click.echo(f"公钥，填进 .env：CHULIN_BACKUP_KEYS={public}")
