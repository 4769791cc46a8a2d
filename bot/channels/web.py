"""A messenger of our own, in memory: what a chat page on 127.0.0.1 and the demo talk through.

It behaves as the real ones do: raw updates stay in its list until a later `fetch` confirms them, files are held under
ids of its own, a message that is gone cannot be edited, a chat can block the bot and a group can move. Whoever draws
the chats (the page, the script, a test) reads `chat()` and listens to `watch`.

A raw update is a flat dict; `WebUpdate` is its shape.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.port import (
    Abilities,
    Choice,
    Conflict,
    Envelope,
    Moved,
    NotEditable,
    Outgoing,
    RawUpdateBody,
    Refused,
    SendFile,
    Sent,
    Unreachable,
    Unreadable,
)
from bot.clock import Clock, RealClock
from handlers.event import Address, Event, EventKind, File, FileKind, Location
from handlers.reply import Answer
from ledger.words import storable, utf16_length

LONGEST_DATA = 64
MOST_AT_ONCE = 100
LATEST = 253_402_300_799
COMMAND = re.compile(r"/(\w{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL | re.ASCII)


class WebFile(BaseModel):
    """A file as an update or a shown message names it; the bytes are the messenger's."""

    model_config = ConfigDict(frozen=True)

    kind: FileKind
    id: str = Field(max_length=300)
    unique_id: str = Field(max_length=100)
    size: int = Field(ge=0)
    media_type: str = Field("application/octet-stream", max_length=40)
    name: str = Field("", max_length=200)


class WebUpdate(BaseModel):
    """One thing that a person did. `kind` as in `EventKind`; a command is a text that begins with a slash."""

    model_config = ConfigDict(strict=True)

    update_id: int
    kind: str = Field(pattern="^(text|media|location|edit|press|blocked|unblocked|moved)$")
    chat: int = Field(gt=-(2**63), lt=2**63)
    group: bool = False
    to_us: bool = False
    topic: int = 0
    account: int | None = Field(None, gt=0, lt=2**63)
    name: str = ""
    at: float = Field(ge=0, le=LATEST)
    message_id: int | None = None
    text: str = ""
    files: list[WebFile] = Field(default_factory=list, strict=False)
    album: str | None = None
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    press: str = ""
    press_id: str = ""
    replied_to: int | None = None
    forwarded: bool = False
    new_chat: int | None = None


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
    last_id: int = 0
    blocked: bool = False
    moved_to: int | None = None


