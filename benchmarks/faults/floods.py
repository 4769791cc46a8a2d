"""One resident who does not stop, among others who write once."""

from dataclasses import dataclass, field

from benchmarks.burst import reports
from benchmarks.faults.fault import Fault, Place, Row, Size
from benchmarks.faults.ground import PATIENCE
from benchmarks.served import Stand, stand
from bot.build import RESIDENT
from bot.settings import Library
from storage.database import open_database
from storage.inbox import DONE
from storage.tally import fates

OTHERS = 50
FLOOD = 1000
SECONDS = 10
MOST_SLOWER = 1.2
NOISE = {Size.QUICK: 0.2, Size.FULL: 0.02}
"""Seconds by which two calm rounds differ; the quick bench runs beside another on two cores."""


@dataclass
class Rounds:
    """Seconds to the answers of the others, calm and beside a flood."""

    calm: list[float] = field(default_factory=list)
    flooded: list[float] = field(default_factory=list)
    answered: int = 0
    said: int = 0


async def one_resident(place: Place, size: Size) -> Row:
    """1,000 messages in 10 s of one person, beside 50 others; calm rounds and floods take turns."""
    rounds, found = size.of(quick=2, full=10), Rounds()
    async with stand(Library.AIOGRAM, await place.new()) as town:
        prefixes = [f"{kind}{number}x" for number in range(rounds) for kind in ("calm", "flood")]
        people = {p: await town.remote.do("users", prefix=p, count=OTHERS) for p in prefixes}
        flooder = (await town.remote.do("users", prefix="flooder", count=1))[0]
        await town.remote.do("users", prefix="warm", count=1)
        places = len(town.sample.communities)
        everybody = [account for accounts in people.values() for account in accounts]
        await town.plants({account: 1 + n % places for n, account in enumerate([*everybody, flooder])})
        await town.starts()
        await town.acts("warm0", "says", text="三单元门口的路灯坏了")
        await town.sees("warm0", PATIENCE)
        said = reports(OTHERS)
        for prefix in prefixes:
            await _round(town, prefix, said, found)
        lost = await _lost(town, flooder, rounds)
        await town.stops()
    return _row(found, rounds, lost, size)


async def _round(town: Stand, prefix: str, said: list[str], found: Rounds) -> None:
    if prefix.startswith("flood"):
        await town.remote.do(
            "feed", bot=RESIDENT, texts=["路灯坏了{n}"], users=1, count=FLOOD, rate=FLOOD / SECONDS, wait=False,
            prefix="flooder",
        )  # fmt: skip
    await town.remote.do(
        "feed", bot=RESIDENT, texts=said, users=OTHERS, count=OTHERS, rate=OTHERS / SECONDS, prefix=prefix
    )
    await town.remote.do("drained", bot=RESIDENT, seconds=PATIENCE)
    await town.until(lambda: _answered(town, prefix))
    delays = await town.remote.do("delays", bot=RESIDENT, prefix=prefix)
    (found.flooded if prefix.startswith("flood") else found.calm).append(delays["p95"])
    found.answered += delays["answered"]
    found.said += OTHERS


async def _answered(town: Stand, prefix: str) -> bool:
    delays = await town.remote.do("delays", bot=RESIDENT, prefix=prefix)
    return int(delays["answered"]) >= OTHERS


async def _lost(town: Stand, flooder: int, rounds: int) -> int:
    """How many of the flooder's messages were not taken in and settled."""

    async def settled() -> bool:
        return await _done(town, flooder) >= rounds * FLOOD

    await town.until(settled)
    return rounds * FLOOD - await _done(town, flooder)


async def _done(town: Stand, chat: int) -> int:
    database = open_database(town.url)
    try:
        found = await database.read(lambda connection: fates(connection, RESIDENT))
    finally:
        await database.close()
    return sum(fate.chat == chat and fate.state == DONE for fate in found)


def _row(found: Rounds, rounds: int, lost: int, size: Size) -> Row:
    calm, flooded = sorted(found.calm)[len(found.calm) // 2], sorted(found.flooded)[len(found.flooded) // 2]
    ratio = flooded / calm
    seen = f"p95 {calm * 1000:.0f} ms calm, {flooded * 1000:.0f} ms flooded: {ratio:.2f} times; "
    seen += f"{found.said - found.answered} unanswered, {lost} of the flooder's lost"
    kept = lost == 0 and found.answered == found.said and flooded <= calm * MOST_SLOWER + NOISE[size]
    did = f"{FLOOD} messages in {SECONDS} s, {rounds} times"
    return Row("one resident floods", did, f"others' p95 <= {MOST_SLOWER} times, 0 lost", seen, kept)


FAULTS = (Fault((18,), "one floods", one_resident),)
