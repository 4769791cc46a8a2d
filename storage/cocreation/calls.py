"""Calls for help (including residents' small wishes), and who has taken them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, false, or_, select

from storage.base_store import Store
from storage.counters import next_no
from storage.tables import HelpCall, HelpOffer

if TYPE_CHECKING:
    from datetime import datetime

WAITING, OPEN, ENDED = "waiting", "open", "ended"


class HelpCalls(Store):
    def make(self, community_id: int, **of: Any) -> int:
        no = next_no(self._uow, community_id, "help_call")
        self._put(HelpCall, community_id=community_id, no=no, made_at=self._uow.now, **of)
        return no

    def get(self, community_id: int, no: int) -> Any:
        return self._one(HelpCall, HelpCall.community_id == community_id, HelpCall.no == no)

    def held(self, community_id: int, no: int) -> Any:
        """The call, locked until the commit, so that its last place is given only once."""
        return self._lock(HelpCall, HelpCall.community_id == community_id, HelpCall.no == no)

    def in_state(self, community_id: int, state: str) -> list[Any]:
        return self._many(HelpCall, HelpCall.community_id == community_id, HelpCall.state == state, by=(HelpCall.no,))

    def wishes_of(self, bot: str, account: int, *states: str) -> list[Any]:
        mine = (HelpCall.bot == bot, HelpCall.account == account)
        return self._many(HelpCall, *mine, *([HelpCall.state.in_(states)] if states else []), by=(HelpCall.no,))

    def move(self, call: Any, before: str, **values: Any) -> bool:
        """Change a call that is in the state `before`. False: it no longer is, because somebody else was faster."""
        same = (HelpCall.community_id == call.community_id, HelpCall.no == call.no)
        return self._change(HelpCall, *same, HelpCall.state == before, **values) == 1

    def offer(self, call: Any, bot: str, account: int, chat: int, name: str | None) -> bool:
        of = {"community_id": call.community_id, "call_no": call.no, "bot": bot, "account": account, "chat": chat}
        return self._put(HelpOffer, **of, name=name, at=self._uow.now)

    def withdraw(self, call: Any, bot: str, account: int) -> bool:
        return self._delete(HelpOffer, *_of_call(call), HelpOffer.bot == bot, HelpOffer.account == account) > 0

    def offers(self, call: Any) -> list[Any]:
        return self._many(HelpOffer, *_of_call(call), by=(HelpOffer.at, HelpOffer.account))

    def offers_of(self, bot: str, account: int) -> list[Any]:
        """Calls that a person has taken up, in whatever state: text, state, and when they did."""
        same = (HelpCall.community_id == HelpOffer.community_id, HelpCall.no == HelpOffer.call_no)
        statement = select(HelpCall.text, HelpCall.state, HelpOffer.at).join(HelpOffer, same[0] & same[1])
        mine = (HelpOffer.bot == bot, HelpOffer.account == account)
        return list(self._uow.read(statement.where(*mine).order_by(HelpOffer.at), HelpCall, HelpOffer))

    def of_matter(self, community_id: int, *, case_no: int | None, topic_no: int | None) -> list[Any]:
        """Open calls about a case or a topic."""
        here = (HelpCall.community_id == community_id, HelpCall.state == OPEN, _about(HelpCall, case_no, topic_no))
        return self._many(HelpCall, *here, by=(HelpCall.no,))

    def helped(self, community_id: int, *, case_no: int | None, topic_no: int | None) -> list[tuple[str, int]]:
        """(bot, account) of everybody who took up a call about a case or a topic."""
        same = and_(HelpCall.community_id == HelpOffer.community_id, HelpCall.no == HelpOffer.call_no)
        here = (HelpCall.community_id == community_id, _about(HelpCall, case_no, topic_no))
        statement = select(HelpOffer.bot, HelpOffer.account).join(HelpCall, same).where(*here).order_by(HelpOffer.at)
        return [(row.bot, row.account) for row in self._uow.read(statement, HelpCall, HelpOffer)]

    def erase(self, bot: str, account: int) -> None:
        """Delete the person's offers, which frees those calls again, and their own calls."""
        self._delete(HelpOffer, HelpOffer.bot == bot, HelpOffer.account == account)
        for call in self.wishes_of(bot, account):
            same = (HelpCall.community_id == call.community_id, HelpCall.no == call.no)
            self._delete(HelpOffer, *_of_call(call))
            self._delete(HelpCall, *same)

    def forget_before(self, moment: datetime) -> None:
        """In calls that ended before `moment`, delete who made them and who took them up."""
        for call in self._many(HelpCall, HelpCall.ended_at < moment, HelpCall.account.is_not(None), limit=100):
            same = (HelpCall.community_id == call.community_id, HelpCall.no == call.no)
            self._change(HelpCall, *same, bot=None, account=None, chat=None)
        ended = select(HelpCall.no).where(
            HelpCall.community_id == HelpOffer.community_id,
            HelpCall.no == HelpOffer.call_no,
            HelpCall.ended_at < moment,
        )
        self._delete(HelpOffer, ended.exists())


def _about(model: Any, case_no: int | None, topic_no: int | None) -> Any:
    """Condition: the row is about this case or topic. Without either it matches nothing."""
    return or_(
        false(), *([model.case_no == case_no] if case_no else []), *([model.topic_no == topic_no] if topic_no else [])
    )


def _of_call(call: Any) -> tuple[Any, Any]:
    return HelpOffer.community_id == call.community_id, HelpOffer.call_no == call.no
