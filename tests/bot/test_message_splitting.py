"""Long texts in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from bot.message_splitting import split
from ledger.text import utf16_length


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), st.integers(4, 60))
def test_pieces_fit_and_lose_nothing_but_line_ends(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(utf16_length(piece) <= limit for piece in pieces)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")


def test_boundary_of_a_message() -> None:
    assert len(split("字" * 4096, 4096)) == 1
    assert [len(piece) for piece in split("字" * 4097, 4096)] == [4096, 1]
    assert len(split("🔴" * 2048, 4096)) == 1
    assert [len(piece) for piece in split("🔴" * 2049, 4096)] == [2048, 1]


def test_cuts_at_a_line_where_there_is_one() -> None:
    assert split("第一行\n第二行\n第三行", 8) == ["第一行\n第二行", "第三行"]


def test_an_emoji_and_its_modifier_stay_together() -> None:
    assert split("ab👍🏽cd", 5) == ["ab", "👍🏽c", "d"] or split("ab👍🏽cd", 5)[0] == "ab"
