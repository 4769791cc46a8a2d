"""A community's rules (公约) in versions, with the comments on each clause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.base_store import Store
from storage.counters import next_no
from storage.ids import new_id
from storage.tables import Rules, RulesClause, RulesComment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class RulesRows(Store):
    def draft(self, community_id: int, title: str, clauses: Sequence[str], staff_id: int | None) -> int:
        """Write a draft; returns its version. Clauses are numbered from 1."""
        version = next_no(self._uow, community_id, "rules")
        self._put(
            Rules,
            community_id=community_id,
            version=version,
            title=title,
            staff_id=staff_id,
            drafted_at=self._uow.now,
        )
        for no, text in enumerate(clauses, 1):
            self._put(RulesClause, community_id=community_id, version=version, no=no, text=text)
        return version

    def get(self, community_id: int, version: int) -> Any:
        return self._one(Rules, Rules.community_id == community_id, Rules.version == version)

    def in_force(self, community_id: int) -> Any:
        """The newest published version, or None."""
        published = (Rules.community_id == community_id, Rules.published_at.is_not(None))
        newest = (Rules.published_at.desc(), Rules.version.desc())
        return next(iter(self._many(Rules, *published, by=newest, limit=1)), None)

    def drafted(self, community_id: int) -> Any:
        """The newest draft that is neither published nor dropped, or None."""
        open_ = (Rules.community_id == community_id, Rules.published_at.is_(None), Rules.dropped_at.is_(None))
        return next(iter(self._many(Rules, *open_, by=(Rules.version.desc(),), limit=1)), None)

    def clauses(self, community_id: int, version: int) -> list[Any]:
        same = (RulesClause.community_id == community_id, RulesClause.version == version)
        return self._many(RulesClause, *same, by=(RulesClause.no,))

    def publish(self, rules: Any, vote_no: int | None) -> bool:
        """Put a version into force now. False: it is already, or was dropped."""
        open_ = (Rules.published_at.is_(None), Rules.dropped_at.is_(None))
        same = (Rules.community_id == rules.community_id, Rules.version == rules.version)
        return self._change(Rules, *same, *open_, published_at=self._uow.now, vote_no=vote_no) == 1

    def put_to_vote(self, rules: Any, topic_no: int, passes: str) -> None:
        """Put a draft to the vote in a topic; if the option `passes` wins, it is published."""
        same = (Rules.community_id == rules.community_id, Rules.version == rules.version)
        self._change(Rules, *same, topic_no=topic_no, passes=passes)

    def voted_on(self, community_id: int, topic_no: int) -> Any:
        """The draft that is voted on in a topic. None: the topic is about something else, or no draft any more."""
        open_ = (Rules.published_at.is_(None), Rules.dropped_at.is_(None))
        return self._one(Rules, Rules.community_id == community_id, Rules.topic_no == topic_no, *open_)

    def drop(self, rules: Any) -> None:
        same = (Rules.community_id == rules.community_id, Rules.version == rules.version)
        self._change(Rules, *same, Rules.published_at.is_(None), dropped_at=self._uow.now)

    def comment(self, rules: Any, clause: int, text: str, bot: str, account: int) -> None:
        of = {"community_id": rules.community_id, "version": rules.version, "clause": clause, "id": new_id()}
        self._put(RulesComment, **of, text=text, bot=bot, account=account, at=self._uow.now)

    def comments(self, community_id: int, version: int) -> list[Any]:
        same = (RulesComment.community_id == community_id, RulesComment.version == version)
        return self._many(RulesComment, *same, by=(RulesComment.clause, RulesComment.id))

    def comments_of(self, bot: str, account: int) -> list[Any]:
        mine = (RulesComment.bot == bot, RulesComment.account == account)
        return self._many(RulesComment, *mine, by=(RulesComment.id,))

    def erase(self, bot: str, account: int) -> None:
        self._delete(RulesComment, RulesComment.bot == bot, RulesComment.account == account)

    def forget_before(self, moment: datetime) -> None:
        """Delete comments written before `moment`: by then the next version has taken them up, or not."""
        self._delete(RulesComment, RulesComment.at < moment)
