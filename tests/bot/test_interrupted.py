"""Whatever is cancelled, at whatever step of the loop: nothing is lost, nothing is done twice, nothing half."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import func, select

from handlers.event import Address
from handlers.reply import Reply
from storage.tables import Attachment, Inbox, Outbox
from tests.bot.test_deliver import queue
from tests.support.world import World
from tests.ways.steps import LAMP, settled

MOST_STEPS = 3_000_000
"""Steps of the loop after which each of these is surely done; a test fails if it is not."""
SEVERAL = 3
"""Between two of the steps at which it is cancelled where each trial is dear."""


async def cancelled_after(steps: int, what: Awaitable[Any]) -> bool:
    """Cancel something after so many steps of the loop; whether it had ended before."""
    task = asyncio.ensure_future(what)
    for _ in range(steps):
        await asyncio.sleep(0)
    ended = task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return ended


async def at_every_step(trial: Callable[[int], Awaitable[bool]], every: int = 1) -> None:
    """Try at each step, until what is tried has ended by itself before it is cancelled.

    Later steps are further apart: there the loop turns idly while a thread of SQLite's works.
    """
    steps, tried = 0, 0
    while not await trial(steps):
        steps, tried = steps + max(every, steps // 8), tried + 1
        assert steps < MOST_STEPS, "it never ends"
    assert tried, "nothing was cancelled in its midst"


async def test_an_update_whose_intake_is_interrupted_is_there_once_when_it_comes_again(world: World) -> None:
    async def trial(steps: int) -> bool:
        raw = world.residents.push(kind="text", chat=100 + steps, text=LAMP)
        ended = await cancelled_after(steps, world.app.intake.store(world.residents, [raw]))
        await world.app.intake.store(world.residents, [raw])
        kept = select(func.count()).select_from(Inbox).where(Inbox.update_id == raw["update_id"])
        assert await world.rows(lambda c: c.execute(kept).scalar_one()) == 1
        return ended

    await at_every_step(trial)


async def test_a_report_whose_work_is_interrupted_is_answered_once(world: World) -> None:
    async def trial(steps: int) -> bool:
        chat = 100 + steps
        raw = world.residents.push(kind="text", chat=chat, text=LAMP)
        await world.app.intake.store(world.residents, [raw])
        ended = await cancelled_after(steps, world.app.worker.run_once())
        await world.app.worker.stop()
        await world.app.settle()
        assert len(world.resident(chat).messages) == 1
        return ended

    await at_every_step(trial, SEVERAL)


async def test_a_message_whose_delivery_is_interrupted_arrives_once(world: World) -> None:
    deliverer = world.app.deliverers["resident"]

    async def trial(steps: int) -> bool:
        await queue(world, Reply(Address("resident", 100 + steps), "在"))
        ended = await cancelled_after(steps, deliverer.run_once())
        await deliverer.stop()
        await deliverer.drain()
        assert len(world.resident(100 + steps).messages) == 1
        return ended

    await at_every_step(trial)
    assert set(await world.rows(lambda c: c.execute(select(Outbox.state)).scalars().all())) == {"sent"}


async def test_a_clock_that_is_interrupted_asks_once(world: World) -> None:
    async def trial(steps: int) -> bool:
        wang = await settled(world, 100 + steps)
        before = len(wang.messages)
        await wang.sends("photo", album=f"album-{steps}")
        ended = await cancelled_after(steps, world.app.ticker.once())
        world.clock.forward(seconds=30)
        again = await cancelled_after(steps, world.app.ticker.once())
        await world.app.settle()
        assert len(wang.messages) <= before + 1
        assert world.app.ticker._resting == {}
        return ended and again

    await at_every_step(trial, 25 * SEVERAL)


async def test_a_picture_whose_fetching_is_interrupted_is_stored_and_no_half_of_it_is_left(world: World) -> None:
    async def trial(steps: int) -> bool:
        wang = await settled(world, 100 + steps)
        await wang.sends("photo")
        ended = await cancelled_after(steps, world.app.fetcher.once())
        await world.app.fetcher.once()
        return ended

    await at_every_step(trial, 12 * SEVERAL)
    rows = await world.rows(lambda c: c.execute(select(Attachment.state, Attachment.digest)).all())
    assert {row.state for row in rows} == {"stored"}
    files = [path.name for path in world.app.files.folder.rglob("*") if path.is_file()]
    assert sorted(files) == sorted({row.digest for row in rows})
