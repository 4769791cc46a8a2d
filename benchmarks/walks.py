"""Many random walks side by side: what the two walks share."""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """Which walks are to be gone, each as its seed and its steps."""

    steps: int
    walks: list[tuple[int, int]]
    at_once: int


def plan(description: str | None, *, length: int) -> Plan:
    """What the command line asks for; `length` is the usual one of a walk."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--walk", type=int, default=length, help="steps of one walk")
    parser.add_argument("--first", type=int, default=1, help="seed of the first walk")
    parser.add_argument("--at-once", type=int, default=2, help="walks side by side")
    parser.add_argument("--smallest", action="store_true")
    given = parser.parse_args()
    steps, length = (400, 200) if given.smallest else (given.steps, given.walk)
    walks = [(given.first + n, min(length, steps - n * length)) for n in range(-(-steps // length))]
    return Plan(steps, walks, given.at_once)


class Walks(Generic[T]):
    """Goes the walks of a plan; afterwards `found` has the disagreements and `seconds` the time."""

    def __init__(self, wanted: Plan) -> None:
        self._plan = wanted
        self.found: list[str] = []
        self.seconds = 0.0

    def go(self, one: Callable[[tuple[int, int]], tuple[T, str]]) -> Iterator[T]:
        """What each walk did, as it ends. `one` also returns the disagreement that ended it, or nothing."""
        started, walks = time.monotonic(), self._plan.walks
        with multiprocessing.get_context("spawn").Pool(self._plan.at_once) as pool:
            for number, (did, told) in enumerate(pool.imap_unordered(one, walks), 1):
                self.found += [told] if told else []
                print(f"{number}/{len(walks)} {told}", file=sys.stderr, flush=True)
                yield did
        self.seconds = time.monotonic() - started

    def end(self) -> None:
        """Print the disagreements; the exit status says whether there were any."""
        print(f"disagreements: {len(self.found)}")
        for told in self.found:
            print(" -", told)
        sys.exit(bool(self.found))
