"""Processes of the app, forked from one that has imported everything (preloaded.py).

Each is a process of its own and does what `chulin` does from its first line on. (tests/bot/test_run.py and
benchmarks/burst.py start it from nothing.)
"""

import asyncio
import importlib
import multiprocessing
import os
import signal
import sys
from pathlib import Path

import storage.ids

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["benchmarks.faults.preloaded"])
LOOK_SECONDS = 0.02
DIED = 137
"""Status of a process that has ended at its step (crash_points.py), as a shell has it of one that was killed."""


class Started:
    """One process; the part of asyncio's interface that the bench uses."""

    def __init__(self, module: str, words: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._process = _context.Process(target=_runs, args=(module, words, folder, environment))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        self._process.terminate()

    async def wait(self) -> int:
        """The status with which it has ended, negative: the signal."""
        while (status := self.returncode) is None:
            await asyncio.sleep(LOOK_SECONDS)
        return status


def _runs(module: str, words: list[str], folder: Path, environment: dict[str, str]) -> None:
    """What the new process does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.argv = ["chulin", *words]
    importlib.reload(storage.ids)  # each process draws its own
    importlib.import_module(module).main()
