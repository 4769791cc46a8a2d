"""Cutting a text into words.

jieba is the reference; rjieba cuts the same (see docs/understanding.md for how often) some twenty times faster and
is the default. Both run without the hidden Markov model: it joins unknown characters into guessed words, mostly
names, which nothing here needs.
"""

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Literal, Protocol

import rjieba

from nlp.lexicon import lexicon

Name = Literal["rjieba", "jieba"]
FREQUENCY = 2_000
"""One count for every added word: the two libraries guess a missing one differently."""


class Cutter(Protocol):
    def __call__(self, text: str, /) -> list[str]: ...


def cutter(name: Name = "rjieba", words: Iterable[str] = ()) -> Cutter:
    """A tokeniser that knows the lexicon's words and `words` (names of compounds, streets and buildings)."""
    known = dict.fromkeys(word for word in (*lexicon().words, *words) if len(word) > 1)
    return _rjieba(known) if name == "rjieba" else _jieba(known)


_LATELY = 4
_SPARE = [rjieba]
"""The library loads a dictionary (24 MB, 0.14 s) for its own functions on import: the first cutter takes that one."""


def tagged(text: str) -> list[tuple[str, str]]:
    """The words of a text, by the product's dictionary whatever the setting, each with what sort of word it is."""
    if _SPARE:
        cutter()
    return list(rjieba.tag(text, hmm=False))


def _rjieba(words: Iterable[str]) -> Cutter:
    jieba = _SPARE.pop() if _SPARE else rjieba.Jieba()
    for word in words:
        jieba.add_word(word, FREQUENCY, None)
    return _lately(partial(jieba.cut, hmm=False))


def _jieba(words: Iterable[str]) -> Cutter:
    # imported here: reading its dictionary takes 0.6 s that only this setting should pay
    import jieba  # noqa: PLC0415

    jieba.setLogLevel(60)
    cut = jieba.Tokenizer()
    cut.initialize()
    for word in words:
        cut.add_word(word, FREQUENCY)
    return _lately(lambda text: list(cut.cut(text, HMM=False)))


def _lately(cut: Cutter) -> Cutter:
    """What was cut a moment ago is not cut again: most texts are the same folded and normalised."""
    return lru_cache(maxsize=_LATELY)(cut)
