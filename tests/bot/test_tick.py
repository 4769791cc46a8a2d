"""The clock: what is due is done, and what fails holds up nothing else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from sqlalchemy import Connection, delete, select

from bot.reporting import reports
from storage.cases.store import Cases
from storage.tables import Case, Inbox, Lane
from storage.unit_of_work import UnitOfWork
from tests.digests.test_reporter import MONDAY, reporter, weeklies
from tests.support.world import World
from tests.ways.steps import LAMP, count, settled


def fails(*_: Any) -> NoReturn:
    raise LookupError("a row that nobody can read")


async def due(world: World) -> dict[str, int]:
    def look(connection: Connection) -> dict[str, int]:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        return world.app.ticker.due_now(uow)

    found: dict[str, int] = await world.rows(look)
    return found


async def test_a_kind_of_which_nothing_can_be_found_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(world)
    world.clock.forward(days=3)
    assert (await due(world))["case"] == 1
    with monkeypatch.context() as broken:
        broken.setattr(Cases, "alarms_due", fails)
        with pytest.raises(LookupError):
            await world.app.ticker.once()
    assert (await due(world))["case"] == 0


async def test_a_report_that_cannot_be_found_holds_up_no_other_kind(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = reporter(small_world)
    monkeypatch.setattr(reports, "_DUE", (replace(reports._DUE[0], found=fails), *reports._DUE))
    with pytest.raises(LookupError):
        await writer.run_due(MONDAY)
    assert await weeklies(small_world)


async def test_a_conversation_is_woken_although_its_chat_has_no_lane(world: World) -> None:
    wang = await settled(world)
    await wang.sends("photo", "5栋后面的路灯坏了", album="a1")
    await world.app.database.write(lambda c: c.execute(delete(Lane)))
    assert (await due(world))["talk"] == 0
    world.clock.forward(seconds=3)
    assert (await due(world))["talk"] == 1
    await world.runs()
    assert (await due(world))["talk"] == 0
    assert await count(world, Case) == 2


async def test_the_key_of_an_update_is_known_as_long_as_is_promised(world: World) -> None:
    kept = world.app.context.district.limits.inbox_key_kept.wall
    assert kept >= timedelta(days=30)
    raw = world.residents.push(kind="text", chat=5, text=LAMP)
    await world.runs()
    world.residents.updates.clear()
    assert await comes_again(world, raw, kept - timedelta(minutes=1)) == ["done"]
    assert await comes_again(world, raw, timedelta(minutes=2)) == ["waiting"]


async def comes_again(world: World, raw: dict[str, Any], after: timedelta) -> list[str]:
    """States of an update that is handed out once more after a while, in which there was a clean-up."""
    world.clock.forward(seconds=after.total_seconds())
    await world.app.ticker.clean()
    await world.app.intake.store(world.residents, [raw])
    return list(await world.rows(lambda c: c.execute(select(Inbox.state)).scalars().all()))


async def test_what_was_set_aside_waits_for_a_person_however_long(small_world: World) -> None:
    small_world.residents.push(poison=True, chat=5)
    await small_world.runs()
    small_world.clock.forward(days=400)
    await small_world.app.ticker.clean()
    assert await small_world.rows(lambda c: c.execute(select(Inbox.state)).scalars().all()) == ["parked"]
