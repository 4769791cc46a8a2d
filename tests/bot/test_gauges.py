"""What waits, how old it is, what is overdue and what could not be sent, as /metrics tells it."""

import math
from datetime import timedelta
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection, insert, update

from bot import backup_folder
from bot.channels.port import Refused
from bot.http.server import application
from handlers.event import Address
from handlers.outbox import enqueue
from handlers.reply import Reply
from storage.tables import Case, Inbox, Lane
from storage.unit_of_work import UnitOfWork
from tests.support.world import NOW, World
from tests.ways.steps import change, settled

REFUSED = 'chulin_send_errors_total{bot="resident",error="Refused"}'


async def samples(world: World) -> dict[str, float]:
    """The samples of /metrics, by name and labels."""
    async with TestClient(TestServer(application(world.app))) as client:
        text = await (await client.get("/metrics")).text()
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def two_updates(connection: Connection) -> None:
    """One that has waited for two minutes, and one that was set aside."""
    long_ago = NOW - timedelta(minutes=2)
    row = {"bot": "resident", "chat": 77, "body": "{}", "attempts": 0, "received_at": long_ago}
    states = ({"update_id": 901, "state": "waiting"}, {"update_id": 902, "state": "parked"})
    connection.execute(insert(Inbox), [row | state for state in states])
    connection.execute(insert(Lane), [{"bot": "resident", "chat": 77, "ready_at": long_ago, "rank": 1}])


async def test_what_waits_and_how_long(world: World) -> None:
    await change(world, two_updates)
    found = await samples(world)
    assert found['chulin_waiting{box="inbox",state="waiting"}'] == 1
    assert found['chulin_waiting{box="inbox",state="parked"}'] == 1
    assert found['chulin_oldest_waiting_seconds{box="inbox"}'] == 120
    assert found['chulin_trouble{part="database"}'] == 0


async def test_what_could_not_be_sent(world: World) -> None:
    def queue(connection: Connection) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), NOW)
        enqueue(world.app.context, uow, Reply(Address("resident", 50), "在"))
        uow.flush()

    before = (await samples(world)).get(REFUSED, 0)
    world.residents.failures = [Refused("message is too long")]
    await change(world, queue)
    await world.app.deliverers["resident"].drain()
    found = await samples(world)
    assert found['chulin_waiting{box="outbox",state="dead"}'] == 1
    assert found[REFUSED] == before + 1


async def test_what_is_due_and_not_done(world: World) -> None:
    await settled(world)
    before = sum(n for name, n in (await samples(world)).items() if name.startswith("chulin_clocks_overdue"))
    await change(world, lambda connection: connection.execute(update(Case).values(next_at=NOW)))
    found = await samples(world)
    assert sum(n for name, n in found.items() if name.startswith("chulin_clocks_overdue")) == before + 1


async def test_how_old_the_newest_backup_is(small_world: World, tmp_path: Path) -> None:
    assert math.isnan((await samples(small_world))["chulin_backup_age_seconds"]), "none are made here"
    folder = tmp_path / "backups"
    small_world.app.settings.backup_keys, small_world.app.settings.backup_dir = ("age1x",), folder
    assert (await samples(small_world))["chulin_backup_age_seconds"] == math.inf, "there should be one"
    folder.mkdir()
    for hours in (30, 6):
        (folder / backup_folder.name_at(NOW - timedelta(hours=hours))).touch()
    assert (await samples(small_world))["chulin_backup_age_seconds"] == 6 * 3600
