"""The command `chulin`. Subcommands are imported when called, so that `chulin --help` answers at once."""

import errno
import importlib
import logging
import sys
from typing import Any

import click

from bot.cli_messages import Help, error_lines
from bot.os_errors import FULL, reason, said_by_database

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("bot.commands.demo", "在浏览器里试用：不需要令牌，不需要服务器"),
    "run": ("bot.commands.run", "启动机器人"),
    "doctor": ("bot.commands.doctor", "检查令牌、数据库、网络、字体、磁盘和时钟"),
    "db": ("bot.commands.db", "建立或升级数据库"),
    "import": ("bot.commands.import_", "从工作簿导入街道、社区、网格、楼栋和人员"),
    "invite": ("bot.commands.invite", "给工作人员生成一次性邀请链接（48 小时有效）"),
    "qr": ("bot.commands.qr", "生成社区或楼栋的二维码和 A4 海报"),
    "report": ("bot.commands.report", "生成周报、月报、季报和体检表"),
    "backup": ("bot.commands.backup", "加密备份；过期的备份同时删除"),
    "restore": ("bot.commands.restore", "把备份恢复到一个空数据库，或者只检查备份"),
    "ledger": ("bot.commands.ledger", "导出和导入台账（XLSX、CSV）"),
    "vote": ("bot.commands.vote", "投票的记录：导出给审计的人，重新数一遍"),
    "replay": ("bot.commands.replay", "把一个 JSONL 文件里的话逐条走一遍全程"),
    "inbox": ("bot.commands.inbox", "查看、重试或放弃搁置的来信"),
    "outbox": ("bot.commands.outbox", "查看、重试或放弃发不出去的消息"),
    "docs": ("bot.commands.docs", "把程序里的表画进 docs/"),
    "nlp": ("bot.commands.nlp", "理解：分类、评测、脱敏、训练"),
}

click.Context.formatter_class = Help  # the help of every command, however deep, is written by it

DATABASE_DOWN = {"OperationalError", "InterfaceError", "DatabaseError"}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in COMMANDS:
            raise click.exceptions.NoSuchCommand(cmd_name, possibilities=COMMANDS, ctx=ctx)
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chulin")
def cli() -> None:
    """楚邻：居民说哪里坏了、缺什么，机器人听懂、登记、转办、回音。"""


def main() -> None:
    """Entry point; what a person can mend ends with a clear line and status 2."""
    _keep_warnings_quiet()
    try:
        status = cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _show(error_lines(error))
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - shown without its text, which may quote people
        lines = getattr(error, "lines", None) or _known(error)
        if lines is None:
            from bot import logs  # noqa: PLC0415 - only when something is wrong with the program itself

            _show([logs.formatted(error)])
            sys.exit(1)
        _show(lines)
        sys.exit(2)
    # without standalone mode click hands the status of ctx.exit() back
    sys.exit(status if isinstance(status, int) else 0)


def _keep_warnings_quiet() -> None:
    """A command says itself what came of it. `chulin run` sets up a log, which shows warnings too."""
    if logging.lastResort:
        logging.lastResort.setLevel(logging.ERROR)


def _show(lines: list[str]) -> None:
    click.echo("\n".join(lines), err=True)


def _known(error: Exception) -> list[str] | None:
    """Lines for errors that a person can mend, by the name of their class: none of them is imported for this."""
    match type(error).__name__:
        case "WrongRevision":
            return [_revision_wrong(error)]
        case "DatabaseBusy":
            return [f"另一个楚邻进程正在使用这个数据库：{error}。先停下它：systemctl stop chulin；或者用 PostgreSQL"]
        case "BadToken":
            return ["机器人令牌不对，或者已经作废。请到 @BotFather 核对，再改 .env；检查：chulin doctor"]
        case "TryLater":
            return [f"连不上聊天平台（{error}）。请检查网络和 CHULIN_API_URL；检查：chulin doctor"]
        case _:
            return _unreachable(error)


def _revision_wrong(error: Any) -> str:
    both = f"数据库是 {error.found}，程序要 {error.wanted}"
    if error.newer:
        return f"数据库比程序新（{both}）。请先更新程序：git pull && uv sync"
    if error.found is None:
        return "数据库还没有建立。请在有 .env 的文件夹里运行：chulin db upgrade"
    return f"数据库版本不对（{both}）。请运行：chulin db upgrade"


def _unreachable(error: Exception) -> list[str] | None:
    """A database or file that cannot be opened. The statement and its values are left out."""
    kind, said = type(error).__name__, said_by_database(error)
    module = type(error).__module__.partition(".")[0]
    if module == "asyncpg" or (module == "sqlalchemy" and kind in DATABASE_DOWN) or isinstance(error, ConnectionError):
        return [f"数据库用不了：{said}。请检查 CHULIN_DATABASE_URL 和数据库是否在运行；检查：chulin doctor"]
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return ["端口被占用：另一个程序（或另一个楚邻）在用。请改 CHULIN_HTTP_PORT"]
    if isinstance(error, OSError) and error.errno in FULL:
        return [f"{reason(error)}；检查：chulin doctor"]
    if isinstance(error, OSError) and error.filename:
        advice = "。请换一个能读写的地方，或者改用运行机器人的账号" if isinstance(error, PermissionError) else ""
        return [f"{error.filename}: 打不开：{reason(error)}{advice}"]
    if isinstance(error, OSError) and kind in {"gaierror", "TimeoutError"}:
        return [f"连不上：{said}。请检查网络和 .env 里的地址；检查：chulin doctor"]
    return None


if __name__ == "__main__":
    main()
