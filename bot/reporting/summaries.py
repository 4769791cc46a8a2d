"""Monthly reports of communities and streets, quarterly ones of the district: when, for whom, made once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.reporting.mailing import Mailing, Message
from bot.reporting.services import RenderedReport, ReportServices, render
from digests import summary
from digests.drawing_process import Draws
from digests.presentation import Say
from digests.subject import Subject, subjects
from digests.summary import RESULTS_NAMED, TREND, Level, Summary
from digests.summary_report import Dossier, summary_text
from handlers.reply import OutFile
from ledger.district import District
from ledger.periods import Period, months_before, months_up_to
from storage.reporting.rows import Request, Run
from storage.unit_of_work import UnitOfWork

CONTENT_VERSION = 1


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
            rows = uow.summaries.rows(numbers, period, months_before(period, subject.months, zone), RESULTS_NAMED)
            periods = months_up_to(period, subject.months, zone, TREND)
            trend = summary.trend(periods, uow.summaries.turnover(numbers, periods))
            fixed = replace(summary.summary(subject.level, subject.id, period, uow.now, rows, numbers), trend=trend)
        names = {community.id: (community.code, community.name) for community in communities}
        said = uow.summaries.words(fixed.keys())
        place = subject.name(uow.reference) or self.say("summary.district")
        street = "" if subject.level is Level.DISTRICT else uow.reference.street_of(numbers[0])
        units = {unit: self.district.units_at([name], street) for unit, name in uow.reference.units.items()}
        return Dossier(fixed, place, zone, self.district, self.say, self.mask, said, names, units)

    async def make(self, found: Dossier) -> RenderedReport:
        """Write it and draw it.

        Raises:
            BrokenExecutor: the drawing process died.
        """
        return RenderedReport(summary_text(found), await render(self.drawer, found))


class Summaries:
    """Makes reports that are due or asked for, each once."""

    def __init__(self, services: ReportServices) -> None:
        self._services = services
        self._mailing = Mailing(services)
        context = services.context
        self._maker = SummaryMaker(context.district, context.texts, context.mask, services.drawer)

    def due(self, uow: UnitOfWork) -> list[tuple[Subject, Period]]:
        """The newest of each that is over and not made yet."""
        return self._mailing.due(uow, subjects(uow.reference))

    def _newest(self, uow: UnitOfWork, subject: Subject) -> Period | None:
        return self._mailing.newest(uow, subject, subject.months)

    async def fix(self, due: tuple[Subject, Period], now: datetime) -> bool:
        """Make a report and send it to who reads it, once; one with nothing in it is only noted."""
        subject, period = due
        found = await self._services.read(now, lambda uow: self._maker.dossier(uow, subject, period))
        message, files = (None, ()) if found.summary.empty else await self._message(found)
        content = {"version": CONTENT_VERSION, "summary": found.summary, "files": files}
        run = Run(subject.community_id, period.start, period.end, content, now)
        fixed = await self._services.write(now, lambda uow: self._mailing.fix(uow, subject, run, message))
        return fixed and bool(message)

    async def _message(self, found: Dossier) -> tuple[Message, tuple[OutFile, ...]]:
        made = await self._maker.make(found)
        return await self._mailing.message(made)

    async def answer(self, request: Request, now: datetime) -> bool:
        """The report as it was fixed; the newest that is due and not made yet is made for all first."""
        subject = Subject.of(request.report)
        period = await self._services.read(now, lambda uow: self._period_of(uow, subject, request))
        message = await self._anew(subject, period, now) if period else None
        return await self._services.write(now, lambda uow: self._mailing.answer(uow, subject, request, message))

    def _period_of(self, uow: UnitOfWork, subject: Subject, request: Request) -> Period | None:
        """The period that was put down for somebody's own hour; of who just asks, the newest."""
        if request.period_start is None:
            return self._newest(uow, subject)
        run = uow.reports.run(subject.community_id, request.period_start, subject.code)
        return Period(run.period_start, run.period_end) if run else None

    async def _anew(self, subject: Subject, period: Period, now: datetime) -> Message:
        await self.fix((subject, period), now)
        message, _ = await self._message(await self._services.read(now, lambda uow: self._again(uow, subject, period)))
        return message

    def _again(self, uow: UnitOfWork, subject: Subject, period: Period) -> Dossier:
        run = uow.reports.run(subject.community_id, period.start, subject.code)
        fixed = summary.from_content(run.content["summary"]) if run else None
        return self._maker.dossier(uow, subject, period, fixed)
