"""What all reports share: transactions, the drawing process, and the store for their files."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from bot.files import FileStore
from bot.transactions import write
from digests.drawing_process import Drawable, Draws
from handlers.context import Context
from handlers.reply import OutFile
from storage.database import Database
from storage.reference import Reference
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")


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

    `reference` gives the snapshot of the reference tables; `wake_delivery` is called when a message was queued.
    """

    database: Database
    context: Context
    files: FileStore
    wake_delivery: Callable[[], None]
    drawer: Draws
    reference: Callable[[Connection], Reference]

    async def read(self, now: datetime, work: Callable[[UnitOfWork], T]) -> T:
        return await self.database.read(
            lambda connection: work(UnitOfWork(connection, self.reference(connection), now))
        )

    async def write(self, now: datetime, work: Callable[[UnitOfWork], bool]) -> bool:
        done = await write(self.database, self.reference, now, work)
        if done:
            self.wake_delivery()
        return done

    async def stored(self, files: Iterable[ReportFile]) -> tuple[OutFile, ...]:
        return tuple([OutFile(f.kind, await asyncio.to_thread(self.files.put, f.content), f.name) for f in files])
