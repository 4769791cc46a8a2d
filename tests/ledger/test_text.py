"""Text that is safe to show."""

import pytest

from ledger.text import unlinked, without_bidi_controls


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("@chenxin", "＠chenxin"),
        ("https://t.me/x", "https：//t．me/x"),
        ("网站.com", "网站．com"),
        ("网站.中国", "网站．中国"),
        ("高1.5米，v2.0", "高1.5米，v2.0"),
    ],
)
def test_nothing_can_be_tapped_and_numbers_stay_as_they_are(written: str, shown: str) -> None:
    assert unlinked(written) == shown


@pytest.mark.parametrize("code", [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_no_character_changes_the_direction_of_reading(code: int) -> None:
    assert without_bidi_controls(f"楼道{chr(code)}灯坏了") == "楼道灯坏了"


@pytest.mark.parametrize("text", ["👨‍👩‍👧 一家三口", "ئۇيغۇرچە 3栋", "灯坏了\n没人修"])
def test_letters_that_run_to_the_left_and_joined_emoji_stay(text: str) -> None:
    assert without_bidi_controls(text) == text
