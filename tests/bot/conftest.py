"""The operator's desk: an empty folder, a clean environment, and the command `chulin` as a person runs it."""

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from storage.schema import migrate
from tests.bot.books import WHOLE, Sheets, book


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status and what it said."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Operator:
    """Runs commands in this process, through the program's own entry point."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def sets(self, **settings: str) -> None:
        """Put settings into the environment: sets(http_port="1") is CHULIN_HTTP_PORT=1."""
        for name, value in settings.items():
            self._monkeypatch.setenv(f"CHULIN_{name.upper()}", value)

    def runs(self, *words: object) -> Ended:
        self._monkeypatch.setattr("sys.argv", ["chulin", *map(str, words)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with no setting of ours in the environment."""
    for name in os.environ:
        if name.upper().startswith("CHULIN_") and not name.startswith("CHULIN_TEST_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def operator(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Operator:
    """Somebody at the command line, in `home`."""
    return Operator(home, monkeypatch, capsys)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied by each test."""
    path = tmp_path_factory.mktemp("empty") / "chulin.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def desk(operator: Operator, home: Path, empty_sqlite: Path) -> Operator:
    """An operator whose SQLite database is migrated and empty."""
    (home / "var").mkdir()
    shutil.copy(empty_sqlite, home / "var" / "chulin.db")
    return operator


@pytest.fixture
def imports(desk: Operator, home: Path) -> Callable[..., Ended]:
    """Imports the sheets that it is given."""

    def run(sheets: Sheets, *options: str) -> Ended:
        return desk.runs("import", book(home / "book.xlsx", sheets), *options)

    return run


@pytest.fixture
def filled(imports: Callable[..., Ended]) -> Callable[..., Ended]:
    """As `imports`, into a database that has the whole workbook already."""
    imports(WHOLE)
    return imports
