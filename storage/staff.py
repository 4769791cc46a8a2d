"""Staff accounts and invitations."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from storage.reference_queries import changed, load
from storage.sql.bulk import upsert
from storage.tables import Community, Invitation, StaffAccount

if TYPE_CHECKING:
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class StaffRows:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def invite(self, staff_id: int, token: str, expires_at: datetime) -> None:
        self._uow.insert(
            Invitation,
            {"token_hash": token_hash(token), "staff_id": staff_id, "expires_at": expires_at, "used_at": None},
        )

    def accept(self, token: str, bot: str, account: int, chat: int) -> int | None:
        """Bind an account by an invitation; returns the staff id, or None if it is unknown, used or too old."""
        mine = Invitation.token_hash == token_hash(token)
        fresh = (mine, Invitation.used_at.is_(None), Invitation.expires_at > self._uow.now)
        staff_id = self._uow.read(select(Invitation.staff_id).where(*fresh), Invitation).scalar()
        if staff_id is None:
            return None
        if self._uow.execute(update(Invitation).where(*fresh).values(used_at=self._uow.now)).rowcount != 1:
            return None
        statement = upsert(self._uow.connection)(StaffAccount)
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=["bot", "account"],
            set_={"staff_id": new.staff_id, "chat": new.chat, "bound_at": new.bound_at},
        )
        row = {"bot": bot, "account": account, "staff_id": staff_id, "chat": chat, "bound_at": self._uow.now}
        self._uow.execute(statement, [row])
        self._changed()
        return int(staff_id)

    def set_staff_chat(self, community_id: int, bot: str, chat: int, topic: int) -> None:
        """New cases of a community are shown in this chat from now on."""
        values = {"staff_chat": [bot, chat, topic]}
        self._uow.execute(update(Community).where(Community.id == community_id).values(**values))
        self._changed()

    def leave_chat(self, bot: str, chat: int) -> list[int]:
        """The bot is no longer in a staff group: cards go to people again; returns the communities."""
        rows = self._uow.read(select(Community.id, Community.staff_chat), Community).all()
        left = [row.id for row in rows if row.staff_chat and row.staff_chat[:2] == [bot, chat]]
        if left:
            self._uow.execute(update(Community).where(Community.id.in_(left)).values(staff_chat=None))
            self._changed()
        return left

    def move_chat(self, bot: str, old: int, new: int) -> None:
        """A staff group became a supergroup."""
        for row in self._uow.read(select(Community.id, Community.staff_chat), Community).all():
            if row.staff_chat and row.staff_chat[:2] == [bot, old]:
                self.set_staff_chat(row.id, bot, new, row.staff_chat[2])
        self._uow.execute(
            update(StaffAccount).where(StaffAccount.bot == bot, StaffAccount.chat == old).values(chat=new)
        )

    def _changed(self) -> None:
        """Tell every process, and whoever comes next in this transaction."""
        changed(self._uow.connection)
        self._uow.reference = load(self._uow.connection)
