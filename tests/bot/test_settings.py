"""Wrong settings: one clear line for each, status 2, no traceback, and no secret repeated."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Library, Mode, load
from tests.bot.conftest import Operator

TOKEN = "123456789:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
OTHER = "987654321:" + "BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRET = "hunter2-is-secret"

BROKEN = [
    ("RESIDENT_TOKEN", SECRET, "CHULIN_RESIDENT_TOKEN: 不是机器人令牌"),
    ("RESIDENT_TOKEN", f"12:{SECRET}", "CHULIN_RESIDENT_TOKEN: 不是机器人令牌"),
    ("STAFF_TOKEN", TOKEN + " " + SECRET, "CHULIN_STAFF_TOKEN: 不是机器人令牌"),
    ("STAFF_TOKEN", "１２３:" + "甲" * 35, "CHULIN_STAFF_TOKEN: 不是机器人令牌"),
    ("RESIDENT_USERNAME", "t.me/bot", "CHULIN_RESIDENT_USERNAME: 不是机器人用户名"),
    ("STAFF_USERNAME", "楚邻", "CHULIN_STAFF_USERNAME: 不是机器人用户名"),
    ("RESIDENT_LIBRARY", "telebot", "CHULIN_RESIDENT_LIBRARY: 只能填 aiogram 或 ptb"),
    ("STAFF_LIBRARY", "PTB ", "CHULIN_STAFF_LIBRARY: 只能填 aiogram 或 ptb"),
    ("MODE", "push", "CHULIN_MODE: 只能填 polling 或 webhook"),
    ("API_URL", f"not a url {SECRET}", "CHULIN_API_URL: 不是网址"),
    ("API_URL", "ftp://example.org", "CHULIN_API_URL: 不是网址"),
    ("WEBHOOK_URL", "http://example.org", "CHULIN_WEBHOOK_URL: 要用 https://"),
    ("WEBHOOK_URL", "://", "CHULIN_WEBHOOK_URL: 不是网址"),
    ("HTTP_PORT", "eighty", "CHULIN_HTTP_PORT: 要填整数"),
    ("HTTP_PORT", "80.5", "CHULIN_HTTP_PORT: 要填整数"),
    ("HTTP_PORT", "70000", "CHULIN_HTTP_PORT: 不能大于 65535"),
    ("HTTP_PORT", "-1", "CHULIN_HTTP_PORT: 不能小于 0"),
    ("HTTP_PORT", "9" * 5000, "CHULIN_HTTP_PORT: 要填整数"),
    ("HTTP_HOST", "http://x/", "CHULIN_HTTP_HOST: 写法不对"),
    ("LINK_SECRET", "hunter2", "CHULIN_LINK_SECRET: 太短，至少 16 个字符"),
    ("TOKENIZER", "pkuseg", "CHULIN_TOKENIZER: 只能填 rjieba 或 jieba"),
    ("LOG_LEVEL", "verbose", "CHULIN_LOG_LEVEL: 只能填 DEBUG, INFO, WARNING 或 ERROR"),
    ("DATABASE_URL", SECRET, "CHULIN_DATABASE_URL: 不是数据库地址"),
    ("DATABASE_URL", f"mysql://root:{SECRET}@localhost/x", "CHULIN_DATABASE_URL: 只支持"),
    ("DATABASE_URL", f"postgresql://u:p@host:{SECRET}/x", "CHULIN_DATABASE_URL: 不是数据库地址"),
    ("DATABASE_URL", f"postgresql://u:{SECRET}@host/x?sslmode=require", "CHULIN_DATABASE_URL: 请把 sslmode= 改成 ssl="),
    ("DATABASE_URL", "sqlite://", "CHULIN_DATABASE_URL: 要写文件名"),
    ("DATABASE_URL", "sqlite:///:memory:", "CHULIN_DATABASE_URL: 要写文件名"),
    ("DATA_DIR", __file__, "CHULIN_DATA_DIR: 已经是一个文件"),
    ("DATA_DIR", "x" * 5000, "CHULIN_DATA_DIR: 不是可用的文件夹"),
    ("TRAIN_WEEKLY", "maybe", "CHULIN_TRAIN_WEEKLY: 只能填 true 或 false"),
    ("DISTRICT_DIR", "nowhere", "CHULIN_DISTRICT_DIR: 没有这个文件夹"),
    ("RESIDENT_TOKN", TOKEN, "CHULIN_RESIDENT_TOKN: 没有这个设置；是不是 CHULIN_RESIDENT_TOKEN？"),
    ("SOMETHING", SECRET, "CHULIN_SOMETHING: 没有这个设置"),
]


@pytest.mark.parametrize(("name", "value", "line"), BROKEN)
def test_a_broken_setting_in_the_environment(operator: Operator, name: str, value: str, line: str) -> None:
    operator.sets(**{name.lower(): value})
    ended = operator.runs("db", "current")
    check(ended.status, ended.said, line)


@pytest.mark.parametrize(("name", "value", "line"), [b for b in BROKEN if " " not in b[1]])
def test_a_broken_setting_in_the_env_file(operator: Operator, home: Path, name: str, value: str, line: str) -> None:
    (home / ".env").write_text(f"# mine\nCHULIN_{name}={value}\n", encoding="utf-8")
    ended = operator.runs("db", "current")
    check(ended.status, ended.said, line)


def check(status: int, said: str, line: str) -> None:
    assert status == 2
    assert said.startswith(line), said
    assert said.count("\n") == 1
    for secret in (SECRET, "hunter2", TOKEN.partition(":")[2]):
        assert secret not in said


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff\xfe\x00", ".env: 不是 UTF-8 文本"),
        ("CHULIN_MODE=polling\n".encode("utf-16"), ".env: 不是 UTF-8 文本"),
        (f"CHULIN_STAFF_TOKEN '{SECRET}\n".encode(), ".env 第 1 行：看不懂"),
        (f'\n\nCHULIN_LINK_SECRET="{SECRET}\n'.encode(), ".env 第 3 行：看不懂"),
    ],
)
def test_an_env_file_that_cannot_be_read(operator: Operator, home: Path, content: bytes, line: str) -> None:
    (home / ".env").write_bytes(content)
    ended = operator.runs("db", "current")
    check(ended.status, ended.said, line)


def test_every_wrong_setting_gets_its_own_line(operator: Operator) -> None:
    operator.sets(http_port="x", mode="y", tokenizer="z", resident_token=SECRET, staff_tokn=SECRET)
    ended = operator.runs("db", "current")
    assert ended.status == 2
    assert sorted(line.split(":")[0] for line in ended.err.splitlines()) == [
        "CHULIN_HTTP_PORT",
        "CHULIN_MODE",
        "CHULIN_RESIDENT_TOKEN",
        "CHULIN_STAFF_TOKN",
        "CHULIN_TOKENIZER",
    ]


def test_a_webhook_needs_its_address_and_a_secret(operator: Operator) -> None:
    operator.sets(mode="webhook")
    assert operator.runs("db", "current").err == "CHULIN_WEBHOOK_URL: 用 webhook 时，要填公网 https 地址\n"
    operator.sets(webhook_url="https://example.org")
    for secret in ("", "short", "with blanks in between", "密" * 20):
        operator.sets(webhook_secret=secret)
        ended = operator.runs("db", "current")
        assert ended.status == 2
        assert ended.err.startswith("CHULIN_WEBHOOK_SECRET: 用 webhook 时")
        assert secret == "" or secret not in ended.err
    operator.sets(webhook_secret="a_good-secret-of-32-characters-x")
    assert operator.runs("db", "current").status == 0


def test_one_token_is_served_once(operator: Operator) -> None:
    operator.sets(resident_token=TOKEN, staff_token=TOKEN)
    ended = operator.runs("db", "current")
    check(ended.status, ended.said, "CHULIN_STAFF_TOKEN: 和居民机器人的令牌相同")


def test_good_settings_are_read_and_tidied(operator: Operator) -> None:
    operator.sets(
        resident_token=f" {TOKEN}\n",
        staff_token=OTHER,
        staff_username="@chulin_staff_bot",
        database_url="postgres://u:p@host/x",
        mode="polling",
        staff_library="aiogram",
        http_port="",
        test_postgres_url="postgresql://somewhere",
    )
    settings = load()
    assert settings.resident_token.get_secret_value() == TOKEN
    assert settings.staff_username == "chulin_staff_bot"
    assert settings.database_url == "postgresql://u:p@host/x"
    assert (settings.mode, settings.staff_library) == (Mode.POLLING, Library.AIOGRAM)
    assert settings.http_port == 8080
    for secret in (TOKEN, OTHER):
        assert secret not in repr(settings)
        assert secret not in str(settings)


def test_the_example_names_every_setting_and_is_valid(operator: Operator, home: Path) -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    named = {line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "CHULIN_" in line and "=" in line}
    assert named >= {f"CHULIN_{name.upper()}" for name in type(load()).model_fields}
    (home / ".env").write_text(example, encoding="utf-8")
    assert operator.runs("db", "current").status == 0


def test_the_real_command_ends_the_same_way(home: Path) -> None:
    (home / ".env").write_text(f"CHULIN_HTTP_PORT=x\nCHULIN_STAFF_TOKEN={SECRET}\n", encoding="utf-8")
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-m", "bot.cli", "db", "current"],
        cwd=home,
        env={"PYTHONPATH": str(root), "PATH": "", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert sorted(line.split(":")[0] for line in ended.stderr.splitlines()) == [
        "CHULIN_HTTP_PORT",
        "CHULIN_STAFF_TOKEN",
    ]
    assert SECRET not in ended.stderr
