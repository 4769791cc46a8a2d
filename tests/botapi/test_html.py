import pytest

from tests.botapi.entities import cut, find_entities
from tests.botapi.errors import ApiError
from tests.botapi.html import parse_html

GOOD = [
    ("楼道灯坏了", "楼道灯坏了", []),
    ("<b>粗</b>和<i>斜</i>", "粗和斜", [("bold", 0, 1), ("italic", 2, 1)]),
    ("<strong>a</strong><em>b</em><ins>c</ins><del>d</del>", "abcd",
     [("bold", 0, 1), ("italic", 1, 1), ("underline", 2, 1), ("strikethrough", 3, 1)]),
    ("<b>外<u>内</u></b>", "外内", [("bold", 0, 2), ("underline", 1, 1)]),
    ("😀<b>好</b>", "😀好", [("bold", 2, 1)]),
    ("&lt;b&gt; &amp; &quot;&#39;&#x4e2d;", "<b> & \"'中", []),
    ('<span class="tg-spoiler">密</span>', "密", [("spoiler", 0, 1)]),
    ("<tg-spoiler>密</tg-spoiler>", "密", [("spoiler", 0, 1)]),
    ("<code>x</code><pre>y</pre>", "xy", [("code", 0, 1), ("pre", 1, 1)]),
    ("<blockquote expandable>引</blockquote>", "引", [("expandable_blockquote", 0, 1)]),
    ("<B>大写</B>".replace("</B>", "</b>"), "大写", [("bold", 0, 2)]),
    ("<b>随便结束</>", "随便结束", [("bold", 0, 4)]),
    ("<b></b>空", "空", []),
    ("a > b", "a > b", []),
]  # fmt: skip

BAD = [
    ("<font>x</font>", 'Unsupported start tag "font" at byte offset 0'),
    ("3 < 5", 'Unsupported start tag "" at byte offset 2'),
    ("3 <5", "Unclosed start tag at byte offset 2"),
    ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<b", "Unclosed start tag at byte offset 0"),
    ('<a href="x', "Unclosed start tag at byte offset 0"),
    ("<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
    ("<a href=x:y>z</a>", "Unexpected end of name token at byte offset 8"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("灯<x>", 'Unsupported start tag "x" at byte offset 3'),
    ("物业 & 居委会", "Unescaped character '&' at byte offset 7"),
    ("&nbsp;", "Unescaped character '&' at byte offset 0"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "entities"), GOOD)
def test_good_markup_becomes_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed, found = parse_html(source)
    assert parsed == text
    assert [(e["type"], e["offset"], e["length"]) for e in found] == entities


@pytest.mark.parametrize(("source", "complaint"), BAD)
def test_broken_markup_is_refused_with_its_place(source: str, complaint: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {complaint}"


def test_links_carry_their_target() -> None:
    _, found = parse_html("<a href=\"https://a.cn/?x=1&amp;y=2\">看</a><a href='tg://user?id=42'>人</a>")
    assert found[0]["url"] == "https://a.cn/?x=1&y=2"
    assert (found[1]["type"], found[1]["user"]["id"]) == ("text_mention", 42)


def test_a_code_block_may_name_its_language() -> None:
    _, found = parse_html('<pre><code class="language-python">x = 1</code></pre>')
    assert [(e["type"], e["language"]) for e in found] == [("pre", "python")]


def test_a_bare_ampersand_may_be_let_through_as_telegram_does() -> None:
    assert parse_html("A & B", lenient_ampersand=True) == ("A & B", [])


def test_commands_mentions_links_and_numbers_are_found() -> None:
    text = "/start@chulin_bot 请看 https://a.cn/x ，电话13900001111 找@wang_po，#路灯 a@b.cn"
    found = {e["type"]: cut(text, e) for e in find_entities(text)}
    assert found == {
        "bot_command": "/start@chulin_bot",
        "url": "https://a.cn/x",
        "phone_number": "13900001111",
        "hashtag": "#路灯",
        "email": "a@b.cn",
    }
    assert find_entities("请/不要@我 1/2") == []
