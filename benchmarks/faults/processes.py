"""Several processes on one PostgreSQL; the one that leads is killed."""

import asyncio
import time

from benchmarks.faults.fault import Fault, Place, Row, Size, row
from benchmarks.faults.ground import ground


async def leader_killed(place: Place, size: Size) -> Row:
    """Several processes; each time the one that polls is killed, and another takes over."""
    count = size.of(quick=2, full=5)
    async with ground(await place.new(), 60 * count) as town:
        leader = await town.starts()
        await town.asked(await town.calls())
        others = [await town.starts() for _ in range(count - 1)]
        await town.says(5)
        takeovers = []
        for follower in others:
            await asyncio.sleep(4)
            await town.kills(leader)
            began, calls = time.monotonic(), await town.calls()
            await town.asked(calls)
            takeovers.append(time.monotonic() - began)
            leader = follower
        seen = await town.seen()
    slowest = f"{max(takeovers):.1f} s"
    promised = "0 lost, 0 doubled, takeover <= 30 s"
    return row("the leader of several is killed", f"{count} processes", promised, seen, count, slowest=slowest)


FAULTS = (Fault((13,), "leader killed", leader_killed, ("PostgreSQL",)),)
