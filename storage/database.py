"""Two databases behind one small port: work is a plain function of a connection, run in one transaction.

Work is synchronous so that nothing else can be awaited inside a transaction. On PostgreSQL it runs on SQLAlchemy's
async engine (`run_sync`); on SQLite one thread owns the only write connection and commits all the work that has piled
up before or meanwhile in one go (docs/adr/0006). If a group fails, it is rolled back and its pieces are run one by one.
"""

import asyncio
import fcntl
import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.sql.driver import raw
from storage.wall import SERVER_SETTINGS

T = TypeVar("T")
Work = Callable[[Connection], T]
Job = tuple[Work[Any], Future[Any]]
log = logging.getLogger(__name__)

GROUP_LIMIT = 64
LOCK_WAIT_MS = 10_000
RETRIES = 8
WAL_PAGES = 32_000
"""Size of the log at which a commit has to move it into the database itself; a message that waits for that is late."""
CHECKPOINT_SECONDS = 3.0
"""Moving the log beside the writer makes one or two commits wait for the disk, too: fewer than one in a hundred."""
CACHE_KIB = 32 * 1024
"""How much of the file each connection may hold; with SQLite's own 2 MiB a report read every row from disk anew."""
STANDS_STILL = {"idle_in_transaction_session_timeout": "20s"}
"""A process that stands still, or whose machine is gone without a word, would hold for ever what it has locked. Nothing
of ours lets a transaction wait, so after this time the server ends it."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}")


class DatabaseBusy(Exception):
    """Another process already serves from this SQLite file."""


class Database(Protocol):
    """Where work runs. `single`: no other process can touch the same rows meanwhile."""

    single: bool
    url: URL

    async def read(self, work: Work[T]) -> T: ...
    async def write(self, work: Work[T]) -> T: ...
    async def put(self, work: Work[T]) -> T:
        """As `write`, for work that is one statement, which a server commits by itself: two ways there are saved."""
        ...

    async def close(self) -> None: ...


def open_database(url: str, *, serve: bool = False) -> Database:
    """Open the database at `url` (sqlite:///file or postgresql://...).

    Args:
        serve: this process answers people; a second such process on one SQLite file is refused.

    Raises:
        DatabaseBusy: see `serve`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(parsed, serve=serve)
    return PostgresDatabase(parsed.set(drivername="postgresql+asyncpg"))


def sqlite_engine(url: URL, *, write: bool) -> Engine:
    """Engine with the pragmas that durable serving needs; write transactions begin immediately."""
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_MS / 1000},
        hide_parameters=True,  # an error's text must not carry residents' words
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (*PRAGMAS, f"wal_autocheckpoint={WAL_PAGES}", f"busy_timeout={LOCK_WAIT_MS}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a deferred transaction that reads before it writes fails at once with BUSY_SNAPSHOT
        raw(connection).execute("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


class SqliteDatabase:
    """The embedded database: one writer thread with group commit, a few readers beside it (WAL)."""

    single = True

    def __init__(self, url: URL, *, serve: bool) -> None:
        self.url = url
        self._lock = _lock_beside(Path(url.database)) if serve and url.database else None
        self._writing = sqlite_engine(url, write=True)
        self._reading = sqlite_engine(url, write=False)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="sqlite-read")
        self._checkpointed_at = time.monotonic()
        self._writer = threading.Thread(target=self._write_for_ever, name="sqlite-write", daemon=True)
        self._writer.start()

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T]) -> T:
        done: Future[T] = Future()
        self._jobs.put((work, done))
        return await asyncio.wrap_future(done)

    put = write

    async def close(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        self._writing.dispose()
        self._reading.dispose()
        if self._lock:
            self._lock.close()

    def _read(self, work: Work[T]) -> T:
        with self._reading.begin() as connection:
            return work(connection)

    def _write_for_ever(self) -> None:
        """Connect when there is something to write: before, it would only be in the way of who moves the database."""
        connection: Connection | None = None
        while group := self._next_group():
            try:
                connection = connection or self._writing.connect()
            except BaseException as error:  # noqa: BLE001 - whoever waits has to hear of it; the next may fare better
                for _, done in group:
                    done.set_exception(error)
                continue
            self._settle(connection, group)
            self._checkpoint_in_time()
        if connection is not None:
            connection.close()

    def _settle(self, connection: Connection, group: list[Job]) -> None:
        try:
            results = self._run(connection, group)
        except BaseException:  # noqa: BLE001 - each piece gets its own chance and its own error
            self._run_singly(connection, group)
        else:
            for (_, done), result in zip(group, results, strict=True):
                done.set_result(result)

    def _next_group(self) -> list[Job]:
        """Wait for work; an empty list ends the thread."""
        group: list[Job] = []
        while not group:
            job = self._jobs.get()
            if job is None:
                return []
            _take(job, group)
        return group

    def _take_waiting(self, group: list[Job]) -> None:
        """Add to a group what has piled up."""
        while len(group) < GROUP_LIMIT and not self._jobs.empty():
            job = self._jobs.get()
            if job is None:
                self._jobs.put(None)
                return
            _take(job, group)

    def _run(self, connection: Connection, group: list[Job]) -> list[Any]:
        """Run a group and what is asked for meanwhile, which joins it, and commit once."""
        results: list[Any] = []
        with connection.begin():
            while len(results) < len(group):
                results.append(group[len(results)][0](connection))
                self._take_waiting(group)
        return results

    def _checkpoint_in_time(self) -> None:
        """Move what was written from the log into the database beside the writer, which goes on meanwhile."""
        now = time.monotonic()
        if now - self._checkpointed_at > CHECKPOINT_SECONDS:
            self._checkpointed_at = now
            with suppress(RuntimeError):  # closing: the last connection does it
                self._readers.submit(self._checkpoint)

    def _checkpoint(self) -> None:
        with self._reading.connect() as connection:
            connection.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _run_singly(self, connection: Connection, group: list[Job]) -> None:
        for work, done in group:
            try:
                with connection.begin():
                    result = work(connection)
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever asked for the work
                done.set_exception(error)
            else:
                done.set_result(result)


def _take(job: Job, group: list[Job]) -> None:
    """Whoever asked may have given up; from here on they cannot, so that the answer finds its place."""
    if job[1].set_running_or_notify_cancel():
        group.append(job)


class PostgresDatabase:
    """For more than one process or machine. Work is run again after a lost race or a lost connection.

    The driver begins and commits: SQLAlchemy's statements and the driver's own (storage/sql/driver.py) share a transaction.
    """

    single = False

    def __init__(self, url: URL) -> None:
        self.url = url
        self._engine = create_async_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_use_lifo=True,  # the connection used last knows the statements already
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            connect_args={"server_settings": SERVER_SETTINGS | STANDS_STILL},
        )

    async def read(self, work: Work[T]) -> T:
        return await self._again(work)

    async def write(self, work: Work[T]) -> T:
        return await self._again(work)

    async def put(self, work: Work[T]) -> T:
        return await self._again(work, alone=True)

    async def close(self) -> None:
        await self._engine.dispose()

    async def _again(self, work: Work[T], *, alone: bool = False) -> T:
        for attempt in range(RETRIES):
            try:
                return await self._once(work, alone=alone)
            except Exception as error:
                if attempt == RETRIES - 1 or not _passing(error):
                    raise
                log.warning("database: trying again after %s", type(error).__name__)
            await asyncio.sleep(random.uniform(0.5, 1.0) * min(0.05 * 2**attempt, 2.0))
        raise AssertionError("unreachable")

    async def _once(self, work: Work[T], *, alone: bool) -> T:
        began = False
        async with self._engine.connect() as connection:
            driver: Any = await _living(connection)
            try:
                async with nullcontext() if alone else driver.transaction():
                    began = True
                    return await connection.run_sync(work)
            except BaseException as error:
                # Cancelled in its midst, a connection may be left in a transaction of which nobody knows: whatever is
                # written there next would never be committed.
                sound = began and isinstance(error, Exception)
                if not sound or driver.is_closed() or driver.is_in_transaction():
                    await connection.invalidate()
                raise


async def _living(connection: AsyncConnection) -> Any:
    """The driver's connection; one that the server has closed meanwhile is replaced."""
    assert connection.sync_connection is not None  # noqa: S101 - it is connected
    driver = raw(connection.sync_connection)
    while driver.is_closed():
        await connection.invalidate()
        driver = (await connection.get_raw_connection()).driver_connection
    return driver


def _passing(error: Exception) -> bool:
    """Whether the error is a lost connection, a serialization failure or a deadlock."""
    import asyncpg  # noqa: PLC0415 - only where there is a PostgreSQL

    if isinstance(error, OSError) or getattr(error, "connection_invalidated", False):
        return True
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)
    state = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
    return state[:2] in ("08", "57") or state in ("40001", "40P01", "55P03")


def _lock_beside(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise DatabaseBusy(str(path)) from None
    return lock
