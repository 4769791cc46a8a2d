"""Makes and sends the reports that are due or asked for. What is due is a query, what is done is a row.

A digest is fixed in one transaction together with one message for each receiver; whoever fixes it second, in another
process or after a restart, has made it for nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.checkups import Checkups
from bot.clock import Clock
from bot.desk import Desk
from bot.files import FileStore
from bot.mailing import Mailing, Message
from bot.summaries import Summaries
from bot.surveys import SurveyReports
from bot.votes import VoteResults
from bot.weekly import Made, WeeklyMaker
from digests import weekly
from digests.drawing import Drawer, Draws
from digests.subject import WEEK, Subject
from digests.summary import Level
from handlers.context import Context
from handlers.event import Address
from handlers.reply import Button, OutFile, Priority, Reply, in_rows
from ledger.periods import Period, missed, newest_due, running_week
from storage.database import Database
from storage.reference import CommunityRow, Reference, load
from storage.report_rows import Request, Run
from storage.reports import WEEKLY, about
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

DRAWER_RESTS_AFTER = timedelta(minutes=10)
CONTENT_VERSION = 1
MOST_BUTTONS, BUTTONS_IN_A_ROW = 24, 4
FILES = 3
"""Chart, pages and workbook. A run whose pages and workbook were erased has only the chart."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest ready to be sent: its files are in the store."""

    text: str
    numbers: tuple[int, ...]
    files: tuple[OutFile, ...]


