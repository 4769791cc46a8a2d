"""Days of the week as people write them."""

import pytest

from handlers.cocreation import weekdays
from tests.support.world import World


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("周一、周四", "03"),
        ("周一、三、五", "024"),
        ("星期天", "6"),
        ("周六日", "56"),
        ("周一到周五", "01234"),
        ("周五至周一", "0456"),
        ("每天", "0123456"),
        ("工作日", "01234"),
        ("周末", "56"),
        ("一、四", "03"),
        ("经常", ""),
        ("", ""),
        ("一次两小时", ""),
    ],
)
async def test_days_are_understood_as_they_are_written(small_world: World, words: str, digits: str) -> None:
    texts = small_world.app.context.texts
    assert weekdays.understood(texts, words) == digits
    if digits:
        assert weekdays.understood(texts, weekdays.shown(texts, digits)) == digits
