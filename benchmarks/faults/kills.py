"""kill -9: at random moments, and at every step of one report's way."""

import asyncio
from dataclasses import replace

from benchmarks.faults.fault import Fault, Place, Row, Share, Size, row
from benchmarks.faults.forked_process import DIED, Started
from benchmarks.faults.harness import Harness, harness

RATE, WRITE_A_KILL = 8.0, 20
"""People who write each second, and how many of them around each kill: it finds somebody who waits."""
MOST_STEPS = 480
"""More than a report's way has."""
EACH_A_CARD = {
    "  alike: {times: 3,": "  alike: {times: 100000,",
    "  all: {times: 60,": "  all: {times: 100000,",
    "  per_chat_second: 1\n": "  per_chat_second: 30\n",
}
"""Every case has a card of its own, also many alike, and nobody on the staff waits minutes for theirs."""
FEW, MISSES = 60, 5
"""The quick trial takes every sixtieth step; a way is not each time equally long, so some may be too short."""


async def at_random(place: Place, share: Share) -> Row:
    """Killed while residents write, started again at once."""
    kills = share.of(quick=2, full=200)
    dice = share.dice
    async with harness(await place.new(), kills * WRITE_A_KILL, EACH_A_CARD) as town:
        process = town.starts()
        for _ in range(kills):
            await town.more_say(WRITE_A_KILL, RATE)
            await town.next_answer()
            await asyncio.sleep(dice.uniform(0, 1.3))
            await town.kills(process)
            process = town.starts()
        seen = await town.seen(cards=True)
    did = f"{kills} kills, {seen.said} reports"
    found = row("kill -9 at random moments", did, "0 lost, 0 doubled, <= 1 repeat a kill to each side", seen, kills)
    return replace(found, counts={"kills": kills} | found.counts)


async def at_each_step(place: Place, share: Share) -> Row:
    """One report's way, ended at its n-th statement or call, for every n (quick: a few); another resident each time.

    A part of the full trial takes every so manieth of them.
    """
    full = share.size is Size.FULL
    steps = range(share.number, MOST_STEPS, share.parts if full else FEW)
    places = misses = 0
    async with harness(await place.new(), len(steps), EACH_A_CARD) as town:
        for n in steps:
            if await _ended_at(town, n):
                places += 1
            elif (misses := misses + 1) == (MISSES if full else 1):
                break
        town.chats = town.chats[: town.said]
        seen = await town.seen(cards=True)
    did = f"{places} places"
    found = row("ended at a statement or call", did, "0 lost, 0 doubled, <= 1 repeat each to each side", seen, places)
    return replace(found, kept=found.kept and places > 0, counts={"places": places} | found.counts)


async def _ended_at(town: Harness, n: int) -> bool:
    """Whether the process ended before one more report had come all the way; then another process goes on."""
    process = town.starts("benchmarks.faults.crash_points", DIES_AT=str(n))
    await town.one_more_says()
    died = await _dies(town, process)
    if died:
        process = town.starts()
        await town.settles(cards=True)
    await town.kills(process)
    return died


async def _dies(town: Harness, process: Started) -> bool:
    """Whether the process ends by itself before the report is answered and its card is with the staff."""
    ended, settled = asyncio.create_task(process.wait()), asyncio.create_task(town.settles(cards=True))
    await asyncio.wait([ended, settled], return_when=asyncio.FIRST_COMPLETED)
    died = process.returncode is not None
    assert process.returncode in (None, DIED), f"ended with status {process.returncode}, and not at its step"
    for task in (ended, settled):
        task.cancel()
    await asyncio.gather(ended, settled, return_exceptions=True)
    if died:
        await town.is_gone(process)
    return died


FAULTS = (
    Fault((1,), "kill at random", at_random, parts=10),
    Fault((1,), "end at each step", at_each_step, parts=3),
)
