"""How likely two messages are about the same matter.

A message is reduced to a signature, a tuple of numbers: its things and aspects (`nlp.concepts`), its meaningful words,
the parts of its address, and its point in the space of meaning (`nlp.embedding`). Contradicting places, or praise
beside a complaint, decide at once; everything else is weighed. What two messages share counts by its rarity. What only
one of them says counts, too, because messages often agree except for the trouble (楼下烧烤店太吵, 楼下烧烤店油烟大).

The weights are learned from `data/pairs.tsv` (nlp/training/similarity.py) and stored in `data/likeness.txt`.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp
from operator import add
from typing import overload
from zlib import crc32

from nlp import addresses, concepts, embedding
from nlp.data_files import DATA, lines_of, pairs, words

_BITS = 28
_PAYLOAD = (1 << _BITS) - 1
THING, ASPECT, BARE, WORD, PLACE, PAIR, POINT = 1, 2, 3, 4, 5, 6, 7
"""Sorts of parts. BARE: a word that no concept covers; PAIR: two neighbouring characters; POINT: three coordinates
of the point in the space of meaning."""
_READ = 80
"""Pairs are taken from this many characters."""
_NUMBERED = 1 << 15
"""Cached numbers of names; most words recur."""
_UNKNOWN = 8.0
"""Rarity of parts that the corpus does not contain."""
_KIND_OF, _COUSINS = 0.8, 0.25
"""How much light/street shares with light, and with light/stair."""
_BESIDES = (
    "danger",
    "repairnow",
    "complain",
    "change",
    "teach",
    "learn",
    "check",
    "share",
    "test",
    "play",
    "class",
    "borrow",
)
"""Aspects that can occur with any matter."""
PRAISE = "praise"
_FEW, _MUCH = 5.0, 8.0
_RARE = 4.0
_NOTHING_MORE, _CONTAINED = 1.0, 0.9
_OTHERWISE = 0.3
"""Share of a message's character pairs that the other message may lack."""


@lru_cache(maxsize=_NUMBERED)
def number(sort: int, name: str) -> int:
    return sort << _BITS | crc32(name.encode("utf-8", "replace")) >> (32 - _BITS)


def signature(
    text: str, tokens: Sequence[str], topics: Iterable[str] = (), names: Iterable[str] = ()
) -> tuple[int, ...]:
    """Everything needed to compare normalised `text`. `names`: the compounds that it mentions."""
    found = concepts.find(text, tokens)
    parts = {number(THING, name) for name in found.things} | {number(ASPECT, name) for name in found.aspects}
    at, is_covered = 0, found.covered.find
    for token in tokens:
        end = at + len(token)
        if said := _word(token):
            parts.update(said if is_covered(1, at, end) < 0 else said[:1])
        at = end
    parts.update(map(_two, map(add, text[:_READ], text[1:_READ])))
    parts.update([_place(kind, value) for kind, value in addresses.parts(text, names)])
    parts.update(_pointed(embedding.point(text, tokens, topics)))
    return tuple(sorted(parts))


@lru_cache(maxsize=_NUMBERED)
def _word(token: str) -> tuple[int, ...]:
    """The token's numbers as WORD and as BARE; empty if it says nothing about the matter."""
    return (number(WORD, token), number(BARE, token)) if token.isalpha() and token not in empty_words() else ()


@lru_cache(maxsize=_NUMBERED)
def _two(characters: str) -> int:
    return number(PAIR, characters)


class Signature(Sequence[int]):
    """A signature computed on first use, because greetings and questions are never compared."""

    __slots__ = ("_of", "_parts")

    def __init__(self, text: str, tokens: Sequence[str], topics: Iterable[str], names: Iterable[str]) -> None:
        self._of = (text, tokens, topics, names)
        self._parts: tuple[int, ...] = ()

    def parts(self) -> tuple[int, ...]:
        self._parts = self._parts or signature(*self._of)
        return self._parts

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[int, ...]: ...
    def __getitem__(self, at: int | slice) -> int | tuple[int, ...]:
        return self.parts()[at]

    def __len__(self) -> int:
        return len(self.parts())

    def __iter__(self) -> Iterator[int]:
        return iter(self.parts())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.parts() == tuple(other)

    def __hash__(self) -> int:
        return hash(self.parts())


def _stretch(key: Sequence[int], sort: int) -> Sequence[int]:
    """The parts of one sort; `key` is sorted."""
    return key[bisect_left(key, sort << _BITS) : bisect_left(key, (sort + 1) << _BITS)]


