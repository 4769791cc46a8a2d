"""Results of surveys, on request."""

from datetime import datetime

from bot.reporting.services import ReportServices, render
from digests.surveys.results import SurveyPage, survey_text
from handlers.event import Address, Event, EventKind
from handlers.outbox import enqueue
from handlers.reply import Reply
from handlers.surveys import closing
from handlers.turn import Turn
from storage.reporting.reports import made_for
from storage.reporting.rows import Request, Run
from storage.surveys import RUNNING, Counts, SurveyRow
from storage.unit_of_work import UnitOfWork

SURVEY = "survey"
CONTENT_VERSION = 1


class SurveyReports:
    """Answers who asked for a survey's results."""

    def __init__(self, services: ReportServices) -> None:
        self._services = services

    async def answer(self, request: Request, now: datetime) -> bool:
        _, number, how = request.report.split(":")
        page = await self._services.read(
            now, lambda uow: self.page(uow, request.community_id, int(number), whole=how == "whole")
        )
        made = await render(self._services.drawer, page) if page else ()
        files, to = await self._services.stored(made), Address(request.bot, request.chat, request.topic)
        # kept as a run, so that erasing a person takes files with their words away
        run = Run(request.community_id, now, now, {"version": CONTENT_VERSION, "files": files}, now)

        def send(uow: UnitOfWork) -> bool:
            if not uow.reports.finish(request):
                return False
            if page:
                uow.reports.keep(run, made_for(request.report, request.id))
                enqueue(
                    self._services.context, uow, Reply(to, survey_text(page), files=files, key=f"asked:{request.id}")
                )
            return True

        return await self._services.write(now, send)

    def page(self, uow: UnitOfWork, community_id: int, number: int, *, whole: bool) -> SurveyPage | None:
        """Read a survey's results; those of one that is over are as they were fixed."""
        context, found = self._services.context, uow.surveys.get(community_id, number)
        if found is None:
            return None
        words = {
            place: uow.surveys.words(found, place)
            for place, question in enumerate(found.template.questions)
            if whole and not question.options
        }
        community = uow.reference.communities[community_id]
        counts, people = self._counted(uow, found)
        return SurveyPage(found, community, counts, people, words, whole, context.texts, context.mask)

    def _counted(self, uow: UnitOfWork, found: SurveyRow) -> tuple[Counts, dict[str, int]]:
        if found.state != RUNNING:
            fixed = found.results
        else:
            nobody = Event(EventKind.IGNORED, Address(self._services.context.staff_bot, 0), None, uow.now)
            fixed = closing.fixed(Turn(self._services.context, uow, nobody), found)
        counts = {int(q): {int(o): n for o, n in of.items()} for q, of in fixed["counts"].items()}
        return counts, fixed["people"]
