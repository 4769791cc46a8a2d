"""A long run: memory and open files must not grow with what has gone through."""

import asyncio
import time
from pathlib import Path

from benchmarks.burst import reports
from benchmarks.faults.fault import Fault, Place, Row, Share, Size
from benchmarks.faults.ground import PREFIX, Ground, ground
from bot.app import REPORT_SECONDS
from bot.build import RESIDENT

RATE = 25.0
"""Updates a second: each is answered, and the messenger takes 30 messages a second."""
ASKED = ("我的诉求", "帮助", "你好", "谢谢", "隐私", "社区", "想问一下几点上班", "好的", "修好了没有")
REPORT_EVERY = 20
TICKED = 4.0
"""Seconds after the clock's slowest tick that opens anything: what draws reports has its own process."""
WARM = 0.3
"""Share of the run after which everything that is kept for good has been filled."""
GROWTH = {Size.QUICK: 0.15, Size.FULL: 0.05}
"""A few hundred updates do not fill every cache; a long run has no such excuse."""


async def long_run(place: Place, share: Share) -> Row:
    """Residents ask, thank and now and then report, again and again."""
    count = share.of(quick=300, full=40_000)
    people = max(count // 4, 50)
    async with ground(await place.new(), people) as town:
        began, process = time.monotonic(), town.starts()
        await _feeds(town, int(count * WARM), people)
        await asyncio.sleep(began + REPORT_SECONDS + TICKED - time.monotonic())
        before = await _stands(town, process.pid)
        await _feeds(town, count - int(count * WARM), people)
        after = await _stands(town, process.pid)
    grown = after[0] / before[0] - 1
    seen = f"{before[0]} -> {after[0]} MiB ({grown:+.1%}), {before[1]} -> {after[1]} open files"
    kept = grown < GROWTH[share.size] and after[1] <= before[1] + 2
    return Row("a long run", f"{count} updates", f"memory < +{GROWTH[share.size]:.0%}, no open files more", seen, kept)


async def _feeds(town: Ground, count: int, people: int) -> None:
    said = reports(count // REPORT_EVERY + 1)
    texts = [said[n // REPORT_EVERY] if n % REPORT_EVERY == 0 else ASKED[n % len(ASKED)] for n in range(count)]
    await town.stand.remote.do(
        "feed", bot=RESIDENT, texts=texts, users=people, count=count, rate=RATE, wait=True, prefix=PREFIX
    )


async def _stands(town: Ground, pid: int) -> tuple[int, int]:
    """MiB in memory and open files, when everything has been answered."""
    await town.settles()
    await asyncio.sleep(3)  # the clock's ticks close what they opened
    return _now(Path(f"/proc/{pid}"))


def _now(process: Path) -> tuple[int, int]:
    status = (process / "status").read_text(encoding="ascii").splitlines()
    memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return memory // 1024, len(list((process / "fd").iterdir()))


FAULTS = (Fault((42,), "long run", long_run, quick_on=("SQLite",)),)