def _pointed(point: Sequence[int]) -> set[int]:
    """A point as parts, each with three coordinates and their position."""
    threes = zip(range(len(point)), point[::3], point[1::3], point[2::3], strict=False)
    return {POINT << _BITS | at << 24 | (a + 128) << 16 | (b + 128) << 8 | (c + 128) for at, a, b, c in threes}


def _point(parts: Iterable[int]) -> tuple[int, ...]:
    return tuple([(part >> shift & 0xFF) - 128 for part in parts for shift in (16, 8, 0)])


def _place(kind: str, value: str) -> int:
    """Eight bits for the kind of address part, the rest for its value."""
    return PLACE << _BITS | (crc32(kind.encode()) & 0xFF) << (_BITS - 8) | crc32(value.encode()) >> (40 - _BITS)


@cache
def empty_words() -> frozenset[str]:
    """Words that say nothing about the matter."""
    return words("empty-words.txt")


@dataclass(frozen=True, slots=True)
class Matter:
    """An unpacked signature. `places` maps a kind of address part to its values."""

    things: frozenset[int]
    aspects: frozenset[int]
    bare: frozenset[int]
    words: frozenset[int]
    twos: frozenset[int]
    point: tuple[int, ...]
    places: Mapping[int, frozenset[int]]
    kinds: frozenset[str]
    thing_weight: float
    aspect_weight: float
    word_weight: float

    @classmethod
    def of(cls, key: Sequence[int]) -> "Matter":
        """Unpack a signature; `key` must be sorted, as `signature` returns it."""
        sorts = {sort: _stretch(key, sort) for sort in range(THING, POINT + 1)}
        places: dict[int, set[int]] = {}
        for part in sorts[PLACE]:
            places.setdefault(part >> (_BITS - 8), set()).add(part)
        kinds = _kinds()
        return cls(
            frozenset(sorts[THING]),
            frozenset(sorts[ASPECT]),
            frozenset(part & _PAYLOAD | WORD << _BITS for part in sorts[BARE]),
            frozenset(sorts[WORD]),
            frozenset(sorts[PAIR]),
            _point(sorts[POINT]),
            {kind: frozenset(values) for kind, values in places.items()},
            frozenset(kinds[part] for part in sorts[ASPECT] if part in kinds),
            weight(sorts[THING]),
            weight(sorts[ASPECT]),
            weight(sorts[WORD]),
        )


@cache
def _kinds() -> Mapping[int, str]:
    return {number(ASPECT, aspect): kind for kind, aspects in pairs("aspect-kinds.txt") for aspect in aspects.split()}


@cache
def _roots() -> Mapping[int, int]:
    """The general thing (light) for each kind of it (light/street)."""
    names = {name for name in _weights().names if "/" in name}
    return {number(THING, name): number(THING, name.partition("/")[0]) for name in names}


@cache
def _besides() -> frozenset[int]:
    return frozenset(number(ASPECT, name) for name in _BESIDES)


@dataclass(frozen=True, slots=True)
class _Weights:
    """`rarity` by part of a signature; `factors` by name of a feature, and `alone`, the constant."""

    rarity: Mapping[int, float]
    factors: Mapping[str, float]
    names: frozenset[str]


@cache
def _weights() -> _Weights:
    first, *rows = lines_of(DATA / "likeness.txt")
    rarity, names = {}, set()
    for row in rows:
        sort, name, rare = row.split("\t")
        names.add(name)
        for code in {"thing": (THING,), "aspect": (ASPECT,), "word": (WORD, BARE)}[sort]:
            rarity[number(code, name)] = float(rare)
    return _Weights(rarity, json.loads(first), frozenset(names))


def weight(parts: Iterable[int]) -> float:
    known = _weights().rarity
    return sum([known.get(part, _UNKNOWN) for part in parts])


def forget() -> None:
    """Drop cached weights, so that they are read again from the file."""
    _weights.cache_clear()
    _roots.cache_clear()


def rarity(part: int) -> float:
    return _weights().rarity.get(part, _UNKNOWN)


def looked_up(key: Sequence[int]) -> list[int]:
    """The parts by which similar messages are searched: things, also more general ones, places, rare words."""
    things, roots, known = _stretch(key, THING), _roots(), _weights().rarity
    general = [roots[part] for part in things if part in roots]
    rare = [part for part in _stretch(key, WORD) if known.get(part, _UNKNOWN) >= _RARE]
    return [*dict.fromkeys([*things, *general]), *rare, *_stretch(key, PLACE)]


