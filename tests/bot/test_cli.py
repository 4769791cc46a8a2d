"""The command's way out: the right status, a line for what a person can mend, a traceback for our own mistakes."""

import errno
import logging
import socket
from pathlib import Path
from typing import Any

import click
import pytest
from asyncpg import InvalidCatalogNameError, InvalidPasswordError
from sqlalchemy.exc import OperationalError

from bot.channels.port import BadToken, TryLater
from bot.cli import COMMANDS, LazyGroup
from bot.cli_messages import IN_ENGLISH
from storage import database as database_of
from storage.database import DatabaseBusy, DatabaseUnreachable
from storage.schema import WrongRevision
from tests.bot.conftest import Operator


@pytest.fixture
def ends_with(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command that raises, or leaves by `ctx.exit`."""

    def run(error: Exception | int) -> Any:
        @click.command()
        @click.pass_context
        def command(context: click.Context) -> None:
            if isinstance(error, int):
                context.exit(error)
            raise error

        monkeypatch.setattr(LazyGroup, "get_command", lambda *_: command)
        return operator.runs("anything")

    return run


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (WrongRevision(None, "0002"), "还没有建立。请在有 .env 的文件夹里运行：chulin db upgrade"),
        (WrongRevision("0001", "0002"), "版本不对（数据库是 0001，程序要 0002）。请运行：chulin db upgrade"),
        (WrongRevision("ffff", "0002", newer=True), "请先更新程序"),
        (DatabaseBusy("var/chulin.db"), "另一个楚邻进程正在使用"),
        (BadToken("staff"), "令牌不对"),
        (TryLater("NetworkError"), "连不上聊天平台"),
        (OSError(errno.EADDRINUSE, "Address already in use"), "端口被占用"),
        (
            PermissionError(errno.EACCES, "Permission denied", "var"),
            "var: 打不开：没有权限。请换一个能读写的地方，或者改用运行机器人的账号",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘满了"),
        (OSError(errno.EROFS, "Read-only file system", "var"), "var: 打不开：这里只能读"),
        (OperationalError("", {}, Exception("unable to open database file")), "打不开数据库文件"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"), "数据库用不了：那个地址和端口上没有服务"),
        (DatabaseUnreachable(socket.gaierror(socket.EAI_NONAME, "unknown")), "数据库用不了：查不到这个主机名"),
        (DatabaseUnreachable(FileNotFoundError(errno.ENOENT, "No such file")), "数据库用不了：没有这个文件或文件夹"),
        (DatabaseUnreachable(TimeoutError()), "数据库用不了：等了很久没有回音"),
        (InvalidPasswordError('password authentication failed for user "u"'), "数据库用不了：用户名或密码不对"),
        (InvalidCatalogNameError('database "x" does not exist'), "数据库用不了：服务器上没有这个名字的数据库"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "连不上：查不到这个主机名"),
    ],
)
def test_what_a_person_can_mend_is_one_line(ends_with: Any, error: Exception, said: str) -> None:
    ended = ends_with(error)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("address", ["u@127.0.0.1:1/x", "u@/x?host={folder}"], ids=["port", "socket"])
@pytest.mark.parametrize("words", ["backup", "restore b.age --key my.key", "db upgrade", "db check"])
def test_a_database_server_that_is_not_there_is_one_line_for_every_command(
    desk: Operator, home: Path, words: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sets(backup_keys=desk.runs("backup", "--new-key", "my.key").out.rpartition("=")[2].strip())
    desk.runs("backup")
    for made in (home / "backups").glob("*.age"):
        made.rename(home / "b.age")
    desk.sets(database_url=f"postgresql://{address.format(folder=home)}")
    monkeypatch.setattr(database_of, "RETRIES", 2)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as at a terminal: a warning would be a second line
    ended = desk.runs(*words.split())
    assert ended.status == 2
    assert "数据库用不了" in ended.err
    assert ended.err.count("\n") == 1
    assert list((home / "backups").iterdir()) == []


def test_a_database_server_that_never_answers_is_waited_for_once(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_of, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0)
        operator.sets(database_url=f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/x")
        ended = operator.runs("db", "check")
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):  # nobody came a second time
            silent.accept()
    assert ended.status == 2
    assert "数据库用不了：等了很久没有回音" in ended.err


def test_our_own_mistakes_keep_their_traceback_but_not_what_somebody_said(ends_with: Any) -> None:
    ended = ends_with(ValueError("王婆婆住在3栋402"))
    assert (ended.status, ended.out) == (1, "")
    assert "bot/cli.py" in ended.err
    assert "builtins.ValueError" in ended.err
    assert "王婆婆" not in ended.err


@pytest.mark.parametrize("status", [0, 2, 3])
def test_a_status_that_a_command_leaves_with_is_kept(ends_with: Any, status: int) -> None:
    assert ends_with(status).status == status


def test_a_reader_that_has_gone_is_no_error(ends_with: Any) -> None:
    ended = ends_with(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert (ended.status, ended.err) == (1, "")


def test_an_interruption_ends_with_its_own_status(ends_with: Any) -> None:
    assert ends_with(click.exceptions.Abort()).status == 130


def test_unknown_commands_and_help(operator: Operator) -> None:
    assert operator.runs("nonsense").status == 2
    ended = operator.runs("--help")
    assert ended.status == 0
    assert all(name in ended.out for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["legder"], ["没有「legder」这样的写法。是不是：ledger？", "chulin --help"]),
        (["backup", "--bogus"], ["没有「--bogus」这样的写法。", "chulin backup --help"]),
        (["ledger", "export", "--form", "csv"], ["没有「--form」这样的写法。是不是：", "--format"]),
        (
            ["ledger", "export", "--from", "abc"],
            ["--from 不对：日期请写成 2026-11-23。", "chulin ledger export --help"],
        ),
        (["ledger", "export", "--format", "doc"], ["--format 不对：只能写 csv、", "xlsx。"]),
        (["ledger", "export", "--from"], ["--from 写得不对"]),
        (["demo", "--port", "70000"], ["--port 不对：请写 0 到 65535 的整数。"]),
        (["import", "nothing.xlsx"], ["[FILE] 不对：nothing.xlsx: 没有这个文件或文件夹"]),
        (["import", "."], [".: 是文件夹，要写文件名。"]),
        (["import", "--template", "nowhere/a.xlsx"], ["nowhere/a.xlsx: 打不开：没有这个文件或文件夹"]),
        (
            ["ledger", "export", "--community", "JP", "--from", "2026-10-02", "--to", "2026-10-01", "--out", "a.xlsx"],
            ["--from 不对：2026-10-02 比 --to（2026-10-01）还晚"],
        ),
        (["run"], ["没有令牌。请向 @BotFather 要"]),
        (["db", "upgrade", "9999"], ["数据库没有改动：没有这个版本"]),
        (["restore"], ["还差 "]),
        (["doctor", "now"], ["多写了：now"]),
        (["import"], ["chulin import FILE.xlsx", "chulin import --help"]),
    ],
)
def test_a_command_line_that_is_wrong_is_told_in_chinese(operator: Operator, words: list[str], said: list[str]) -> None:
    ended = operator.runs(*words)
    assert (ended.status, ended.out) == (2, "")
    assert [part for part in said if part not in ended.err] == []
    assert "Error" not in ended.err


@pytest.mark.parametrize("words", [[], ["nlp"], ["demo"], ["nlp", "mask"], ["report", "weekly"]])
def test_help_has_no_english_heads(operator: Operator, words: list[str]) -> None:
    ended = operator.runs(*words, "--help")
    assert ended.out.startswith(" ".join(["用法：chulin", *words]))
    assert [theirs for theirs in IN_ENGLISH if theirs in ended.out] == []


def test_a_file_that_is_no_log_of_a_vote_is_told_in_chinese(operator: Operator, home: Path) -> None:
    (home / "picture.png").write_bytes(b"\x89PNG\r\n\xff\xfe")
    ended = operator.runs("vote", "recount", "picture.png")
    assert (ended.status, ended.err) == (2, "picture.png: 不是投票记录；要的是 chulin vote log 写的文件\n")
