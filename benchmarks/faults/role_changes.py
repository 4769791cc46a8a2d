"""Posts come and go while people work: random hiring and dismissing, held against a plain model after every step."""

import random
import tempfile
from pathlib import Path

from benchmarks.faults.fault import Fault, Place, Row, Share
from tests.support.world import fill, make_world
from tests.walk.model import Disagreement
from tests.walk.posts import Figures, PostsWalk

ONE_WALK, MOST_WALKS = 500, 100
"""Steps of a walk, and walks of a part, each with a seed of its own."""


async def come_and_go(place: Place, share: Share) -> Row:
    """Each walk on a database of its own; in one process."""
    steps = share.of(quick=100, full=25_000)
    found, changes, acts = 0, 0, 0
    for number in range(-(-steps // ONE_WALK)):
        seed = (share.number - 1) * MOST_WALKS + number
        figures, disagreed = await _walk(await place.new(), seed, min(ONE_WALK, steps - number * ONE_WALK))
        found, changes, acts = found + disagreed, changes + figures.changes, acts + figures.acts
    did = f"{steps} steps, {changes} changes of posts"
    seen, counts = (
        f"{found} disagreements, {acts} acts of staff",
        {"steps": steps, "acts": acts, "disagreements": found},
    )
    return Row("posts come and go", did, "0 disagreements", seen, found == 0, counts)


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


FAULTS = (Fault((31,), "posts come and go", come_and_go, quick_on=("SQLite",), parts=10),)
