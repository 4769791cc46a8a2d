"""Finds the words of a cue file in a text."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick


class Cue(NamedTuple):
    """A word found, its classes, and its position."""

    names: frozenset[str]
    start: int
    end: int


class Cues:
    """Words by class. A word may have several classes, and words may overlap; inside a word of `blank` none counts."""

    def __init__(self, classes: Mapping[str, Iterable[str]], blank: str) -> None:
        found: dict[str, set[str]] = {}
        for name, words in classes.items():
            for word in words:
                found.setdefault(word, set()).add(name)
        # few sets of classes occur, so words share them
        heard = {names: (names - {blank}, blank in names) for names in map(frozenset, found.values())}
        self._heard = [heard[frozenset(names)] for names in found.values()]
        self._search = AhoCorasick(found)

    def find(self, text: str) -> list[Cue]:
        """The longest word at each position, in the order of the text."""
        hits = self._search.find_matches_as_indexes(text, overlapping=True)
        longest = {start: (start, end, number) for number, start, end in hits}  # hits are ordered by their ends
        done, found, heard = 0, list[Cue](), self._heard
        for start, end, number in sorted(longest.values()):
            if start >= done:
                names, is_blank = heard[number]
                if is_blank:
                    done = end
                if names:
                    found.append(Cue(names, start, end))
        return found
