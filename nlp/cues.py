"""Finds the words of a data file of cues in a text."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Cue(NamedTuple):
    """A word, the classes it belongs to, and where it stands."""

    names: frozenset[str]
    start: int
    end: int


class Cues:
    """Words by class. A word may belong to several classes, words may overlap; what stands inside a word of `blank` does not count."""

    def __init__(self, classes: Mapping[str, Iterable[str]], blank: str) -> None:
        self._blank = blank
        self._classes: dict[str, frozenset[str]] = {}
        for name, words in classes.items():
            for word in words:
                self._classes[word] = self._classes.get(word, frozenset()) | {name}
        self._single = frozenset(word for word in self._classes if len(word) == 1)
        lengths: dict[str, set[int]] = {}
        for word in self._classes.keys() - self._single:
            lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {begin: tuple(sorted(found, reverse=True)) for begin, found in lengths.items()}

    def find(self, text: str) -> list[Cue]:
        """The longest word at each place, in the order of the text."""
        lengths, single, done = self._lengths, self._single, 0
        found: list[Cue] = []
        twos = map(str.__add__, text, [*text[1:], ""])
        places = [at for at, (two, one) in enumerate(zip(twos, text, strict=True)) if two in lengths or one in single]
        for start in places:
            if start >= done and (word := self._longest(text, start)):
                names, end = self._classes[word], start + len(word)
                if self._blank in names:
                    done = end
                    names -= {self._blank}
                if names:
                    found.append(Cue(names, start, end))
        return found

    def _longest(self, text: str, start: int) -> str:
        for length in self._lengths.get(text[start : start + 2], ()):
            word = text[start : start + length]
            if word in self._classes:
                return word
        return text[start] if text[start] in self._single else ""
