"""Concepts of community matters: what a message is about (things) and what is wrong with it (aspects).

Residents say 黑灯瞎火 or 摸黑 when a lamp is out. So two messages are compared by concepts, not by words. The words are
data (`data/concepts.txt`); a thing `a/b` is a kind of `a`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from nlp.data_files import table
from nlp.normalise import fold, normalise

THING, ASPECT = "thing", "aspect"


class Found(NamedTuple):
    """Concepts of a text, and which of its characters expressed them."""

    things: frozenset[str]
    aspects: frozenset[str]
    covered: bytearray


class _Concepts(NamedTuple):
    """Words with their (sort, concept); `of` is indexed by the word's number in the search."""

    meant: Mapping[str, Sequence[tuple[str, str]]]
    of: Sequence[Sequence[tuple[str, str]]]
    search: AhoCorasick


@cache
def _concepts() -> _Concepts:
    meant: dict[str, dict[tuple[str, str], None]] = {}
    sort = ""
    things: set[str] = set()
    for line in table("concepts.txt"):
        if line.startswith("["):
            sort = line.strip("[]")
            continue
        names, _, words = line.partition("\t")
        if sort == THING:
            things.add(names)
        found = [(THING if name in things else ASPECT if sort != THING else sort, name) for name in names.split("+")]
        for word in normalise(fold(words)).split():
            meant.setdefault(word, {}).update(dict.fromkeys(found))
    known = {word: tuple(found) for word, found in meant.items()}
    return _Concepts(known, [*known.values()], AhoCorasick(known))


def find(text: str, tokens: Sequence[str]) -> Found:
    """Find concepts in normalised text; `tokens` join to it. Of overlapping words the first and longest counts."""
    _, of, search = _concepts()
    cuts = {0, *accumulate(map(len, tokens))}
    found: dict[str, set[str]] = {THING: set(), ASPECT: set()}
    done = {THING: 0, ASPECT: 0}
    covered = bytearray(len(text))
    hits = search.find_matches_as_indexes(text, overlapping=True)
    for start, back, number in sorted([(start, -end, number) for number, start, end in hits]):
        end = -back
        # a word of one character must be a token: 漏 counts in 漏 了, not in 漏斗
        if end - start == 1 and not (start in cuts and end in cuts):
            continue
        new = [(sort, name) for sort, name in of[number] if end > done[sort]]
        for sort, name in new:
            found[sort].add(name)
            done[sort] = end
        if new:
            covered[start:end] = b"\1" * (end - start)
    return Found(frozenset(found[THING]), frozenset(found[ASPECT]), covered)


def names(sort: str) -> set[str]:
    """Names of all concepts of a sort."""
    return {name for found in _concepts().meant.values() for known, name in found if known == sort}


def meanings() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Every word with its (sort, concept) pairs."""
    return _concepts().meant
