"""Quality of labels: accuracy, F1 and calibration, without numpy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_BINS = 10
FEW = 10
"""Labels with fewer rows are left out of the macro-F1, because so few decide nothing."""


@dataclass(frozen=True, slots=True)
class ClassScore:
    label: str
    rows: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows with a probability in one tenth: the mean probability, and the share that was right."""

    rows: int
    promised: float
    true: float


def accuracy(truth: Sequence[str], found: Sequence[str]) -> float:
    return sum(t == f for t, f in zip(truth, found, strict=True)) / (len(truth) or 1)


def class_scores(truth: Sequence[str], found: Sequence[str]) -> list[ClassScore]:
    """Scores for each label, the commonest first."""
    rows, named = Counter(truth), Counter(found)
    right = Counter(t for t, f in zip(truth, found, strict=True) if t == f)
    return [_class_score(label, rows[label], named[label], right[label]) for label, _ in rows.most_common()]


def _class_score(label: str, rows: int, named: int, right: int) -> ClassScore:
    return ClassScore(label, rows, right / (named or 1), right / (rows or 1), 2 * right / (rows + named or 1))


def f1(truth: Sequence[bool], found: Sequence[bool]) -> float:
    """F1 of a question that is answered with yes or no."""
    right = sum(t and f for t, f in zip(truth, found, strict=True))
    return 2 * right / (sum(truth) + sum(found) or 1)


def macro_f1(truth: Sequence[str], found: Sequence[str]) -> float:
    """Mean F1 of the labels with at least `FEW` rows."""
    scores = [score.f1 for score in class_scores(truth, found) if score.rows >= FEW]
    return sum(scores) / (len(scores) or 1)


def calibration(right: Sequence[bool], probabilities: Sequence[float]) -> tuple[list[Bin], float]:
    """A bin for each tenth of probability, and the expected calibration error."""
    bins: list[list[tuple[bool, float]]] = [[] for _ in range(_BINS)]
    for ok, p in zip(right, probabilities, strict=True):
        bins[min(int(p * _BINS), _BINS - 1)].append((ok, p))
    found = [_bin(rows) for rows in bins if rows]
    error = sum(b.rows * abs(b.promised - b.true) for b in found) / (len(right) or 1)
    return found, error


def _bin(rows: Sequence[tuple[bool, float]]) -> Bin:
    return Bin(len(rows), sum(p for _, p in rows) / len(rows), sum(ok for ok, _ in rows) / len(rows))


def asked_back(right: Sequence[bool], probabilities: Sequence[float], share: float = 0.15) -> tuple[float, float]:
    """(threshold, accuracy of the rest) if the bot asks back in the least certain `share` of all messages."""
    ranked = sorted(zip(probabilities, right, strict=True), reverse=True)
    kept = ranked[: max(1, round(len(ranked) * (1 - share)))]
    return kept[-1][0], sum(ok for _, ok in kept) / len(kept)


def confusion(truth: Sequence[str], found: Sequence[str], labels: Sequence[str]) -> list[list[int]]:
    """Rows are the truth, columns what was found."""
    counts = Counter(zip(truth, found, strict=True))
    return [[counts[t, f] for f in labels] for t in labels]
