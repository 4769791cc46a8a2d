"""A messenger in memory, behind the same port as the real ones, with a user side that reads like what people do."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.port import Abilities, Envelope, Outgoing, Sent, Unreadable
from handlers.event import Address, Event, EventKind, File, FileKind, Location, Quoted
from handlers.reply import Answer


@dataclass
class ShownMessage:
    chat: int
    message_id: int
    text: str
    buttons: dict[str, str]
    files: list[str]
    edits: int = 0


@dataclass
class FakeChannel:
    """Raw updates are dicts of Event fields; `poison` cannot be parsed."""

    name: str
    abilities: Abilities = field(default_factory=Abilities)
    updates: list[dict[str, Any]] = field(default_factory=list)
    pushed: list[dict[str, Any]] = field(default_factory=list)
    """All that ever came, also what was confirmed."""
    messages: list[ShownMessage] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    failures: list[Exception | None] = field(default_factory=list)
    """What comes of the next messages, one after another; None: that one arrives."""
    hangs: asyncio.Event | None = None
    """While it is set, a message does not arrive before this event."""
    no_files: list[Exception] = field(default_factory=list)
    contents: bytes | None = None
    """What every file holds; its own id unless said."""
    sends: int = 0
    sending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something is on its way for the first time."""
    _ids: Any = field(default_factory=lambda: itertools.count(1))
    _message_ids: Any = field(default_factory=lambda: itertools.count(100))

    async def open(self) -> str:
        return f"{self.name}_bot"

    async def close(self) -> None:
        return

    async def fetch(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:  # noqa: ASYNC109, ARG002
        self.updates = [u for u in self.updates if offset is None or u["update_id"] >= offset]
        return self.updates[:100]

    def goes_on_after(self, updates: list[dict[str, Any]]) -> None:
        """Number what comes from now on as the messenger would after these."""
        self._ids = itertools.count(max(raw["update_id"] for raw in updates) + 1)
        self._message_ids = itertools.count(max(raw["message_id"] for raw in updates) + 100)

    def push(self, **fields: Any) -> dict[str, Any]:
        raw = {"update_id": next(self._ids), "message_id": next(self._message_ids), **fields}
        self.updates.append(raw)
        self.pushed.append(raw)
        return raw

    def envelope(self, raw: dict[str, Any]) -> Envelope:
        return Envelope(raw["update_id"], raw.get("chat", 0), raw.get("ours", True), raw.get("text") or "")

    def parse(self, raw: dict[str, Any]) -> Event:
        if raw.get("poison"):
            raise Unreadable("poison")
        file = raw.get("file")
        location = raw.get("location")
        return Event(
            EventKind(raw["kind"]),
            Address(self.name, raw["chat"], raw.get("topic", 0)),
            raw.get("account", raw["chat"]),
            datetime.now(UTC),
            name=raw.get("name", ""),
            private=raw["chat"] > 0,
            message_id=raw["message_id"],
            text=raw.get("text", ""),
            files=(File(FileKind(file[0]), file[1], file[1]),) if file else (),
            album=raw.get("album"),
            location=Location(*location) if location else None,
            command=raw.get("command", ""),
            argument=raw.get("argument", ""),
            press=raw.get("press", ""),
            press_id=raw.get("press_id", ""),
            new_chat=raw.get("new_chat"),
            forwarded=raw.get("forwarded", False),
            quoted=Quoted(*raw["quoted"]) if raw.get("quoted") else None,
            private_chat=raw.get("account"),
        )

    def parts(self, message: Outgoing) -> list[Outgoing]:
        return [message]

    async def send(self, message: Outgoing) -> Sent:
        self.sends += 1
        self.sending.set()
        if self.hangs:
            await self.hangs.wait()
        if self.failures and (failure := self.failures.pop(0)):
            raise failure
        if message.gone:
            self.messages = [m for m in self.messages if (m.chat, m.message_id) != (message.chat, message.edit)]
            return Sent(message.edit or 0, {})
        buttons = {choice.label: choice.data for row in message.rows for choice in row}
        files = [file.name for file in message.files]
        if message.edit is not None:
            shown = next(m for m in self.messages if (m.chat, m.message_id) == (message.chat, message.edit))
            shown.text, shown.buttons, shown.edits = message.text, buttons, shown.edits + 1
            return Sent(message.edit, {})
        shown = ShownMessage(message.chat, next(self._message_ids), message.text, buttons, files)
        self.messages.append(shown)
        return Sent(shown.message_id, {file.digest: f"{self.name}-{file.digest[:8]}" for file in message.files})

    async def answer(self, press_id: str, answer: Answer) -> None:
        self.answers[press_id] = answer

    async def download(self, file_id: str, to: Path, limit: int) -> None:  # noqa: ARG002
        if self.no_files:
            raise self.no_files.pop(0)
        to.write_bytes(file_id.encode() if self.contents is None else self.contents)  # noqa: ASYNC240 - a few bytes

    async def set_webhook(self, url: str, secret: str) -> None:  # noqa: ARG002 - nobody calls
        return

    async def webhook_info(self) -> dict[str, Any]:
        return {}
