"""Explains a scene: the words of a message that decided, for people who check the label."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter

from nlp.features import Features
from nlp.lexicon import Lexicon
from nlp.similarity import empty_words
from nlp.weights import GROUPS, Weights

_MOST = 3
_SHORTEST = 2
"""Least number of characters of a word that is a reason by itself."""
_WORDS, _TOPICS = GROUPS.index("words"), GROUPS.index("topics")
_PAIR = "_"
_SHARE = itemgetter(1)


def reasons(weights: Weights, lexicon: Lexicon, seen: Features, scenes: Sequence[str], folded: str) -> tuple[str, ...]:
    """Words of `folded` that are evidence for the first of `scenes` rather than the second, strongest first.

    Words of the lexicon come before others. Function words and pairs count, too, but are shown only if there is nothing
    else.
    """
    head = weights.heads["scene"]
    lanes = [head.first + head.labels.index(label) for label in scenes[:2]]
    known = [name for name in seen.named if name in lexicon.scene_of or name in lexicon.item_of]
    topics = _strongest(weights.shares(_TOPICS, known, *lanes))
    topics += [name for name in known if lexicon.scene_of.get(name) == scenes[0] and name not in topics]
    things = (seen.text[start:end] for topic in topics for name, start, end in seen.hits if name == topic)
    found = _apart(chain(filter(folded.__contains__, things), _telling(weights, seen, lanes, folded)))
    return tuple(found or _little(weights, seen, lanes, folded))


def _telling(weights: Weights, seen: Features, lanes: Sequence[int], folded: str) -> Iterator[str]:
    """Meaningful words, the strongest first."""
    long = [word for word in dict.fromkeys(seen.tokens) if len(word) >= _SHORTEST and word not in empty_words()]
    yield from _strongest(weights.shares(_WORDS, [word for word in long if _is_said(word, folded)], *lanes))


def _little(weights: Weights, seen: Features, lanes: Sequence[int], folded: str) -> list[str]:
    words = [word for word in _strongest(weights.shares(_WORDS, seen.words, *lanes)) if _is_said(word, folded)]
    return [word.replace(_PAIR, "") for word in words[:_MOST]]


def _strongest(shares: Iterable[tuple[str, float]]) -> list[str]:
    """The names with a positive share, the largest first."""
    return [name for name, _ in sorted([share for share in shares if share[1] > 0], key=_SHARE, reverse=True)]


def _is_said(word: str, folded: str) -> bool:
    whole = word.replace(_PAIR, "")
    return whole.isalpha() and whole in folded


def _apart(found: Iterable[str]) -> list[str]:
    """The first `_MOST` words, without those that contain or repeat another."""
    kept: list[str] = []
    for word in found:
        if not any(word in other or other in word for other in kept):
            kept.append(word)
        if len(kept) == _MOST:
            break
    return kept
