"""Whatever arrives is read: nothing raises, nothing hangs, nothing is sure of itself without a reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import regexes
from nlp.pipeline import Understander

STRANGE = {
    "empty": "",
    "spaces": " \t\n　",
    "one letter": "a" * 4096,
    "one character": "火" * 4096,
    "digits": "1" * 4096,
    "brackets": "(" * 4096,
    "Arabic": "مرحبا كيف حالك",
    "Russian": "Здравствуйте, как дела",
    "Japanese": "こんにちは、ありがとう",
    "Korean": "안녕하세요",
    "code": 'for (int i = 0; i < n; i++) { printf("%d", i); } SELECT * FROM users; --',
    "markup": "<script>alert(1)</script>" * 40,
    "emoji": "😀🎉👍🏽👨‍👩‍👧" * 60,
    "NUL": "\0" * 100 + "路灯坏了\0",
    "lone surrogate": "\ud83d路灯坏了\udc00",
    "marks upon marks": "路" + "\u0301" * 2000,
    "right to left": "\u202e路灯坏了\u202c",
}
UNSURE = ("empty", "spaces", "one letter", "digits", "brackets", "Arabic", "Russian", "Korean")


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_texts_are_read_and_kept_as_they_are(understander: Understander, text: str) -> None:
    reading = understander.read(text)
    assert reading.text == text
    assert "".join(matter.text for matter in reading.matters) == text
    assert not any(matter.alarms for matter in reading.matters) or "火" in text


@pytest.mark.parametrize("name", UNSURE)
def test_what_says_nothing_is_labelled_without_confidence(understander: Understander, name: str) -> None:
    assert understander.read(STRANGE[name]).first.scene_probability <= 0.5


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300))
def test_reading_never_fails_and_matters_join_to_the_text(understander: Understander, text: str) -> None:
    reading = understander.read(text)
    assert "".join(matter.text for matter in reading.matters) == text
    assert all(0 <= matter.scene_probability <= 1 for matter in reading.matters)


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet=st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010), max_size=40))
def test_halves_of_broken_pairs_are_read_too(understander: Understander, text: str) -> None:
    assert understander.read(text).text == text


def test_no_pattern_takes_long_on_what_is_made_to_hurt_it() -> None:
    """Milliseconds where a bad pattern would need minutes; `benchmarks.regexes` runs 10,000 strings each."""
    found = regexes.patterns()
    assert len(found) > 20
    slow = {
        name
        for name, pattern in found.items()
        if all(regexes.worst(pattern, regexes.strings(pattern, 200)) > regexes.HELD for _ in range(3))
    }
    assert not slow
