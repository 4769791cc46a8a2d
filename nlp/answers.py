"""A question answered from the community's own list, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.normalise import fold, normalise

ENOUGH = 0.45
"""Below this the question goes to the grid worker: an answer is never invented."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a community's question list; `source` says who vouches for the answer."""

    question: str
    answer: str
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    entry: Entry
    score: float


def best_answer(question: str, entries: Sequence[Entry], enough: float = ENOUGH) -> Answer | None:
    """The entry whose question is nearest, if it is near enough."""
    asked = _pairs(question)
    scored = [Answer(entry, _likeness(asked, _pairs(entry.question))) for entry in entries]
    best = max(scored, key=lambda answer: answer.score, default=None)
    return best if best and best.score >= enough else None


def _pairs(text: str) -> frozenset[str]:
    plain = normalise(fold(text))
    return frozenset(map(str.__add__, plain, plain[1:]))


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b) or 1)
