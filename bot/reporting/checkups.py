"""Check-ups of a community, a street and the district: every few months and on demand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from bot.reporting.mailing import Mailing, Message
from bot.reporting.services import RenderedReport, ReportServices, render
from digests.checkups.area import AreaPage, area_text, over_communities
from digests.checkups.checkup import Found, checkups, content_of, from_content
from digests.checkups.presentation import CheckupPage
from digests.checkups.text import checkup_text
from digests.drawing_process import Draws
from digests.presentation import Say
from digests.subject import Subject
from digests.subject import checkups as subjects
from digests.summary import Level
from handlers.reply import OutFile
from ledger.district import District
from ledger.needs import Demand
from ledger.periods import Period, midnight
from ledger.sharing import neighbours
from storage.reference import CommunityRow
from storage.reporting.reports import made_for
from storage.reporting.rows import Request, Run
from storage.unit_of_work import UnitOfWork

CONTENT_VERSION = 1
STALE_AFTER = timedelta(days=31)
"""A check-up says how things stand today: one of a time that was over so long ago is only noted as done."""
Page = CheckupPage | AreaPage


@dataclass(frozen=True, slots=True)
class CheckupMaker:
    """All that making a check-up takes. `mask` and `say` go to the drawing process, so they have to be importable."""

    district: District
    say: Say
    mask: Callable[[str], str]
    drawer: Draws

    def found(self, uow: UnitOfWork, subject: Subject) -> Found:
        """Read what a check-up is computed from; neighbours of a street's communities may lie in another."""
        communities = [uow.reference.communities[subject.id]]
        if subject.level is not Level.COMMUNITY:
            communities = uow.reference.real_communities()
        ids, zone = [community.id for community in communities], communities[0].zone
        asked = self._asked(uow, zone)
        of_item: dict[int, dict[int, Demand]] = {community_id: {} for community_id in ids}
        for (community_id, item), demand in uow.demand.of(ids, asked).items():
            of_item[community_id][item] = demand
        this_year = uow.now.astimezone(zone).year
        return Found(uow.now, this_year, asked.start, asked.end, uow.facilities.found_in(ids), of_item)

    def page(self, uow: UnitOfWork, subject: Subject, found: Found | None = None) -> Page:
        """Compute a check-up, as it was found then or as things stand; words are always those of now."""
        found = found or self.found(uow, subject)
        if subject.level is Level.COMMUNITY:
            return self._community(uow, uow.reference.communities[subject.id], found)
        return self._area(uow, subject, found)

    async def make(self, page: Page) -> RenderedReport:
        """Write it and draw it.

        Raises:
            BrokenExecutor: the drawing process died.
        """
        text = checkup_text(page) if isinstance(page, CheckupPage) else area_text(page)
        return RenderedReport(text, await render(self.drawer, page))

    def _community(self, uow: UnitOfWork, community: CommunityRow, found: Found) -> CheckupPage:
        [made] = checkups(found, self.district.checkup, self.district.items)
        quotes = uow.demand.loudest(community.id, found.asked)
        street = uow.reference.street_of(community.id)
        return CheckupPage(made, community, street, self.district, self.say, self.mask, quotes)

    def _area(self, uow: UnitOfWork, subject: Subject, found: Found) -> AreaPage:
        own = {community.id for community in subject.communities(uow.reference)}
        everywhere = {c.id: c for c in uow.reference.real_communities()}
        positions = {
            c.id: (c.latitude, c.longitude)
            for c in everywhere.values()
            if c.latitude is not None and c.longitude is not None
        }
        adjacent = neighbours(positions, self.district.checkup.near_m, uow.facilities.named_neighbours())
        made = [c for c in checkups(found, self.district.checkup, self.district.items) if c.community_id in everywhere]
        place = subject.name(uow.reference) or self.say("summary.district")
        area = over_communities(made, own, adjacent, self.district)
        return AreaPage(area, place, everywhere, self.district, self.say)

    def _asked(self, uow: UnitOfWork, zone: tzinfo) -> Period:
        """The days whose demand counts, today included."""
        tomorrow = uow.now.astimezone(zone).date() + timedelta(days=1)
        return Period(
            midnight(tomorrow - timedelta(days=self.district.checkup.demand_days), zone), midnight(tomorrow, zone)
        )


class Checkups:
    """Sends check-ups that are due, and answers who asked for one."""

    def __init__(self, services: ReportServices) -> None:
        self._services = services
        self._mailing = Mailing(services)
        context = services.context
        self._maker = CheckupMaker(context.district, context.texts, context.mask, services.drawer)

    def due(self, uow: UnitOfWork) -> list[tuple[Subject, Period]]:
        """The newest of each that is over and not made yet."""
        return self._mailing.due(uow, subjects(uow.reference), self._services.context.district.checkup.sent_every)

    async def fix(self, due: tuple[Subject, Period], now: datetime) -> bool:
        """Make a check-up and send it to who reads it, once; an empty or a stale one is only noted."""
        subject, period = due
        message, content = None, {"version": CONTENT_VERSION, "files": ()}
        if now - period.end <= STALE_AFTER:
            message, content = await self._made(subject, now)
        run = Run(subject.community_id, period.start, period.end, content, now)
        fixed = await self._services.write(now, lambda uow: self._mailing.fix(uow, subject, run, message))
        return fixed and bool(message)

    async def _made(self, subject: Subject, now: datetime) -> tuple[Message | None, dict[str, Any]]:
        """The message, None if there is nothing in it, and what it was made of."""
        found = await self._services.read(now, lambda uow: self._maker.found(uow, subject))
        page = await self._services.read(now, lambda uow: self._maker.page(uow, subject, found))
        message, files = (None, ()) if page.empty else await self._message(page)
        return message, {"version": CONTENT_VERSION, "found": content_of(found), "files": files}

    async def answer(self, request: Request, now: datetime) -> bool:
        """At somebody's own hour what was fixed; who just asks sees how things stand."""
        subject = Subject.of(request.report)
        fixed = await self._services.read(now, lambda uow: self._fixed(uow, subject, request))
        page = await self._services.read(now, lambda uow: self._maker.page(uow, subject, fixed))
        message, files = await self._message(page)
        # kept as a run, so that erasing a person takes files with their words away
        run = Run(subject.community_id, now, now, {"version": CONTENT_VERSION, "files": files}, now)

        def send(uow: UnitOfWork) -> bool:
            answered = self._mailing.answer(uow, subject, request, message)
            return answered and uow.reports.keep(run, made_for(request.report, request.id))

        return await self._services.write(now, send)

    def _fixed(self, uow: UnitOfWork, subject: Subject, request: Request) -> Found | None:
        start = request.period_start
        run = uow.reports.run(subject.community_id, start, subject.code) if start else None
        return from_content(run.content["found"]) if run else None

    async def _message(self, page: Page) -> tuple[Message, tuple[OutFile, ...]]:
        made = await self._maker.make(page)
        return await self._mailing.message(made)
