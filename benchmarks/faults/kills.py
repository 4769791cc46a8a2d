"""kill -9: at random moments, and at every step of one report's way."""

import asyncio
import random

from benchmarks.faults.fault import Fault, Place, Row, Size, row, worse
from benchmarks.faults.ground import Ground, Seen, ground

RATE = 20.0


async def at_random(place: Place, size: Size) -> Row:
    """Killed while residents write, started again at once."""
    kills = size.of(quick=3, full=200)
    dice = random.Random(1)
    async with ground(await place.new(), kills * 40) as town:
        await town.says(RATE)
        process = await town.starts()
        for _ in range(kills):
            await town.asked(await town.calls())
            await asyncio.sleep(dice.uniform(0.05, 1.3))
            await town.kills(process)
            process = await town.starts()
        seen = await town.seen()
    did = f"{kills} kills, {seen.said} reports"
    return row("kill -9 at random moments", did, "0 lost, 0 doubled, <= 1 repeat a kill", seen, kills)


async def at_each_step(place: Place, size: Size) -> Row:
    """One report's way, ended at its n-th statement or call, for every n (quick: every 60th)."""
    worst, places, died, n, stride = Seen(), 0, True, 1, size.of(quick=60, full=1)
    while died:
        seen, died = await _ended_at(await place.new(), n)
        worst, places, n = worse(worst, seen), places + died, n + stride
    return row("ended at a statement or call", f"{places} places", "0 lost, 0 doubled, <= 1 repeat", worst, 1)


async def _ended_at(url: str, n: int) -> tuple[Seen, bool]:
    async with ground(url, 1) as town:
        process = await town.starts("benchmarks.faults.dying", CHULIN_DIES_AT=str(n))
        await town.says(0)
        died = await _dies(town, process)
        if died:
            await town.starts()
        return await town.seen(), died


async def _dies(town: Ground, process: asyncio.subprocess.Process) -> bool:
    """Whether the process ends by itself before the report is answered."""
    ended, settled = asyncio.create_task(process.wait()), asyncio.create_task(town.settles())
    await asyncio.wait([ended, settled], return_when=asyncio.FIRST_COMPLETED)
    died = ended.done()
    for task in (ended, settled):
        task.cancel()
    if died:
        town.processes.remove(process)
    return died


FAULTS = (
    Fault((1,), "kill at random", at_random),
    Fault((1,), "end at each step", at_each_step),
)
