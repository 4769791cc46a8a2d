"""The space of meaning: a point for each text, such that texts about the same matter are near each other.

合唱团 and 唱歌队 are near each other, though they share only one character.

It is learned by nlp/training/embedding.py from the corpus, from matters told in several ways (`data/same.txt`), from
concepts and the lexicon, and stored in `data/meaning.txt`, where a feature has a lane (`nlp.packed_sums`) for each
dimension.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from math import sqrt
from operator import add, mul
from typing import NamedTuple

from nlp.data_files import table
from nlp.packed_sums import Lanes

SIZE = 48
_LONG = 127


def features(text: str, tokens: Iterable[str], topics: Iterable[str]) -> set[str]:
    """Features of normalised text: words, pairs of characters, characters and topics, each with its prefix."""
    found = {"w" + word for word in tokens if word > " " and not word.isdigit()}
    found |= {"c" + two for two in map(add, text, text[1:]) if two.isalpha()}
    found |= {"u" + char for char in text if char > "一"}
    return found | {"t" + topic for topic in topics}


class _Space(NamedTuple):
    """The rows of known features, by sort and without prefix."""

    lanes: Lanes
    words: Mapping[str, int]
    twos: Mapping[str, int]
    chars: Mapping[str, int]
    topics: Mapping[str, int]


def point(text: str, tokens: Iterable[str], topics: Iterable[str]) -> tuple[int, ...]:
    """Coordinates of a text, whole numbers from -127 to 127; all 0 if no feature is known. See `features`."""
    lanes, words, twos, chars, named = _space()
    seen = ((words, {*tokens}), (twos, {*map(add, text, text[1:])}), (chars, {*text}), (named, {*topics}))
    known = chain.from_iterable([map(of.get, names) for of, names in seen])
    sums = lanes.sums([*filter(None, known)])
    share = _LONG / (sqrt(sum(map(mul, sums, sums))) or 1.0)
    return tuple([round(value * share) for value in sums])


def nearness(a: Sequence[int], b: Sequence[int]) -> float:
    """Cosine of two points."""
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
