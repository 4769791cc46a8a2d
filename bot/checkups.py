"""Check-ups on demand: of a community, of a street, of the district; as things stand, with their files."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.desk import Desk
from bot.weekly import MadeFile
from digests.checkups.area import AreaPage, area_text, over_communities
from digests.checkups.checkup import Asked, Checkup, checkup
from digests.checkups.page import CheckupPage
from digests.checkups.text import checkup_text
from digests.drawing import Draws
from digests.page import Say
from digests.subject import Subject
from digests.summary import Level
from handlers.event import Address
from handlers.post import post
from handlers.reply import Reply
from ledger.district import District
from ledger.needs import Voice
from ledger.periods import Period, midnight
from ledger.sharing import neighbours
from storage.reference import CommunityRow
from storage.report_rows import Request, Run
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

CHECKUP = "checkup"
CONTENT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Made:
    text: str
    files: tuple[MadeFile, ...]


@dataclass(frozen=True, slots=True)
class CheckupMaker:
    """All that making a check-up takes. `mask` and `say` go to the drawing process, so they have to be importable."""

    district: District
    say: Say
    mask: Callable[[str], str]
    drawer: Draws

    def page(self, uow: UnitOfWork, community: CommunityRow) -> CheckupPage:
        """Read and compute a community's check-up."""
        quotes = uow.voices.loudest(community.id, self._asked(uow, community.zone))
        street = uow.reference.streets.get(community.street_id or 0, "")
        found = self._checkups(uow, [community])[0]
        return CheckupPage(found, community, street, self.district, self.say, self.mask, quotes)

    def area_page(self, uow: UnitOfWork, subject: Subject) -> AreaPage:
        """Read and compute the check-ups of a street's or the district's communities, and what they could share."""
        communities = subject.communities(uow.reference)
        everywhere = uow.reference.real_communities()
        positions = {
            c.id: (c.latitude, c.longitude) for c in everywhere if c.latitude is not None and c.longitude is not None
        }
        adjacent = neighbours(positions, self.district.checkup.near_m, uow.facilities.named_neighbours())
        found = over_communities(self._checkups(uow, everywhere), {c.id for c in communities}, adjacent, self.district)
        place = subject.name(uow.reference) or self.say("summary.district")
        return AreaPage(found, place, {c.id: c for c in everywhere}, self.district, self.say)

    async def make(self, page: CheckupPage | AreaPage) -> Made:
        """Write it and draw it.

        Raises:
            BrokenExecutor: the drawing process died.
        """
        drawn = await self.drawer.files(page)
        text = checkup_text(page) if isinstance(page, CheckupPage) else area_text(page)
        files = zip(page.file_names(), drawn, strict=True)
        return Made(text, tuple(MadeFile("document", name, content) for name, content in files))

    def _checkups(self, uow: UnitOfWork, communities: list[CommunityRow]) -> list[Checkup]:
        rules, period = self.district.checkup, self._asked(uow, communities[0].zone)
        ids = [community.id for community in communities]
        stocks, voices = uow.facilities.of_all(ids), uow.voices.of(ids, period)
        of_item: dict[int, dict[int, Voice]] = {community_id: {} for community_id in ids}
        for (community_id, item), voice in voices.items():
            of_item[community_id][item] = voice
        return [checkup(i, rules, self.district.items, stocks[i], Asked(period, of_item[i]), uow.now) for i in ids]

    def _asked(self, uow: UnitOfWork, zone: tzinfo) -> Period:
        """The days whose voices count, today included."""
        tomorrow = uow.now.astimezone(zone).date() + timedelta(days=1)
        return Period(
            midnight(tomorrow - timedelta(days=self.district.checkup.demand_days), zone), midnight(tomorrow, zone)
        )


class Checkups:
    """Answers who asked for a check-up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        context = desk.context
        self._maker = CheckupMaker(context.district, context.texts, context.mask, desk.drawer)

    async def run_requests(self, now: datetime) -> int:
        """Make and send every check-up that was asked for; returns how many were sent."""
        answered = 0
        for request in await self._desk.read(now, lambda uow: uow.reports.requests(CHECKUP)):
            try:
                answered += await self._answer(request, now)
            except Exception:
                log.exception("the check-up %s that was asked for failed; it is tried again", request.report)
        return answered

    async def _answer(self, request: Request, now: datetime) -> bool:
        subject = Subject.of(request.report.removeprefix(f"{CHECKUP}:"))
        made = await self._maker.make(await self._desk.read(now, lambda uow: self._page(uow, subject)))
        files, to = await self._desk.stored(made.files), Address(request.bot, request.chat, request.topic)
        content = {"version": CONTENT_VERSION, "files": files}
        # kept as a run, so that erasing a person takes files with their words away
        run = Run(subject.community_id, now, now, content, now)

        def send(uow: UnitOfWork) -> bool:
            if not uow.reports.finish(request):
                return False
            uow.reports.keep(run, f"{CHECKUP}:{request.id}")
            post(self._desk.context, uow, Reply(to, made.text, files=files, key=f"asked:{request.id}"))
            return True

        return await self._desk.write(now, send)

    def _page(self, uow: UnitOfWork, subject: Subject) -> CheckupPage | AreaPage:
        if subject.level is Level.COMMUNITY:
            return self._maker.page(uow, uow.reference.communities[subject.id])
        return self._maker.area_page(uow, subject)
