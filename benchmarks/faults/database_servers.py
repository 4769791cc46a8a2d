"""Where databases come from: files of SQLite, or a PostgreSQL server that can be restarted and frozen."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.sample import postgres_server

START_SECONDS = 120
"""The wheel's own start waits ten, which a busy disk can outlast."""


class Files:
    """Files of SQLite's own, made where the app has its data."""

    async def new(self) -> str:
        return ""


class Postgres:
    """A server from the wheel, for as long as the bench runs."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._numbers = count(1)

    async def new(self) -> str:
        """URL of an empty database."""
        name = f"trial{next(self._numbers)}"
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()
        return str(self._server.get_uri(database=name))

    @property
    def pid(self) -> int:
        return int(self._server.get_pid())

    def children(self) -> list[int]:
        """Processes of the server, one for each connection and some of its own."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def restart(self) -> None:
        """End it at once, without a checkpoint, and start it again."""
        pid, socket_dir = self.pid, self._server.get_postmaster_info().socket_dir
        os.kill(pid, signal.SIGQUIT)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.02)
        subprocess.run(  # noqa: S603 - our own server
            [
                self._server.bin_path / "pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", self._server.pgdata,
                "-l", self._server.log, "-o", f'-h "" -k {socket_dir} -c recovery_init_sync_method=syncfs',
            ],
            user=self._server.system_user, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        self._server.ensure_postgres_running()

    def freezes(self, seconds: float) -> None:
        """Neither the server nor any of its processes moves for a while."""
        everybody = [self.pid, *self.children()]
        for one in everybody:
            os.kill(one, signal.SIGSTOP)
        time.sleep(seconds)
        for one in everybody:
            os.kill(one, signal.SIGCONT)


@contextmanager
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield Postgres(server)
