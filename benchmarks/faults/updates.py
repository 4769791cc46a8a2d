"""Updates that come twice or make no sense."""

import asyncio
from collections.abc import Iterable

from benchmarks.faults.fault import Fault, Place, Row, Share, row
from benchmarks.faults.harness import Harness, harness
from bot.build import RESIDENT

POISON: tuple[object, ...] = (
    {"message": {"date": "never"}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": "x", "type": "private"}, "text": "灯坏了"}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "forward_origin": {"type": "?"}}},
    {"callback_query": {"id": "1", "from": {"id": -(10**24)}, "data": "x" * 500}},
    {"edited_message": None},
    {"message": []},
    {"a_kind_of_next_year": {"chat": {"id": 5}}},
    '{"update_id": 10, "message": {"text": "\\ud83d"}}',
)


async def twice(place: Place, share: Share) -> Row:
    """Every update is handed out again, several times, also after the app was started anew."""
    rounds = share.of(quick=3, full=20)
    async with harness(await place.new(), 40) as town:
        process = town.starts()
        await town.says(20, wait=True)
        for _ in range(rounds):
            await town.settles()
            await town.stand.remote.do("redeliver", bot=RESIDENT, count=40)
        await town.kills(process)
        await town.stand.remote.do("redeliver", bot=RESIDENT, count=40)
        town.starts()
        seen = await town.seen()
    return row("updates handed out again", f"40 updates, {rounds + 1} times", "0 doubled", seen)


async def poison(place: Place, share: Share) -> Row:
    """Updates that cannot be read stand between those of residents."""
    rounds = share.of(quick=2, full=25)
    async with harness(await place.new(), 20 * rounds) as town:
        await town.serves()  # else the slowest answer is that of who wrote while the program was starting
        # what is settled is only asked when all is out: who is still to write would count as lost
        await asyncio.gather(town.says(20, wait=True), _hands_out(town, POISON * rounds))
        seen = await town.seen()
        delays = await town.stand.remote.do("delays", bot=RESIDENT)
    did, late = f"{rounds * len(POISON)} among {seen.said}", {"slowest": float(delays["max"])}
    return row("updates that cannot be read", did, "0 blocked", seen, worst=late)


async def _hands_out(town: Harness, updates: Iterable[object]) -> None:
    for update in updates:
        await town.stand.remote.do("raw", bot=RESIDENT, update=update)


FAULTS = (
    Fault((3,), "handed out again", twice),
    Fault((15,), "cannot be read", poison),
)
