"""Makes different spellings of one thing equal, in two steps.

`fold` replaces characters one for one (full width, traditional, upper case), so that an index into the folded text is
an index into the original. `normalise` then replaces dialect, typing errors, emoji and repeated characters, for the
classifier. The caller keeps the original text.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick

from nlp.data_files import pairs, table

_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " "}
_LETTERS = {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
_WIDE_LETTERS = {chr(ord(upper) + 0xFEE0): lower for upper, lower in _LETTERS.items()}
_FAR = "\U00010000"
_LATELY = 256
"""Texts whose folded and normalised forms are cached: each is checked at intake and read soon after."""
_REPEATS = re.compile(r"(.)\1\1+", re.DOTALL)


class Letters:
    """Replaces characters. One search suffices for a text without any; few texts have more than two."""

    def __init__(self, meant: Mapping[str, str]) -> None:
        self._meant = meant
        near = "".join(char for char in meant if char < _FAR)
        # rare characters are searched as a range, because a set would be compared one by one
        self._any = re.compile(f"[{re.escape(near)}{_FAR}-{chr(sys.maxunicode)}]")

    def apply(self, text: str) -> str:
        return self._any.sub(self._replaced, text)

    def _replaced(self, hit: re.Match[str]) -> str:
        return self._meant.get(hit[0], hit[0])


@cache
def _folding() -> Letters:
    simple = {pair[0]: pair[1] for line in table("traditional.txt") for pair in line.split(" ")}
    return Letters({**_WIDTH, **_LETTERS, **_WIDE_LETTERS, **simple, "【": "[", "】": "]"})


class Replacements:
    """Replaces words from left to right, the longest first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        meant = dict(pair for name in names for pair in pairs(name))
        self._single = Letters({said: means for said, means in meant.items() if len(said) == 1})
        words = [said for said in meant if len(said) > 1]
        self._means = [meant[said] for said in words]
        self._search = AhoCorasick(words)

    def apply(self, text: str) -> str:
        hits = self._search.find_matches_as_indexes(text, overlapping=True)
        return self._single.apply(self._replaced(text, hits) if hits else text)

    def _replaced(self, text: str, hits: Sequence[tuple[int, int, int]]) -> str:
        done, parts = 0, list[str]()
        for start, back, number in sorted((start, -end, number) for number, start, end in hits):
            if start >= done and _stands_alone(text, start, -back):
                parts += [text[done:start], self._means[number]]
                done = -back
        return "".join([*parts, text[done:]])


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a word is not part of a longer one in Latin letters: wy is 物业, but not in wyoming."""
    if not text[start].isascii():
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


@cache
def _replacements() -> Replacements:
    return Replacements(("slips.txt", "dialect.txt", "emoji.txt"))


@lru_cache(maxsize=_LATELY)
def fold(text: str) -> str:
    """`text` with uniform characters; the length stays the same. Lone surrogates become question marks."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return _folding().apply(text)


@lru_cache(maxsize=_LATELY)
def normalise(folded: str) -> str:
    """Folded text in the form that the classifier reads."""
    return _replacements().apply(_REPEATS.sub(r"\1\1", folded))
