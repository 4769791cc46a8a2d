"""The lexicon: which topics a text is about.

A topic is a set of words for one thing (路灯, 噪音, 医保). With topics the classifier can use a word that it never saw
in training. The words are data (`data/lexicon.txt`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from ahocorasick_rs import AhoCorasick

from ledger.scenes import Scene
from nlp.data_files import table

_ALIGNED = 2
"""Words up to this length count only if they begin and end at token borders."""
_FIRST = -99
"""Sort key that puts a word of one character before longer words that begin with it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`scene`: the one that the topic indicates by itself. `item`: the line of annex 2 that it concerns (0: none)."""

    name: str
    scene: Scene | None
    item: int


Hit = tuple[str, int, int]
"""A topic, and the start and end of the word that was found."""


class Lexicon:
    """`scene_of` and `item_of` contain only topics that have one."""

    def __init__(self, topics: Iterable[Topic], words: Iterable[tuple[str, str]]) -> None:
        self.topics = {topic.name: topic for topic in topics}
        self.scene_of = {name: str(topic.scene) for name, topic in self.topics.items() if topic.scene}
        self.item_of = {name: topic.item for name, topic in self.topics.items() if topic.item}
        found: dict[str, dict[str, None]] = {}
        for word, topic_name in words:
            found.setdefault(word, {})[topic_name] = None
        self.words = tuple(found)
        self._topics = [tuple(names) for names in found.values()]
        self._search = AhoCorasick(self.words)

    def spoken(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Words with their topics."""
        return zip(self.words, self._topics, strict=True)

    def find(self, text: str, tokens: Sequence[str]) -> list[Hit]:
        """All hits in the order of the text, at each position the longest first. `tokens` must join to `text`."""
        topics, cuts = self._topics, {0, *accumulate(map(len, tokens))}
        found = [
            (start, start - end if end - start > 1 else _FIRST, end, number)
            for number, start, end in self._search.find_matches_as_indexes(text, overlapping=True)
            if end - start > _ALIGNED or (start in cuts and end in cuts)
        ]
        found.sort()
        return [(topic, start, end) for start, _, end, number in found for topic in topics[number]]


@cache
def lexicon() -> Lexicon:
    """The lexicon of `data/lexicon.txt`."""
    topics: list[Topic] = []
    words: list[tuple[str, str]] = []
    for line in table("lexicon.txt"):
        if line.startswith("["):
            name, scene, item = line[1:].replace("]", "", 1).split()
            topics.append(Topic(name, None if scene == "-" else Scene(scene), int(item)))
        else:
            words.extend([(word.lower(), topics[-1].name) for word in line.split()])
    return Lexicon(topics, words)
