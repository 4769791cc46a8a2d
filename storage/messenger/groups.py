"""To which community a residents' group belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select, update

from storage.sql.bulk import upsert
from storage.tables import ResidentGroup

if TYPE_CHECKING:
    from storage.unit_of_work import UnitOfWork


class Groups:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def community_of(self, bot: str, chat: int) -> int | None:
        same = (ResidentGroup.bot == bot, ResidentGroup.chat == chat)
        return self._uow.read(select(ResidentGroup.community_id).where(*same), ResidentGroup).scalar()

    def of_residents(self, chat: int) -> bool:
        """Whether a group is one of residents, by whichever bot it was tied: a group has one id for all of them."""
        return bool(self._uow.read(select(exists().where(ResidentGroup.chat == chat)), ResidentGroup).scalar())

    def tie(self, bot: str, chat: int, community_id: int) -> None:
        statement = upsert(self._uow.connection)(ResidentGroup)
        new = statement.excluded
        changed = {"community_id": new.community_id, "since": new.since}
        statement = statement.on_conflict_do_update(index_elements=["bot", "chat"], set_=changed)
        self._uow.execute(statement, [{"bot": bot, "chat": chat, "community_id": community_id, "since": self._uow.now}])

    def leave(self, bot: str, chat: int) -> None:
        self._uow.execute(delete(ResidentGroup).where(ResidentGroup.bot == bot, ResidentGroup.chat == chat))

    def move_chat(self, bot: str, old: int, new: int) -> None:
        """It stays with its community, unless it was tied anew at its new place."""
        if self.community_of(bot, new) is not None:
            self.leave(bot, old)
        same = (ResidentGroup.bot == bot, ResidentGroup.chat == old)
        self._uow.execute(update(ResidentGroup).where(*same).values(chat=new))
