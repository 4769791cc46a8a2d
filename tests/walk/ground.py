"""A world for one walk: the sample with a colleague, a second officer and, in every other walk, a staff group."""

import tempfile
from pathlib import Path

from sqlalchemy import Connection, update

from storage.reference_queries import changed
from storage.tables import Community
from tests.support.world import World, fill, make_world
from tests.walk.people import GROUP
from tests.walk.walk import Figures, Walk
from tests.ways.steps import employs


def staffed(connection: Connection, *, group: bool) -> None:
    employs(6, "小林", "worker", "community", 1)(connection)
    employs(7, "建设小李", "officer", "unit", 1)(connection)
    if group:
        connection.execute(update(Community).where(Community.id == 1).values(staff_chat=["staff", GROUP, 0]))
    changed(connection)


async def walk_in(world: World, seed: int, steps: int) -> Figures:
    group = seed % 2 == 1
    await world.app.database.write(lambda connection: staffed(connection, group=group))
    return await Walk(world, seed, group=group).goes(steps)


_SHARED = Path("/dev/shm")  # noqa: S108 - where there is one: the walk looks for wrong rows, not for lost ones
MEMORY = _SHARED if _SHARED.is_dir() else None


async def walked(seed: int, steps: int) -> Figures:
    """One walk on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="chulin-walk-", dir=MEMORY) as folder:
        url = f"sqlite:///{folder}/chulin.db"
        await fill(url)
        world = await make_world(Path(folder), url)
        try:
            return await walk_in(world, seed, steps)
        finally:
            await world.app.close()
