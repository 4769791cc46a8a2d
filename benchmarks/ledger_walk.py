"""Random people do random things with the ledger; after every step its rows are held against a plain model.

Each walk begins with an empty ledger and a seed of its own, so that a disagreement can be walked again:

    uv run python -m benchmarks.ledger_walk [--steps 50000] [--walk 400] [--first 1] [--at-once 2] [--smallest]
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections import Counter

from tests.walk.ground import walked
from tests.walk.model import Disagreement
from tests.walk.walk import Figures

MOST_SHOWN = 80


def one(walk: tuple[int, int]) -> tuple[Figures, str]:
    """What one walk did, and what it found."""
    seed, steps = walk
    try:
        return asyncio.run(walked(seed, steps)), ""
    except Disagreement as found:
        return Figures(), str(found)


def show(figures: Figures, walks: int, found: list[str], seconds: float) -> None:
    print(f"{figures.steps} steps in {walks} walks, {seconds:.0f} s")
    print(f"cases {figures.cases}, events {figures.actions.total()}, {figures.days:.0f} days passed")
    print("done:", listed(figures.doings))
    print("events:", listed(figures.actions))
    print("buttons:", listed(figures.presses))
    print(f"disagreements: {len(found)}")
    for told in found:
        print(" -", told)


def listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counted.most_common(MOST_SHOWN))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--walk", type=int, default=400, help="steps of one walk")
    parser.add_argument("--first", type=int, default=1, help="seed of the first walk")
    parser.add_argument("--at-once", type=int, default=2, help="walks side by side")
    parser.add_argument("--smallest", action="store_true")
    given = parser.parse_args()
    steps, length = (400, 200) if given.smallest else (given.steps, given.walk)
    walks = [(given.first + n, min(length, steps - n * length)) for n in range(-(-steps // length))]
    figures, found, started = Figures(), [], time.monotonic()
    with multiprocessing.get_context("spawn").Pool(given.at_once) as pool:
        for number, (did, told) in enumerate(pool.imap_unordered(one, walks), 1):
            figures.add(did)
            found += [told] if told else []
            print(f"{number}/{len(walks)} {told}", file=sys.stderr, flush=True)
    show(figures, len(walks), found, time.monotonic() - started)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
