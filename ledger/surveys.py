"""居民需求调研: what a survey asks, and what comes of its answers (plan, 三(三))."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

SMALL = 3
"""Counts below this could tell who said it: outside the manager's page they are not shown."""


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to tap. `item`: the construction item that it asks for; `value`: the figure that it stands for."""

    text: str
    item: int = 0
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Without options the answer is words. `fills`: the point of the check-up that its values measure."""

    text: str
    options: tuple[Option, ...] = ()
    fills: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A survey that a manager may start: it runs `days`, and whoever has not answered is reminded once after some."""

    name: str
    intro: str
    days: int
    questions: tuple[Question, ...]
    remind_after: int | None = None


def shown(counts: Sequence[int]) -> list[int | None]:
    """Counts as others may see them: small ones are left out (None), and one more where one alone could be computed."""
    found: list[int | None] = [None if 0 < n < SMALL else n for n in counts]
    if found.count(None) == 1:
        others = [(n, place) for place, n in enumerate(found) if n]
        if others:
            found[min(others)[1]] = None
    return found


def measured(question: Question, answers: Mapping[int, int]) -> float | None:
    """What residents say of a figure: the middle answer, if enough have said something."""
    values = [
        value
        for place, n in answers.items()
        if place < len(question.options) and (value := question.options[place].value) is not None
        for _ in range(n)
    ]
    return median_low(values) if len(values) >= SMALL else None
