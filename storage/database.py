"""Two databases behind one small port: work is a plain function of a connection, run in one transaction.

Work is synchronous, so nothing else can be awaited inside a transaction. On PostgreSQL it runs on SQLAlchemy's async
engine (`run_sync`). On SQLite one thread owns the only write connection and commits everything that is queued in one
transaction (group commit, docs/adr/0006); if a group fails, it is rolled back and its jobs are run one by one.
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

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.row_security import SERVER_SETTINGS
from storage.sql.driver import is_sqlite, raw

T = TypeVar("T")
Work = Callable[[Connection], T]
Job = tuple[Work[Any], Future[Any]]
log = logging.getLogger(__name__)

GROUP_LIMIT = 64
"""Jobs that one transaction on SQLite takes."""
LOCK_WAIT_MS = 10_000
RETRIES = 8
WAL_PAGES = 32_000
"""Size of the write-ahead log at which a commit itself has to checkpoint it: high, so that no message waits."""
CHECKPOINT_SECONDS = 3.0
"""Interval of the checkpoints beside the writer. Each delays one or two commits: fewer than one in a hundred."""
CACHE_KIB = 32 * 1024
"""Page cache of each connection. With SQLite's default of 2 MiB a report reads every row from disk again."""
CONNECTIONS = 16
"""Of one process to PostgreSQL, opened when needed."""
CONNECT_SECONDS = 10.0
"""How long a PostgreSQL server has to let us in. The driver's own 60 seconds leave an operator without an answer."""
IDLE_TRANSACTION_TIMEOUT = {"idle_in_transaction_session_timeout": "20s"}
"""A frozen process, or one whose machine vanished, would hold its locks for ever. None of our transactions ever waits
for anything, so the server ends those that do."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}")


class DatabaseBusy(Exception):
    """Another process already serves from this SQLite file."""


class DatabaseUnreachable(ConnectionError):
    """No connection to the server can be opened. `orig` says why; without a socket file it is a FileNotFoundError."""

    def __init__(self, orig: OSError) -> None:
        super().__init__(str(orig))
        self.orig = orig


class Database(Protocol):
    """Runs work in a transaction. `single_process`: no other process can use this database at the same time."""

    single_process: bool
    url: URL

    async def read(self, work: Work[T]) -> T: ...
    async def write(self, work: Work[T]) -> T: ...
    async def write_one(self, work: Work[T]) -> T:
        """As `write`, for work that is a single statement: PostgreSQL commits it by itself, saving two round trips."""
        ...

    async def close(self) -> None: ...


def open_database(url: str, *, serve: bool = False) -> Database:
    """Open the database at `url` (sqlite:///file or postgresql://...).

    Args:
        serve: this process serves people. A second such process on the same SQLite file is refused.

    Raises:
        DatabaseBusy: see `serve`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(parsed, serve=serve)
    return PostgresDatabase(parsed)


def sqlite_engine(url: URL, *, write: bool) -> Engine:
    """An engine with the pragmas for durable writes; with `write`, transactions take the write lock at once."""
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
        # a deferred transaction that reads before it writes can fail with BUSY_SNAPSHOT, which no timeout waits for
        raw(connection).execute("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def postgres_engine(url: URL, settings: dict[str, str] | None = None, **options: Any) -> AsyncEngine:
    """An engine that raises DatabaseUnreachable where no connection can be opened. `settings` are the server's."""
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        hide_parameters=True,  # an error's text must not carry residents' words
        connect_args={"server_settings": SERVER_SETTINGS | (settings or {}), "timeout": CONNECT_SECONDS},
        **options,
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connect(dialect: Dialect, _record: object, arguments: Any, parameters: Any) -> Any:
        try:
            return dialect.connect(*arguments, **parameters)
        except OSError as error:
            raise DatabaseUnreachable(error) from error

    return engine


class SqliteDatabase:
    """The embedded database: one writer thread with group commit, and two readers beside it (WAL)."""

    single_process = True

    def __init__(self, url: URL, *, serve: bool) -> None:
        self.url = url
        self._lock = _lock_beside(Path(url.database)) if serve and url.database else None
        self._writing = sqlite_engine(url, write=True)
        self._reading = sqlite_engine(url, write=False)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="sqlite-read")
        self._checkpointed_at = time.monotonic()
        self._writer = threading.Thread(target=self._run_writer, name="sqlite-write", daemon=True)
        self._writer.start()

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T]) -> T:
        done: Future[T] = Future()
        self._jobs.put((work, done))
        return await asyncio.wrap_future(done)

    write_one = write

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

    def _run_writer(self) -> None:
        """The writer thread. It connects with the first job: an idle connection would block migrations and restores."""
        connection: Connection | None = None
        while group := self._next_group():
            try:
                connection = connection or self._writing.connect()
            except BaseException as error:  # noqa: BLE001 - passed on to the callers; the next group tries again
                for _, done in group:
                    done.set_exception(error)
                continue
            self._commit_group(connection, group)
            self._checkpoint_if_due()
        if connection is not None:
            connection.close()

    def _commit_group(self, connection: Connection, group: list[Job]) -> None:
        try:
            results = self._run(connection, group)
        except BaseException:  # noqa: BLE001 - each job gets a run and an error of its own
            self._run_singly(connection, group)
        else:
            for (_, done), result in zip(group, results, strict=True):
                done.set_result(result)

    def _next_group(self) -> list[Job]:
        """Wait for the next job. An empty list ends the thread."""
        group: list[Job] = []
        while not group:
            job = self._jobs.get()
            if job is None:
                return []
            _take(job, group)
        return group

    def _take_waiting(self, group: list[Job]) -> None:
        """Add the jobs that have queued up to the group."""
        while len(group) < GROUP_LIMIT and not self._jobs.empty():
            job = self._jobs.get()
            if job is None:
                self._jobs.put(None)
                return
            _take(job, group)

    def _run(self, connection: Connection, group: list[Job]) -> list[Any]:
        """Run a group, and the jobs that arrive meanwhile, in one transaction; returns their results in order."""
        results: list[Any] = []
        with connection.begin():
            while len(results) < len(group):
                results.append(group[len(results)][0](connection))
                self._take_waiting(group)
        return results

    def _checkpoint_if_due(self) -> None:
        """Checkpoint the write-ahead log in a reader's thread, so that the writer goes on meanwhile."""
        now = time.monotonic()
        if now - self._checkpointed_at > CHECKPOINT_SECONDS:
            self._checkpointed_at = now
            with suppress(RuntimeError):  # closing: the last connection to close checkpoints
                self._readers.submit(self._checkpoint)

    def _checkpoint(self) -> None:
        with self._reading.connect() as connection:
            connection.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _run_singly(self, connection: Connection, group: list[Job]) -> None:
        for work, done in group:
            try:
                with connection.begin():
                    result = work(connection)
            except BaseException as error:  # noqa: BLE001 - passed on to the caller
                done.set_exception(error)
            else:
                done.set_result(result)


