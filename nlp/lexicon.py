"""The lexicon: which topics a text speaks of.

A topic is a set of words for one thing (路灯, 噪音, 医保). Topics give the classifier what a word alone cannot:
a word never seen in training still speaks for its topic. The words themselves are data (`data/lexicon.txt`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ledger.scenes import Scene
from nlp.tables import table

_ALIGNED = 2
"""Words up to this length count only where they begin and end with a cut of the tokeniser."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`scene` is the one that the topic speaks for by itself, `item` the line of annex 2 that it touches (0: none)."""

    name: str
    scene: Scene | None
    item: int


class Hit(NamedTuple):
    """A word of a topic, where it stands in the text that was searched."""

    topic: str
    start: int
    end: int


class Lexicon:
    def __init__(self, topics: Iterable[Topic], words: Iterable[tuple[str, str]]) -> None:
        self.topics = {topic.name: topic for topic in topics}
        self._topics_of: dict[str, tuple[str, ...]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for word, topic in words:
            self._add(word, topic)

    def _add(self, word: str, topic: str) -> None:
        self._topics_of[word] = tuple(dict.fromkeys((*self._topics_of.get(word, ()), topic)))
        known = self._lengths.get(word[:2], ())
        self._lengths[word[:2]] = tuple(sorted({*known, len(word)}, reverse=True))

    @property
    def words(self) -> Iterable[str]:
        return self._topics_of

    def find(self, text: str, tokens: Sequence[str]) -> list[Hit]:
        """All hits. `tokens` must join to `text`."""
        starts: dict[int, int] = {}
        hits: list[Hit] = []
        at = 0
        for token in tokens:
            starts[at] = end = at + len(token)
            if end - at == 1 and token in self._topics_of:
                hits += [Hit(topic, at, end) for topic in self._topics_of[token]]
            at = end
        lengths = self._lengths
        for start, two in enumerate(map(str.__add__, text, text[1:])):
            if two in lengths:
                hits += self._at(text, start, lengths[two], starts)
        return hits

    def _at(self, text: str, start: int, lengths: tuple[int, ...], starts: dict[int, int]) -> list[Hit]:
        found = []
        for length in lengths:
            end = start + length
            topics = self._topics_of.get(text[start:end], ()) if end <= len(text) else ()
            if topics and (length > _ALIGNED or _cut(starts, start, end)):
                found += [Hit(topic, start, end) for topic in topics]
        return found


def _cut(starts: dict[int, int], start: int, end: int) -> bool:
    """Whether tokens begin at `start` and end at `end`."""
    at = starts.get(start)
    while at is not None and at < end:
        at = starts.get(at)
    return at == end


@cache
def lexicon() -> Lexicon:
    """The lexicon of the package."""
    topics: list[Topic] = []
    words: list[tuple[str, str]] = []
    for line in table("lexicon.txt"):
        if line.startswith("["):
            name, scene, item = line[1:].replace("]", "", 1).split()
            topics.append(Topic(name, None if scene == "-" else Scene(scene), int(item)))
        else:
            words.extend([(word.lower(), topics[-1].name) for word in line.split()])
    return Lexicon(topics, words)
