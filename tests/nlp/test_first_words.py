"""A short title out of a message's first words."""

import pytest

from nlp.first_words import first_words


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("垃圾没人收", "垃圾没人收"),
        ("楼道灯不亮。", "楼道灯不亮"),
        ("石榴花园B座电梯突然往下掉，里面关着两个人", "石榴花园B座电梯突然往下掉"),
        ("楼上天天半夜剁骨头吵得人睡不着觉", "楼上天天半夜剁骨头吵得人…"),
        ("幸福苑3栋2单元门口，路灯坏了一个多星期", "幸福苑3栋2单元门口，路灯…"),
        ("楼道灯不亮\n补充：是三楼的", "楼道灯不亮"),
        ("您好，我们小区楼道灯不亮", "我们小区楼道灯不亮"),
        ("我要反映一个问题就是小区的电动车乱停", "小区的电动车乱停"),
        ("您好", "您好"),
        ("", ""),
    ],
)
def test_a_title_ends_where_a_clause_or_a_word_ends_and_leaves_out_greetings(text: str, title: str) -> None:
    assert first_words(text, 14) == title


def test_what_has_no_end_is_cut_all_the_same() -> None:
    title = first_words("a" * 50, 14)
    assert title.endswith("…")
    assert 1 < len(title) <= 15
