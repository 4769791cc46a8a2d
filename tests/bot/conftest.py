"""The operator's desk: an empty folder, a clean environment, and the command `chulin` as a person runs it."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main


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

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
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
    return Operator(monkeypatch, capsys)
