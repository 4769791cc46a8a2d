"""One dialog in any order: edits before what they change, an album's parts mixed with everything else."""

import tempfile
from pathlib import Path

from benchmarks.faults.fault import Fault, Place, Row, Share
from tests.support.world import fill, make_world
from tests.ways.orders import AS_WRITTEN, DIALOG, shuffled, told


async def any_order(place: Place, share: Share) -> Row:
    """The same dialog again and again, each time by another resident and in another order, many side by side; in one process."""
    times, dice = share.of(quick=20, full=5_000), share.dice
    with tempfile.TemporaryDirectory(prefix="chulin-bench-") as folder:
        url = await place.new() or f"sqlite:///{folder}/chulin.db"
        await fill(url)
        world = await make_world(Path(folder), url)
        (as_written,) = await told(world, [AS_WRITTEN])
        others = sum([found != as_written for found in await shuffled(world, dice, times)])
        await world.app.close()
    did = f"{times} orders of {len(DIALOG)} updates"
    return Row(
        "a dialog in any order",
        did,
        "the same ledger",
        f"{others} others",
        others == 0,
        {"orders": times, "others": others},
    )


FAULTS = (Fault((4,), "any order", any_order, quick_on=("SQLite",)),)
