"""What all reports share: transactions, the drawing process, and the store for their files."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bot.files import FileStore
from bot.transactions import write
from digests.drawing_process import Drawable, Draws
from handlers.context import Context
from handlers.reply import OutFile
from storage.database import Database
from storage.reference_queries import ReferenceCache
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")


class ErasedMeanwhile(Exception):
    """Somebody was erased after a report was read: it may hold their words, and has to be read and drawn anew."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of a report, before it is stored."""

    kind: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class RenderedReport:
    """A report with its text and its files."""

    text: str
    files: tuple[ReportFile, ...]


async def render(drawer: Draws, page: Drawable) -> tuple[ReportFile, ...]:
    """Draw a page; returns its files with their names. Pictures are sent as photos.

    Raises:
        BrokenExecutor: the drawing process died.
    """
    found = zip(page.file_names(), await drawer.files(page), strict=True)
    return tuple(ReportFile("photo" if name.endswith(".png") else "document", name, content) for name, content in found)


@dataclass(frozen=True, slots=True)
class ReportServices:
    """What making a report takes.

    `wake_delivery` is called when a message was queued.
    `erasures`: how many people had been erased when the report was begun.
    """

    database: Database
    context: Context
    files: FileStore
    wake_delivery: Callable[[], None]
    drawer: Draws
    reference: ReferenceCache
    erasures: int = 0

    async def begun(self, now: datetime) -> "ReportServices":
        """The services for one report, which is read from now on."""
        return replace(self, erasures=await self.read(now, lambda uow: uow.erasure.count()))

    async def read(self, now: datetime, work: Callable[[UnitOfWork], T]) -> T:
        return await self.database.read(
            lambda connection: work(UnitOfWork(connection, self.reference.current(connection), now))
        )

    async def write(self, now: datetime, work: Callable[[UnitOfWork], bool]) -> bool:
        """Keep and send what was made of a report.

        Raises:
            ErasedMeanwhile: nothing was written.
        """

        def unless_erased(uow: UnitOfWork) -> bool:
            if uow.erasure.held_count() != self.erasures:
                raise ErasedMeanwhile
            return work(uow)

        done = await write(self.database, self.reference.current, now, unless_erased)
        if done:
            self.wake_delivery()
        return done

    async def stored(self, files: Iterable[ReportFile]) -> tuple[OutFile, ...]:
        return tuple([OutFile(f.kind, await asyncio.to_thread(self.files.put, f.content), f.name) for f in files])
