"""Weekly digests: read in one transaction, drawn in another process, fixed once a week, sent to their receivers.

A digest is fixed in one transaction together with one message for each receiver; whoever fixes it second, in another
process or after a restart, has made it for nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.reporting.mailing import Mailing, Message
from bot.reporting.services import ReportFile, ReportServices, render
from digests import weekly
from digests.drawing_process import DrawingEnded, Draws, Names, Order, Rows
from digests.presentation import Page, Say
from digests.subject import WEEK, Subject
from digests.summary import Level
from digests.weekly_text import weekly_text
from handlers.event import Address
from handlers.reply import Button, OutFile, Priority, Reply, in_rows
from ledger.district import District
from ledger.periods import Period, missed, newest_due, running_week
from storage.reference import CommunityRow, Reference
from storage.reporting.reports import cause_of
from storage.reporting.rows import Request, Run
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

PRESSING_LISTED = 500
CONTENT_VERSION = 1
MOST_BUTTONS, BUTTONS_IN_A_ROW = 24, 4
FILES = 3
"""Chart, pages and workbook. A run whose pages and workbook were erased has only the chart."""


@dataclass(frozen=True, slots=True)
class RenderedDigest:
    """A digest with its text and its files."""

    weekly: weekly.Weekly
    text: str
    files: tuple[ReportFile, ...]


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

    async def make(self, order: Order) -> RenderedDigest:
        """Write it and draw it.

        Raises:
            DrawingEnded: the program ends; the digest is made after a restart.
        """
        text = weekly_text(order.page)
        try:
            return RenderedDigest(order.page.weekly, text, await render(self.drawer, order))
        except DrawingEnded:
            raise
        except Exception:
            # whatever is wrong with the picture, even if it kills the drawing process: what to do today is in the words
            log.exception("the files of the digest of community %s could not be drawn", order.page.community.id)
            return RenderedDigest(order.page.weekly, f"{text}\n\n{self.say('digest.files_missing')}", ())

    def text(self, uow: UnitOfWork, community: CommunityRow, fixed: weekly.Weekly) -> str:
        """The text of a digest that was made before."""
        return weekly_text(self._page(uow, community, fixed))

    def _page(self, uow: UnitOfWork, community: CommunityRow, week: weekly.Weekly) -> Page:
        """Words are those of now: what was erased meanwhile stays erased."""
        said = uow.reports.words(community.id, week.numbers())
        street = uow.reference.street_of(community.id)
        topics = uow.reports.titles(community.id, [line.no for line in week.topics]) if week.topics else {}
        return Page(week, community, self.district, self.say, self.mask, said, street, topics)

    def _names(self, reference: Reference, community_id: int) -> Names:
        street = reference.street_of(community_id)
        grids = {grid: name for (community, grid), name in reference.grids.items() if community == community_id}
        units = {unit: self.district.units_at([name], street) for unit, name in reference.units.items()}
        return Names(grids, {row.id: row.name for row in reference.staff.values()}, units)


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest ready to be sent: its files are in the store."""

    text: str
    numbers: tuple[int, ...]
    topics: tuple[int, ...]
    files: tuple[OutFile, ...]


