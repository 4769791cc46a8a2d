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
from bot.summaries import Summaries
from bot.surveys import SurveyReports
from bot.votes import VoteResults
from bot.weekly import Made, WeeklyMaker
from digests import weekly
from digests.drawing import Drawer, Draws
from digests.receivers import Receiver, due_at, receivers
from digests.subject import WEEK, Subject
from digests.summary import Level
from handlers.context import Context
from handlers.event import Address
from handlers.post import post
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
        self._maker = WeeklyMaker(database, context.district, context.texts, context.mask, self._drawer, reference)
        self._summaries = Summaries(self._desk)
        self._checkups = Checkups(self._desk)
        self._surveys = SurveyReports(self._desk)
        self._votes = VoteResults(self._desk)
        self._used_at = clock.now()

    async def run_due(self, now: datetime) -> int:
        """Make every digest that is due and not made yet, oldest first; returns how many were made."""
        made = 0
        for community, periods in await self._maker.read(now, self._due):
            try:
                for period in periods:
                    made += await self._fix(community, period, now)
            except Exception:
                log.exception("the weekly digest of community %s failed; it is tried again", community.id)
        made += await self._summaries.run_due(now)
        made += await self._votes.run_due(now)
        if made:
            self._used_at = self._clock.now()
        self._rest()
        return made

    async def run_requests(self, now: datetime) -> int:
        """Answer who asked for the last full week's digest; returns how many were answered."""
        answered = 0
        for request in await self._maker.read(now, lambda uow: uow.reports.requests(WEEKLY)):
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
        zone, digest, subject = community.zone, self._context.district.limits.digest, _subject(community)
        found = self._receivers(uow, community)
        return newest_due(
            uow.now,
            running_week(uow.now, digest, zone).before(zone),
            lambda week: week.before(zone),
            lambda week: due_at(found, subject, digest, week, zone),
        )

    def _receivers(self, uow: UnitOfWork, community: CommunityRow) -> list[Receiver]:
        return receivers(uow, _subject(community), self._context.district.limits.digest, self._context.staff_bot)

    async def _fix(self, community: CommunityRow, period: Period, now: datetime) -> bool:
        """Make a digest, and send it to who gets it or put it down for their hour; once whatever else happens."""
        self._used_at = self._clock.now()
        made = await self._maker.make(community, period, now)
        digest = await self._digest(made)
        content = {"version": CONTENT_VERSION, "weekly": made.weekly, "files": digest.files}
        run = Run(community.id, period.start, period.end, content, now)

        def keep(uow: UnitOfWork) -> bool:
            if not uow.reports.keep(run):
                return False
            for receiver in self._receivers(uow, community):
                to = Address(receiver.bot, receiver.chat, receiver.topic)
                at = receiver.reached_at(period, now, community.zone)
                if at > now:
                    uow.reports.ask(community.id, to, due_at=at, period_start=period.start)
                else:
                    post(self._context, uow, _message(digest, community, to, _key(period, community, to)))
            return True

        return await self._desk.write(now, keep)

    # what was asked for ----------------------------------------------------------------------------------------------

    async def _answer(self, request: Request, now: datetime) -> bool:
        community = await self._maker.read(now, lambda uow: uow.reference.communities.get(request.community_id))
        to = Address(request.bot, request.chat, request.topic)
        if community and request.period_start:
            return await self._answer_later(request, community, to, now)
        digest = await self._asked_for(community, now) if community else None

        def send(uow: UnitOfWork) -> bool:
            if not uow.reports.finish(request):
                return False
            if digest and community:
                key = f"weekly-asked:{request.community_id}:{request.id}"
                post(self._context, uow, _message(digest, community, to, key, Priority.INTERACTIVE))
            return True

        return await self._desk.write(now, send)

    async def _answer_later(self, request: Request, community: CommunityRow, to: Address, now: datetime) -> bool:
        """A digest that was fixed before reaches somebody at their own hour, if they still get it."""
        start = request.period_start
        assert start is not None  # noqa: S101 - else it is the newest that was asked for
        run = await self._maker.read(now, lambda uow: uow.reports.run(community.id, start))
        digest = await self._again(community, run, now) if run else None

        def send(uow: UnitOfWork) -> bool:
            if not uow.reports.finish(request):
                return False
            if run and digest and to in [Address(r.bot, r.chat, r.topic) for r in self._receivers(uow, community)]:
                key = _key(Period(run.period_start, run.period_end), community, to)
                post(self._context, uow, _message(digest, community, to, key))
            return True

        return await self._desk.write(now, send)

    async def _asked_for(self, community: CommunityRow, now: datetime) -> Digest:
        """The last full week's digest as it was fixed; one that is due and not made yet is made for all first."""

        def look(uow: UnitOfWork) -> tuple[list[Period], Period]:
            done_until = uow.reports.done_until().get(community.id)
            return self._missed(uow, community, done_until), self._last_week(uow, community)

        periods, period = await self._maker.read(now, look)
        for each in periods:
            await self._fix(community, each, now)
        run = await self._maker.read(now, lambda uow: uow.reports.run(community.id, period.start))
        if run is None:
            made = await self._maker.make(community, period, now)
            return await self._digest(made)
        return await self._again(community, run, now)

    async def _again(self, community: CommunityRow, run: Run, now: datetime) -> Digest:
        """A digest as it was fixed; only files that are not in the store any more are drawn anew."""
        fixed = weekly.from_content(run.content["weekly"])
        files = tuple(OutFile(**file) for file in run.content["files"])
        if len(files) == FILES and all(self._files.path(file.digest).exists() for file in files):
            return Digest(await self._maker.text(community, fixed, now), fixed.numbers(), files)
        self._used_at = self._clock.now()
        digest = await self._digest(await self._maker.make(community, fixed.period, now, fixed))

        def renew(uow: UnitOfWork) -> bool:
            uow.reports.renew_files(run, digest.files)
            return False

        await self._desk.write(now, renew)
        return digest

    # parts -----------------------------------------------------------------------------------------------------------

    async def _digest(self, made: Made) -> Digest:
        return Digest(made.text, made.weekly.numbers(), await self._desk.stored(made.files))


def _message(
    digest: Digest, community: CommunityRow, to: Address, key: str, priority: Priority = Priority.NOTICE
) -> Reply:
    """Each case that the page names can be opened from it."""
    buttons = [Button(f"{community.code}-{no}", "open_card", community.id, no) for no in digest.numbers[:MOST_BUTTONS]]
    rows = in_rows(buttons, BUTTONS_IN_A_ROW)
    cause = about(community.id)
    return Reply(to, digest.text, rows, files=digest.files, priority=priority, key=key, cause=cause)


def _subject(community: CommunityRow) -> Subject:
    return Subject(Level.COMMUNITY, community.id, WEEK)


def _key(period: Period, community: CommunityRow, to: Address) -> str:
    """What makes it one message a period and chat."""
    return f"weekly:{community.id}:{period.start.isoformat()}:{to.bot}:{to.chat}:{to.topic}"
