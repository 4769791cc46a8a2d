"""Rights come and go at random (hired, demoted, dismissed, invited, joined, left), and every tap is held against a model.

uv run python -m benchmarks.rights_walk [--steps 50000] [--walk 500] [--first 1] [--at-once 2] [--smallest]
"""

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support.world import fill, make_world
from tests.walk.model import Disagreement
from tests.walk.rights import RightsWalk


def one(walk: tuple[int, int]) -> tuple[Counter[str], str]:
    """What one walk did, and what it found."""
    try:
        return asyncio.run(_walked(*walk)), ""
    except Disagreement as found:
        return Counter(), f"seed {walk[0]}: {found}"


async def _walked(seed: int, steps: int) -> Counter[str]:
    with tempfile.TemporaryDirectory(prefix="chulin-walk-") as name:
        url = f"sqlite:///{Path(name) / 'chulin.db'}"
        await fill(url)
        world = await make_world(Path(name), url)
        try:
            return await RightsWalk(world, seed).goes(steps)
        finally:
            await world.app.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--walk", type=int, default=500, help="steps of one walk")
    parser.add_argument("--first", type=int, default=1, help="seed of the first walk")
    parser.add_argument("--at-once", type=int, default=2, help="walks side by side")
    parser.add_argument("--smallest", action="store_true")
    given = parser.parse_args()
    steps, length = (400, 200) if given.smallest else (given.steps, given.walk)
    walks = [(given.first + n, min(length, steps - n * length)) for n in range(-(-steps // length))]
    done: Counter[str] = Counter()
    found, started = [], time.monotonic()
    with multiprocessing.get_context("spawn").Pool(given.at_once) as pool:
        for number, (did, told) in enumerate(pool.imap_unordered(one, walks), 1):
            done += did
            found += [told] if told else []
            print(f"{number}/{len(walks)} {told}", file=sys.stderr, flush=True)
    print(f"{steps} steps in {len(walks)} walks, {time.monotonic() - started:.0f} s")
    print("done:", ", ".join(f"{name} {n}" for name, n in done.most_common()))
    print(f"disagreements: {len(found)}")
    for told in found:
        print(" -", told)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
