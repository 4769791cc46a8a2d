"""Finds mistakes in `.env` and in the names of settings, before anything reads their values.

A misspelt name would otherwise be ignored without a word, and a default used in its place.
"""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

from dotenv.parser import Original, parse_stream

from bot.os_errors import reason

PREFIX = "CHULIN_"
FOR_TESTS = "CHULIN_TEST_"


def wrong_lines(env_file: Path, known: set[str]) -> list[str]:
    """Lines for people about an unreadable `.env`, its broken lines, and unknown names in it or in the environment."""
    names, lines = _read(env_file) if env_file.is_file() else ([], [])
    return lines + _unknown([*names, *os.environ], known)


def _read(path: Path) -> tuple[list[str], list[str]]:
    try:
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except UnicodeDecodeError:
        return [], [f"{path.name}: 不是 UTF-8 文本，请用 UTF-8 另存"]
    except OSError as error:
        return [], [f"{path.name}: 读不了：{reason(error)}。运行机器人的账号要能读：chown 账号 .env"]
    broken = [f"{path.name} 第 {_line(b.original)} 行：看不懂，要写成 名字=值" for b in bindings if b.error]
    return [b.key for b in bindings if b.key], broken


def _line(original: Original) -> int:
    """The line of a statement; blank lines before it are counted to it."""
    blank = original.string[: -len(original.string.lstrip())]
    return original.line + blank.count("\n")


def _unknown(names: Iterable[str], known: set[str]) -> list[str]:
    ours = {name.upper() for name in names if name.upper().startswith(PREFIX)}
    strange = sorted(n for n in ours if not n.startswith(FOR_TESTS) and n.removeprefix(PREFIX).lower() not in known)
    return [f"{name}: 没有这个设置{_hint(name, known)}" for name in strange]


def _hint(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name.removeprefix(PREFIX).lower(), known, n=1)
    return f"；是不是 {PREFIX}{near[0].upper()}？" if near else ""
