"""People of a community who talk something over, and what happens again and again before a test about it begins."""

from typing import Any

from sqlalchemy import Connection, insert, select, text

from bot.demo.cocreation import COMPLAINTS, NOTHING, SHED, SOCKETS
from storage.cocreation.voters import hash_of
from storage.tables import Ballot, Person, Voter
from tests.support.world import NOW, World
from tests.support.world import Person as Somebody

MANAGER, STREET, WORKER = 2, 3, 1
OPTIONS = (SHED, SOCKETS, NOTHING)


async def live_here(world: World, accounts: range, community: int = 1, *, since: Any = None) -> list[Somebody]:
    """Residents who have agreed to the notice; `since`: when they came, else long ago."""
    rows = [
        {
            "bot": "resident",
            "account": account,
            "chat": account,
            "name": f"人{account}",
            "community_id": community,
            "community_since": since,
            "consent_version": world.app.context.district.limits.consent_version,
            "consented_at": NOW,
            "created_at": NOW,
        }
        for account in accounts
    ]
    await world.app.database.write(lambda connection: connection.execute(insert(Person), rows))
    return [world.resident(account) for account in accounts]


async def told_of_charging(world: World, accounts: range = range(1001, 1011)) -> list[Somebody]:
    """Ten residents who each file a report about charging; the draft of a topic is on its way."""
    people = await live_here(world, accounts)
    for person, words in zip(people, COMPLAINTS, strict=False):
        await person.says(words)
        if any("同意，提交" in label for label in person.last.buttons):
            await person.taps("同意，提交")
    await world.passes(hours=1)
    return people


async def topic(world: World, *options: str, title: str = "充电车棚建在哪里") -> Somebody:
    """A topic that the manager has made and opened, with these options; returns the manager."""
    manager = world.worker(MANAGER)
    await manager.says("发起议题")
    await manager.says(title)
    await manager.taps("拿出来议")
    for option in options:
        await manager.says("议题")
        await manager.taps("议题 1")
        await manager.taps("提选项")
        await manager.says(option)
    return manager


async def vote(world: World, *options: str, sets: tuple[str, ...] = ()) -> Somebody:
    """A vote that has begun; `sets` are labels of settings that are tapped before."""
    manager = await topic(world, *(options or OPTIONS))
    await begin_vote(manager, *sets)
    return manager


async def begin_vote(manager: Somebody, *sets: str) -> None:
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("发起投票")
    for label in sets:
        await manager.taps(label)
    await manager.taps("开始投票")


async def told_results(world: World) -> None:
    """As the program does every twenty seconds: what is counted is drawn and told."""
    await world.app.reporter.run_due(world.clock.now())
    await world.runs()


async def on_the_register(world: World, *rows: tuple[str, str, str], community: int = 1) -> None:
    """Lines of the register in building 3栋: (kind, room, code; no code: "")."""
    lines = [
        {
            "community_id": community,
            "id": number,
            "kind": kind,
            "building_id": 1,
            "room": room,
            "code_hash": hash_of(community, code) if code else None,
        }
        for number, (kind, room, code) in enumerate(rows, 1)
    ]
    await world.app.database.write(lambda connection: connection.execute(insert(Voter), lines))


def ballots_as_they_lie(connection: Connection) -> list[int]:
    """Ids of the ballots in the order in which the database's file holds them."""
    place = text("ctid" if connection.dialect.name == "postgresql" else "rowid")
    return list(connection.execute(select(Ballot.id).order_by(place)).scalars())


async def rows_of(world: World, table: Any, *where: Any) -> list[Any]:
    """Rows of a table by their keys, which for most tables is the order in which they came."""

    def work(connection: Connection) -> list[Any]:
        return list(connection.execute(table.__table__.select().where(*where).order_by(*table.__table__.primary_key)))

    return list(await world.rows(work))
