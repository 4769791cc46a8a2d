"""Queries that never change: asked alone and with others they say the same, on both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from storage.sql.compiled import CompiledQuery, QueryCall, fetch_together
from storage.sql.keys import given, select_by_keys
from storage.tables import Conversation, Inbox, Lane, Person, table_of
from tests.support.world import World

KINDS = (Conversation, Inbox, Lane, Person)


async def test_asked_together_they_say_what_each_says_alone(world: World) -> None:
    await world.resident(5).says("楼下路灯坏了，“三单元”\n也黑\\")
    await world.resident(6).says("你好")

    def work(connection: Connection) -> None:
        queries = [CompiledQuery(select(table_of(kind)).order_by(*table_of(kind).primary_key)) for kind in KINDS]
        heard: list[object] = []
        fetch_together(connection, *(QueryCall(query, {}, heard.append) for query in queries))
        assert heard == [query.rows(connection) for query in queries]
        assert all(heard)

    await world.rows(work)


async def test_each_of_several_has_its_own_values(world: World) -> None:
    await world.resident(5).says("楼下路灯坏了")
    await world.resident(6).says("你好")
    chats = CompiledQuery(select_by_keys([table_of(Lane).c.chat]))

    def work(connection: Connection) -> None:
        heard: list[list[int]] = []
        calls = [
            QueryCall(chats, given([[chat]]), lambda rows: heard.append([row.chat for row in rows]))
            for chat in (6, 7, 5)
        ]
        fetch_together(connection, *calls)
        assert heard == [[6], [], [5]]

    await world.rows(work)


async def test_times_come_back_in_utc_whatever_the_zone_of_the_server(world: World) -> None:
    await world.resident(5).says("楼下路灯坏了")
    received = CompiledQuery(select(table_of(Inbox).c.received_at))

    def work(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'Asia/Shanghai'")
        heard: list[datetime] = []
        call = QueryCall(received, {}, lambda rows: heard.extend(row.received_at for row in rows))
        fetch_together(connection, call, call)
        assert len(heard) > 1
        assert heard[0].utcoffset() == timedelta()
        assert heard[0] == heard[0].astimezone(UTC) == received.rows(connection)[0].received_at

    await world.rows(work)
