"""The bench's own words: how much is tried, and one line of its table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from benchmarks.faults.ground import Seen


class Size(Enum):
    """Quick runs with every landing (four minutes in all), full before a release."""

    QUICK = "quick"
    FULL = "full"

    def of(self, *, quick: int, full: int) -> int:
        return quick if self is Size.QUICK else full


@dataclass(frozen=True, slots=True)
class Row:
    """What was done, what was promised, what was seen; `kept` says whether the promise was."""

    fault: str
    did: str
    promised: str
    seen: str
    kept: bool


class Place(Protocol):
    """Where databases come from."""

    async def new(self) -> str:
        """URL of an empty database; an empty URL is a file of SQLite's own."""
        ...


Trial = Callable[[Any, Size], Awaitable[Row]]
"""Takes the place of its databases."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`numbers` are the rows of the list of faults that it stands for.

    `alone`: it measures speed, so last and alone. `quick_on`: where the quick bench tries it, if not everywhere.
    """

    numbers: tuple[int, ...]
    name: str
    trial: Trial
    databases: tuple[str, ...] = ("SQLite", "PostgreSQL")
    alone: bool = False
    quick_on: tuple[str, ...] = ("SQLite", "PostgreSQL")

    def on(self, size: Size) -> list[str]:
        """The databases on which it is tried."""
        return [name for name in self.databases if size is Size.FULL or name in self.quick_on]


def row(fault: str, did: str, promised: str, seen: Seen, repeats: int = 0, **more: str) -> Row:
    """A row about people who were answered: nothing lost, nothing doubled, at most `repeats` messages twice."""
    counts = {"lost": seen.lost, "doubled": seen.doubled, "repeated": seen.repeated, "unanswered": seen.unanswered}
    said = [f"{n} {name}" for name, n in counts.items() if n or name in ("lost", "doubled")]
    notes = [f"{name} {value}" for name, value in (seen.notes | more).items()]
    return Row(fault, did, promised, ", ".join([*said, *notes]), seen.whole and seen.repeated <= repeats)
