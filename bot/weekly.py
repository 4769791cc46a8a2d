"""Makes one weekly digest: read in one transaction, drawn elsewhere. Nothing is fixed or sent in here."""

import logging
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from digests import weekly
from digests.drawing import Drawn, Draws, Names, Order, Rows
from digests.page import Page, Say
from digests.text import weekly_text
from ledger.district import District
from ledger.periods import Period
from storage.database import Database
from storage.reference import CommunityRow, Reference
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
log = logging.getLogger(__name__)

PRESSING_LISTED = 500


@dataclass(frozen=True, slots=True)
class MadeFile:
    kind: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """A digest with its text and its files."""

    weekly: weekly.Weekly
    text: str
    files: tuple[MadeFile, ...]


@dataclass(frozen=True, slots=True)
class WeeklyMaker:
    """All that making a digest takes. `mask` and `say` go to the drawing process, so they have to be importable."""

    database: Database
    district: District
    say: Say
    mask: Callable[[str], str]
    drawer: Draws
    reference: Callable[[Connection], Reference]

    async def make(
        self, community: CommunityRow, period: Period, now: datetime, fixed: weekly.Weekly | None = None
    ) -> Made:
        """Make the digest of a period as things stand at `now`; with `fixed`, as it was made then.

        Raises:
            BrokenExecutor: the drawing process died.
        """
        order = await self.read(now, lambda uow: self.order(uow, community, period, fixed))
        text = weekly_text(order.page)
        try:
            return Made(order.page.weekly, text, _files(order.page, await self.drawer.draw(order)))
        except BrokenExecutor:
            raise
        except Exception:
            # whatever is wrong with the picture: what to do today is in the words
            log.exception("the files of the digest of community %s could not be drawn", community.id)
            return Made(order.page.weekly, f"{text}\n\n{self.say('digest.files_missing')}", ())

    async def text(self, community: CommunityRow, fixed: weekly.Weekly, now: datetime) -> str:
        """The text of a digest that was made before."""
        return weekly_text(await self.read(now, lambda uow: self._page(uow, community, fixed)))

    async def read(self, now: datetime, work: Callable[[UnitOfWork], T]) -> T:
        return await self.database.read(
            lambda connection: work(UnitOfWork(connection, self.reference(connection), now))
        )

    def order(
        self, uow: UnitOfWork, community: CommunityRow, period: Period, fixed: weekly.Weekly | None = None
    ) -> Order:
        """Read and compute all that one digest shows."""
        before, soon = period.before(community.zone), weekly.soon(uow.now, community.zone)
        since = weekly.measured_since(period, community.zone)
        rows = uow.reports.week(community.id, period, before, since=since, soon=soon, limit=PRESSING_LISTED)
        week = fixed or weekly.weekly(community.id, period, uow.now, rows)
        return Order(
            self._page(uow, community, week),
            _names(uow.reference, community.id),
            Rows(rows.filed, rows.pressing, rows.open.pressing),
        )

    def _page(self, uow: UnitOfWork, community: CommunityRow, week: weekly.Weekly) -> Page:
        """Words are those of now: what was erased meanwhile stays erased."""
        said = uow.reports.words(community.id, week.numbers())
        return Page(week, community, self.district, self.say, self.mask, said)


def _files(page: Page, drawn: Drawn) -> tuple[MadeFile, ...]:
    names = {"community": page.community.name, "name": page.weekly.period.name(page.zone)}
    return (
        MadeFile("photo", page.say("digest.file_chart", **names), drawn.chart),
        MadeFile("document", page.say("digest.file_pages", **names), drawn.pages),
        MadeFile("document", page.say("digest.file_workbook", **names), drawn.workbook),
    )


def _names(reference: Reference, community_id: int) -> Names:
    grids = {grid: name for (community, grid), name in reference.grids.items() if community == community_id}
    return Names(grids, {row.id: row.name for row in reference.staff.values()}, reference.units)
