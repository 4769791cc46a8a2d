"""The second wall: a query that forgets its filter finds nothing of another community, because PostgreSQL says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.engine import make_url

from handlers import router
from handlers.turn import Turn
from storage import row_security
from storage.database import open_database
from storage.schema import let_in, may_move, migrate
from storage.tables import Base, Case, CaseMessage, PushRecipient, table_of
from tests.conftest import TwoRoles
from tests.support.world import World, make_world
from tests.ways.steps import LAMP, RUBBISH, case, count, settled


@pytest.fixture
async def walled(tmp_path: Path, walled_url: str) -> AsyncIterator[World]:
    found = await make_world(tmp_path, walled_url)
    yield found
    await found.app.close()


async def two_communities(world: World) -> None:
    """A case in each of the two communities."""
    await settled(world, 1001, LAMP)
    other = world.resident(1002)
    await other.says(RUBBISH)
    await other.taps("文化宫社区")
    await other.taps("同意，提交")


def everything(connection: Connection) -> dict[str, set[int]]:
    """Communities of all rows in sight, by table: queries without any filter."""
    found = {}
    for table in row_security.tables():
        rows = connection.execute(select(table.c.community_id).distinct()).scalars()
        found[table.name] = set(rows)
    return found


async def test_every_table_of_communities_is_behind_the_wall(walled_url: str) -> None:
    database = open_database(walled_url)
    statement = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    found = await database.read(lambda connection: set(connection.execute(statement).scalars()))
    await database.close()
    assert {table.name for table in row_security.tables()} <= found
    named = {t.name for t in Base.metadata.sorted_tables if "community_id" in t.c}
    assert named - found == {"people", "staff_rights", "resident_groups"}, "these are keyed by people and chats"


async def test_a_query_without_a_filter_finds_one_community(walled: World) -> None:
    await two_communities(walled)

    def forgets(connection: Connection) -> dict[str, set[int]]:
        row_security.restrict(connection, [1])
        return everything(connection)

    found = await walled.rows(forgets)
    assert found["cases"] == {1}
    assert set().union(*found.values()) == {1}
    assert (await walled.rows(everything))["cases"] == {1, 2}, "our own connections begin with all"


async def test_changes_without_a_filter_reach_one_community(walled: World) -> None:
    await two_communities(walled)

    def forgets(connection: Connection) -> int:
        row_security.restrict(connection, [1])
        changed = connection.execute(update(table_of(Case)).values(reply="x")).rowcount
        return changed + connection.execute(delete(table_of(CaseMessage))).rowcount

    await walled.app.database.write(forgets)
    assert (await case(walled, 1, community=2)).reply is None
    assert await count(walled, CaseMessage, CaseMessage.community_id == 2) > 0
    assert await count(walled, CaseMessage, CaseMessage.community_id == 1) == 0


async def test_a_session_that_has_said_nothing_sees_nothing(walled: World, walled_url: str) -> None:
    await two_communities(walled)
    connection = await asyncpg.connect(make_url(walled_url).set(drivername="postgresql").render_as_string())
    try:
        assert await connection.fetchval("SELECT count(*) FROM cases") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DROP TABLE cases")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("ALTER TABLE cases DISABLE ROW LEVEL SECURITY")
    finally:
        await connection.close()


async def test_the_setting_ends_with_its_transaction(walled: World) -> None:
    await two_communities(walled)
    for _ in range(20):  # whichever connection of the pool it is
        await walled.rows(lambda connection: row_security.restrict(connection, [1]))
    assert await count(walled, Case) == 2


@pytest.mark.parametrize(
    ("account", "sees"),
    [(1001, {1}), (1, {1}), (2, {1}), (5, {2}), (3, {1}), (4, None)],
    ids=["resident", "worker", "manager", "worker of the other", "street", "unit"],
)
async def test_a_handler_that_forgets_its_filter_sees_its_own(
    walled: World, monkeypatch: pytest.MonkeyPatch, account: int, sees: set[int] | None
) -> None:
    """A button whose code asks for all cases there are: what it gets is what the person's communities have."""
    await two_communities(walled)
    seen: list[set[int]] = []

    def forgets(turn: Turn) -> None:
        rows = turn.uow.read(select(Case.community_id).distinct(), Case).scalars()
        seen.append(set(rows))

    monkeypatch.setitem(router.RESIDENT_COMMANDS, "help", forgets)
    monkeypatch.setitem(router.STAFF_COMMANDS, "help", forgets)
    person = walled.resident(account) if account > 1000 else walled.worker(account)
    await person.says("帮助")
    assert seen == [sees if sees is not None else {1, 2}]


async def test_updates_of_two_communities_in_one_transaction_see_each_their_own(
    walled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_communities(walled)
    seen: dict[int, set[int]] = {}

    def forgets(turn: Turn) -> None:
        seen[turn.account] = set(turn.uow.read(select(Case.community_id).distinct(), Case).scalars())

    monkeypatch.setitem(router.RESIDENT_COMMANDS, "help", forgets)
    for account in (1001, 1002):
        walled.residents.push(kind="text", text="帮助", chat=account, account=account, name="人")
    await walled.runs()
    assert seen == {1001: {1}, 1002: {2}}


async def test_a_handler_that_invites_people_still_sees_only_its_own(
    walled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_communities(walled)
    seen: list[set[int]] = []

    def invites_and_forgets(turn: Turn) -> None:
        pushes = turn.uow.pushes
        push = pushes.add(1, "topic:1", text="来议一议", rows=[], logical=None, until=None)
        pushes.to_residents(1, push, ["resident"])
        pushes.to_accounts(1, push, [("resident", 1001)])
        turn.uow.surveys.would_reach(1, ["resident"])
        seen.append(set(turn.uow.read(select(Case.community_id).distinct(), Case).scalars()))

    monkeypatch.setitem(router.STAFF_COMMANDS, "help", invites_and_forgets)
    await walled.worker(2).says("帮助")
    assert seen == [{1}]
    assert await count(walled, PushRecipient) == 1


async def test_somebody_who_moved_still_finds_and_erases_what_they_said_where_they_lived(walled: World) -> None:
    wang = await settled(walled)
    await wang.says("社区")
    await wang.taps("文化宫社区")
    await wang.says(RUBBISH)
    await wang.says("我的诉求")
    assert "YA-1" in wang.last.text
    assert "WH-1" in wang.last.text
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert await count(walled, CaseMessage) == 0


async def test_a_button_of_another_community_opens_nothing(walled: World) -> None:
    await two_communities(walled)
    mine = next(m for m in walled.worker(5).messages if "WH-1" in m.text)
    pressed = next(iter(mine.buttons.values()))
    await walled.worker(1).presses(pressed)
    assert await count(walled, Case, Case.state != "waiting") == 0


async def test_the_role_that_is_shipped_with_the_containers_is_behind_the_wall(two_roles: TwoRoles) -> None:
    await migrate(two_roles.owner)
    await let_in(two_roles.owner, str(make_url(two_roles.app).username))
    database = open_database(two_roles.app)
    try:
        assert await database.read(row_security.is_enforced)
        assert not await database.read(may_move), "and its tables are another's"
    finally:
        await database.close()
