"""A long run: memory and open files must not grow with what has gone through."""

import asyncio
import time
from pathlib import Path

from benchmarks.burst import reports
from benchmarks.faults.database_servers import Files
from benchmarks.faults.fault import Fault, Place, Row, Share, Size
from benchmarks.faults.harness import ENOUGH, PATIENCE, PREFIX, Harness, harness
from bot.app import REPORT_SECONDS
from bot.build import RESIDENT

ALL, FEWER = 1_000_000, 200_000
"""Updates of the full run; fewer where a server has the database, for there only the driver differs."""
AT_ONCE, AHEAD = 250, 250
"""So many write at once, as soon as no more than so many wait: as fast as the program answers."""
PEOPLE = {Size.QUICK: 75, Size.FULL: 20_011}
"""Nobody writes so often that they would have to wait; a prime, so that it is not always the same who report."""
LIMITS = {"  per_second: 30\n": "  per_second: 5000\n", "  at_once: 1 ": "  at_once: 16 "}
"""What may go out: with what the messenger takes in truth a run would take eleven hours."""
ASKED = ("我的诉求", "帮助", "你好", "谢谢", "隐私", "社区", "辛苦了", "好的", "修好了没有")
"""None of them is filed."""
REPORT_EVERY = {Size.QUICK: 20, Size.FULL: 1000}
"""What is filed stays open, and in memory to be compared with: that grows with the ledger, and not with the run."""
TICKED = 4.0
"""Seconds after the clock's slowest tick that opens anything: what draws reports has its own process."""
WARM = 0.3
"""Share of the run after which everything that is kept for good has been filled."""
GROWTH = {Size.QUICK: 0.15, Size.FULL: 0.05}
"""A few hundred updates do not fill every cache; a long run has no such excuse."""

FILES = {Size.QUICK: 32, Size.FULL: 2}
"""So many open files more; a short run may not have had 16 messages on the way at once, nor all connections of the pool."""


async def long_run(place: Place, share: Share) -> Row:
    """Residents ask, thank and now and then report, again and again."""
    count, size = share.of(quick=300, full=ALL if isinstance(place, Files) else FEWER), share.size
    warm = int(count * WARM)
    async with harness(await place.new(), PEOPLE[size], LIMITS) as town:
        began, process = time.monotonic(), town.starts()
        await _feeds(town, range(warm), size)
        await asyncio.sleep(began + REPORT_SECONDS + TICKED - time.monotonic())
        before = await _stands(town, process.pid)
        fed = time.monotonic()
        await _feeds(town, range(warm, count), size)
        rate = (count - warm) / (time.monotonic() - fed)
        after = await _stands(town, process.pid)
    grown = after[0] / before[0] - 1
    seen = f"{before[0]} -> {after[0]} MiB ({grown:+.1%}), {before[1]} -> {after[1]} open files; {rate:.0f} a second"
    kept = grown < GROWTH[size] and after[1] <= before[1] + FILES[size]
    return Row("a long run", f"{count} updates", f"memory < +{GROWTH[size]:.0%}, no open files more", seen, kept)


async def _feeds(town: Harness, numbers: range, size: Size) -> None:
    """Everybody writes once, and again, until it was so many; nobody while many wait."""
    first = numbers.start
    while first in numbers:
        person = first % PEOPLE[size]
        some = min(AT_ONCE, PEOPLE[size] - person, numbers.stop - first)
        await town.stand.remote.do(
            "feed", bot=RESIDENT, texts=_texts(first, some, REPORT_EVERY[size]), first=person, users=some, count=some,
            wait=True, prefix=PREFIX,
        )  # fmt: skip
        await town.stand.remote.do("drained", bot=RESIDENT, seconds=PATIENCE)
        await town.waits_for_less_than(AHEAD)
        first += some


def _texts(first: int, count: int, report_every: int) -> list[str]:
    """What the updates from a number on say."""
    said = reports(ENOUGH)
    return [
        said[n // report_every % len(said)] if n % report_every == 0 else ASKED[n % len(ASKED)]
        for n in range(first, first + count)
    ]


async def _stands(town: Harness, pid: int) -> tuple[int, int]:
    """MiB in memory and open files, when everything has been answered."""
    await town.settles()
    await asyncio.sleep(3)  # the clock's ticks close what they opened
    return _now(Path(f"/proc/{pid}"))


def _now(process: Path) -> tuple[int, int]:
    status = (process / "status").read_text(encoding="ascii").splitlines()
    memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return memory // 1024, len(list((process / "fd").iterdir()))


FAULTS = (Fault((42,), "long run", long_run, quick_on=("SQLite",)),)
