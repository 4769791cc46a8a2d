"""What can be checked without a database and without the network."""

import os
import pwd
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url

from bot import backup_folder
from bot.checks.finding import Finding, fine, look, wrong
from bot.district import load_district, load_texts
from bot.links import KEY_BYTES, KEY_FILE
from bot.settings import Settings
from ledger.clocks import knows_year

LEAST_FREE, ENOUGH_FREE = 200 << 20, 1 << 30
OTHERS = 0o077
NOVEMBER = 11
LATEST_BACKUP = timedelta(hours=36)


def tokens(settings: Settings) -> Iterator[Finding]:
    found = {"居民": settings.resident_token, "工作人员": settings.staff_token}
    given = {who: token.get_secret_value() for who, token in found.items() if token.get_secret_value()}
    if not given:
        yield wrong("令牌", "没有。向 @BotFather 要一个，填到 .env 的 CHULIN_RESIDENT_TOKEN；试用不用令牌：chulin demo")
    for who, token in given.items():
        yield fine("令牌", f"{who}机器人 {masked(token)}")
    if len(given) == 1:
        yield look("令牌", "只有一个机器人，居民和工作人员都用它。人多时建议分成两个")
    env_file = Path(".env")
    if env_file.is_file() and env_file.stat().st_mode & OTHERS:
        yield look("令牌", ".env 别的用户也能读，里面有密钥。请运行：chmod 600 .env")


def masked(token: str) -> str:
    """A token that can be told from another one, and not be used."""
    number, _, rest = token.partition(":")
    return f"{number}:{rest[:2]}…{rest[-2:]}"


def account(settings: Settings) -> Iterator[Finding]:
    """What another account writes into the data folder, root above all, the bot may not be able to read."""
    if not settings.data_dir.is_dir():
        return
    owner, me = settings.data_dir.stat().st_uid, os.geteuid()
    if owner != me:
        who, mine = _account_name(owner), _account_name(me)
        todo = f"命令请用它运行：sudo -u {who} …" if owner else f"请交给机器人的账号：chown -R 账号 {settings.data_dir}"
        yield look("账号", f"{settings.data_dir} 归 {who}，您现在是 {mine}。{todo}")


def _account_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def data_files(settings: Settings) -> Iterator[Finding]:
    district, texts = load_district(settings.district_dir), load_texts(settings.district_dir)
    counts = f"{len(district.items)} 项建设内容、{len(district.units)} 个责任单位、{len(texts.keys())} 条文字"
    yield fine("区里的数据", counts)


def link_secret(settings: Settings) -> Iterator[Finding]:
    kept = settings.data_dir / KEY_FILE
    if settings.link_secret.get_secret_value():
        yield fine("二维码密钥", "在设置里。换了它，贴出去的二维码全部失效")
    elif not kept.exists():
        yield look("二维码密钥", f"还没有，第一次用时自动生成到 {kept}；之后请备份")
    elif kept.stat().st_mode & OTHERS:
        yield wrong("二维码密钥", f"{kept} 别的用户也能读。请运行：chmod 600 {kept}")
    elif kept.stat().st_size < KEY_BYTES:
        yield wrong("二维码密钥", f"{kept} 不完整。有备份请恢复；没有就删掉它，再重印所有二维码")
    else:
        yield fine("二维码密钥", f"{kept}，请备份")
    if make_url(settings.database_url).get_backend_name() != "sqlite" and not settings.link_secret.get_secret_value():
        yield look("二维码密钥", "多台机器一起用时，要在每台的 .env 里填同一个 CHULIN_LINK_SECRET")


def backups(settings: Settings) -> Iterator[Finding]:
    """Whether there is a key, and a backup of today; too old ones are still there where nobody runs the command."""
    if not settings.backup_keys:
        yield look("备份", "没有设公钥，做不了加密备份。请运行：chulin backup --new-key 密钥文件")
        return
    kept, now = backup_folder.existing(settings.backup_dir), datetime.now(UTC)
    if not kept:
        yield look("备份", f"{settings.backup_dir} 里还没有。请每天运行一次：chulin backup")
        return
    limit = load_district(settings.district_dir).limits.backups_kept.wall
    last, first = kept[-1][0], kept[0][0]
    text = f"{len(kept)} 份，最近一份 {last:%Y-%m-%d %H:%M} UTC"
    if now - last > LATEST_BACKUP:
        yield look("备份", f"{text}，太久了。请每天运行一次：chulin backup")
    elif now - first > limit + LATEST_BACKUP:
        yield look("备份", f"{text}，有超过 {limit.days} 天的没有删。请看 {settings.backup_dir} 能不能写")
    else:
        yield fine("备份", text)


def disk(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    folders = {settings.data_dir}
    if url.get_backend_name() == "sqlite" and url.database:
        folders.add(Path(url.database).parent)
    for folder in sorted(folders):
        yield from _folder(folder)


def _folder(folder: Path) -> Iterator[Finding]:
    standing = next(path for path in [folder, *folder.absolute().parents] if path.exists())
    free = shutil.disk_usage(standing).free
    text = f"{folder} 所在的盘还剩 {free / (1 << 30):.1f} GB"
    if not os.access(standing, os.W_OK | os.X_OK):
        yield wrong("磁盘", f"{standing} 不能写。请改权限，或换 CHULIN_DATA_DIR")
    elif free < LEAST_FREE:
        yield wrong("磁盘", f"{text}，太少，快要存不下了。请清理")
    elif free < ENOUGH_FREE:
        yield look("磁盘", f"{text}，不多了")
    else:
        yield fine("磁盘", text)


def drawing_fonts(_settings: Settings) -> Iterator[Finding]:
    from bot.posters import without_glyph  # noqa: PLC0415 - drawing is slow to import
    from digests import fonts  # noqa: PLC0415

    missing = [path.name for path in (fonts.regular(), fonts.bold()) if not path.is_file()]
    if missing:
        yield wrong("字体", f"缺少 {'、'.join(missing)}。请重新安装程序")
    elif strange := without_glyph("楚邻社区网格员周报"):
        yield wrong("字体", f"画不出这些字：{strange}。请重新安装程序")
    else:
        yield fine("字体", "中文字体齐全")


def calendar(now: datetime) -> Iterator[Finding]:
    ZoneInfo("Asia/Shanghai")
    year = now.astimezone(ZoneInfo("Asia/Shanghai")).year
    renew = "请升级：uv lock --upgrade-package chinesecalendar && uv sync"
    if not knows_year(year):
        yield wrong("节假日", f"不知道 {year} 年的节假日和调休，期限会算错。{renew}")
    elif knows_year(year + 1):
        yield fine("节假日", f"知道 {year} 和 {year + 1} 年")
    else:
        published = "国务院办公厅一般 11 月公布，之后" if now.month <= NOVEMBER else ""
        yield look("节假日", f"还不知道 {year + 1} 年的节假日和调休。{published}{renew}")
