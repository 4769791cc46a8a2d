"""Cuts a text into words.

jieba is the reference. rjieba is the default: it cuts alike (`benchmarks.tokens` measures how often), about twenty
times faster. Both run without the hidden Markov model, which joins unknown characters into guessed words, mostly names;
nothing here needs those.
"""

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Literal, Protocol

import rjieba

from nlp.lexicon import lexicon

Name = Literal["rjieba", "jieba"]
FREQUENCY = 2_000
"""Every added word gets this count, because the two libraries guess a missing one differently."""


class Cutter(Protocol):
    def __call__(self, text: str, /) -> list[str]: ...


def cutter(name: Name = "rjieba", words: Iterable[str] = ()) -> Cutter:
    """A tokeniser that knows the lexicon's words and `words` (names of compounds, streets and buildings)."""
    known = dict.fromkeys(word for word in (*lexicon().words, *words) if len(word) > 1)
    return _rjieba(known) if name == "rjieba" else _jieba(known)


_LATELY = 4
_SPARE = [rjieba]
"""On import, the library loads a dictionary (24 MB, 0.14 s) for its own functions. The first cutter uses that one."""


def tagged(text: str) -> list[tuple[str, str]]:
    """The words of a text with their part-of-speech tags, always by rjieba's dictionary."""
    if _SPARE:
        cutter()
    return list(rjieba.tag(text, hmm=False))


def _rjieba(words: Iterable[str]) -> Cutter:
    jieba = _SPARE.pop() if _SPARE else rjieba.Jieba()
    for word in words:
        jieba.add_word(word, FREQUENCY, None)
    return _lately(partial(jieba.cut, hmm=False))


def _jieba(words: Iterable[str]) -> Cutter:
    # imported here, because reading its dictionary takes 0.6 s, which only this setting should cost
    import jieba  # noqa: PLC0415

    jieba.setLogLevel(60)
    cut = jieba.Tokenizer()
    cut.initialize()
    for word in words:
        cut.add_word(word, FREQUENCY)
    return _lately(lambda text: list(cut.cut(text, HMM=False)))


def _lately(cut: Cutter) -> Cutter:
    """Caches the last texts, because most texts are the same folded and normalised."""
    return lru_cache(maxsize=_LATELY)(cut)