class Reporter:
    """Weekly digests of communities. `reference` gives the snapshot of the reference tables."""

    def __init__(
        self,
        database: Database,
        context: Context,
        files: FileStore,
        clock: Clock,
        to_send: Callable[[], None],
        *,
        drawer: Draws | None = None,
        reference: Callable[[Connection], Reference] = load,
    ) -> None:
        self._desk = Desk(database, context, files, to_send, drawer or Drawer(), reference)
        self._context = context
        self._files = files
        self._clock = clock
        self._drawer = self._desk.drawer
        self._maker = WeeklyMaker(context.district, context.texts, context.mask, self._drawer)
        self._mailing = Mailing(self._desk)
        self._summaries = Summaries(self._desk)
        self._checkups = Checkups(self._desk)
        self._surveys = SurveyReports(self._desk)
        self._votes = VoteResults(self._desk)
        self._used_at = clock.now()

    async def run_due(self, now: datetime) -> int:
        """Make every digest that is due and not made yet, oldest first; returns how many were made."""
        made = 0
        for community, periods in await self._desk.read(now, self._due):
            try:
                for period in periods:
                    made += await self._fix(community, period, now)
            except Exception:
                log.exception("the weekly digest of community %s failed; it is tried again", community.id)
        made += await self._summaries.run_due(now) + await self._checkups.run_due(now)
        made += await self._votes.run_due(now)
        if made:
            self._used_at = self._clock.now()
        self._rest()
        return made

    async def run_requests(self, now: datetime) -> int:
        """Answer who asked for the last full week's digest; returns how many were answered."""
        answered = 0
        for request in await self._desk.read(now, lambda uow: uow.reports.requests(WEEKLY)):
            try:
                answered += await self._answer(request, now)
            except Exception:
                log.exception(
                    "the digest that was asked for of community %s failed; it is tried again", request.community_id
                )
        answered += await self._summaries.run_requests(now)
        answered += await self._checkups.run_requests(now) + await self._surveys.run_requests(now)
        if answered:
            self._used_at = self._clock.now()
        return answered

    async def close(self) -> None:
        self._drawer.end()

    def _rest(self) -> None:
        """The drawing process is not kept for a week between two digests."""
        if self._clock.now() - self._used_at > DRAWER_RESTS_AFTER:
            self._drawer.rest()

    # what is due -----------------------------------------------------------------------------------------------------

    def _due(self, uow: UnitOfWork) -> list[tuple[CommunityRow, list[Period]]]:
        done_until = uow.reports.done_until()
        communities = uow.reference.real_communities()
        due = [(community, self._missed(uow, community, done_until.get(community.id))) for community in communities]
        return [(community, periods) for community, periods in due if periods]

    def _missed(self, uow: UnitOfWork, community: CommunityRow, done_until: datetime | None) -> list[Period]:
        return missed(self._last_week(uow, community), done_until, community.zone)

    def _last_week(self, uow: UnitOfWork, community: CommunityRow) -> Period:
        """The newest week whose digest is due for the first who gets it."""
        zone, digest = community.zone, self._context.district.limits.digest
        due_at = self._mailing.due_at(uow, _subject(community), zone)
        running = running_week(uow.now, digest, zone)
        return newest_due(uow.now, running.before(zone), lambda week: week.before(zone), due_at)

    async def _fix(self, community: CommunityRow, period: Period, now: datetime) -> bool:
        """Make a digest, and send it to who gets it or put it down for their hour; once whatever else happens."""
        self._used_at = self._clock.now()
        made = await self._made(community, period, now)
        digest = await self._digest(made)
        content = {"version": CONTENT_VERSION, "weekly": made.weekly, "files": digest.files}
        run = Run(community.id, period.start, period.end, content, now)
        message = _message(digest, community)
        return await self._desk.write(now, lambda uow: self._mailing.fix(uow, _subject(community), run, message))

    # what was asked for ----------------------------------------------------------------------------------------------

    async def _answer(self, request: Request, now: datetime) -> bool:
        subject = Subject(Level.COMMUNITY, request.community_id, WEEK)
        community = await self._desk.read(now, lambda uow: uow.reference.communities.get(request.community_id))
        start, digest = request.period_start, None
        if community:
            digest = await (self._fixed_at(community, start, now) if start else self._asked_for(community, now))
        message = _message(digest, community) if digest and community else None
        return await self._desk.write(now, lambda uow: self._mailing.answer(uow, subject, request, message))

    async def _fixed_at(self, community: CommunityRow, start: datetime, now: datetime) -> Digest | None:
        run = await self._desk.read(now, lambda uow: uow.reports.run(community.id, start))
        return await self._again(community, run, now) if run else None

    async def _asked_for(self, community: CommunityRow, now: datetime) -> Digest:
        """The last full week's digest as it was fixed; one that is due and not made yet is made for all first."""

        def look(uow: UnitOfWork) -> tuple[list[Period], Period]:
            done_until = uow.reports.done_until().get(community.id)
            return self._missed(uow, community, done_until), self._last_week(uow, community)

        periods, period = await self._desk.read(now, look)
        for each in periods:
            await self._fix(community, each, now)
        run = await self._desk.read(now, lambda uow: uow.reports.run(community.id, period.start))
        if run is None:
            return await self._digest(await self._made(community, period, now))
        return await self._again(community, run, now)

    async def _again(self, community: CommunityRow, run: Run, now: datetime) -> Digest:
        """A digest as it was fixed; only files that are not in the store any more are drawn anew."""
        fixed = weekly.from_content(run.content["weekly"])
        files = tuple(OutFile(**file) for file in run.content["files"])
        if len(files) == FILES and all(self._files.path(file.digest).exists() for file in files):
            text = await self._desk.read(now, lambda uow: self._maker.text(uow, community, fixed))
            return Digest(text, fixed.numbers(), files)
        self._used_at = self._clock.now()
        digest = await self._digest(await self._made(community, fixed.period, now, fixed))

        def renew(uow: UnitOfWork) -> bool:
            uow.reports.renew_files(run, digest.files)
            return False

        await self._desk.write(now, renew)
        return digest

    # parts -----------------------------------------------------------------------------------------------------------

    async def _made(
        self, community: CommunityRow, period: Period, now: datetime, fixed: weekly.Weekly | None = None
    ) -> Made:
        order = await self._desk.read(now, lambda uow: self._maker.order(uow, community, period, fixed))
        return await self._maker.make(order)

    async def _digest(self, made: Made) -> Digest:
        return Digest(made.text, made.weekly.numbers(), await self._desk.stored(made.files))


def _message(digest: Digest, community: CommunityRow) -> Message:
    """Each case that the page names can be opened from it."""
    buttons = [Button(f"{community.code}-{no}", "open_card", community.id, no) for no in digest.numbers[:MOST_BUTTONS]]
    rows = in_rows(buttons, BUTTONS_IN_A_ROW)
    cause = about(community.id)

    def to_one(to: Address, key: str, priority: Priority) -> Reply:
        return Reply(to, digest.text, rows, files=digest.files, priority=priority, key=key, cause=cause)

    return to_one


def _subject(community: CommunityRow) -> Subject:
    return Subject(Level.COMMUNITY, community.id, WEEK)
