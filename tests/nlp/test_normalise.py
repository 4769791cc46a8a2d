"""Many ways of writing one thing become one; the original stays with whoever asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.data_files import pairs
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


@pytest.mark.parametrize(
    "written",
    [
        "怎么办",
        "什么时候",
        "为什么",
        "那么多",
        "这么样",
        "什么事",
        "怎么样",
        "什么家具",
        "从后门进来",
        "相关部门进行处理",
        "过马路等了半天",
        "因为建议没人听",
        "服务业",
        "手脚麻木",
        "高中时没接种",
        "毛毛虫",
        "以后头疼",
        "六楼到一楼",
        "关门过早关了",
    ],
)
def test_standard_words_stay_as_they_are(written: str) -> None:
    assert normalise(fold(written)) == written


@pytest.mark.parametrize("before", "怎什那这多要")
@given(st.sampled_from([said for said, _ in pairs("dialect.txt") if said.startswith("么")]))
def test_no_word_of_the_dialect_begins_inside_a_standard_one(before: str, said: str) -> None:
    assert normalise(before + said).startswith(before + "么")


@given(st.text(max_size=80))
def test_folding_keeps_every_index(text: str) -> None:
    assert len(fold(text)) == len(text)
