"""Posts come and go while people work: random hiring and dismissing, held against a plain model after every step."""

import random
import tempfile
from pathlib import Path

from benchmarks.faults.fault import Fault, Place, Row, Size
from tests.support.world import fill, make_world
from tests.walk.model import Disagreement
from tests.walk.posts import Figures, PostsWalk

ONE_WALK = 500


async def come_and_go(place: Place, size: Size) -> Row:
    """Each walk on a database of its own; in one process."""
    steps = size.of(quick=100, full=25_000)
    found, changes, acts = 0, 0, 0
    for seed in range(-(-steps // ONE_WALK)):
        figures, disagreed = await _walk(await place.new(), seed, min(ONE_WALK, steps - seed * ONE_WALK))
        found, changes, acts = found + disagreed, changes + figures.changes, acts + figures.acts
    did = f"{steps} steps, {changes} changes of posts"
    return Row("posts come and go", did, "0 disagreements", f"{found} disagreements, {acts} acts of staff", found == 0)


async def _walk(url: str, seed: int, steps: int) -> tuple[Figures, int]:
    with tempfile.TemporaryDirectory(prefix="chulin-bench-") as folder:
        url = url or f"sqlite:///{folder}/chulin.db"
        await fill(url)
        world = await make_world(Path(folder), url)
        walk = PostsWalk(world, random.Random(seed))
        try:
            await walk.goes(steps)
        except Disagreement as error:
            print(f"seed {seed}: {error}")
            return walk.figures, 1
        finally:
            await world.app.close()
        return walk.figures, 0


FAULTS = (Fault((31,), "posts come and go", come_and_go, quick_on=("SQLite",)),)