def contradicts(a: Matter, b: Matter) -> bool:
    """Whether their places exclude each other, or only one of them is praise."""
    praise = number(ASPECT, PRAISE)
    return (praise in a.aspects) != (praise in b.aspects) or any(
        not values & b.places[kind] for kind, values in a.places.items() if kind in b.places
    )


def at_one_place(a: Matter, b: Matter) -> bool:
    """Whether they agree in some part of the address."""
    return any(values & b.places.get(kind, frozenset()) for kind, values in a.places.items())


def says_no_more(a: Matter, b: Matter) -> bool:
    """Whether one of them says nothing more than the other: the same message, or the same with a few more words."""
    return weight(a.words & b.words) > _RARE and (_within(a, b) or _within(b, a))


def _within(a: Matter, b: Matter) -> bool:
    """Whether `b` says everything that `a` says, in mostly the same characters."""
    return _alone(a, b) < _NOTHING_MORE and len(a.twos - b.twos) <= _OTHERWISE * len(a.twos)


def features(a: Matter, b: Matter) -> dict[str, float]:
    """The features that are weighed, each about 0 to 1."""
    things, aspects = a.things & b.things, a.aspects & b.aspects
    said = a.words & b.words
    near = _near(a.things - b.things, b.things - a.things)
    thing_sum = weight(things) + near[0]
    thing_best = max([near[0], *map(rarity, things)]) / _MUCH
    aspect_best = max(map(rarity, aspects), default=0.0) / _MUCH
    contrast = min(_alone(a, b), _alone(b, a), _FEW) / _FEW
    word_share = 2 * weight(said) / (a.word_weight + b.word_weight or 1)
    dice = 2 * len(a.twos & b.twos) / (len(a.twos) + len(b.twos) or 1)
    kinds_differ = float(bool(a.kinds and b.kinds) and not a.kinds & b.kinds)
    aspects_differ = float(bool(a.aspects - b.aspects - _besides()) and bool(b.aspects - a.aspects - _besides()))
    same_place = float(any(kind in b.places for kind in a.places))
    meant = embedding.nearness(a.point, b.point)
    return {
        "meant": meant,
        "meant otherwise": meant * (1 - dice),
        "thing sum": min(thing_sum, _MUCH) / _MUCH,
        "thing share": 2 * thing_sum / (a.thing_weight + b.thing_weight or 1),
        "thing best": thing_best,
        "aspect sum": min(weight(aspects), _MUCH) / _MUCH,
        "aspect share": 2 * weight(aspects) / (a.aspect_weight + b.aspect_weight or 1),
        "aspect best": aspect_best,
        "both best": thing_best * aspect_best,
        "word share": word_share,
        "dice": dice,
        "contrast": contrast,
        "contrast thing": contrast * thing_best,
        "contrast word": contrast * word_share,
        "contrast dice": contrast * dice,
        "contrast dice twice": contrast * dice * dice,
        "aspects differ": aspects_differ,
        "aspects differ thing": aspects_differ * thing_best,
        "kinds differ": kinds_differ,
        "kinds differ thing": kinds_differ * thing_best,
        "kinds same thing": float(bool(a.kinds & b.kinds)) * thing_best,
        "one aspect thing": float(bool(a.kinds) != bool(b.kinds)) * thing_best,
        "cousins": near[1],
        "same place": same_place,
        "same place contrast": same_place * contrast,
        "nothing": float(not things and not near[0]),
    }


def _near(one: frozenset[int], other: frozenset[int]) -> tuple[float, float]:
    """(the largest rarity shared by related things; 1 if two different kinds of one thing occur, else 0)."""
    roots = _roots()
    best, cousins = 0.0, 0.0
    for a in one:
        for b in other:
            if roots.get(a, a) == roots.get(b, b):
                kind_of = roots.get(a) == b or roots.get(b) == a
                cousins = cousins if kind_of else 1.0
                shared = _KIND_OF if kind_of else _COUSINS
                best = max(best, shared * min(rarity(a), rarity(b)))
    return best, cousins


def _alone(a: Matter, b: Matter) -> float:
    """The weight of what `a` says and `b` does not."""
    return weight(a.things - b.things) + weight(a.aspects - b.aspects) + 0.6 * weight(a.bare - b.words)


def score(a: Matter, b: Matter) -> float:
    """Probability that both are about the same matter."""
    if contradicts(a, b):
        return 0.0
    if says_no_more(a, b):
        return _CONTAINED
    factors = _weights().factors
    total = factors["alone"] + sum(factors[name] * value for name, value in features(a, b).items())
    return 1 / (1 + exp(-total))
