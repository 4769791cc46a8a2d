"""The demo's page as people use it: with a mouse, on a small phone, with the keyboard alone."""

import re
from datetime import time

import pytest
from playwright.sync_api import Locator, Page, expect

from digests.dates import time_of_day
from tests.browser.checks import NAMELESS, SHOWN_SIZES, TOO_SMALL, TYPE_SIZES, WEAK_CONTRAST, WIDTH

PHONE = pytest.mark.parametrize("page", [(360, 740)], indirect=True, ids=["360px"])
BOTH = pytest.mark.parametrize("page", [(1280, 900), (360, 740)], indirect=True, ids=["1280px", "360px"])
WEEKLY = ".shot img[alt*=周报]"  # the last day of a month brings the monthly report on the way to Monday too


def phone(page: Page, who: str) -> Locator:
    return page.locator(f"#{who}")


def says(page: Page, who: str, text: str) -> None:
    phone(page, who).get_by_role("textbox").fill(text)
    phone(page, who).get_by_role("button", name="发送").click()


def newest(page: Page, who: str, words: str) -> Locator:
    """The newest message of the bot in which these words stand."""
    return phone(page, who).locator(".said:not(.mine)").filter(has_text=words).last


def files_a_report(page: Page, text: str) -> str:
    """The resident reports something, agrees if asked to, and gets a number."""
    heard = phone(page, "resident").locator(".said:not(.mine)")
    answers, receipts = heard.filter(has_text=re.compile("您说的是|已登记")), heard.filter(has_text="已登记")
    answered, filed = answers.count(), receipts.count()
    says(page, "resident", text)
    expect(answers).to_have_count(answered + 1)
    if (agree := answers.last.get_by_role("button", name="同意，提交")).count():
        agree.click()
    expect(receipts).to_have_count(filed + 1)
    found = re.search(r"SL-\d+", receipts.last.inner_text())
    assert found
    return found[0]


# --- the way of one report -------------------------------------------------------------------------------------------


def test_a_report_is_agreed_to_filed_accepted_and_told(page: Page) -> None:
    number = files_a_report(page, "幸福苑3栋门口的路灯坏了一个星期，晚上看不见路")
    card = newest(page, "worker", number)
    expect(card).to_contain_text("待受理")
    card.get_by_role("button", name="受理", exact=False).first.click()
    expect(newest(page, "worker", f"{number}：")).to_contain_text("已受理")
    expect(newest(page, "worker", f"{number}：")).to_be_in_viewport(ratio=1)  # though the card above it grew
    expect(phone(page, "resident").get_by_text(f"（{number}），石榴巷社区已经接手")).to_have_count(0)
    page.get_by_role("button", name="快进 1 分钟").click()
    expect(phone(page, "resident").get_by_text(f"（{number}），石榴巷社区已经接手")).to_be_visible()


def test_undo_takes_back_what_was_not_told_yet(page: Page) -> None:
    number = files_a_report(page, "幸福苑5栋楼下的垃圾三天没人收，臭得很")
    newest(page, "worker", f"{number}　待受理").get_by_role("button", name="受理").first.click()
    newest(page, "worker", f"{number}：").get_by_role("button", name="撤销").click()
    expect(phone(page, "worker").get_by_role("status")).to_contain_text("已撤销")
    expect(newest(page, "worker", f"{number}　待受理")).to_be_visible()


def test_a_photo_joins_the_report_and_opens_large(page: Page) -> None:
    number = files_a_report(page, "纺织宿舍2栋门口的下水道堵了，污水流一地")
    phone(page, "resident").get_by_role("button", name="发照片", exact=True).click()
    expect(phone(page, "resident").get_by_text(f"（{number}）").last).to_be_visible()
    phone(page, "resident").get_by_role("button", name=re.compile("放大看")).last.click()
    large = page.locator("#picture img")
    expect(large).to_be_visible()
    assert large.evaluate("image => image.naturalWidth") == 640
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()


def test_an_emergency_reaches_the_worker_and_can_be_taken(page: Page) -> None:
    says(page, "resident", "3栋楼道里有好大一股煤气味，闻着头晕")
    expect(newest(page, "resident", "请先打电话")).to_contain_text("119")
    newest(page, "worker", "请马上联系").get_by_role("button", name="我来处理").click()
    expect(newest(page, "resident", "值班的人已经看到")).to_be_visible()
    says(page, "resident", "楼上也闻到了")
    expect(newest(page, "resident", "已经转给值班的人").get_by_role("button", name="这是另一件事")).to_be_visible()
    for _ in range(3):  # until words are a matter of their own again
        page.get_by_role("button", name="快进 5 分钟").click()


def test_a_message_can_be_corrected_afterwards(page: Page) -> None:
    number = files_a_report(page, "幸福苑1栋门口的物业电话没人接")
    said = phone(page, "resident").locator(".said.mine").filter(has_text="幸福苑1栋门口的物业电话没人接").last
    said.get_by_role("button", name=re.compile("^修改")).click()
    says(page, "resident", "幸福苑2栋的楼道灯不亮了")
    expect(newest(page, "worker", number)).to_contain_text("幸福苑2栋的楼道灯不亮了")


def test_words_are_shown_as_words_and_never_run(page: Page) -> None:
    says(page, "resident", "<img src=x onerror=alert(1)><b>灯坏了</b>")
    said = phone(page, "resident").locator(".mine").filter(has_text="<b>灯坏了</b>")
    expect(said).to_have_count(1)
    assert said.locator("img, b").count() == 0


# --- small screens, keyboards, eyes ----------------------------------------------------------------------------------


