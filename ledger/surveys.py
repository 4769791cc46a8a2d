"""居民需求调研: the questions of a survey, and what its answers may show (plan, 三(三))."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

SMALL = 3
"""Counts below this could give somebody away: they are shown to the manager only."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice. `item`: the construction item that it asks for; `value`: the figure that it stands for."""

    text: str
    item: int = 0
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Without options it is answered in words. `fills`: the check-up point that its values measure."""

    text: str
    options: tuple[Option, ...] = ()
    fills: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A survey that a manager may start. It runs for `days`; after `remind_after` days one reminder is sent."""

    name: str
    intro: str
    days: int
    questions: tuple[Question, ...]
    remind_after: int | None = None


def shown(counts: Sequence[int]) -> list[int | None]:
    """Counts as others may see them. Small ones are None; at least two are, because one would follow from the sum."""
    found: list[int | None] = [None if 0 < n < SMALL else n for n in counts]
    if found.count(None) == 1:
        others = [(n, place) for place, n in enumerate(found) if n]
        if others:
            found[min(others)[1]] = None
    return found


def measured(question: Question, answers: Mapping[int, int]) -> float | None:
    """The figure that the answers give: their lower median, or None if there are too few."""
    values = [
        value
        for place, n in answers.items()
        if place < len(question.options) and (value := question.options[place].value) is not None
        for _ in range(n)
    ]
    return median_low(values) if len(values) >= SMALL else None
