"""How alike two messages are: whether they tell of the same matter.

A message is reduced to a signature, a tuple of numbers: its things and aspects (`nlp.concepts`), its words that
carry meaning, and the parts of its address. Places that contradict each other, or praise beside a complaint, decide
at once; all else is weighed. What two messages share counts by its rarity. What each has alone counts too: messages
that agree word for word except in what is the matter (楼下烧烤店太吵, 楼下烧烤店油烟大) are the ones that are set
against each other.

The weights are learned from `data/pairs.tsv` (nlp/training/pairs.py) and stand in `data/likeness.txt`.
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

from nlp import concepts, meaning, whereabouts
from nlp.tables import DATA, lines_of, pairs, words

_BITS = 28
_PAYLOAD = (1 << _BITS) - 1
THING, ASPECT, BARE, WORD, PLACE, PAIR, POINT = 1, 2, 3, 4, 5, 6, 7
"""Sorts of parts. BARE is a word that no concept covers, PAIR two characters that stand together.
POINT holds three of the numbers of the point in the space of meaning."""
_READ = 80
"""Characters whose pairs are kept."""
_NUMBERED = 1 << 15
"""Names whose numbers are kept: most words come again."""
_UNKNOWN = 8.0
"""Weight of what the corpus does not have: rare."""
_KIND_OF, _COUSINS = 0.8, 0.25
"""What light/street shares with light, and with light/stair."""
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
"""Aspects that go with any matter."""
PRAISE = "praise"
_FEW, _MUCH = 5.0, 8.0
_RARE = 4.0
_NOTHING_MORE, _CONTAINED = 1.0, 0.9
_OTHERWISE = 0.3
"""Share of its pairs of characters that the other one need not have."""


@lru_cache(maxsize=_NUMBERED)
def number(sort: int, name: str) -> int:
    return sort << _BITS | crc32(name.encode("utf-8", "replace")) >> (32 - _BITS)


def signature(
    text: str, tokens: Sequence[str], topics: Iterable[str] = (), names: Iterable[str] = ()
) -> tuple[int, ...]:
    """All that needs to be kept of normalised `text` to compare it; `names` are compounds that it names."""
    found = concepts.find(text, tokens)
    parts = {number(THING, name) for name in found.things} | {number(ASPECT, name) for name in found.aspects}
    at, is_covered = 0, found.covered.find
    for token in tokens:
        end = at + len(token)
        if said := _word(token):
            parts.update(said if is_covered(1, at, end) < 0 else said[:1])
        at = end
    parts.update(map(_two, map(add, text[:_READ], text[1:_READ])))
    parts.update([_place(kind, value) for kind, value in whereabouts.parts(text, names)])
    parts.update(_pointed(meaning.point(text, tokens, topics)))
    return tuple(sorted(parts))


@lru_cache(maxsize=_NUMBERED)
def _word(token: str) -> tuple[int, ...]:
    """As a word, and as one that no concept covers; nothing if it says nothing of the matter."""
    return (number(WORD, token), number(BARE, token)) if token.isalpha() and token not in empty_words() else ()


@lru_cache(maxsize=_NUMBERED)
def _two(characters: str) -> int:
    return number(PAIR, characters)


class Signature(Sequence[int]):
    """A signature that is worked out when it is first looked at: whoever greets or asks is compared with nobody."""

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
    """The parts of one sort: a signature is in order."""
    return key[bisect_left(key, sort << _BITS) : bisect_left(key, (sort + 1) << _BITS)]


def _pointed(point: Sequence[int]) -> set[int]:
    """Three numbers to a part, with their position."""
    threes = zip(range(len(point)), point[::3], point[1::3], point[2::3], strict=False)
    return {POINT << _BITS | at << 24 | (a + 128) << 16 | (b + 128) << 8 | (c + 128) for at, a, b, c in threes}


def _point(parts: Iterable[int]) -> tuple[int, ...]:
    return tuple([(part >> shift & 0xFF) - 128 for part in parts for shift in (16, 8, 0)])


def _place(kind: str, value: str) -> int:
    """Eight bits say which part of an address it is, the rest what it is called."""
    return PLACE << _BITS | (crc32(kind.encode()) & 0xFF) << (_BITS - 8) | crc32(value.encode()) >> (40 - _BITS)


@cache
def empty_words() -> frozenset[str]:
    """Words that say nothing of the matter."""
    return words("empty-words.txt")


@dataclass(frozen=True, slots=True)
class Matter:
    """A signature, taken apart. `places` maps a part of the address to its values."""

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
        """`key` is in order, as `signature` gives it."""
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
    """The more general thing of each kind of a thing."""
    names = {name for name in _weights().names if "/" in name}
    return {number(THING, name): number(THING, name.partition("/")[0]) for name in names}


@cache
def _besides() -> frozenset[int]:
    return frozenset(number(ASPECT, name) for name in _BESIDES)


@dataclass(frozen=True, slots=True)
class _Weights:
    """`rarity` of the parts of signatures; `factors` of the features, in their order, the last one stands alone."""

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
    """Read the weights again: they were written anew."""
    _weights.cache_clear()
    _roots.cache_clear()


def rarity(part: int) -> float:
    return _weights().rarity.get(part, _UNKNOWN)


def looked_up(key: Sequence[int]) -> list[int]:
    """By which parts like messages are looked for: things, also more general ones, places, words that few have."""
    things, roots, known = _stretch(key, THING), _roots(), _weights().rarity
    general = [roots[part] for part in things if part in roots]
    rare = [part for part in _stretch(key, WORD) if known.get(part, _UNKNOWN) >= _RARE]
    return [*dict.fromkeys([*things, *general]), *rare, *_stretch(key, PLACE)]


def contradicts(a: Matter, b: Matter) -> bool:
    """Whether the places exclude each other, or one praises and the other complains."""
    praise = number(ASPECT, PRAISE)
    return (praise in a.aspects) != (praise in b.aspects) or any(
        not values & b.places[kind] for kind, values in a.places.items() if kind in b.places
    )


def at_one_place(a: Matter, b: Matter) -> bool:
    """Whether both name the same place, so far as they name one."""
    return any(values & b.places.get(kind, frozenset()) for kind, values in a.places.items())


def says_no_more(a: Matter, b: Matter) -> bool:
    """Whether one of them has nothing of its own: the same message again, or with a few words more."""
    return weight(a.words & b.words) > _RARE and (_within(a, b) or _within(b, a))


def _within(a: Matter, b: Matter) -> bool:
    """Whether `b` says all that `a` says, hardly with other characters."""
    return _alone(a, b) < _NOTHING_MORE and len(a.twos - b.twos) <= _OTHERWISE * len(a.twos)


def features(a: Matter, b: Matter) -> dict[str, float]:
    """What is weighed, each about 0 to 1."""
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
    meant = meaning.nearness(a.point, b.point)
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
    """What a thing and a kind of it share; whether two kinds of one thing stand against each other."""
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
    """How much `a` says that `b` does not."""
    return weight(a.things - b.things) + weight(a.aspects - b.aspects) + 0.6 * weight(a.bare - b.words)


def score(a: Matter, b: Matter) -> float:
    """Probability that both tell of the same matter."""
    if contradicts(a, b):
        return 0.0
    if says_no_more(a, b):
        return _CONTAINED
    factors = _weights().factors
    total = factors["alone"] + sum(factors[name] * value for name, value in features(a, b).items())
    return 1 / (1 + exp(-total))
