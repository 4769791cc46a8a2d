"""The messenger on a bad day: refusals, broken answers, silence, messages that were sent though it did not say so."""

import asyncio
import time
from typing import Any

from benchmarks.faults.fault import Fault, Place, Row, Share, row
from benchmarks.faults.harness import Harness, harness

MENU: tuple[tuple[str, dict[str, Any]], ...] = (
    ("too_many", {"retry_after": 1}),
    ("server_error", {}),
    ("bad_gateway", {}),
    ("cut_json", {"effect": False}),
    ("wrong_content_type", {"effect": False}),
    ("dropped_before", {}),
    ("hangs", {"seconds": 3}),
)


async def bad_day(place: Place, share: Share) -> Row:
    """A share of all calls fails in one of seven ways, for a while; then the messenger is well again."""
    seconds = share.of(quick=6, full=600)
    async with harness(await place.new(), 10 * seconds) as town:
        town.starts()
        await town.says(10)
        for number, (kind, args) in enumerate(MENU):
            await _breaks(town, kind, args, probability=0.3 / len(MENU), seed=number)
        await asyncio.sleep(seconds)
        await town.stand.remote.do("heal")
        healed = time.monotonic()
        await town.settles()
        took = time.monotonic() - healed
        seen = await town.seen()
    did = f"30 % of calls for {seconds} s, {seen.said} reports"
    # what was answered too late may have been shown all the same, and is sent again
    return row(
        "429, 5xx, HTML, cut JSON, resets, hangs", did, "0 lost, 0 doubled", seen, seen.said, worst={"healed": took}
    )


async def sent_but_not_said(place: Place, share: Share) -> Row:
    """The message is shown, and the connection ends before the messenger says so."""
    times = share.of(quick=5, full=100)
    async with harness(await place.new(), times * 2) as town:
        await _breaks(town, "dropped_after", {}, method="sendMessage", times=times)
        town.starts()
        await town.says(20)
        seen = await town.seen()
    return row("shown, then cut off", f"{times} times", "0 lost, <= 1 repeat each", seen, times)


async def another_polls(place: Place, share: Share) -> Row:
    """Somebody else polls with the same token for a while (409)."""
    times = share.of(quick=3, full=8)
    async with harness(await place.new(), 10) as town:
        await _breaks(town, "conflict", {}, method="getUpdates", times=times)
        process = town.starts()
        await town.says(10)
        await town.settles()
        ended = "the process ended" if process.returncode is not None else "still running"
        seen = await town.seen()
    return row("409: somebody else polls", f"{times} refusals", "0 lost, no crash", seen, 0, process=ended)


async def _breaks(town: Harness, kind: str, args: dict[str, Any], **when: Any) -> None:
    await town.stand.remote.do("fault", kind=kind, args=args, **when)


FAULTS = (
    Fault((5, 6), "a bad day", bad_day, quick_on=("SQLite",), parts=2),
    Fault((7,), "shown, then cut off", sent_but_not_said, quick_on=("SQLite",)),
    Fault((14,), "another polls", another_polls, quick_on=("SQLite",)),
)
