"""One resident who does not stop, among others who write once.

Calm and flooded stretches take turns, and each flooded one is held against its calm neighbour, which has the same
machine; the typical pair counts: a disk that stands still for a moment, which what else the machine does can bring
about, makes one stretch late, and not all. How far pairs differ, and all of them together, are told, too.
"""

import os
from dataclasses import dataclass
from statistics import median

from benchmarks.burst import reports
from benchmarks.faults.fault import Fault, Place, Row, Share, Size
from benchmarks.faults.harness import PATIENCE
from benchmarks.real_process import Stand, stand
from bot.build import RESIDENT
from bot.settings import Library
from storage.database import open_database
from storage.messenger.inbox import DONE, WAITING, InboxRows
from storage.update_outcomes import fates

FLOOD_RATE, OTHERS_RATE = 100, 5
MOST_SLOWER = 1.2
NOISE = 0.005
"""Seconds by which the typical of twenty calm stretches differs from that of twenty others."""
BUSY = 0.05
"""The same of three short ones on a busy machine, or by how much they really differ from each other, if that is more."""


@dataclass(frozen=True)
class Plan:
    """Stretches of so many seconds, half of them with a flood."""

    pairs: int
    seconds: int

    @property
    def stretches(self) -> list[str]:
        """Calm, flooded, flooded, calm, and again: what the machine does besides slows both alike."""
        order = [("calm", "flooded"), ("flooded", "calm")]
        return [f"{kind}{number}x" for number in range(self.pairs) for kind in order[number % 2]]

    @property
    def others(self) -> int:
        return OTHERS_RATE * self.seconds

    @property
    def flood(self) -> int:
        return FLOOD_RATE * self.seconds


PLANS = {Size.QUICK: Plan(3, 4), Size.FULL: Plan(20, 10)}
Delays = dict[str, float]
"""How late answers were, as the messenger counts it."""


async def one_resident(place: Place, share: Share) -> Row:
    """100 messages a second of one person, beside others who write 5 a second; calm and flooded stretches take turns."""
    plan = PLANS[share.size]
    async with stand(Library.AIOGRAM, await place.new()) as town:
        people = [await town.remote.do("users", prefix=p, count=plan.others) for p in plan.stretches]
        flooder = (await town.remote.do("users", prefix="storm", count=1))[0]
        await town.remote.do("users", prefix="warm", count=1)
        places = len(town.sample.communities)
        everybody = [account for accounts in people for account in accounts]
        await town.plants({account: 1 + n % places for n, account in enumerate([*everybody, flooder])})
        await town.starts()
        await town.acts("warm0", "says", text="三单元门口的路灯坏了")
        await town.sees("warm0", PATIENCE)
        for prefix in plan.stretches:
            await _stretch(town, plan, prefix)
        delays = {prefix: await _delays(town, prefix) for prefix in ("calm", "flooded", *plan.stretches)}
        lost = plan.pairs * plan.flood - await _done(town, flooder)
        await town.stops()
    return _row(plan, share.size, delays, lost)


async def _stretch(town: Stand, plan: Plan, prefix: str) -> None:
    """Others write, beside a flood or not; ended when all of it is handled and the others have their answers."""
    if prefix.startswith("flooded"):
        await town.remote.do(
            "feed", bot=RESIDENT, texts=["路灯坏了{n}"], users=1, count=plan.flood, rate=FLOOD_RATE, wait=False,
            prefix="storm",
        )  # fmt: skip
    await town.remote.do(
        "feed", bot=RESIDENT, texts=reports(plan.others), users=plan.others, count=plan.others, rate=OTHERS_RATE,
        prefix=prefix,
    )  # fmt: skip
    await town.remote.do("drained", bot=RESIDENT, seconds=PATIENCE)
    await town.until(lambda: _answered(town, plan, prefix))


async def _answered(town: Stand, plan: Plan, prefix: str) -> bool:
    return int((await _delays(town, prefix))["answered"]) >= plan.others and not await _waiting(town)


async def _delays(town: Stand, prefix: str) -> Delays:
    found: Delays = await town.remote.do("delays", bot=RESIDENT, prefix=prefix)
    return found


async def _waiting(town: Stand) -> int:
    database = open_database(town.url)
    try:
        return await database.read(lambda connection: InboxRows(connection).counts().get(WAITING, 0))
    finally:
        await database.close()


async def _done(town: Stand, chat: int) -> int:
    """How many messages of a chat were taken in and settled."""
    database = open_database(town.url)
    try:
        found = await database.read(lambda connection: fates(connection, RESIDENT))
    finally:
        await database.close()
    return sum(fate.chat == chat and fate.state == DONE for fate in found)


def _middle_half(ratios: list[float]) -> str:
    """Between which the middle half of all pairs lies: how sure the typical one is."""
    quarter = len(ratios) // 4
    return f"half of the pairs {ratios[quarter]:.2f} to {ratios[-1 - quarter]:.2f}"


def _row(plan: Plan, size: Size, delays: dict[str, Delays], lost: int) -> Row:
    said = 2 * plan.pairs * plan.others
    unanswered = said - int(sum(delays[kind]["answered"] for kind in ("calm", "flooded")))
    calms, floods = [[delays[p]["p95"] for p in plan.stretches if p.startswith(k)] for k in ("calm", "flooded")]
    pairs = list(zip(calms, floods, strict=True))  # neighbours in time, who have the same machine
    over, ratios = median(f - MOST_SLOWER * c for c, f in pairs), sorted(f / c for c, f in pairs)
    noise = NOISE if size is Size.FULL else max(BUSY, max(calms) - min(calms))
    together = delays["flooded"]["p95"] / delays["calm"]["p95"]
    seen = f"typical p95 {median(calms) * 1000:.0f} ms calm, {median(floods) * 1000:.0f} ms flooded"
    seen += f": {median(ratios):.2f} times, {_middle_half(ratios)}"
    seen += f" (all stretches together {together:.2f}); {unanswered} of {said} unanswered, {lost} of the flooder's lost"
    seen += f"; load {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores"
    kept = lost == 0 and unanswered == 0 and over <= noise
    did = f"{plan.flood} messages in {plan.seconds} s, {plan.pairs} times"
    return Row("one resident floods", did, f"others' p95 <= {MOST_SLOWER} times, 0 lost", seen, kept)


FAULTS = (Fault((18,), "one floods", one_resident, alone=True, quick_on=("SQLite",)),)
