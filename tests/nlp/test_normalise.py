"""Many ways of writing one thing become one; the original stays with whoever asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.normalise import fold, normalise


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ＷＹ 不管！", "物业 不管!"),
        ("電梯壞了", "电梯坏了"),
        ("吵吵吵吵吵", "吵吵"),
        ("sq里wy费", "社区里物业费"),
        ("路灯冇得人修", "路灯没有人修"),
        ("👍", "赞"),
    ],
)
def test_ways_of_writing_become_one(written: str, read: str) -> None:
    assert normalise(fold(written)) == read


@pytest.mark.parametrize("written", ["wyoming", "sql", "dts", "xq2"])
def test_initials_inside_other_words_are_left_alone(written: str) -> None:
    assert normalise(fold(written)) == written


@given(st.text(max_size=80))
def test_folding_keeps_every_index(text: str) -> None:
    assert len(fold(text)) == len(text)
