"""Draws digests in a separate process, so that nobody who writes to the bot waits for a picture.

The process starts when there is something to draw, has a low priority, and ends with its parent.
"""

import asyncio
import contextlib
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from digests.presentation import Page
from storage.reporting.rows import LedgerRow

NICENESS = 10


@dataclass(frozen=True, slots=True)
class Names:
    """Names behind the numbers in a community's rows."""

    grids: Mapping[int, str]
    staff: Mapping[int, str]
    units: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """Cases of the workbook. `pressing_in_all`: the number of pressing cases, of which not all may be listed."""

    filed: Sequence[LedgerRow]
    pressing: Sequence[LedgerRow]
    pressing_in_all: int


class Drawable(Protocol):
    """Something that can draw itself into files and can be pickled for another process."""

    def file_names(self) -> tuple[str, ...]: ...
    def draw(self) -> tuple[bytes, ...]: ...


@dataclass(frozen=True, slots=True)
class Order:
    """A weekly digest to be drawn."""

    page: Page
    names: Names
    rows: Rows

    def draw(self) -> tuple[bytes, ...]:
        """The chart, the pages and the workbook; the libraries for them are imported only here."""
        chart, pages = import_module("digests.weekly_chart"), import_module("digests.report_pdf")
        picture = chart.png(chart.weekly_chart(self.page))
        return picture, pages.weekly_pdf(self.page, picture), import_module("digests.weekly_workbook").workbook(self)

    def file_names(self) -> tuple[str, ...]:
        of = {"community": self.page.community.name, **self.page.week()}
        return tuple(self.page.say(f"digest.file_{part}", **of) for part in ("chart", "pages", "workbook"))


def files_of(page: Drawable) -> tuple[bytes, ...]:
    """The contents of a page's files, in the order of its `draw`."""
    return page.draw()


class Draws(Protocol):
    """Draws pages. `rest` frees its resources after finishing, `end` at once."""

    async def files(self, page: Drawable) -> tuple[bytes, ...]: ...

    def rest(self) -> None: ...
    def end(self) -> None: ...


class DrawingEnded(BrokenExecutor):
    """The program ends, and nothing is drawn any more."""


class Drawer:
    """A drawing process, started when it is needed."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._ended = False

    async def files(self, page: Drawable) -> tuple[bytes, ...]:
        """Draw a page in the other process; if that dies, in a new one.

        Raises:
            BrokenExecutor: the new process died, too; the next call starts another.
            DrawingEnded: see `end`.
        """
        try:
            return await self._files(page)
        except BrokenExecutor:
            return await self._files(page)

    async def _files(self, page: Drawable) -> tuple[bytes, ...]:
        if self._ended:
            raise DrawingEnded
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, initializer=_settle_in)
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, files_of, page)
        except BrokenExecutor:
            if self._pool is pool:  # otherwise another page has replaced it already
                self.rest()
            raise

    def rest(self) -> None:
        """End the process after it has finished its work, without waiting for it."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None

    def end(self) -> None:
        """End the process at once, as Python would wait for it at exit. Unfinished pages are drawn after a restart."""
        self._ended = True
        processes = list((self._pool._processes or {}).values()) if self._pool else []  # noqa: SLF001
        for process in processes:  # from Python 3.14 on: terminate_workers()
            process.kill()
        self.rest()


def _settle_in() -> None:
    """Set up the drawing process: it ignores Ctrl-C, has a low priority, and ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):  # a service manager may forbid it: then it draws at the usual priority
        os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for library in ("digests.figures", "digests.report_pdf", "digests.weekly_workbook"):
        import_module(library)
    gc.freeze()  # libraries stay in memory: searching them for garbage took a tenth of the time


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class DrawHere:
    """Draws in this process, for the command line, where nobody else waits."""

    async def files(self, page: Drawable) -> tuple[bytes, ...]:
        return files_of(page)

    def rest(self) -> None:
        return

    def end(self) -> None:
        return
