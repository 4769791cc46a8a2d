"""Random people do random things with the ledger; after every step its rows are held against a plain model.

Each walk begins with an empty ledger and a seed of its own, so that a disagreement can be walked again:

    uv run python -m benchmarks.ledger_walk [--steps 50000] [--walk 400] [--first 1] [--at-once 2] [--smallest]
"""

import asyncio
from collections import Counter

from benchmarks.walks import Plan, Walks, plan
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


def show(figures: Figures, wanted: Plan, seconds: float) -> None:
    print(f"{figures.steps} steps in {len(wanted.walks)} walks, {seconds:.0f} s")
    print(f"cases {figures.cases}, events {figures.actions.total()}, {figures.days:.0f} days passed")
    print("done:", listed(figures.doings))
    print("events:", listed(figures.actions))
    print("buttons:", listed(figures.presses))


def listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counted.most_common(MOST_SHOWN))


def main() -> None:
    wanted, figures = plan(__doc__, length=400), Figures()
    walks = Walks[Figures](wanted)
    for did in walks.go(one):
        figures.add(did)
    show(figures, wanted, walks.seconds)
    walks.end()


if __name__ == "__main__":
    main()
