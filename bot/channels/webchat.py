"""The messenger behind the web channel, in memory: chats, files and unconfirmed updates.

It behaves as the real ones do: raw updates stay in its list until they are confirmed, files are held under ids of its
own, only the bot's own messages can be edited by it, a person can block the bot and a group can move. Whoever draws the
chats (the page, the script, a test) reads `chat` and listens through `watch`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.channels.port import Choice, Moved, NotEditable, RawUpdateBody, Unreachable
from bot.clock import Clock
from handlers.event import FileKind, Location
from handlers.reply import Answer

MOST_AT_ONCE = 100


class WebFile(BaseModel):
    """A file as an update or a shown message names it; the bytes are the messenger's."""

    model_config = ConfigDict(frozen=True)

    kind: FileKind
    id: str = Field(max_length=300)
    unique_id: str = Field(max_length=100)
    size: int = Field(ge=0, lt=2**63)
    media_type: str = Field("application/octet-stream", max_length=100)
    name: str = Field("", max_length=200)


@dataclass(slots=True)
class Message:
    """A message as the chat shows it. `account` None: it is the bot's."""

    id: int
    at: datetime
    account: int | None = None
    topic: int = 0
    text: str = ""
    rows: Sequence[Sequence[Choice]] = ()
    files: tuple[WebFile, ...] = ()
    location: Location | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a watcher is told: a message that is new or was changed, or the word over a pressed button."""

    chat: int
    message: Message | None = None
    press_id: str = ""
    answer: Answer | None = None


@dataclass(slots=True)
class _Chat:
    messages: dict[int, Message] = field(default_factory=dict)
    blocked: bool = False
    moved_to: int | None = None


class Messenger:
    """All chats of one bot. Chats below 0 are groups. Ids ascend from `first_id`, in one order for all chats."""

    def __init__(self, bot: str, clock: Clock, first_id: int = 0) -> None:
        self.bot = bot
        self.watch: list[Callable[[Change], None]] = []
        self.arrived = asyncio.Event()
        self._clock = clock
        self._chats: defaultdict[int, _Chat] = defaultdict(_Chat)
        self._files: dict[str, tuple[WebFile, bytes]] = {}
        self._updates: list[RawUpdateBody] = []
        self._last_update = self._last_message = first_id
        self._presses: dict[str, int] = {}

    def chat(self, chat: int) -> list[Message]:
        """All messages of a chat, oldest first."""
        return list(self._chats[chat].messages.values())

    # what people do --------------------------------------------------------------------------------------------------

    def says(
        self,
        chat: int,
        account: int | None,
        *,
        text: str = "",
        files: tuple[WebFile, ...] = (),
        location: Location | None = None,
        **more: Any,
    ) -> Message:
        """A person writes, sends files or a place; `more` are further fields of the update (name, album, topic ...)."""
        topic = more.get("topic", 0)
        shown = self._show(chat, account=account or 0, topic=topic, text=text, files=files, location=location)
        place = {"latitude": location.latitude, "longitude": location.longitude} if location else {}
        kind = "media" if files else "location" if location else "text"
        self._post(kind, chat, account, message_id=shown.id, text=text, files=_plain(files), **place, **more)
        return shown

    def edits(self, chat: int, account: int, message_id: int, text: str, **more: Any) -> None:
        """A person changes the words of a message of their own."""
        shown = self._chats[chat].messages[message_id]
        shown.text, shown.edited = text, True
        self._tell(Change(chat, shown))
        self._post("edit", chat, account, message_id=message_id, text=text, files=_plain(shown.files), **more)

    def presses(self, chat: int, account: int, message_id: int | None, data: str, **more: Any) -> str:
        """A person presses a button; returns the id of the press. Forged ones get through, as they do elsewhere."""
        press_id = f"p{self._last_update + 1}"
        self._presses[press_id] = chat
        self._post("press", chat, account, message_id=message_id, press=data, press_id=press_id, **more)
        return press_id

    def blocks(self, chat: int, account: int, *, blocked: bool = True) -> None:
        """A person blocks the bot, or lets it in again."""
        self._chats[chat].blocked = blocked
        self._post("blocked" if blocked else "unblocked", chat, account)

    def moves(self, chat: int, new_chat: int) -> None:
        """A group becomes another one; the bot is told, and refused under the old id."""
        self._chats[chat].moved_to = new_chat
        self._post("moved", chat, None, new_chat=new_chat)

    # files -----------------------------------------------------------------------------------------------------------

    def hold_file(self, content: bytes, kind: FileKind, name: str = "", media_type: str = "") -> WebFile:
        """Take a file in, as an upload does."""
        number = len(self._files) + 1
        file = WebFile(
            kind=kind,
            id=f"{self.bot}-{number}",
            unique_id=f"u{number}",
            size=len(content),
            media_type=media_type or MEDIA_TYPES.get(Path(name).suffix.lower(), DEFAULT_TYPES[kind]),
            name=name,
        )
        self._files[file.id] = (file, content)
        return file

    def file(self, file_id: str | None) -> tuple[WebFile, bytes] | None:
        """A file that the messenger holds."""
        return self._files.get(file_id or "")

    # what the bot does -----------------------------------------------------------------------------------------------

    def waiting(self, offset: int | None = None) -> list[RawUpdateBody]:
        """Updates from `offset` on, which confirms all before it: they are forgotten."""
        if offset is not None:
            self._updates = [raw for raw in self._updates if raw["update_id"] >= offset]
        return [dict(raw) for raw in self._updates[:MOST_AT_ONCE]]

    def shows(self, chat: int, edit: int | None, **fields: Any) -> Message:
        """The bot writes, or changes a message of its own."""
        there = self._chats[chat]
        if there.blocked:
            raise Unreachable("the bot was blocked")
        if there.moved_to is not None:
            raise Moved(there.moved_to)
        return self._show(chat, **fields) if edit is None else self._change(chat, edit, **fields)

    def deletes(self, chat: int, message_id: int) -> None:
        """The bot takes a message of its own away; who looks is told that nothing is left of it."""
        shown = self._change(chat, message_id, text="", rows=())
        shown.files = ()
        self._tell(Change(chat, self._chats[chat].messages.pop(message_id)))

    def answers(self, press_id: str, answer: Answer) -> None:
        chat = self._presses.pop(press_id, None)
        if chat is not None:
            self._tell(Change(chat, press_id=press_id, answer=answer))

    # inside ----------------------------------------------------------------------------------------------------------

    def _post(self, kind: str, chat: int, account: int | None, **more: Any) -> None:
        self._last_update += 1
        at = self._clock.now().timestamp()
        raw = {"update_id": self._last_update, "kind": kind, "chat": chat, "account": account, "at": at, **more}
        if chat < 0:
            raw |= {"group": True, "to_us": self._is_for_the_bot(chat, more)}
        self._updates.append(raw)
        self.arrived.set()

    def _is_for_the_bot(self, chat: int, update: dict[str, Any]) -> bool:
        """In a group: a command, its name, or an answer to what it said."""
        text = update.get("text", "")
        answered = self._chats[chat].messages.get(update.get("replied_to", 0))
        return text.startswith("/") or f"@{self.bot}" in text or (answered is not None and answered.account is None)

    def _show(self, chat: int, **fields: Any) -> Message:
        self._last_message += 1
        message = Message(self._last_message, self._clock.now(), **fields)
        self._chats[chat].messages[message.id] = message
        self._tell(Change(chat, message))
        return message

    def _change(self, chat: int, edit: int, *, text: str, rows: Sequence[Sequence[Choice]], **_: Any) -> Message:
        shown = self._chats[chat].messages.get(edit)
        if shown is None or shown.account is not None:
            raise NotEditable(f"no message {edit} of ours")
        if (shown.text, shown.rows) != (text, rows):
            shown.text, shown.rows, shown.edited = text, rows, True
            self._tell(Change(chat, shown))
        return shown

    def _tell(self, change: Change) -> None:
        for watcher in self.watch:
            watcher(change)


MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".xlsx": "application/x-xlsx",
}
DEFAULT_TYPES = {
    FileKind.PHOTO: "image/png",
    FileKind.VOICE: "audio/ogg",
    FileKind.VIDEO: "video/mp4",
    FileKind.DOCUMENT: "application/octet-stream",
}


def _plain(files: tuple[WebFile, ...]) -> list[dict[str, Any]]:
    return [file.model_dump(mode="json") for file in files]
