"""The features that the classifier uses: four groups, each a plain list of strings.

words   the tokens, and pairs of neighbouring tokens
chars   runs of two and three characters, which help where words are cut wrongly or unknown
topics  topics of the lexicon with their role, pairs of topics, and a few properties of the whole text
turns   the order of topics: the first, the last, which follows which; the scenes and items that they indicate

The role of a topic: `@topic` is only a place (医院门口), `^topic` is in the first sentence (often a title), `>topic` is
what is asked for (labelling guide, section 2, step 4: what the writer wants decides, not the circumstances).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from operator import add
from typing import NamedTuple

from nlp.lexicon import Hit, Lexicon
from nlp.normalise import normalise
from nlp.tokens import Cutter

READ = 600
"""Only this many characters are read; a message that has not come to the point by then never does."""
_SHORT, _LONG = 8, 60
_MANY_TOPICS = 12
_MOST_VOTES = 3
_ENDS = "。?!\n;"
_END = re.compile(f"[{_ENDS}]")
_FOLLOWED = 2048
"""Cached sequences of scenes or items; most of them recur."""
_BEHIND = 4
"""A place word at most this many characters behind a topic makes it a place: 医院的门口."""


class Features(NamedTuple):
    text: str
    """The normalised text."""
    tokens: list[str]
    hits: list[Hit]
    words: list[str]
    chars: list[str]
    topics: list[str]
    turns: list[str]
    named: Sequence[str] = ()
    """All topics, whatever their role, in the order of the text."""

    @property
    def groups(self) -> tuple[list[str], list[str], list[str], list[str]]:
        """The four groups in the order of `nlp.weights.GROUPS`."""
        return self.words, self.chars, self.topics, self.turns


def extract(folded: str, cut: Cutter, lexicon: Lexicon) -> Features:
    return extract_all([folded], cut, lexicon)[0]


def extract_all(folded: Iterable[str], cut: Cutter, lexicon: Lexicon) -> list[Features]:
    """Takes each step for all texts before the next, for the reason given at `Understander.read_all`."""
    plain = [normalise(text[:READ]) for text in folded]
    tokens = [*map(cut, plain)]
    hits = [*map(lexicon.find, plain, tokens)]
    first = [*map(_first_sentence, plain)]
    words, chars = [*map(_words, tokens)], [*map(_chars, plain)]
    topics = [_topics(*each, lexicon) for each in zip(plain, hits, first, strict=True)]
    turns = [_turns(*each, lexicon) for each in zip(hits, first, strict=True)]
    named = [[*dict.fromkeys([topic for topic, _, _ in each])] for each in hits]
    return [*map(Features, plain, tokens, hits, words, chars, topics, turns, named)]


def _first_sentence(text: str) -> int:
    """The end of the first sentence, which is often a title or says everything."""
    if not _END.search(text):
        return len(text)
    return min([at for at in map(text.find, _ENDS) if at >= _SHORT], default=len(text))


def _words(tokens: Sequence[str]) -> list[str]:
    """In the order of the text, so that of equally strong reasons the first is shown."""
    said = [word for word in tokens if word > " "]
    return [*dict.fromkeys([*said, *[f"{one}_{next_}" for one, next_ in pairwise(said)]])]


def _chars(text: str) -> list[str]:
    two = [*map(add, text, text[1:])]
    return [*{*two, *map(add, two, text[2:])}]


def _topics(text: str, hits: Sequence[Hit], first: int, lexicon: Lexicon) -> list[str]:
    places = [start for topic, start, _ in hits if topic == "locative"]
    asked = next((end for topic, _, end in hits if topic == "ask_new"), len(text))
    names: set[str] = set()
    parts: set[str] = set()
    for topic, start, end in hits:
        if places and _is_place(places, end):
            parts.add("@" + topic)
            continue
        names.add(topic)
        if start < first:
            parts.add("^" + topic)
        if start >= asked:
            parts.add(">" + topic)
    named = sorted(names)
    pairs = [f"{one}+{other}" for one, other in combinations(named[:_MANY_TOPICS], 2)]
    return [*named, *parts, *pairs, *_votes(names, lexicon), *_shape(text, hits)]


def _is_place(places: Sequence[int], end: int) -> bool:
    """Whether a place word begins at most `_BEHIND` characters after `end`."""
    near = bisect_left(places, end)
    return near < len(places) and places[near] - end <= _BEHIND


def _turns(hits: Sequence[Hit], first: int, lexicon: Lexicon) -> list[str]:
    if not hits:
        return ["-"]
    scene_of, item_of = lexicon.scene_of, lexicon.item_of
    said = [topic for topic, _, _ in hits]
    scenes = tuple([scene_of[topic] for topic in said if topic in scene_of])
    votes = tuple([scene_of[topic] for topic in dict.fromkeys(said) if topic in scene_of])
    titled = [f"^={scene_of[topic]}" for topic, start, _ in hits if start < first and topic in scene_of]
    items = tuple([item_of[topic] for topic in said if topic in item_of])
    return [*{*_order(said), *titled, *_scene_turns(scenes, votes), *_item_turns(items)}]


def _order(names: Sequence[str]) -> list[str]:
    """The first name, the last, and each pair of neighbours."""
    follows = [f"{one}>{next_}" for one, next_ in pairwise(names) if one != next_]
    return ["0:" + names[0], "9:" + names[-1], *follows]


@lru_cache(_FOLLOWED)
def _scene_turns(scenes: tuple[str, ...], votes: tuple[str, ...]) -> Sequence[str]:
    """`votes` has one scene for each topic, `scenes` one for each mention of a topic."""
    if not scenes:
        return []
    counts = {scene: votes.count(scene) for scene in {*votes}}
    most = max(counts.values())
    top = [scene for scene, count in counts.items() if count == most]
    counted = [f"{scene}#{min(count, _MOST_VOTES)}" for scene, count in counts.items()]
    return [*_order(scenes), *counted, *([f"most={top[0]}"] if len(top) == 1 else [])]


@lru_cache(_FOLLOWED)
def _item_turns(items: tuple[int, ...]) -> Sequence[str]:
    if not items:
        return ["i-"]
    kinds = {*items}
    turns = [f"i{item}" for item in kinds] + [f"i0:{items[0]}", f"i9:{items[-1]}"]
    return [*turns, f"only:i{items[0]}"] if len(kinds) == 1 else turns


def _votes(names: set[str], lexicon: Lexicon) -> list[str]:
    """The scenes that the topics indicate by themselves; a single one is marked as such."""
    scene_of = lexicon.scene_of
    scenes = {scene_of[name] for name in names if name in scene_of}
    return [f"={scene}" for scene in scenes] if len(scenes) != 1 else [f"=={scene}" for scene in scenes]


def _shape(text: str, hits: Sequence[Hit]) -> list[str]:
    """The length of a text, whether it asks, and whether it names a topic at all."""
    length = "short" if len(text) <= _SHORT else "long" if len(text) > _LONG else "middle"
    shape = [f"#{length}"]
    if "?" in text or text.endswith(("吗", "呢", "么", "不", "没")):
        shape.append("#asks")
    if not hits:
        return [*shape, "#no topic"]
    return shape
