"""Announces results of votes: drawn in another process, then sent in the transaction that marks them as told."""

import logging
from dataclasses import dataclass
from datetime import datetime

from bot.reporting.services import ReportServices, render
from digests.drawing_process import DrawingEnded
from digests.votes.text import Picture, pictured
from handlers.cocreation import invitations, vote_ending
from handlers.event import Address, Event, EventKind
from handlers.outbox import enqueue
from handlers.turn import Turn
from storage.cocreation.votes import VoteRow
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VoteResults:
    services: ReportServices

    async def tell(self, due: tuple[VoteRow, Picture], now: datetime) -> bool:
        """Tell a result; False if another process was faster."""
        vote, picture = due
        digest = await self._drawn(vote, picture)
        return await self.services.write(now, lambda uow: self._tell(uow, vote, digest))

    def untold(self, uow: UnitOfWork) -> list[tuple[VoteRow, Picture]]:
        """Results that are counted and not told yet."""
        found = []
        for vote in uow.votes.untold():
            community = uow.reference.communities[vote.community_id]
            title = uow.topics.get(vote.community_id, vote.topic_no).title
            picture = pictured(self.services.context.texts, vote, title, invitations.local(vote.closes_at, community))
            found.append((vote, picture))
        return found

    async def _drawn(self, vote: VoteRow, picture: Picture) -> str | None:
        """The picture in the store; None where it cannot be drawn: the words say all of it as well."""
        if not picture.bars:
            return None
        try:
            made = await render(self.services.drawer, picture)
        except DrawingEnded:
            raise
        except Exception:
            log.exception("the result of vote %s/%s could not be drawn", vote.community_id, vote.no)
            return None
        (file,) = await self.services.stored(made)
        return file.digest

    def _tell(self, uow: UnitOfWork, vote: VoteRow, digest: str | None) -> bool:
        current = uow.votes.get(vote.community_id, vote.no)
        if current.told_at is not None:
            return False  # another process was faster
        context = self.services.context
        turn = Turn(context, uow, Event(EventKind.IGNORED, Address(context.staff_bot, 0), None, uow.now))
        vote_ending.tell(turn, current, digest)
        for reply in turn.replies:
            enqueue(context, uow, reply)
        return True
