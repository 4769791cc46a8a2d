"""Where a text stands among others: a point in a space of meaning.

合唱团 and 唱歌队 are near each other in it, though no character is shared.

Latent semantic analysis of the corpus, of matters told in several ways (`data/same.txt`), of the concepts and of
the lexicon; learned by nlp/training/meaning.py, kept in `data/meaning.txt`. As in `nlp.weights`, the numbers of a
feature are lanes of one long integer, so that one addition adds them all.
"""

import base64
from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from math import sqrt
from operator import mul

from nlp.tables import table

SIZE = 48
_LANE = 4
_ZERO = 128
_LONG = 127


def features(text: str, tokens: Iterable[str], topics: Iterable[str]) -> set[str]:
    """What is looked up of normalised text: words, pairs of characters, characters, topics, each by its own mark."""
    found = {"w" + word for word in tokens if word > " " and not word.isdigit()}
    found |= {"c" + two for two in map(str.__add__, text, text[1:]) if two.isalpha()}
    found |= {"u" + char for char in text if char > "一"}
    return found | {"t" + topic for topic in topics}


def point(names: Iterable[str]) -> tuple[int, ...]:
    """Whole numbers from -127 to 127; all 0 if nothing is known."""
    known = [*filter(None, map(_table().get, names))]
    lanes = array("I", sum(known).to_bytes(SIZE * _LANE, "little"))
    nothing = _ZERO * len(known)
    sums = [lane - nothing for lane in lanes]
    length = sqrt(sum(map(mul, sums, sums))) or 1.0
    return tuple([round(_LONG * value / length) for value in sums])


def nearness(a: Sequence[int], b: Sequence[int]) -> float:
    """Cosine."""
    both: int = sum(map(mul, a, b))
    return both / (_LONG * _LONG)


@cache
def _table() -> dict[str, int]:
    rows = [row.split("\t") for row in table("meaning.txt")]
    spread = bytearray(len(rows) * SIZE * _LANE)
    spread[::_LANE] = base64.b64decode("".join([code for _, code in rows]))
    size, view = SIZE * _LANE, memoryview(spread)
    return {name: int.from_bytes(view[at * size : at * size + size], "little") for at, (name, _) in enumerate(rows)}
