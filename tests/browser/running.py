"""The real demo in a process of its own, and the system's Chromium to look at it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "没有 Chromium。请先：apt-get install -y chromium"
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STOPS_WITHIN = 30
PATIENCE = 60_000
"""Milliseconds that the page has for anything: a machine may have much else to do."""
START = "from bot.cli import main; main()"


def chromium() -> str | None:
    """Where the system's Chromium is, if it has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def a_browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield found
        found.close()


@contextmanager
def a_demo(folder: Path) -> Iterator[str]:
    """Address of a demo that keeps its data in `folder`; it is ended as a person would end it, and has to end well."""
    command = [sys.executable, "-u", "-c", START, "demo", "--no-browser", "--port", "0", "--keep", str(folder)]
    log = folder / "log.txt"
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder, env=_quiet()
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield _address(process.stdout.readline() + process.stdout.readline(), log)
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(STOPS_WITHIN)
    assert ended == 0, log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")


def _address(said: str, log: Path) -> str:
    assert "http://127.0.0.1:" in said, said + log.read_text(encoding="utf-8")
    return said[said.index("http://") :].split(maxsplit=1)[0]


def _quiet() -> dict[str, str]:
    """The environment without settings of whoever runs this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHULIN_")}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}
