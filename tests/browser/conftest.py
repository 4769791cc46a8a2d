"""A real browser on the real demo: the system's Chromium, driven by Playwright, on `chulin demo` in its own process."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "没有 Chromium，浏览器测试没有运行。请先：apt-get install -y chromium"
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
STOPS_WITHIN = 15
START = "from bot.cli import main; main()"


@pytest.fixture(scope="module")
def chromium() -> str:
    """Where the system's Chromium is. Where tests decide (CI) it has to be there; elsewhere a visible skip says so."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if found is None:
        pytest.skip(MISSING)
    return found


@pytest.fixture(scope="module")
def demo(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: ARG001 - without it no demo
    """Address of a running demo; ends as a person would end it, and has to end well."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-u", "-c", START, "demo", "--no-browser", "--port", "0", "--keep", str(folder)]
    log = folder / "log.txt"
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder, env=_quiet()
        ) as process,
    ):
        assert process.stdout is not None
        yield _address(process.stdout.readline() + process.stdout.readline(), log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOPS_WITHIN) == 0, log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")


def _address(said: str, log: Path) -> str:
    assert "http://127.0.0.1:" in said, said + log.read_text(encoding="utf-8")
    return said[said.index("http://") :].split(maxsplit=1)[0]


def _quiet() -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHULIN_")}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield found
        found.close()


@pytest.fixture(params=[(1280, 900)], ids=lambda size: f"{size[0]}px")
def page(browser: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page, ready. Whatever its console calls an error fails the test, and so does any request to elsewhere."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    found = context.new_page()
    trouble: list[str] = []
    found.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    found.on("pageerror", lambda error: trouble.append(str(error)))
    found.on("request", lambda asked: trouble.append(asked.url) if not asked.url.startswith((demo, "blob:")) else None)
    found.set_default_timeout(20_000)
    found.goto(demo)
    found.wait_for_selector("body[data-ready]")
    yield found
    context.close()
    assert not trouble
