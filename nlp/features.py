"""What the classifier sees of a text: four groups of features, each a plain list of strings.

words   the tokens, and neighbouring pairs of them
chars   runs of two to four characters: what the cut gets wrong, and what stands inside unknown words
topics  topics of the lexicon with the part they play, pairs of topics, and a few properties of the whole text
turns   what follows what: which topic comes first, which last, which after which; for which scenes and items they speak

A topic's part: `@topic` only says where it is (医院门口), `^topic` stands in the first sentence (often a title),
`>topic` is asked for
(guide section 2, step 4: what the writer wants decides, not what leads up to it).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from operator import attrgetter

from nlp.lexicon import Hit, Lexicon
from nlp.normalise import normalise
from nlp.tokens import Cutter

READ = 600
"""Characters that are read: a message that has not come to the point by then never does."""
_SHORT, _LONG = 8, 60
_MANY_TOPICS = 12
_MOST_VOTES = 3
_START = attrgetter("start")
_ENDS = "。?!\n;"
_BEHIND = 4
"""A place word this many characters behind a topic makes it a place: 医院的门口."""


@dataclass(frozen=True, slots=True)
class Features:
    text: str
    """The normalised text."""
    tokens: list[str]
    hits: list[Hit]
    words: list[str]
    chars: list[str]
    topics: list[str]
    turns: list[str]

    @property
    def groups(self) -> tuple[list[str], list[str], list[str], list[str]]:
        """In the order of `nlp.weights.GROUPS`."""
        return self.words, self.chars, self.topics, self.turns


def extract(folded: str, cut: Cutter, lexicon: Lexicon) -> Features:
    plain = normalise(folded[:READ])
    tokens = cut(plain)
    hits = sorted(lexicon.find(plain, tokens), key=_START)
    first = _first_sentence(plain)
    topics = _topics(plain, hits, first, lexicon)
    return Features(plain, tokens, hits, _words(tokens), _chars(plain), topics, _turns(hits, first, lexicon))


def _first_sentence(text: str) -> int:
    """Where it ends: often it is a title, or tells it all."""
    return min((at for at in map(text.find, _ENDS) if at >= _SHORT), default=len(text))


def _words(tokens: Sequence[str]) -> list[str]:
    said = [word for word in tokens if word > " "]
    return [*{*said, *map("{}_{}".format, said, said[1:])}]


def _chars(text: str) -> list[str]:
    two = list(map(str.__add__, text, text[1:]))
    three = list(map(str.__add__, two, text[2:]))
    return [*{*two, *three, *map(str.__add__, three, text[3:])}]


def _topics(text: str, hits: Sequence[Hit], first: int, lexicon: Lexicon) -> list[str]:
    behind = [hit.start for hit in hits if hit.topic == "locative"]
    asked = [hit.end for hit in hits if hit.topic == "ask_new"]
    names: set[str] = set()
    parts: set[str] = set()
    for topic, start, end in hits:
        near = bisect_left(behind, end)
        if near < len(behind) and behind[near] - end <= _BEHIND:
            parts.add("@" + topic)
            continue
        names.add(topic)
        if start < first:
            parts.add("^" + topic)
        if asked and start >= asked[0]:
            parts.add(">" + topic)
    named = sorted(names)
    pairs = map("{0[0]}+{0[1]}".format, combinations(named[:_MANY_TOPICS], 2))
    return [*named, *parts, *pairs, *_votes(names, lexicon), *_shape(text, hits)]


def _turns(hits: Sequence[Hit], first: int, lexicon: Lexicon) -> list[str]:
    if not hits:
        return ["-"]
    known = lexicon.topics
    said = [hit.topic for hit in hits]
    scenes = [scene for hit in hits if (scene := known[hit.topic].scene)]
    items = [item for hit in hits if (item := known[hit.topic].item)]
    titled = {f"^={scene}" for hit in hits if hit.start < first and (scene := known[hit.topic].scene)}
    return [*{*_order(said), *titled, *_scene_turns(scenes, said, lexicon), *_item_turns(items)}]


def _order(names: Sequence[str]) -> Iterator[str]:
    """First, last, and who follows whom."""
    yield "0:" + names[0]
    yield "9:" + names[-1]
    for one, next_ in pairwise(names):
        if one != next_:
            yield f"{one}>{next_}"


def _scene_turns(scenes: Sequence[str], said: Sequence[str], lexicon: Lexicon) -> Iterator[str]:
    if not scenes:
        return
    yield from _order(scenes)
    counts = Counter(scene for name in dict.fromkeys(said) if (scene := lexicon.topics[name].scene))
    for scene, count in counts.items():
        yield f"{scene}#{min(count, _MOST_VOTES)}"
    (top, most), *rest = counts.most_common(2)
    if not rest or most > rest[0][1]:
        yield f"most={top}"


def _item_turns(items: Sequence[int]) -> Iterator[str]:
    kinds = {*items}
    for item in kinds:
        yield f"i{item}"
    if items:
        yield f"i0:{items[0]}"
        yield f"i9:{items[-1]}"
    if len(kinds) == 1:
        yield f"only:i{items[0]}"
    elif not kinds:
        yield "i-"


def _votes(names: set[str], lexicon: Lexicon) -> list[str]:
    """For which scenes the topics speak by themselves; the only one, if it is one."""
    scenes = {topic.scene for name in names if (topic := lexicon.topics[name]).scene}
    return [f"={scene}" for scene in scenes] if len(scenes) != 1 else [f"=={scene}" for scene in scenes]


def _shape(text: str, hits: Sequence[Hit]) -> list[str]:
    """How long, whether it asks, and whether a topic is named at all."""
    length = "short" if len(text) <= _SHORT else "long" if len(text) > _LONG else "middle"
    shape = [f"#{length}"]
    if "?" in text or text.endswith(("吗", "呢", "么", "不", "没")):
        shape.append("#asks")
    if not hits:
        return [*shape, "#no topic"]
    return shape
