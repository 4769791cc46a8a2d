"""The arrows of the house: which package may know which, and which file may know which library."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARROWS: dict[str, set[str]] = {
    "ledger": set(),
    "nlp": {"ledger"},
    "storage": {"ledger"},
    "digests": {"ledger", "storage", "nlp"},
    "handlers": {"ledger", "storage", "nlp", "digests"},
    "bot": {"ledger", "storage", "nlp", "digests", "handlers", "district"},
    "district": set(),
}
"""What each package may import besides itself."""
ONE_FILE = {"aiogram": "bot/channels/aiogram_bot.py", "telegram": "bot/channels/ptb_bot.py"}
"""Messaging libraries, each behind one file."""
CHANNEL_FILES = {"bot.channels.aiogram_bot", "bot.channels.ptb_bot"}
WIRING = "bot/build.py"
LINES_TO_THE_WORLD = {"aiogram", "telegram", "aiohttp", "httpx", "requests", "urllib3", "apscheduler"}
DATABASES = {"sqlalchemy", "sqlite3", "asyncpg", "alembic"}
HEAVY = {
    "aiogram",
    "telegram",
    "matplotlib",
    "sklearn",
    "scipy",
    "reportlab",
    "numpy",
    "sqlalchemy",
    "aiohttp",
    "jieba",
}


def product() -> list[str]:
    return sorted(str(p.relative_to(ROOT)) for name in ARROWS for p in (ROOT / name).rglob("*.py"))


@cache
def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def imports(node: ast.AST) -> Iterator[str]:
    """Full names of the modules that something imports, wherever in it; what is imported from one may be one, too."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (name.name for name in part.names)
        elif isinstance(part, ast.ImportFrom):
            assert part.level == 0, "no relative imports"
            yield part.module or ""
            yield from (f"{part.module}.{name.name}" for name in part.names)


def imported(path: str) -> set[str]:
    return {name.partition(".")[0] for name in imports(tree(path))}


def at_import(body: list[ast.stmt]) -> Iterator[str]:
    """What a module imports as soon as it is imported: nothing inside functions, nothing for types only."""
    for part in body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(part, ast.If):
            taken = [] if "TYPE_CHECKING" in ast.unparse(part.test) else part.body
            yield from at_import([*taken, *part.orelse])
        elif isinstance(part, ast.Import | ast.ImportFrom):
            yield from imports(part)
        else:
            for name in ("body", "orelse", "finalbody", "handlers"):
                yield from at_import(getattr(part, name, []))


def file_of(module: str) -> str | None:
    path = module.replace(".", "/")
    return next((found for found in (f"{path}.py", f"{path}/__init__.py") if (ROOT / found).is_file()), None)


def pulled_in(module: str) -> dict[str, str]:
    """Libraries that importing a module of ours imports, each with the file that does."""
    found: dict[str, str] = {}
    todo, seen = [module], set()
    while todo:
        path = file_of(todo.pop())
        if path is None or path in seen:
            continue
        seen.add(path)
        for name in at_import(tree(path).body):
            root = name.partition(".")[0]
            if root in ARROWS:
                todo += [".".join(name.split(".")[:depth]) for depth in range(1, name.count(".") + 2)]
            else:
                found.setdefault(root, path)
    return found


NAMED = re.compile(rf"\b(?:{'|'.join(ARROWS)}|tests|benchmarks)/[\w/-]+\.(?:py|yaml)\b")


def test_every_file_that_is_named_in_another_exists() -> None:
    named = {(path, name) for path in product() for name in NAMED.findall((ROOT / path).read_text())}
    assert len(named) > 30
    assert sorted((path, name) for path, name in named if not (ROOT / name).is_file()) == []


def test_the_house_is_found() -> None:
    assert len(product()) > 100
    assert "bot/channels/aiogram_bot.py" in product()


@pytest.mark.parametrize("package", list(ARROWS))
def test_a_package_imports_only_what_its_arrows_allow(package: str) -> None:
    allowed = ARROWS[package] | {package}
    others = set(ARROWS) - allowed | {"tests", "benchmarks"}
    wrong = {path: bad for path in product() if path.startswith(f"{package}/") and (bad := imported(path) & others)}
    assert wrong == {}


def test_the_rules_of_the_ledger_need_only_the_language_and_the_calendar() -> None:
    allowed = set(sys.stdlib_module_names) | {"ledger", "chinese_calendar"}
    wrong = {path: bad for path in product() if path.startswith("ledger/") and (bad := imported(path) - allowed)}
    assert wrong == {}


@pytest.mark.parametrize("package", ["handlers", "digests", "nlp", "ledger"])
def test_what_people_say_and_get_knows_no_messenger_and_no_database(package: str) -> None:
    forbidden = LINES_TO_THE_WORLD | DATABASES
    wrong = {path: bad for path in product() if path.startswith(f"{package}/") and (bad := imported(path) & forbidden)}
    assert wrong == {}


@pytest.mark.parametrize(("library", "file"), ONE_FILE.items())
def test_a_messaging_library_stands_behind_one_file(library: str, file: str) -> None:
    assert [path for path in product() if library in imported(path)] == [file]


@pytest.mark.parametrize("channel", sorted(CHANNEL_FILES))
def test_deleting_a_channel_is_deleting_its_file_and_a_line(channel: str) -> None:
    users = [path for path in product() if channel in set(imports(tree(path)))]
    assert users == [WIRING]
    lines = [part for part in ast.walk(tree(WIRING)) if isinstance(part, ast.ImportFrom) and part.module == channel]
    assert len(lines) == 1
    assert channel not in set(at_import(tree(WIRING).body)), "imported when it is used: one alone takes seconds"


def test_asking_for_help_imports_nothing_heavy() -> None:
    found = pulled_in("bot.cli")
    assert "click" in found
    assert {library: path for library, path in found.items() if library in HEAVY} == {}


def test_serving_one_library_does_not_import_the_other() -> None:
    first, second = pulled_in("bot.channels.aiogram_bot"), pulled_in("bot.channels.ptb_bot")
    assert "aiogram" in first
    assert "telegram" not in first
    assert "telegram" in second
    assert "aiogram" not in second
    assert not {"aiogram", "telegram"} & set(pulled_in("bot.build"))


DRAWN = [
    "digests.drawing_process",
    "digests.summary_workbook",
    "digests.checkups.presentation",
    "digests.checkups.area",
]
"""What the drawing process is sent, and what it imports for it."""


@pytest.mark.parametrize("module", [*DRAWN, "digests.figures", "digests.report_pdf", "digests.weekly_workbook"])
def test_the_process_that_draws_knows_no_database(module: str) -> None:
    assert {library: path for library, path in pulled_in(module).items() if library in DATABASES} == {}
