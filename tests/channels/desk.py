"""A channel with people on its other side, the same for every messenger, so that one suite can hold them all.

`Desk` is the bot's side, `Phone` a person's chat with it, or in a group.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.channels.port import Channel, Choice, Envelope, Outgoing, RawUpdateBody, SendFile, Sent
from bot.files import FileStore
from handlers.event import Event, FileKind
from tests.botapi import JPEG

PICTURES = [JPEG, JPEG + b"\0", JPEG + b"\0\0"]
"""Different pictures: the same file is stored once."""


@dataclass(frozen=True)
class Shown:
    """A message of the bot as a person sees it."""

    id: int
    text: str
    buttons: list[list[str]]
    kind: str
    content: bytes
    topic: int
    album: str | None = None


class Phone(Protocol):
    """One person in one chat. Acts return the message's id."""

    chat: int
    account: int

    async def says(self, text: str, reply_to: int | None = None) -> int: ...
    async def sends(self, kind: FileKind, content: bytes, caption: str = "", name: str = "") -> int: ...
    async def sends_album(self, photos: list[bytes], caption: str) -> list[int]: ...
    async def is_at(self, latitude: float, longitude: float) -> None: ...
    async def edits(self, message: int, text: str) -> None: ...
    async def taps(self, label: str) -> "Spinner": ...
    async def blocks(self) -> None: ...
    async def unblocks(self) -> None: ...
    def shown(self) -> list[Shown]: ...


class Spinner(Protocol):
    """A pressed button."""

    async def word(self) -> tuple[str, bool]:
        """The word over it, and whether it is a window."""
        ...


class Desk:
    """The bot's side. `bot_name` is how people in a group call it."""

    bot_name: str
    channel: Channel

    def __init__(self, folder: Path) -> None:
        self.files = FileStore(folder / "files")
        self._offset: int | None = None

    async def raw(self) -> list[RawUpdateBody]:
        """What waits, confirmed by the next call."""
        batch = await self.channel.fetch(self._offset, 0)
        if batch:
            self._offset = max(self.channel.envelope(raw).update_id for raw in batch) + 1
        return batch

    async def taken(self) -> list[tuple[Envelope, Event]]:
        return [(self.channel.envelope(raw), self.channel.parse(raw)) for raw in await self.raw()]

    async def one(self) -> Event:
        """The one event that waits, which intake would keep."""
        [(envelope, event)] = await self.taken()
        assert envelope.ours
        return event

    async def says(self, chat: int, text: str, *labels: str, **more: Any) -> int:
        rows = [[Choice(label, f"data-{label}")] for label in labels]
        return (await self.sends(Outgoing(chat, more.pop("topic", 0), text, rows, **more))).message_id

    async def sends(self, message: Outgoing) -> Sent:
        """Send a message in as many parts as it takes."""
        sent = [await self.channel.send(part) for part in self.channel.parts(message)]
        return Sent(sent[-1].message_id, {digest: held for one in sent for digest, held in one.file_ids.items()})

    def file(self, kind: str, content: bytes, name: str = "file", file_id: str | None = None) -> SendFile:
        digest = self.files.put(content)
        return SendFile(kind, name, digest, self.files.path(digest), file_id)

    def person(self, name: str = "王婆婆") -> Phone:
        raise NotImplementedError

    def member(self, name: str = "李工", *, topic: int = 0, anonymous: bool = False) -> Phone:
        """Somebody in the one group that the bot is in."""
        raise NotImplementedError

    def other_bot(self, name: str) -> str:
        """The name of another bot."""
        return f"{name}_other_bot"

    async def open_topic(self) -> int:
        raise NotImplementedError

    async def move_group(self) -> tuple[int, int]:
        """The group gets another id; returns both."""
        raise NotImplementedError

    async def close(self) -> None:
        await self.channel.close()
