"""Makes one weekly digest: read in one transaction, drawn elsewhere. Nothing is fixed or sent in here."""

import logging
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass

from bot.desk import MadeFile, drawn
from digests import weekly
from digests.drawing import Draws, Names, Order, Rows
from digests.page import Page, Say
from digests.text import weekly_text
from ledger.district import District
from ledger.periods import Period
from storage.reference import CommunityRow, Reference
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

PRESSING_LISTED = 500


@dataclass(frozen=True, slots=True)
class Made:
    """A digest with its text and its files."""

    weekly: weekly.Weekly
    text: str
    files: tuple[MadeFile, ...]


@dataclass(frozen=True, slots=True)
class WeeklyMaker:
    """All that making a digest takes. `mask` and `say` go to the drawing process, so they have to be importable."""

    district: District
    say: Say
    mask: Callable[[str], str]
    drawer: Draws

    def order(
        self, uow: UnitOfWork, community: CommunityRow, period: Period, fixed: weekly.Weekly | None = None
    ) -> Order:
        """Read and compute all that the digest of a period shows as things stand; with `fixed`, as it was made then."""
        before, soon = period.before(community.zone), weekly.soon(uow.now, community.zone)
        since = weekly.measured_since(period, community.zone)
        rows = uow.reports.week(community.id, period, before, since=since, soon=soon, limit=PRESSING_LISTED)
        week = fixed or weekly.weekly(community.id, period, uow.now, rows)
        return Order(
            self._page(uow, community, week),
            self._names(uow.reference, community.id),
            Rows(rows.filed, rows.pressing, rows.open.pressing),
        )

    async def make(self, order: Order) -> Made:
        """Write it and draw it.

        Raises:
            BrokenExecutor: the drawing process died.
        """
        text = weekly_text(order.page)
        try:
            return Made(order.page.weekly, text, await drawn(self.drawer, order))
        except BrokenExecutor:
            raise
        except Exception:
            # whatever is wrong with the picture: what to do today is in the words
            log.exception("the files of the digest of community %s could not be drawn", order.page.community.id)
            return Made(order.page.weekly, f"{text}\n\n{self.say('digest.files_missing')}", ())

    def text(self, uow: UnitOfWork, community: CommunityRow, fixed: weekly.Weekly) -> str:
        """The text of a digest that was made before."""
        return weekly_text(self._page(uow, community, fixed))

    def _page(self, uow: UnitOfWork, community: CommunityRow, week: weekly.Weekly) -> Page:
        """Words are those of now: what was erased meanwhile stays erased."""
        said = uow.reports.words(community.id, week.numbers())
        street = uow.reference.street_of(community.id)
        return Page(week, community, self.district, self.say, self.mask, said, street)

    def _names(self, reference: Reference, community_id: int) -> Names:
        street = reference.street_of(community_id)
        grids = {grid: name for (community, grid), name in reference.grids.items() if community == community_id}
        units = {unit: self.district.units_at([name], street) for unit, name in reference.units.items()}
        return Names(grids, {row.id: row.name for row in reference.staff.values()}, units)
