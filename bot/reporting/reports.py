"""Makes and sends the reports that are due or requested. What is due is a query, what was done is a row.

Another kind of report is another row of `_due` or `_asked`.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.clock import Clock
from bot.files import FileStore
from bot.reporting.checkups import Checkups
from bot.reporting.services import ReportServices
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
from storage.reference import Reference
from storage.reference_queries import load
from storage.reporting.reports import WEEKLY
from storage.reporting.rows import Request
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

DRAWER_RESTS_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done is read at once; each of it is done by itself, and tried again next time if it fails.

    `work` says whether, or how often, something was made. `name` is for the log: nothing of what people wrote.
    """

    what: str
    found: Callable[[UnitOfWork], Sequence[Any]]
    work: Callable[[Any, datetime], Awaitable[int]]
    name: Callable[[Any], object]


class Reporter:
    """Everything that managers, streets and the district get. `reference` gives the reference tables' snapshot."""

    def __init__(
        self,
        database: Database,
        context: Context,
        files: FileStore,
        clock: Clock,
        wake_delivery: Callable[[], None],
        *,
        drawer: Draws | None = None,
        reference: Callable[[Connection], Reference] = load,
    ) -> None:
        services = ReportServices(database, context, files, wake_delivery, drawer or Drawer(), reference)
        self._services = services
        self._clock = clock
        self._used_at = clock.now()
        weeklies, summaries, checkups = Weeklies(services), Summaries(services), Checkups(services)
        surveys, votes = SurveyReports(services), VoteResults(services)
        self._due = (
            Job("weekly digest", weeklies.due, weeklies.fix, lambda due: due[0].code),
            Job("report", summaries.due, summaries.fix, lambda due: due[0].code),
            Job("check-up", checkups.due, checkups.fix, lambda due: due[0].code),
            Job("result of a vote", votes.untold, votes.tell, lambda due: (due[0].community_id, due[0].no)),
        )
        self._asked = (
            _asked(weeklies.answer, WEEKLY),
            _asked(summaries.answer, *Level),
            _asked(checkups.answer, CHECKUP),
            _asked(surveys.answer, SURVEY),
        )

    async def run_due(self, now: datetime) -> int:
        """Make every report that is due and not made yet, oldest first; returns how many were made."""
        made = await self._run(self._due, now)
        if self._clock.now() - self._used_at > DRAWER_RESTS_AFTER:
            self._services.drawer.rest()  # it is not kept for a week between two digests
        return made

    async def run_requests(self, now: datetime) -> int:
        """Answer who asked for a report, and who gets one at their own hour; returns how many were answered."""
        return await self._run(self._asked, now)

    def close(self) -> None:
        self._services.drawer.end()

    async def _run(self, jobs: Sequence[Job], now: datetime) -> int:
        """Do every job; one of which nothing can be found holds up no other."""
        return sum(await in_turn([partial(self._do, job, now) for job in jobs]))

    async def _do(self, job: Job, now: datetime) -> int:
        done = 0
        for one in await self._services.read(now, job.found):
            self._used_at = self._clock.now()
            try:
                done += await job.work(one, now)
            except Exception:
                log.exception("%s %s failed; it is tried again", job.what, job.name(one))
        return done


def _asked(answer: Callable[[Request, datetime], Awaitable[bool]], *families: str) -> Job:
    """Requests for reports of these families."""
    return Job(
        "report that was asked for",
        lambda uow: uow.reports.requests(*families),
        answer,
        lambda request: (request.community_id, request.report),
    )
