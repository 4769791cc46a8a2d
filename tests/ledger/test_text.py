"""Text that is safe to show."""

import pytest

from ledger.text import unlinked


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
