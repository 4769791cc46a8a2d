"""Monthly reports of communities and streets, quarterly ones of the district: when, for whom, made once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.desk import Desk
from bot.weekly import MadeFile
from digests import summary
from digests.dossier import Dossier, summary_text
from digests.drawing import Drawn, Draws
from digests.page import Say
from digests.receivers import Receiver, due_at, receivers
from digests.subject import Subject, subjects
from digests.summary import RESULTS_NAMED, TREND, Level, Summary
from handlers.event import Address
from handlers.post import post
from handlers.reply import OutFile, Priority, Reply
from ledger.district import District
from ledger.periods import Period, last_full_months, months_before, months_name, months_up_to, newest_due
from storage.report_rows import Request, Run
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

CONTENT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Made:
    """A report with its text and its files."""

    summary: Summary
    text: str
    files: tuple[MadeFile, ...]


@dataclass(frozen=True, slots=True)
class SummaryMaker:
    """All that making such a report takes."""

    district: District
    say: Say
    mask: Callable[[str], str]
    drawer: Draws

    def dossier(self, uow: UnitOfWork, subject: Subject, period: Period, fixed: Summary | None = None) -> Dossier:
        """Read and compute all that a report shows; with `fixed`, as it was made then, in the words of now."""
        communities = subject.communities(uow.reference)
        zone, numbers = communities[0].zone, [community.id for community in communities]
        if fixed is None:
            rows = uow.spans.rows(numbers, period, months_before(period, subject.months, zone), RESULTS_NAMED)
            periods = months_up_to(period, subject.months, zone, TREND)
            trend = summary.trend(periods, uow.spans.turnover(numbers, periods))
            fixed = replace(summary.summary(subject.level, subject.id, period, uow.now, rows, numbers), trend=trend)
        names = {community.id: (community.code, community.name) for community in communities}
        said = uow.spans.words(fixed.keys())
        place = subject.name(uow.reference)
        return Dossier(fixed, place, zone, self.district, self.say, self.mask, said, names, dict(uow.reference.units))

    async def make(self, found: Dossier) -> Made:
        """Write it and draw it.

        Raises:
            BrokenExecutor: the drawing process died.
        """
        drawn = await self.drawer.draw(found)
        return Made(found.summary, summary_text(found), _files(found, drawn))


class Summaries:
    """Makes reports that are due or asked for, each once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        context = desk.context
        self._maker = SummaryMaker(context.district, context.texts, context.mask, desk.drawer)

    async def run_due(self, now: datetime) -> int:
        """Make every report of the newest period that is over and not made yet; returns how many were made."""
        made = 0
        for subject, period in await self._desk.read(now, self._due):
            try:
                made += await self._fix(subject, period, now)
            except Exception:
                log.exception("the report %s failed; it is tried again", subject.code)
        return made

    async def run_requests(self, now: datetime) -> int:
        """Answer who asked for the newest report that is over; returns how many were answered."""
        answered = 0
        for request in await self._desk.read(now, lambda uow: uow.reports.requests(*Level)):
            try:
                answered += await self._answer(request, now)
            except Exception:
                log.exception("the report %s that was asked for failed; it is tried again", request.report)
        return answered

    def _due(self, uow: UnitOfWork) -> list[tuple[Subject, Period]]:
        made = uow.reports.newest()
        newest = ((subject, self._newest(uow, subject)) for subject in subjects(uow.reference))
        return [(s, period) for s, period in newest if period and made.get((s.community_id, s.code)) != period.start]

    def _newest(self, uow: UnitOfWork, subject: Subject) -> Period | None:
        """The newest period that is over and whose report's hour has come; None where there is no community."""
        communities = subject.communities(uow.reference)
        if not communities:
            return None
        zone, digest, found = (
            communities[0].zone,
            self._desk.context.district.limits.digest,
            self._receivers(uow, subject),
        )
        return newest_due(
            uow.now,
            last_full_months(uow.now, subject.months, zone),
            lambda period: months_before(period, subject.months, zone),
            lambda period: due_at(found, subject, digest, period, zone),
        )

    def _receivers(self, uow: UnitOfWork, subject: Subject) -> list[Receiver]:
        context = self._desk.context
        return receivers(uow, subject, context.district.limits.digest, context.staff_bot)

    async def _fix(self, subject: Subject, period: Period, now: datetime) -> bool:
        """Make a report and send it to who reads it, once; one with nothing in it is only noted."""
        found = await self._desk.read(now, lambda uow: self._maker.dossier(uow, subject, period))
        made = None if found.summary.empty else await self._maker.make(found)
        files = await self._desk.stored(made.files) if made else ()
        content = {"version": CONTENT_VERSION, "summary": found.summary, "files": files}
        run = Run(subject.community_id, period.start, period.end, content, now)

        def keep(uow: UnitOfWork) -> bool:
            if not uow.reports.keep(run, subject.code):
                return False
            for receiver in self._receivers(uow, subject) if made else ():
                to = Address(receiver.bot, receiver.chat, receiver.topic)
                at = receiver.reached_at(period, now, found.zone)
                if at > now:
                    uow.reports.ask(subject.community_id, to, subject.code, due_at=at, period_start=period.start)
                elif made:
                    post(self._desk.context, uow, _message(made.text, files, to, _key(subject, period.start, to)))
            return True

        return await self._desk.write(now, keep) and made is not None

    async def _answer(self, request: Request, now: datetime) -> bool:
        """The newest report as it was fixed; one that is due and not made yet is made for all first."""
        subject = Subject.of(request.report)
        later = request.period_start is not None
        period = await self._desk.read(now, lambda uow: self._period_of(uow, subject, request))
        reply = await self._anew(subject, period, request, now) if period else None

        def send(uow: UnitOfWork) -> bool:
            if not uow.reports.finish(request):
                return False
            if reply and (not later or reply.to in _addresses(self._receivers(uow, subject))):
                post(self._desk.context, uow, reply)
            return True

        return await self._desk.write(now, send)

    def _period_of(self, uow: UnitOfWork, subject: Subject, request: Request) -> Period | None:
        """The period that was put down for somebody's own hour; of who just asks, the newest."""
        if request.period_start is None:
            return self._newest(uow, subject)
        run = uow.reports.run(subject.community_id, request.period_start, subject.code)
        return Period(run.period_start, run.period_end) if run else None

    async def _anew(self, subject: Subject, period: Period, request: Request, now: datetime) -> Reply:
        """The report as it was fixed, which is done now if it was not yet."""
        await self._fix(subject, period, now)
        made = await self._maker.make(await self._desk.read(now, lambda uow: self._again(uow, subject, period)))
        files, to = await self._desk.stored(made.files), Address(request.bot, request.chat, request.topic)
        key = _key(subject, period.start, to) if request.period_start else f"asked:{request.id}"
        return Reply(to, made.text, files=files, key=key)

    def _again(self, uow: UnitOfWork, subject: Subject, period: Period) -> Dossier:
        run = uow.reports.run(subject.community_id, period.start, subject.code)
        fixed = summary.from_content(run.content["summary"]) if run else None
        return self._maker.dossier(uow, subject, period, fixed)


def _message(text: str, files: tuple[OutFile, ...], to: Address, key: str) -> Reply:
    return Reply(to, text, files=files, priority=Priority.NOTICE, key=key)


def _key(subject: Subject, start: datetime, to: Address) -> str:
    """What makes it one message a period and chat."""
    return f"{subject.code}:{start.isoformat()}:{to.bot}:{to.chat}:{to.topic}"


def _addresses(found: list[Receiver]) -> list[Address]:
    return [Address(receiver.bot, receiver.chat, receiver.topic) for receiver in found]


def _files(found: Dossier, drawn: Drawn) -> tuple[MadeFile, ...]:
    names = {"place": found.place, "name": months_name(found.summary.period, found.zone)}
    kinds = (
        ("photo", "chart", drawn.chart),
        ("document", "pages", drawn.pages),
        ("document", "workbook", drawn.workbook),
    )
    return tuple(MadeFile(kind, found.say(f"summary.file_{part}", **names), content) for kind, part, content in kinds)
