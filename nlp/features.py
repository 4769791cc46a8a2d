"""What the classifier sees of a text: three groups of features, each a plain list of strings.

words   the tokens, and neighbouring pairs of them
chars   runs of two to four characters: what the cut gets wrong, and what stands inside unknown words
topics  topics of the lexicon, pairs of topics, and a few properties of the whole text
"""

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
    return Features(plain, tokens, hits, _words(tokens), _chars(plain), _topics(plain, hits))


def _words(tokens: Sequence[str]) -> list[str]:
    said = [token for token in tokens if token > " "]
    return [*{*said, *map("{}_{}".format, said, said[1:])}]


def _chars(text: str) -> list[str]:
    two = list(map(str.__add__, text, text[1:]))
    three = list(map(str.__add__, two, text[2:]))
    return [*{*two, *three, *map(str.__add__, three, text[3:])}]


def _topics(text: str, hits: Sequence[Hit]) -> list[str]:
    names = sorted({hit.topic for hit in hits})
    pairs = map("{0[0]}+{0[1]}".format, combinations(names[:_MANY_TOPICS], 2))
    return [*names, *pairs, *_shape(text, hits)]


def _shape(text: str, hits: Sequence[Hit]) -> list[str]:
    """How long, whether it asks, whether a topic is named at all, and which is named first and last."""
    length = "short" if len(text) <= _SHORT else "long" if len(text) > _LONG else "middle"
    shape = [f"#{length}"]
    if "?" in text or text.endswith(("吗", "呢", "么", "不", "没")):
        shape.append("#asks")
    if not hits:
        return [*shape, "#no topic"]
    return shape
