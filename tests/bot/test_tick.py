"""The clock: what is due is done, and what fails holds up nothing else."""

from dataclasses import replace
from typing import Any, NoReturn

import pytest
from sqlalchemy import Connection

from storage.cases.store import Cases
from storage.unit_of_work import UnitOfWork
from tests.digests.test_reporter import MONDAY, reporter, weeklies
from tests.support.world import World
from tests.ways.steps import settled


def fails(*_: Any) -> NoReturn:
    raise LookupError("a row that nobody can read")


async def due(world: World) -> dict[str, int]:
    def look(connection: Connection) -> dict[str, int]:
        uow = UnitOfWork(connection, world.app.worker.reference(connection), world.clock.now())
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
    monkeypatch.setattr(writer, "_due", (replace(writer._due[0], found=fails), *writer._due))
    with pytest.raises(LookupError):
        await writer.run_due(MONDAY)
    assert await weeklies(small_world)
