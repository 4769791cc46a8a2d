"""What was said in a case: messages with their revisions, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from storage.cases.by_case import by_case, parameters
from storage.ids import new_id
from storage.tables import Attachment, CaseMessage, table_of

if TYPE_CHECKING:
    from storage.unit_of_work import UnitOfWork

_ATTACHMENTS = table_of(Attachment)
_FILES = by_case(_ATTACHMENTS).order_by(_ATTACHMENTS.c.id)


class SaidInCases:
    """Messages and files of cases."""

    _uow: UnitOfWork

    def add_message(
        self,
        key: tuple[int, int],
        *,
        by: str,
        kind: str,
        bot: str,
        chat: int,
        text: str | None = None,
        message_id: int | None = None,
        revision: int = 0,
        attachment_id: int | None = None,
    ) -> None:
        self._uow.insert(
            CaseMessage,
            {
                "community_id": key[0],
                "id": new_id(),
                "case_no": key[1],
                "by": by,
                "kind": kind,
                "text": text,
                "bot": bot,
                "chat": chat,
                "message_id": message_id,
                "revision": revision,
                "attachment_id": attachment_id,
                "at": self._uow.now,
            },
        )

    def messages(self, key: tuple[int, int]) -> list[Any]:
        statement = (
            select(CaseMessage.__table__)
            .where(CaseMessage.community_id == key[0], CaseMessage.case_no == key[1])
            .order_by(CaseMessage.id)
        )
        return list(self._uow.read(statement, CaseMessage))

    def message_at(self, bot: str, chat: int, message_id: int) -> list[Any]:
        """Rows kept of one message of a chat, oldest revision first."""
        statement = (
            select(CaseMessage.__table__)
            .where(CaseMessage.bot == bot, CaseMessage.chat == chat, CaseMessage.message_id == message_id)
            .order_by(CaseMessage.revision, CaseMessage.id)
        )
        return list(self._uow.read(statement, CaseMessage))

    def take_message_out(self, key: tuple[int, int], bot: str, chat: int, message_id: int) -> None:
        """A message that was taken for a part of this case is none."""
        there = (CaseMessage.community_id == key[0], CaseMessage.case_no == key[1])
        this = (CaseMessage.bot == bot, CaseMessage.chat == chat, CaseMessage.message_id == message_id)
        self._uow.execute(delete(CaseMessage).where(*there, *this))

    def add_attachment(
        self,
        key: tuple[int, int],
        *,
        bot: str,
        kind: str,
        file_id: str,
        unique_id: str,
        size: int | None,
        media_type: str | None,
    ) -> int:
        """Note a file of a case; the attachment store fetches it later. Returns its id."""
        attachment_id = new_id()
        self._uow.insert(
            Attachment,
            {
                "community_id": key[0],
                "id": attachment_id,
                "case_no": key[1],
                "bot": bot,
                "kind": kind,
                "file_id": file_id,
                "unique_id": unique_id,
                "size": size,
                "media_type": media_type,
                "digest": None,
                "state": "waiting",
                "at": self._uow.now,
            },
        )
        return attachment_id

    def attachments(self, key: tuple[int, int]) -> list[Any]:
        return list(self._uow.read(_FILES, Attachment, given=parameters(key)))