@PHONE
def test_one_phone_at_a_time_fits_360_pixels(page: Page) -> None:
    assert page.evaluate(WIDTH) <= 360
    expect(phone(page, "resident")).to_be_visible()
    expect(phone(page, "worker")).to_be_hidden()
    number = files_a_report(page, "石榴花园A座旁边的健身器材坏了，没人修")
    worker = page.get_by_role("navigation").get_by_role("button", name="网格员")
    expect(worker).to_contain_text("有新消息")
    worker.click()
    expect(newest(page, "worker", number)).to_be_visible()
    expect(phone(page, "resident")).to_be_hidden()
    expect(worker).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(WIDTH) <= 360
    box = phone(page, "worker").locator(".log").bounding_box()
    assert box
    assert box["height"] >= 300


@PHONE
def test_everything_that_is_pressed_is_large_enough_for_a_thumb(page: Page) -> None:
    assert page.evaluate(TOO_SMALL) == []


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    box = phone(page, "resident").get_by_role("textbox")
    box.focus()
    page.keyboard.type("帮助")
    page.keyboard.press("Enter")
    expect(newest(page, "resident", "您可以这样用")).to_be_visible()
    page.keyboard.press("Tab")
    expect(phone(page, "resident").get_by_role("button", name="发送")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    box.focus()
    assert {"", "帮助", "我的诉求"} <= tabs(page, "Shift+Tab", 5)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert tabs(page, "Tab", 5) == {"怎么试？", "大字", "快进 1 分钟", "快进 5 分钟", "让时间走到周一 上午8:30"}


def tabs(page: Page, key: str, times: int) -> set[str]:
    """Words on what the key reaches."""
    reached = set()
    for _ in range(times):
        page.keyboard.press(key)
        reached.add(page.evaluate("document.activeElement.textContent.trim()"))
    return reached


@BOTH
def test_whatever_can_be_used_has_a_name(page: Page) -> None:
    assert page.evaluate(NAMELESS) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.locator("h1").count() == 1


@BOTH
def test_all_words_stand_out_from_their_ground(page: Page) -> None:
    says(page, "resident", "谢谢")
    expect(phone(page, "resident").locator(".said:not(.mine)").last).to_be_visible()
    assert page.evaluate(WEAK_CONTRAST) == []


@BOTH
def test_type_is_large(page: Page) -> None:
    assert min(page.evaluate(TYPE_SIZES)) >= 16


@BOTH
def test_large_type_is_a_tap_away_stays_and_fits(page: Page) -> None:
    usual = min(page.evaluate(SHOWN_SIZES))
    page.get_by_role("button", name="大字").click()
    assert min(page.evaluate(SHOWN_SIZES)) >= usual * 1.3
    assert page.evaluate(WIDTH) <= page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate(TOO_SMALL) == []
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "true")
    says(page, "resident", "完整")
    expect(page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "false")
    says(page, "resident", "大字")
    expect(newest(page, "resident", "回一个数字就行")).to_be_visible()
    expect(page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "true")
    says(page, "resident", "完整")


def test_nothing_moves_where_people_ask_for_less_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('.log')).scrollBehavior") == "auto"


def test_the_guide_opens_and_closes(page: Page) -> None:
    page.get_by_role("button", name="怎么试？").click()
    guide = page.get_by_role("dialog", name="怎么试？")
    expect(guide).to_contain_text("让时间走到周一")
    guide.get_by_role("button", name="知道了").click()
    expect(guide).to_be_hidden()


def test_a_page_opened_later_shows_what_was_said_before(page: Page) -> None:
    says(page, "resident", "隐私")
    expect(newest(page, "resident", "关于您的信息")).to_be_visible()
    before = phone(page, "resident").locator(".said").count()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(phone(page, "resident").locator(".said")).to_have_count(before)


def test_a_machine_without_a_chinese_font_gets_the_bundled_one(page: Page) -> None:
    for weight in (400, 700):
        arrived = page.evaluate(
            f"""document.fonts.load('{weight} 16px "Chulin Sans"', '楚邻').then(f => f[0]?.status)"""
        )
        assert arrived == "loaded"


# --- Monday ----------------------------------------------------------------------------------------------------------


def test_monday_brings_the_digest_with_its_picture_and_its_workbook(page: Page) -> None:
    page.get_by_role("button", name="让时间走到周一 上午8:30").click()
    expect(page.locator("#now")).to_contain_text("周一 上午8:3")
    manager = phone(page, "manager")
    expect(manager.get_by_text("石榴巷社区周报").first).to_be_visible()
    picture = manager.locator(WEEKLY)
    expect(picture).to_have_count(1)
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth >= 600")
    with page.expect_download() as asked:
        manager.get_by_role("link", name=re.compile("周报.*xlsx")).click()
    path = asked.value.path()
    assert path.read_bytes()[:4] == b"PK\x03\x04"
    assert asked.value.suggested_filename.endswith(".xlsx")


def test_times_are_written_as_the_bot_writes_them(page: Page) -> None:
    stamps = page.evaluate(
        """async () => {
          const { weekdayAndTime } = await import("/times.js");
          return [0, 5, 8, 12, 13, 18, 23].map((hour) => weekdayAndTime(new Date(Date.UTC(2026, 11, 3, hour - 8, 5))));
        }"""
    )
    assert stamps == [f"周四 {time_of_day(time(hour, 5))}" for hour in (0, 5, 8, 12, 13, 18, 23)]


@PHONE
def test_the_digest_is_readable_on_a_small_phone(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("button", name="书记").click()
    picture = phone(page, "manager").locator(WEEKLY)
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    assert page.evaluate(WIDTH) <= 360
    picture.click()
    expect(page.locator("#picture img")).to_be_visible()
    assert page.evaluate(WIDTH) <= 360