def _take(job: Job, group: list[Job]) -> None:
    """Add a job to a group unless its caller has cancelled it; from here on it can no longer be cancelled."""
    if job[1].set_running_or_notify_cancel():
        group.append(job)


def attempt(connection: Connection, work: Callable[[], T]) -> T | Exception:
    """Run `work` within a transaction. If it fails, undo what it wrote and return its error; the transaction goes on.

    Raises:
        Exception: the transaction itself is lost. `Database.write` may run all of it again.
    """
    connection.exec_driver_sql("SAVEPOINT attempt")
    try:
        result: T | Exception = work()
    except Exception as error:
        if not is_sqlite(connection) and _is_transient(error):
            raise
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT attempt")  # fails if SQLite has ended all of it (full disk)
        result = error
    connection.exec_driver_sql("RELEASE SAVEPOINT attempt")
    return result


class PostgresDatabase:
    """For several processes or machines. Work is run again after a lost connection, a deadlock or a lost race.

    The driver begins and commits the transaction, so that SQLAlchemy's statements and those that go to the driver
    directly (storage/sql/driver.py) share it.
    """

    single_process = False

    def __init__(self, url: URL) -> None:
        self.url = url
        self._engine = postgres_engine(
            url,
            IDLE_TRANSACTION_TIMEOUT,
            pool_size=CONNECTIONS,
            max_overflow=0,  # a connection beyond the pool would be opened for one transaction and closed again
            pool_use_lifo=True,  # the connection used last has the statements prepared already
            isolation_level="AUTOCOMMIT",
        )

    async def read(self, work: Work[T]) -> T:
        return await self._with_retries(work)

    async def write(self, work: Work[T]) -> T:
        return await self._with_retries(work)

    async def write_one(self, work: Work[T]) -> T:
        return await self._with_retries(work, autocommit=True)

    async def close(self) -> None:
        await self._engine.dispose()

    async def _with_retries(self, work: Work[T], *, autocommit: bool = False) -> T:
        for attempt in range(RETRIES):
            try:
                return await self._run(work, autocommit=autocommit)
            except Exception as error:
                if attempt == RETRIES - 1 or not _is_transient(error):
                    raise
                log.warning("database: trying again after %s", type(error).__name__)
            await asyncio.sleep(random.uniform(0.5, 1.0) * min(0.05 * 2**attempt, 2.0))
        raise AssertionError("unreachable")

    async def _run(self, work: Work[T], *, autocommit: bool) -> T:
        async with self._engine.connect() as connection:
            driver = await _open_driver_connection(connection)
            return await _run_on(connection, driver, work, autocommit=autocommit)


async def _run_on(connection: AsyncConnection, driver: Any, work: Work[T], *, autocommit: bool) -> T:
    began = False
    try:
        async with nullcontext() if autocommit else driver.transaction():
            began = True
            return await connection.run_sync(work)
    except BaseException as error:
        # A cancelled call may leave its connection inside a transaction that nobody will commit: what is written there
        # next would be lost. Such a connection is thrown away.
        sound = began and isinstance(error, Exception)
        if not sound or driver.is_closed() or driver.is_in_transaction():
            await connection.invalidate()
        raise


async def _open_driver_connection(connection: AsyncConnection) -> Any:
    """The driver's connection; one that the server has closed is replaced first."""
    assert connection.sync_connection is not None  # noqa: S101 - it is connected
    driver = raw(connection.sync_connection)
    while driver.is_closed():
        await connection.invalidate()
        driver = (await connection.get_raw_connection()).driver_connection
    return driver


def _is_transient(error: Exception) -> bool:
    """Whether a retry may help: a lost connection, a server that is starting or stopping, a deadlock or lost race."""
    import asyncpg  # noqa: PLC0415 - only needed with PostgreSQL

    if isinstance(error, DatabaseUnreachable) and isinstance(error.orig, TimeoutError):
        return False  # it has been waited for already
    if isinstance(error, ConnectionError) or getattr(error, "connection_invalidated", False):
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
