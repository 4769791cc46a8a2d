"""Several processes on one PostgreSQL; the one that leads is killed, or stands still and comes back."""

import asyncio
import os
import signal
from dataclasses import replace

from benchmarks.faults.fault import Fault, Place, Row, Share, row
from benchmarks.faults.harness import harness

RATE, WRITE_A_KILL, TAKEOVER = 5, 40, 30
"""People who write each second, how many of them around each kill, and the seconds until the next one is answered."""


async def leader_killed(place: Place, share: Share) -> Row:
    """Several processes; each time the one that polls is killed, and another takes over."""
    count = share.of(quick=2, full=5)
    async with harness(await place.new(), WRITE_A_KILL * count) as town:
        leader = await town.serves("bot.cli")
        await town.more_say(WRITE_A_KILL, RATE)
        await town.next_answer()
        others = [await town.serves("bot.cli") for _ in range(count - 1)]
        takeovers = []
        for follower in others:
            await town.more_say(WRITE_A_KILL, RATE)
            await asyncio.sleep(4)
            await town.kills(leader)
            takeovers.append(await town.next_answer())
            leader = follower
        seen = await town.seen()
    promised = f"0 lost, 0 doubled, takeover <= {TAKEOVER} s"
    slowest = {"slowest": max(takeovers)}
    found = row("the leader of several is killed", f"{count} processes", promised, seen, count, worst=slowest)
    return replace(found, kept=found.kept and max(takeovers) <= TAKEOVER)


async def leader_stands_still(place: Place, share: Share) -> Row:
    """Two processes; the one that polls moves no more (SIGSTOP), another takes over, and it comes back."""
    times = share.of(quick=1, full=4)
    async with harness(await place.new(), 2 * WRITE_A_KILL * times) as town:
        leader = await town.serves("bot.cli")
        await town.more_say(WRITE_A_KILL, RATE)
        await town.next_answer()
        follower = await town.serves("bot.cli")
        takeovers = []
        for number in range(times):
            await town.more_say(WRITE_A_KILL, RATE)
            await asyncio.sleep(1)
            os.kill(leader.pid, signal.SIGSTOP)
            takeovers.append(await town.next_answer())
            if number < times - 1:
                await town.more_say(WRITE_A_KILL, RATE)
            os.kill(leader.pid, signal.SIGCONT)
            leader, follower = follower, leader
        town.chats = town.chats[: town.said]
        seen = await town.seen()
    did, promised = f"{times} times, and back again", f"0 lost, 0 doubled, takeover <= {TAKEOVER} s"
    slowest = {"slowest": max(takeovers)}
    found = row("the leader stands still", did, promised, seen, times, worst=slowest)
    return replace(found, kept=found.kept and max(takeovers) <= TAKEOVER)


FAULTS = (
    Fault((13,), "leader killed", leader_killed, ("PostgreSQL",)),
    Fault((13,), "leader stands still", leader_stands_still, ("PostgreSQL",), quick_on=()),
)
