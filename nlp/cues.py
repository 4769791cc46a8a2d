"""Finds the words of a data file of cues in a text: classes of words."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Cue(NamedTuple):
    """A word of a class, where it stands."""

    name: str
    start: int
    end: int


class Cues:
    """Words by class. A word may belong to several classes, words may overlap; what stands inside a word of `blank` does not count."""

    def __init__(self, classes: Mapping[str, Iterable[str]], blank: str) -> None:
        self._blank = blank
        self._classes: dict[str, tuple[str, ...]] = {}
        for name, words in classes.items():
            for word in words:
                self._classes[word] = (*self._classes.get(word, ()), name)
        lengths: dict[str, set[int]] = {}
        for word in self._classes:
            lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {begin: tuple(sorted(found, reverse=True)) for begin, found in lengths.items()}

    def find(self, text: str) -> list[Cue]:
        """The longest word at each place, in the order of the text."""
        lengths, found, done = self._lengths, [], 0
        for start, two in enumerate(map(str.__add__, text, [*text[1:], ""])):
            begin = two if two in lengths else two[0]
            if begin in lengths and start >= done and (word := self._longest(text, start, begin)):
                names, end = self._classes[word], start + len(word)
                found += [Cue(name, start, end) for name in names if name != self._blank]
                done = end if self._blank in names else done
        return found

    def _longest(self, text: str, start: int, begin: str) -> str:
        for length in self._lengths[begin]:
            word = text[start : start + length]
            if word in self._classes:
                return word
        return text[start] if text[start] in self._classes else ""
