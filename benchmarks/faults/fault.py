"""The bench's own words: how much is tried, and one line of its table."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from benchmarks.faults.harness import Seen


class Size(Enum):
    """Quick runs with every landing (four minutes in all), full before a release."""

    QUICK = "quick"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a trial is tried in one go: all of the quick one, or one part of a full one that is cut into some."""

    size: Size
    number: int = 1
    parts: int = 1

    def of(self, *, quick: int, full: int) -> int:
        """So many of something: quick, or this part's share of full, rounded up."""
        return quick if self.size is Size.QUICK else -(-full // self.parts)

    @property
    def dice(self) -> random.Random:
        """The same for the same part each time, and another for each part."""
        return random.Random(self.number)


@dataclass(frozen=True, slots=True)
class Row:
    """What was done, what was promised, what was seen; `kept` says whether the promise was.

    `counts` are figures of `seen` that can be added up over the parts of a trial, `worst` those of which the largest
    stands for all.
    """

    fault: str
    did: str
    promised: str
    seen: str
    kept: bool
    counts: dict[str, int] = field(default_factory=dict)
    worst: dict[str, float] = field(default_factory=dict)


class Place(Protocol):
    """Where databases come from."""

    async def new(self) -> str:
        """URL of an empty database; an empty URL is a file of SQLite's own."""
        ...


Trial = Callable[[Any, Share], Awaitable[Row]]
"""Takes the place of its databases."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`numbers` are the rows of the list of faults that it stands for.

    `alone`: it measures speed, so last and alone. `quick_on`: where the quick bench tries it, if not everywhere.
    `parts`: into how many a full trial is cut, so that each takes some ten minutes and a full bench can be run in pieces.
    """

    numbers: tuple[int, ...]
    name: str
    trial: Trial
    databases: tuple[str, ...] = ("SQLite", "PostgreSQL")
    alone: bool = False
    quick_on: tuple[str, ...] = ("SQLite", "PostgreSQL")
    parts: int = 1

    def shares(self, size: Size) -> list[Share]:
        """What is tried one after another."""
        count = self.parts if size is Size.FULL else 1
        return [Share(size, number, count) for number in range(1, count + 1)]

    def on(self, size: Size) -> list[str]:
        """The databases on which it is tried."""
        return [name for name in self.databases if size is Size.FULL or name in self.quick_on]


def row(
    fault: str,
    did: str,
    promised: str,
    seen: Seen,
    repeats: int = 0,
    *,
    worst: dict[str, float] | None = None,
    **more: str,
) -> Row:
    """A row about people who were answered: nothing lost, nothing doubled, at most `repeats` messages twice.

    The same holds for the cards of the staff, if they were counted.

    `worst`: seconds by what they are of; `more`: further notes.
    """
    cards = ("cards", "cards_lost", "cards_repeated") if seen.cards else ()
    names = ("lost", "doubled", "repeated", "unanswered", "sorry", "dead", *cards)
    counts = {name.replace("_", " "): int(getattr(seen, name)) for name in names}
    slow = {name: f"{seconds:.1f} s" for name, seconds in (worst or {}).items()}
    said = [f"{n} {name}" for name, n in counts.items() if n or name in ("lost", "doubled")]
    notes = [f"{name} {value}" for name, value in (seen.notes | slow | more).items()]
    kept = seen.whole and max(seen.repeated, seen.cards_repeated) <= repeats
    return Row(fault, did, promised, ", ".join([*said, *notes]), kept, {"said": seen.said} | counts, worst or {})
