"""The chart: every glyph is there (a missing one is a warning, and warnings are errors here), sizes fit a phone."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from digests import figures, weekly_chart
from digests.presentation import Page
from ledger.scenes import EIGHT_SCENES, Scene
from tests.digests.pages import district, page, texts, weekly

SEEN = 3
"""So much of 255 can differ before anybody sees it."""
LONG = "一个名字特别特别特别特别特别特别特别特别特别特别长的社区居民委员会"


def drawn(shown: Page) -> Image.Image:
    return Image.open(io.BytesIO(weekly_chart.png(weekly_chart.weekly_chart(shown))))


@pytest.mark.parametrize("size", [0, 1, 999])
def test_every_week_has_a_picture_for_a_phone(size: int) -> None:
    picture = drawn(page(size))
    assert picture.format == "PNG"
    assert picture.width == 1080
    assert 1 <= picture.height / picture.width <= 1.5


def test_paper_is_white_and_bars_have_the_districts_colours() -> None:
    picture = drawn(page()).convert("RGB")
    dots = picture.tobytes()
    seen = {dots[at : at + 3] for at in range(0, len(dots), 3)}
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    for bar in weekly_chart.weekly_chart(page()).bars:
        wanted = bytes.fromhex(bar.colour[1:])
        alike = [colour for colour in seen if max(abs(a - b) for a, b in zip(wanted, colour, strict=True)) <= SEEN]
        assert alike or not bar.now


@pytest.mark.parametrize("name", ["㙟堃𬒈社区", "📋🏘社区", "$x$_{社区}^\\frac", LONG, ""])
def test_names_that_the_font_or_the_page_cannot_hold_still_give_a_picture(name: str) -> None:
    drawn(page(name=name))


def test_a_character_that_the_font_has_not_is_shown_as_a_box() -> None:
    assert figures.drawable("社区📋") == "社区□"


def test_the_font_has_every_character_of_the_charts_texts_and_names() -> None:
    say = texts()
    words = [say(key, **dict.fromkeys(say.places(key), "")) for key in say.keys() if key.startswith("digest.chart")]  # noqa: SIM118
    names = [look.name for look in district().scenes.values()]
    for text in words + names:
        assert figures.drawable(text) == text


def test_colours_and_names_are_the_districts() -> None:
    bars = weekly_chart.weekly_chart(page()).bars
    looks = district().scenes
    assert {(bar.name, bar.colour) for bar in bars} == {(looks[s].name, looks[s].colour) for s in EIGHT_SCENES}


def test_the_title_says_the_point_in_words() -> None:
    shown = weekly_chart.weekly_chart(page())
    assert shown.title == "新登记 28 件，比上一周少 12 件"
    assert shown.point == "最多的是邻里生活：7 件"


def test_scenes_with_as_much_each_are_named_together() -> None:
    week = weekly()
    equal = tuple(replace(count, now=2 * (count.scene in (Scene.GREEN, Scene.HEALTH))) for count in week.scenes)
    assert (
        weekly_chart.weekly_chart(replace(page(), weekly=replace(week, scenes=equal))).point
        == "最多的是绿色低碳、健康医疗：各 2 件"
    )
    level = tuple(replace(count, now=1) for count in week.scenes)
    assert "最多的也只有 1 件" in weekly_chart.weekly_chart(replace(page(), weekly=replace(week, scenes=level))).point


def test_a_quiet_week_says_so() -> None:
    assert weekly_chart.weekly_chart(page(0)).title == "这一周没有新登记的诉求"
