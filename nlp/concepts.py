"""Concepts of community matters: what a message is about (things) and what is the matter with it (aspects).

Residents say 黑灯瞎火 or 摸黑 for a lamp that is out: two messages are held against each other by concepts, not by
words. The words are data (`data/concepts.txt`); a thing `a/b` is a kind of `a`.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from nlp.normalise import fold, normalise
from nlp.tables import table

THING, ASPECT = "thing", "aspect"


class Found(NamedTuple):
    """Concepts of a text, and the stretches of it that spoke of them."""

    things: frozenset[str]
    aspects: frozenset[str]
    covered: bytearray


class _Concepts(NamedTuple):
    meant: dict[str, tuple[tuple[str, str], ...]]
    lengths: dict[str, tuple[int, ...]]


@cache
def _concepts() -> _Concepts:
    """Words with (sort, concept), and how long the words are that begin with a character."""
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
    lengths: dict[str, set[int]] = {}
    for word in meant:
        lengths.setdefault(word[0], set()).add(len(word))
    return _Concepts(
        {word: tuple(found) for word, found in meant.items()},
        {first: tuple(sorted(known, reverse=True)) for first, known in lengths.items()},
    )


def find(text: str, tokens: Sequence[str]) -> Found:
    """Concepts in normalised text; `tokens` join to it. Of words that overlap the first and longest count."""
    meant, lengths = _concepts()
    alone = _single(tokens)
    found: dict[str, set[str]] = {THING: set(), ASPECT: set()}
    done = {THING: 0, ASPECT: 0}
    covered = bytearray(len(text))
    for start, first in enumerate(text):
        for length in lengths.get(first, ()):
            concepts = meant.get(text[start : start + length])
            if concepts is None or (length == 1 and start not in alone):
                continue
            end = start + length
            new = [(sort, name) for sort, name in concepts if end > done[sort]]
            for sort, name in new:
                found[sort].add(name)
                done[sort] = end
            if new:
                covered[start:end] = b"\1" * length
    return Found(frozenset(found[THING]), frozenset(found[ASPECT]), covered)


def _single(tokens: Sequence[str]) -> set[int]:
    """Where words of one character stand: 漏 counts in 漏 了, not in 漏斗."""
    alone, at = set(), 0
    for token in tokens:
        if len(token) == 1:
            alone.add(at)
        at += len(token)
    return alone


def names(sort: str) -> set[str]:
    """All concepts of a sort."""
    return {name for found in _concepts().meant.values() for known, name in found if known == sort}


def meanings() -> dict[str, tuple[tuple[str, str], ...]]:
    """Words with what they speak of: (sort, concept)."""
    return _concepts().meant