class Weeklies:
    """Weekly digests that are due or asked for."""

    def __init__(self, services: ReportServices) -> None:
        self._services = services
        self._mailing = Mailing(services)
        context = services.context
        self._maker = WeeklyMaker(context.district, context.texts, context.mask, services.drawer)

    def due(self, uow: UnitOfWork) -> list[tuple[CommunityRow, list[Period]]]:
        """The weeks that each community's digest is due of and not made yet, oldest first."""
        done_until = uow.reports.done_until()
        communities = uow.reference.real_communities()
        due = [(community, self._missed(uow, community, done_until.get(community.id))) for community in communities]
        return [(community, periods) for community, periods in due if periods]

    def _missed(self, uow: UnitOfWork, community: CommunityRow, done_until: datetime | None) -> list[Period]:
        return missed(self._last_week(uow, community), done_until, community.zone)

    def _last_week(self, uow: UnitOfWork, community: CommunityRow) -> Period:
        """The newest week whose digest is due for the first who gets it."""
        zone, digest = community.zone, self._services.context.district.limits.digest
        due_at = self._mailing.due_at(uow, _subject(community), zone)
        running = running_week(uow.now, digest, zone)
        return newest_due(uow.now, running.before(zone), lambda week: week.before(zone), due_at)

    async def fix(self, due: tuple[CommunityRow, list[Period]], now: datetime) -> int:
        """Make a community's digests in their order: none is made while one before it fails."""
        community, periods = due
        return sum([await self._fix(community, period, now) for period in periods])

    async def _fix(self, community: CommunityRow, period: Period, now: datetime) -> bool:
        """Make a digest, and send it to who gets it or put it down for their hour; once whatever else happens."""
        made = await self._made(community, period, now)
        digest = await self._digest(made)
        content = {"version": CONTENT_VERSION, "weekly": made.weekly, "files": digest.files}
        run = Run(community.id, period.start, period.end, content, now)
        message = _message(self._maker.say, digest, community)
        return await self._services.write(now, lambda uow: self._mailing.fix(uow, _subject(community), run, message))

    async def answer(self, request: Request, now: datetime) -> bool:
        """Send the last full week's digest, or the one that was put down for their hour."""
        subject = Subject(Level.COMMUNITY, request.community_id, WEEK)
        community = await self._services.read(now, lambda uow: uow.reference.communities.get(request.community_id))
        start, digest = request.period_start, None
        if community:
            digest = await (self._fixed_at(community, start, now) if start else self._asked_for(community, now))
        message = _message(self._maker.say, digest, community) if digest and community else None
        return await self._services.write(now, lambda uow: self._mailing.answer(uow, subject, request, message))

    async def _fixed_at(self, community: CommunityRow, start: datetime, now: datetime) -> Digest | None:
        run = await self._services.read(now, lambda uow: uow.reports.run(community.id, start))
        return await self._again(community, run, now) if run else None

    async def _asked_for(self, community: CommunityRow, now: datetime) -> Digest:
        """The last full week's digest as it was fixed; one that is due and not made yet is made for all first."""

        def look(uow: UnitOfWork) -> tuple[list[Period], Period]:
            done_until = uow.reports.done_until().get(community.id)
            return self._missed(uow, community, done_until), self._last_week(uow, community)

        periods, period = await self._services.read(now, look)
        for each in periods:
            await self._fix(community, each, now)
        run = await self._services.read(now, lambda uow: uow.reports.run(community.id, period.start))
        if run is None:
            return await self._digest(await self._made(community, period, now))
        return await self._again(community, run, now)

    async def _again(self, community: CommunityRow, run: Run, now: datetime) -> Digest:
        """A digest as it was fixed; only files that are not in the store any more are drawn anew."""
        fixed = weekly.from_content(run.content["weekly"])
        files = tuple(OutFile(**file) for file in run.content["files"])
        if len(files) == FILES and all(self._services.files.path(file.digest).exists() for file in files):
            text = await self._services.read(now, lambda uow: self._maker.text(uow, community, fixed))
            return Digest(text, fixed.numbers(), _topics(fixed), files)
        digest = await self._digest(await self._made(community, fixed.period, now, fixed))

        def renew(uow: UnitOfWork) -> bool:
            uow.reports.renew_files(run, digest.files)
            return False

        await self._services.write(now, renew)
        return digest

    async def _made(
        self, community: CommunityRow, period: Period, now: datetime, fixed: weekly.Weekly | None = None
    ) -> RenderedDigest:
        order = await self._services.read(now, lambda uow: self._maker.order(uow, community, period, fixed))
        return await self._maker.make(order)

    async def _digest(self, made: RenderedDigest) -> Digest:
        files = await self._services.stored(made.files)
        return Digest(made.text, made.weekly.numbers(), _topics(made.weekly), files)


def _topics(week: weekly.Weekly) -> tuple[int, ...]:
    return tuple(line.no for line in week.topics)


def _message(say: Say, digest: Digest, community: CommunityRow) -> Message:
    """Each case and each topic that the page names can be opened from it."""
    buttons = [Button(f"{community.code}-{no}", "open_card", community.id, no) for no in digest.numbers[:MOST_BUTTONS]]
    buttons += [
        Button(say("topic.number", no=no), "topic_card", community.id, data={"topic": no}) for no in digest.topics
    ]
    rows = in_rows(buttons, BUTTONS_IN_A_ROW)
    cause = cause_of(community.id)

    def to_one(to: Address, key: str, priority: Priority) -> Reply:
        return Reply(to, digest.text, rows, files=digest.files, priority=priority, key=key, cause=cause)

    return to_one


def _subject(community: CommunityRow) -> Subject:
    return Subject(Level.COMMUNITY, community.id, WEEK)
