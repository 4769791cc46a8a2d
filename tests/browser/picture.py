"""The picture in the README, of the real page: a lamp is told of, taken on, mended and judged; Monday's digest is there.

uv run python -m tests.browser.picture docs/demo.png
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import running
from tests.browser.test_page import WEEKLY, files_a_report, newest, phone, says

SIZE, SCALE = (1280, 800), 1.5
COLOURS = 128
ASKED = 4
"""The fourth that the worker hears is the question what to answer: a greeting, the card and what came of it go before."""


def tells(page: Page) -> None:
    """Everybody does their part, from the report to the digest."""
    number = files_a_report(page, "幸福苑3栋门口的路灯坏了一个星期，晚上看不见路")
    newest(page, "worker", f"{number}　待受理").get_by_role("button", name="受理").first.click()
    newest(page, "worker", f"{number}　已受理").get_by_role("button", name="办结答复").click()
    expect(phone(page, "worker").locator(".said:not(.mine)")).to_have_count(ASKED)
    says(page, "worker", "灯头已经换了新的，今天傍晚就亮，您再看看。")
    expect(newest(page, "worker", f"{number}　已答复")).to_be_visible()
    page.get_by_role("button", name="快进 1 分钟").click()
    newest(page, "resident", "现在解决了吗").get_by_role("button", name="👍 解决了").click()
    expect(newest(page, "worker", f"{number}　")).not_to_contain_text("待回访")
    page.get_by_role("button", name="走到周一").click()
    expect(page.locator(WEEKLY).last).to_be_visible()


def shows(page: Page) -> bytes:
    """The page as it is now: the worker's card and the picture of the digest in view, no button still at work."""
    for seen in (newest(page, "worker", "判断依据"), phone(page, "manager").locator(WEEKLY).last):
        seen.evaluate("(seen, log) => seen.closest(log).scrollTop = seen.offsetTop - 12", ".log")
    for button in page.locator("[data-time]").all():
        expect(button).to_be_enabled()
    return page.screenshot()


def small(picture: bytes) -> bytes:
    """The same with a palette: a page has few colours."""
    found = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        found, "PNG", optimize=True
    )
    return found.getvalue()


def main(path: str) -> None:
    chromium = running.chromium()
    if chromium is None:
        sys.exit(running.MISSING)
    with (
        tempfile.TemporaryDirectory() as folder,
        running.a_demo(Path(folder)) as address,
        running.a_browser(chromium) as browser,
    ):
        width, height = SIZE
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=SCALE, locale="zh-CN")
        page.set_default_timeout(running.PATIENCE)
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        tells(page)
        Path(path).write_bytes(small(shows(page)))


if __name__ == "__main__":
    main(*sys.argv[1:])
