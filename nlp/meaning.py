"""Where a text stands among others: a point in a space of meaning.

合唱团 and 唱歌队 are near each other in it, though no character is shared.

Latent semantic analysis of the corpus, of matters told in several ways (`data/same.txt`), of the concepts and of
the lexicon; learned by nlp/training/meaning.py, kept in `data/meaning.txt`, where a feature has a lane (`nlp.lanes`)
for each dimension.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from math import sqrt
from operator import add, mul
from typing import NamedTuple

from nlp.lanes import Lanes
from nlp.tables import table

SIZE = 48
_LONG = 127


def features(text: str, tokens: Iterable[str], topics: Iterable[str]) -> set[str]:
    """What is learned of normalised text: words, pairs of characters, characters, topics, each by its own mark."""
    found = {"w" + word for word in tokens if word > " " and not word.isdigit()}
    found |= {"c" + two for two in map(add, text, text[1:]) if two.isalpha()}
    found |= {"u" + char for char in text if char > "一"}
    return found | {"t" + topic for topic in topics}


class _Space(NamedTuple):
    """What is known of each feature, by sort and without its mark."""

    lanes: Lanes
    words: Mapping[str, int]
    twos: Mapping[str, int]
    chars: Mapping[str, int]
    topics: Mapping[str, int]


def point(text: str, tokens: Iterable[str], topics: Iterable[str]) -> tuple[int, ...]:
    """Whole numbers from -127 to 127; all 0 if nothing is known. See `features`: what is none of them is not known."""
    lanes, words, twos, chars, named = _space()
    seen = ((words, {*tokens}), (twos, {*map(add, text, text[1:])}), (chars, {*text}), (named, {*topics}))
    known = chain.from_iterable([map(of.get, names) for of, names in seen])
    sums = lanes.sums([*filter(None, known)])
    share = _LONG / (sqrt(sum(map(mul, sums, sums))) or 1.0)
    return tuple([round(value * share) for value in sums])


def nearness(a: Sequence[int], b: Sequence[int]) -> float:
    """Cosine."""
    both: int = sum(map(mul, a, b))
    return both / (_LONG * _LONG)


@cache
def _space() -> _Space:
    rows = [row.split("\t") for row in table("meaning.txt")]
    lanes = Lanes(SIZE)
    sorts: dict[str, dict[str, int]] = {sort: {} for sort in "wcut"}
    for (name, _), row in zip(rows, lanes.read("".join([code for _, code in rows])), strict=True):
        sorts[name[0]][name[1:]] = row
    return _Space(lanes, *sorts.values())