class WebChannel:
    """One bot on the web messenger."""

    def __init__(self, name: str, clock: Clock | None = None) -> None:
        self.name = name
        self.abilities = Abilities()
        self.watch: list[Callable[[Change], None]] = []
        self._clock = clock or RealClock()
        self._chats: defaultdict[int, _Chat] = defaultdict(_Chat)
        self._files: dict[str, tuple[WebFile, bytes]] = {}
        self._updates: list[RawUpdateBody] = []
        self._last_update = 0
        self._presses: dict[str, int] = {}
        self._waiting = False
        self._arrived = asyncio.Event()

    # the port --------------------------------------------------------------------------------------------------------

    async def open(self) -> str:
        return self.name

    async def close(self) -> None:
        self._arrived.set()

    async def fetch(self, offset: int | None, timeout: int) -> list[RawUpdateBody]:  # noqa: ASYNC109 - the port's
        """Updates from `offset` on; all before it are confirmed and forgotten."""
        if self._waiting:
            raise Conflict("somebody else is fetching")
        if offset is not None:
            self._updates = [raw for raw in self._updates if raw["update_id"] >= offset]
        if not self._updates and timeout:
            await self._wait(timeout)
        return [dict(raw) for raw in self._updates[:MOST_AT_ONCE]]

    def envelope(self, raw: RawUpdateBody) -> Envelope:
        """In a group only what is addressed to the bot is kept."""
        update_id, chat = _whole(raw.get("update_id")), _whole(raw.get("chat"))
        talk = raw.get("kind") in ("text", "media", "location", "edit")
        ours = not (talk and raw.get("group") and not raw.get("to_us"))
        return Envelope(update_id, chat, ours)

    def parse(self, raw: RawUpdateBody) -> Event:
        try:
            return _event(self.name, WebUpdate.model_validate(raw))
        except ValidationError as error:
            raise Unreadable(_reason(error)) from None

    async def send(self, message: Outgoing) -> Sent:
        self._hold_limits(message)
        chat = self._reachable(message.chat)
        files = [await self._held(file) for file in message.files]
        if message.edit is not None:
            shown = self._edit(message, chat)
        else:
            shown = self._show(message.chat, text=message.text, topic=message.topic, rows=message.rows, files=tuple(files))
        return Sent(shown.id, {sent.digest: held.id for sent, held in zip(message.files, files, strict=True)})

    async def answer(self, press_id: str, answer: Answer) -> None:
        chat = self._presses.pop(press_id, None)
        if chat is not None:
            self._tell(Change(chat, press_id=press_id, answer=answer))

    async def download(self, file_id: str, to: Path, limit: int) -> None:
        held = self._files.get(file_id)
        if held is None:
            raise Refused("no such file")
        if len(held[1]) > limit:
            raise Refused("the file is too big")
        await asyncio.to_thread(to.write_bytes, held[1])

    async def set_webhook(self, url: str, secret: str) -> None:
        """There is nothing to call: the page lives in this process."""

    async def webhook_info(self) -> dict[str, Any]:
        return {"url": "", "pending_update_count": len(self._updates)}

    # the people's side -----------------------------------------------------------------------------------------------

    def chat(self, chat: int) -> list[Message]:
        """All messages of a chat, oldest first."""
        return list(self._chats[chat].messages.values())

    def says(
        self,
        chat: int,
        account: int,
        *,
        text: str = "",
        files: tuple[WebFile, ...] = (),
        location: Location | None = None,
        **more: Any,
    ) -> Message:
        """A person writes, sends files or a place; `more` are further fields of the update (name, album, topic ...)."""
        shown = self._show(chat, account=account, topic=more.get("topic", 0), text=text, files=files, location=location)
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
        """A person presses a button; returns what `answer` will name. Forged ones get through, as they do elsewhere."""
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
        self._post("moved", chat, None, group=True, new_chat=new_chat)

    def hold_file(self, content: bytes, kind: FileKind, name: str = "", media_type: str = "") -> WebFile:
        """Take a file in, as an upload does."""
        number = len(self._files) + 1
        file = WebFile(
            kind=kind,
            id=f"{self.name}-{number}",
            unique_id=f"u{number}",
            size=len(content),
            media_type=media_type or MEDIA_TYPES.get(Path(name).suffix.lower(), DEFAULT_TYPES[kind]),
            name=name,
        )
        self._files[file.id] = (file, content)
        return file

    def file(self, file_id: str) -> tuple[WebFile, bytes] | None:
        """A file that the messenger holds, for whoever shows it."""
        return self._files.get(file_id)

    def unconfirmed(self) -> int:
        """How many updates nobody has confirmed."""
        return len(self._updates)

    # inside ----------------------------------------------------------------------------------------------------------

    async def _wait(self, seconds: float) -> None:
        self._waiting = True
        self._arrived.clear()
        try:
            await asyncio.wait_for(self._arrived.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._waiting = False

    def _post(self, kind: str, chat: int, account: int | None, **more: Any) -> None:
        self._last_update += 1
        at = self._clock.now().timestamp()
        self._updates.append(
            {"update_id": self._last_update, "kind": kind, "chat": chat, "account": account, "at": at, **more}
        )
        self._arrived.set()

    def _show(self, chat: int, **fields: Any) -> Message:
        there = self._chats[chat]
        there.last_id += 1
        message = there.messages[there.last_id] = Message(there.last_id, self._clock.now(), **fields)
        self._tell(Change(chat, message))
        return message

    def _edit(self, message: Outgoing, chat: _Chat) -> Message:
        shown = chat.messages.get(message.edit or 0)
        if shown is None or shown.account is not None:
            raise NotEditable(f"no message {message.edit} of ours")
        if (shown.text, shown.rows) != (message.text, message.rows):
            shown.text, shown.rows, shown.edited = message.text, message.rows, True
            self._tell(Change(message.chat, shown))
        return shown

    def _reachable(self, chat: int) -> _Chat:
        there = self._chats[chat]
        if there.blocked:
            raise Unreachable("the bot was blocked")
        if there.moved_to is not None:
            raise Moved(there.moved_to)
        return there

    def _hold_limits(self, message: Outgoing) -> None:
        limit = self.abilities.caption_limit if message.files else self.abilities.text_limit
        if utf16_length(message.text) > limit:
            raise Refused(f"longer than {limit}")
        if not message.text and not message.files:
            raise Refused("an empty message")
        if any(len(choice.data.encode()) > LONGEST_DATA for row in message.rows for choice in row):
            raise Refused(f"button data longer than {LONGEST_DATA} bytes")

    async def _held(self, file: SendFile) -> WebFile:
        """The file as the messenger holds it, uploaded now if it does not know it yet."""
        known = self._files.get(file.file_id or "")
        if known:
            return known[0].model_copy(update={"name": file.name})
        try:
            content = await asyncio.to_thread(file.path.read_bytes)
        except OSError as error:
            raise Refused(f"the file cannot be read: {type(error).__name__}") from None
        return self.hold_file(content, FileKind(file.kind), file.name)

    def _tell(self, change: Change) -> None:
        for watcher in self.watch:
            watcher(change)


MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
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


def _event(bot: str, update: WebUpdate) -> Event:
    kind, text, command, argument = EventKind(update.kind), storable(update.text), "", ""
    found = COMMAND.fullmatch(text.strip()) if kind is EventKind.TEXT else None
    if found:
        kind, command, argument = EventKind.COMMAND, found[1].lower(), (found[3] or "").strip()
    if found and found[2] and found[2].casefold() != bot.casefold():
        kind = EventKind.IGNORED
    here = update.latitude is not None and update.longitude is not None
    return Event(
        kind=kind,
        address=Address(bot, update.chat, update.topic),
        account=update.account,
        at=datetime.fromtimestamp(update.at, UTC),
        name=storable(update.name),
        private=not update.group,
        message_id=update.message_id,
        text=text,
        files=tuple(File(f.kind, f.id, f.unique_id, f.size, f.media_type, storable(f.name)) for f in update.files),
        album=update.album,
        location=Location(update.latitude or 0.0, update.longitude or 0.0) if here else None,
        command=command,
        argument=argument,
        press=update.press,
        press_id=update.press_id,
        replied_to=update.replied_to,
        forwarded=update.forwarded,
        new_chat=update.new_chat,
        update_id=update.update_id,
    )


def _plain(files: tuple[WebFile, ...]) -> list[dict[str, Any]]:
    return [file.model_dump(mode="json") for file in files]


def _whole(value: object) -> int:
    """A number that a database can hold; 0 for anything else."""
    return value if isinstance(value, int) and abs(value) < 2**63 else 0


def _reason(error: ValidationError) -> str:
    """Which fields are wrong, without what stood in them."""
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False, include_url=False))
