"""The writer thread of SQLite: work that piled up is one commit, and who gives up takes nobody along."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.util import await_only

from storage import database as database_of
from storage.database import DatabaseUnreachable, SqliteDatabase, attempt, open_database
from storage.errors import NotFound


@pytest.fixture
def plug() -> threading.Event:
    """Holds the writer until it is set."""
    return threading.Event()


async def begun(
    database: SqliteDatabase, plug: threading.Event, write: Callable[[Connection], object] = lambda _: None
) -> "asyncio.Task[object]":
    """A write that has the writer busy until the plug is pulled."""
    loop, started = asyncio.get_running_loop(), asyncio.Event()

    def work(connection: Connection) -> bool:
        write(connection)
        loop.call_soon_threadsafe(started.set)
        return plug.wait(5)

    task = asyncio.create_task(database.write(work))
    await started.wait()
    return task


async def test_work_that_nobody_waits_for_any_more_is_not_begun(tmp_path: Path, plug: threading.Event) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    assert isinstance(database, SqliteDatabase)
    first = await begun(database, plug)
    done: list[str] = []
    waiting = [asyncio.create_task(database.write(lambda _: done.append("given up"))) for _ in range(3)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    plug.set()
    await first
    assert await database.write(lambda _: 7) == 7
    assert done == []
    await database.close()


async def test_who_gives_up_in_the_midst_leaves_the_writer_in_order(tmp_path: Path, plug: threading.Event) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    assert isinstance(database, SqliteDatabase)
    first = await begun(database, plug)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    plug.set()
    assert await database.write(lambda _: 7) == 7
    await database.close()


async def test_one_that_fails_in_a_group_fails_alone(tmp_path: Path, plug: threading.Event) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    assert isinstance(database, SqliteDatabase)
    first = await begun(database, plug)

    def fails(_connection: Connection) -> None:
        raise NotFound

    together = [asyncio.create_task(database.write(work)) for work in (lambda _: 1, fails, lambda _: 3)]
    await asyncio.sleep(0)
    plug.set()
    await first
    ended = await asyncio.gather(*together, return_exceptions=True)
    assert [ended[0], type(ended[1]), ended[2]] == [1, NotFound, 3]
    await database.close()


async def test_what_is_asked_for_meanwhile_is_committed_with_it(tmp_path: Path, plug: threading.Event) -> None:
    path = tmp_path / "x.db"
    database = open_database(f"sqlite:///{path}")
    assert isinstance(database, SqliteDatabase)
    await database.write(lambda connection: connection.execute(text("CREATE TABLE said (words TEXT)")))
    first = await begun(database, plug, lambda c: c.execute(text("INSERT INTO said VALUES ('灯坏了')")))

    def is_handled(connection: Connection) -> tuple[int, int]:
        return count(connection), committed()

    def count(connection: Connection) -> int:
        return int(connection.execute(text("SELECT count(*) FROM said")).scalar_one())

    def committed() -> int:
        with closing(sqlite3.connect(path)) as beside:
            return int(beside.execute("SELECT count(*) FROM said").fetchone()[0])

    second = asyncio.create_task(database.write(is_handled))
    await asyncio.sleep(0)
    plug.set()
    await first
    assert await second == (1, 0)  # it saw what nobody else could see yet
    assert committed() == 1
    await database.close()


async def test_who_fails_takes_nothing_back_that_it_joined(tmp_path: Path, plug: threading.Event) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    assert isinstance(database, SqliteDatabase)
    await database.write(lambda connection: connection.execute(text("CREATE TABLE said (words TEXT)")))
    first = await begun(database, plug, lambda c: c.execute(text("INSERT INTO said VALUES ('灯坏了')")))

    def fails(_connection: Connection) -> None:
        raise NotFound

    second = asyncio.create_task(database.write(fails))
    await asyncio.sleep(0)
    plug.set()
    await first
    with pytest.raises(NotFound):
        await second
    assert await database.read(lambda c: c.execute(text("SELECT count(*) FROM said")).scalar_one()) == 1
    await database.close()


def says(connection: Connection, words: str) -> None:
    connection.execute(text("INSERT INTO said VALUES (:words)"), {"words": words})


def said(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT words FROM said ORDER BY words")).scalars())


async def test_an_attempt_that_fails_is_undone_and_the_transaction_goes_on(database_url: str) -> None:
    database = open_database(database_url)
    await database.write(lambda connection: connection.execute(text("CREATE TABLE said (words TEXT PRIMARY KEY)")))

    def twice(connection: Connection) -> None:
        says(connection, "b")
        says(connection, "b")

    def work(connection: Connection) -> object:
        says(connection, "a")
        error = attempt(connection, lambda: twice(connection))
        assert attempt(connection, lambda: says(connection, "c")) is None
        return error

    assert isinstance(await database.write(work), IntegrityError)
    assert await database.read(said) == ["a", "c"]
    await database.close()


async def test_an_attempt_that_loses_the_connection_is_made_again_with_all_of_its_transaction(
    filled_postgres_url: str,
) -> None:
    database, runs = open_database(filled_postgres_url), []

    def work(connection: Connection) -> object:
        runs.append(connection)
        end = text("SELECT pg_terminate_backend(pg_backend_pid())")
        return attempt(connection, lambda: connection.execute(end) if len(runs) == 1 else 7)

    assert (await database.write(work), len(runs)) == (7, 2)
    await database.close()


async def test_an_error_of_the_work_itself_is_no_lost_connection(filled_postgres_url: str) -> None:
    database, runs = open_database(filled_postgres_url), []

    def reads_a_file(_connection: Connection) -> None:
        runs.append(Path("/nowhere/photo.jpg").read_bytes())

    def tries_to(connection: Connection) -> object:
        runs.append(b"")
        return attempt(connection, lambda: reads_a_file(connection))

    def fails(connection: Connection) -> None:
        runs.append(b"")
        reads_a_file(connection)

    with pytest.raises(FileNotFoundError):
        await database.write(fails)
    assert isinstance(await database.write(tries_to), FileNotFoundError)
    assert len(runs) == 2, "neither is run again"
    await database.close()


@pytest.mark.parametrize("address", ["u@127.0.0.1:1/x", "u@/x?host={folder}"], ids=["port", "socket"])
async def test_a_server_that_is_not_there_is_tried_again(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database_of, "RETRIES", 2)
    database = open_database(f"postgresql://{address.format(folder=tmp_path)}")
    with pytest.raises(DatabaseUnreachable):
        await database.read(lambda _: None)
    assert caplog.messages == ["database: trying again after DatabaseUnreachable"]
    await database.close()


async def test_an_attempt_that_fills_the_disk_leaves_nothing_half_written(
    tmp_path: Path, plug: threading.Event
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    assert isinstance(database, SqliteDatabase)
    await database.write(lambda connection: connection.execute(text("CREATE TABLE said (words TEXT)")))
    first = await begun(database, plug, lambda connection: says(connection, "of another"))

    def fills(connection: Connection) -> None:
        connection.execute(text("PRAGMA max_page_count=4"))
        says(connection, "before")
        attempt(connection, lambda: says(connection, "x" * 100_000))
        says(connection, "after")

    second = asyncio.create_task(database.write(fills))
    await asyncio.sleep(0)
    plug.set()
    await first
    with pytest.raises(OperationalError):
        await second
    assert await database.read(said) == ["of another"]
    await database.close()


async def test_what_a_process_that_stands_still_has_locked_is_free_again(
    filled_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database_of.IDLE_TRANSACTION_TIMEOUT, "idle_in_transaction_session_timeout", "200ms")
    still, other = open_database(filled_postgres_url), open_database(filled_postgres_url)
    locked, moves = asyncio.Event(), asyncio.Event()

    def stands_still(connection: Connection) -> None:
        connection.execute(text("SELECT id FROM communities FOR UPDATE"))
        locked.set()
        await_only(moves.wait())
        connection.execute(text("UPDATE communities SET name = 'too late'"))

    standing = asyncio.create_task(still.write(stands_still))
    await locked.wait()
    async with asyncio.timeout(20):
        await other.write(lambda connection: connection.execute(text("UPDATE communities SET name = 'free'")))
    moves.set()
    await asyncio.gather(standing, return_exceptions=True)
    names = await other.read(lambda connection: connection.execute(text("SELECT name FROM communities")).scalars())
    assert set(names) == {"too late"}, "who stood still begins anew, with a transaction of its own"
    await still.close()
    await other.close()
