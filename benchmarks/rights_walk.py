"""Rights come and go at random (hired, demoted, dismissed, invited, joined, left), and every tap is held against a model.

uv run python -m benchmarks.rights_walk [--steps 50000] [--walk 500] [--first 1] [--at-once 2] [--smallest]
"""

import asyncio
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.walks import Walks, plan
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
    wanted = plan(__doc__, length=500)
    walks, done = Walks[Counter[str]](wanted), Counter[str]()
    for did in walks.go(one):
        done += did
    print(f"{wanted.steps} steps in {len(wanted.walks)} walks, {walks.seconds:.0f} s")
    print("done:", ", ".join(f"{name} {n}" for name, n in done.most_common()))
    walks.end()


if __name__ == "__main__":
    main()
