"""A real browser on the real demo: the system's Chromium, driven by Playwright, on `chulin demo` in its own process."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import running


@pytest.fixture(scope="module")
def chromium() -> str:
    """Where the system's Chromium is. Where tests decide (CI) it has to be there; elsewhere a visible skip says so."""
    found = running.chromium()
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(running.MISSING)
    if found is None:
        pytest.skip(running.MISSING)
    return found


@pytest.fixture(scope="module")
def demo(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: ARG001 - without it no demo
    with running.a_demo(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with running.a_browser(chromium) as found:
        yield found


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
    found.set_default_timeout(running.PATIENCE)
    found.goto(demo)
    found.wait_for_selector("body[data-ready]")
    yield found
    context.close()
    assert not trouble
