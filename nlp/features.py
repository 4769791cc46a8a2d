"""What the classifier sees of a text: three groups of features, each a plain list of strings.

words   the tokens, and neighbouring pairs of them
chars   runs of two to four characters: what the cut gets wrong, and what stands inside unknown words
topics  topics of the lexicon with the part they play, pairs of topics, and a few properties of the whole text

A topic's part: `@topic` only says where it is (医院门口), `^topic` stands in the first sentence (often a title), `>topic` is asked for
(guide section 2, step 4: what the writer wants decides, not what leads up to it).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from nlp.lexicon import Hit, Lexicon
from nlp.normalise import normalise
from nlp.tokens import Cutter

READ = 600
"""Characters that are read: a message that has not come to the point by then never does."""
_SHORT, _LONG = 8, 60
_MANY_TOPICS = 12
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


def extract(folded: str, cut: Cutter, lexicon: Lexicon) -> Features:
    plain = normalise(folded[:READ])
    tokens = cut(plain)
    hits = lexicon.find(plain, tokens)
    return Features(plain, tokens, hits, _words(tokens), _chars(plain), _topics(plain, hits, lexicon))


def _words(tokens: Sequence[str]) -> list[str]:
    said = [token for token in tokens if token > " "]
    return [*{*said, *map("{}_{}".format, said, said[1:])}]


def _chars(text: str) -> list[str]:
    two = list(map(str.__add__, text, text[1:]))
    three = list(map(str.__add__, two, text[2:]))
    return [*{*two, *three, *map(str.__add__, three, text[3:])}]


def _topics(text: str, hits: Sequence[Hit], lexicon: Lexicon) -> list[str]:
    behind = sorted(hit.start for hit in hits if hit.topic == "locative")
    asked = [hit.end for hit in hits if hit.topic == "ask_new"]
    first = min((at for at in map(text.find, _ENDS) if at >= _SHORT), default=len(text))
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
