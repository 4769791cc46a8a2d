"""Makes and sends the reports that are due or requested. What is due is a query, what was done is a row.

Another kind of report is another row of `_DUE` or `_ASKED`.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.files import FileStore
from bot.metrics import METRICS
from bot.reporting.checkups import Checkups
from bot.reporting.services import ErasedMeanwhile, ReportServices
from bot.reporting.summaries import Summaries
from bot.reporting.surveys import SURVEY, SurveyReports
from bot.reporting.votes import VoteResults
from bot.reporting.weekly import Weeklies
from bot.tasks import in_turn
from digests.drawing_process import Drawer, Draws
from digests.subject import CHECKUP
from digests.summary import Level
from handlers.context import Context
from storage.database import Database
from storage.reference_queries import ReferenceCache
from storage.reporting.reports import WEEKLY
from storage.reporting.rows import Request
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

DRAWER_RESTS_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done is read at once; each of it is done by itself, and tried again next time if it fails.

    `found` and `work` are methods of the `kind` of report; `work` says whether, or how often, something was made.
    `name` is for the log: nothing of what people wrote.
    """

    what: str
    kind: Callable[[ReportServices], Any]
    found: Callable[[Any, UnitOfWork], Sequence[Any]]
    work: Callable[[Any, Any, datetime], Awaitable[int]]
    name: Callable[[Any], object]


class Reporter:
    """Everything that managers, streets and the district get."""

    def __init__(
        self,
        database: Database,
        context: Context,
        files: FileStore,
        clock: Clock,
        wake_delivery: Callable[[], None],
        *,
        reference: ReferenceCache,
        drawer: Draws | None = None,
    ) -> None:
        self._services = ReportServices(database, context, files, wake_delivery, drawer or Drawer(), reference)
        self._clock = clock
        self._used_at = clock.now()

    async def run_due(self, now: datetime) -> int:
        """Make every report that is due and not made yet, oldest first; returns how many were made."""
        made = await self._run(_DUE, now)
        if self._clock.now() - self._used_at > DRAWER_RESTS_AFTER:
            self._services.drawer.rest()  # it is not kept for a week between two digests
        return made

    async def run_requests(self, now: datetime) -> int:
        """Answer who asked for a report, and who gets one at their own hour; returns how many were answered."""
        return await self._run(_ASKED, now)

    def close(self) -> None:
        self._services.drawer.end()

    async def _run(self, jobs: Sequence[Job], now: datetime) -> int:
        """Do every job; one of which nothing can be found holds up no other."""
        return sum(await in_turn([partial(self._do, job, now) for job in jobs]))

    async def _do(self, job: Job, now: datetime) -> int:
        done = 0
        for one in await self._found(job, now):
            self._used_at = self._clock.now()
            try:
                done += await self._make(job, one, now)
            except Exception:
                log.exception("%s %s failed; it is tried again", job.what, job.name(one))
                METRICS.tick_failures.labels(job.what).inc()
        return done

    async def _found(self, job: Job, now: datetime) -> Sequence[Any]:
        kind = job.kind(self._services)
        try:
            return await self._services.read(now, lambda uow: job.found(kind, uow))
        except Exception:
            METRICS.tick_failures.labels(job.what).inc()
            raise

    async def _make(self, job: Job, one: Any, now: datetime) -> int:
        """Do one thing, and again from the beginning when somebody was erased meanwhile."""
        while True:
            services = await self._services.begun(now)
            try:
                return await job.work(job.kind(services), one, now)
            except ErasedMeanwhile:
                log.info("%s %s is drawn anew: somebody was erased meanwhile", job.what, job.name(one))


def _asked(
    kind: Callable[[ReportServices], Any], answer: Callable[[Any, Request, datetime], Awaitable[bool]], *families: str
) -> Job:
    """Requests for reports of these families."""
    return Job(
        "report that was asked for",
        kind,
        lambda _kind, uow: uow.reports.requests(*families),
        answer,
        lambda request: (request.community_id, request.report),
    )


_DUE = (
    Job("weekly digest", Weeklies, Weeklies.due, Weeklies.fix, lambda due: due[0].code),
    Job("report", Summaries, Summaries.due, Summaries.fix, lambda due: due[0].code),
    Job("check-up", Checkups, Checkups.due, Checkups.fix, lambda due: due[0].code),
    Job(
        "result of a vote",
        VoteResults,
        VoteResults.untold,
        VoteResults.tell,
        lambda due: (due[0].community_id, due[0].no),
    ),
)
_ASKED = (
    _asked(Weeklies, Weeklies.answer, WEEKLY),
    _asked(Summaries, Summaries.answer, *Level),
    _asked(Checkups, Checkups.answer, CHECKUP),
    _asked(SurveyReports, SurveyReports.answer, SURVEY),
)
