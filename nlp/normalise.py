"""Many ways of writing one thing become one.

Two steps. `fold` changes characters one for one (full width, traditional, letters), so that an index into the folded
text is an index into the original; `normalise` goes on to dialect, slips, emoji and repeated characters, for the classifier.
The original text is always kept by the caller.
"""

import re
from functools import cache

from nlp.tables import pairs, table

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_WIDE_UPPER = {code + 0xFEE0: lower for code, lower in _UPPER.items()}
_REPEATS = re.compile(r"(.)\1{2,}", re.DOTALL)


@cache
def _folding() -> dict[int, int | str]:
    simple = {ord(pair[0]): pair[1] for line in table("traditional.txt") for pair in line.split(" ")}
    return {**_WIDTH, **_UPPER, **_WIDE_UPPER, **simple, ord("【"): "[", ord("】"): "]"}


class Replacements:
    """Replaces words by words, the longest first, in one pass; an alternation of a regex is ten times slower."""

    def __init__(self, names: tuple[str, ...]) -> None:
        meant = dict(pair for name in names for pair in pairs(name))
        self._single = {ord(said): means for said, means in meant.items() if len(said) == 1}
        self._meant = {said: means for said, means in meant.items() if len(said) > 1}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for said in sorted(self._meant, key=len, reverse=True):
            known = self._lengths.get(said[:2], ())
            self._lengths[said[:2]] = (*known, len(said)) if len(said) not in known else known

    def apply(self, text: str) -> str:
        lengths, done, parts = self._lengths, 0, []
        for start, two in enumerate(map(str.__add__, text, text[1:])):
            if two in lengths and start >= done and (end := self._match(text, start, lengths[two])):
                parts += [text[done:start], self._meant[text[start:end]]]
                done = end
        return "".join([*parts, text[done:]]).translate(self._single)

    def _match(self, text: str, start: int, lengths: tuple[int, ...]) -> int:
        """Where the longest word that stands at `start` ends; 0 if none does."""
        for length in lengths:
            end = start + length
            if text[start:end] in self._meant and end <= len(text) and _stands_alone(text, start, end):
                return end
        return 0


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Letters count only between other things than letters: wy is 物业, the wy of wyoming is not."""
    if not text[start].isascii():
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


@cache
def _replacements() -> Replacements:
    return Replacements(("slips.txt", "dialect.txt", "emoji.txt"))


def fold(text: str) -> str:
    """Same length as `text`, character by character; halves of broken pairs (lone surrogates) become question marks."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text.translate(_folding())


def normalise(folded: str) -> str:
    """Folded text as the classifier reads it."""
    return _replacements().apply(_REPEATS.sub(r"\1\1", folded))
