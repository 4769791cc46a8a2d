"""One resident who does not stop, among others who write once."""

from dataclasses import dataclass

from benchmarks.burst import reports
from benchmarks.faults.fault import Fault, Place, Row, Size
from benchmarks.faults.ground import PATIENCE
from benchmarks.served import Stand, stand
from bot.build import RESIDENT
from bot.settings import Library
from storage.database import open_database
from storage.inbox import DONE, WAITING, InboxRows
from storage.tally import fates

FLOOD_RATE, OTHERS_RATE = 100, 5
MOST_SLOWER = 1.2
NOISE = {Size.QUICK: 0.05, Size.FULL: 0.005}
"""Seconds by which two calm halves differ: fifty answers on a busy machine, or a thousand."""


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


PLANS = {Size.QUICK: Plan(2, 5), Size.FULL: Plan(20, 10)}


async def one_resident(place: Place, size: Size) -> Row:
    """100 messages a second of one person, beside others who write 5 a second; calm and flooded stretches take turns."""
    plan = PLANS[size]
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
        calm, flooded = [await town.remote.do("delays", bot=RESIDENT, prefix=kind) for kind in ("calm", "flooded")]
        lost = plan.pairs * plan.flood - await _done(town, flooder)
        await town.stops()
    return _row(plan, size, calm, flooded, lost)


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
    delays = await town.remote.do("delays", bot=RESIDENT, prefix=prefix)
    return int(delays["answered"]) >= plan.others and not await _waiting(town)


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


def _row(plan: Plan, size: Size, calm: dict[str, float], flooded: dict[str, float], lost: int) -> Row:
    said = plan.pairs * plan.others
    unanswered = 2 * said - int(calm["answered"]) - int(flooded["answered"])
    slower = {share: flooded[share] / calm[share] for share in ("p50", "p95")}
    seen = f"p95 {calm['p95'] * 1000:.0f} ms calm, {flooded['p95'] * 1000:.0f} ms flooded: {slower['p95']:.2f} times"
    seen += f" (p50 {slower['p50']:.2f}); {unanswered} of {2 * said} unanswered, {lost} of the flooder's lost"
    kept = lost == 0 and unanswered == 0 and flooded["p95"] <= calm["p95"] * MOST_SLOWER + NOISE[size]
    did = f"{plan.flood} messages in {plan.seconds} s, {plan.pairs} times"
    return Row("one resident floods", did, f"others' p95 <= {MOST_SLOWER} times, 0 lost", seen, kept)


FAULTS = (Fault((18,), "one floods", one_resident, alone=True, quick_on=("SQLite",)),)
