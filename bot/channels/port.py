"""The port that every channel implements, and the errors that it can raise.

ChannelError
├── Unreadable        the library cannot parse an update: it is set aside and does not block its lane
├── SendError
│   ├── TryLater      the messenger is busy or broken: retry after `seconds`
│   ├── Unreachable   the chat blocked or removed the bot, or is deleted: stop sending to it
│   ├── Moved         the group has the id `new_chat` now
│   ├── NotEditable   the shown message can no longer be edited: send a new one
│   └── Refused       the messenger will never accept this message
├── Conflict          another process polls with the same token
└── BadToken          the messenger does not know the token
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from handlers.event import Event
from handlers.reply import Answer

RawUpdateBody = dict[str, Any]


class ChannelError(Exception):
    """Base of all errors between us and a messenger."""


class Unreadable(ChannelError):
    """A raw update that cannot be parsed."""


class Conflict(ChannelError):
    """Another process polls with the same token."""


class BadToken(ChannelError):
    """The messenger does not know the token."""


class SendError(ChannelError):
    """The messenger did not accept a message."""


class TryLater(SendError):
    """The messenger is busy or broken; retry after `seconds` (None: unknown). The limit is the bot's or the chat's."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Unreachable(SendError):
    """The chat is gone or has blocked the bot."""


class Moved(SendError):
    """The group has a new id."""

    def __init__(self, new_chat: int) -> None:
        super().__init__(f"moved to {new_chat}")
        self.new_chat = new_chat


class NotEditable(SendError):
    """The message to be edited is gone or too old."""


class Refused(SendError):
    """Refused for good, with the messenger's reason."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do. `text_limit` and `caption_limit` are in UTF-16 code units."""

    buttons: bool = True
    edits: bool = True
    files: bool = True
    text_limit: int = 4096
    caption_limit: int = 1024


@dataclass(frozen=True, slots=True)
class Choice:
    """A button as the chat sees it; `data` is opaque and at most 64 bytes."""

    label: str
    data: str


class Readable(Protocol):
    """A source of a file's bytes, such as a path."""

    def read_bytes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SendFile:
    """A file to send: by `file_id` if this bot has sent or received it before, otherwise from the bytes in `stored`."""

    kind: str
    name: str
    digest: str
    stored: Readable
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for a channel to send. `edit`: id of our message to edit instead; with `gone` it is deleted."""

    chat: int
    topic: int
    text: str
    rows: Sequence[Sequence[Choice]] = ()
    files: Sequence[SendFile] = ()
    edit: int | None = None
    gone: bool = False

    @property
    def has_caption(self) -> bool:
        """Whether the text stands under a file. Several files cannot have buttons: there both follow as a message."""
        return bool(self.files) and not (self.rows and len(self.files) > 1)


@dataclass(frozen=True, slots=True)
class Sent:
    """The messenger's receipt for a message: its id, and file ids by digest."""

    message_id: int
    file_ids: dict[str, str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What intake needs of a raw update before it is parsed. `ours`: it concerns the bot, so it is stored.

    `words`: the text as it came, only for the quick check for danger.
    """

    update_id: int
    chat: int
    ours: bool
    words: str = ""


class Channel(Protocol):
    """One bot on one messenger. `name` is our name for the bot (resident, staff)."""

    name: str
    abilities: Abilities

    async def open(self) -> str:
        """Connect; returns the bot's username.

        Raises:
            BadToken: the token is refused.
            TryLater: the messenger is busy or broken.
        """
        ...

    async def close(self) -> None: ...

    async def fetch(self, offset: int | None, timeout: int) -> list[RawUpdateBody]:  # noqa: ASYNC109 - the messenger's own long poll
        """Fetch raw updates from `offset` on, which confirms all earlier ones; waits up to `timeout` seconds.

        Raises:
            Conflict, TryLater, BadToken
        """
        ...

    def envelope(self, raw: RawUpdateBody) -> Envelope:
        """Read the few fields that intake needs. Never raises for a dict."""
        ...

    def parse(self, raw: RawUpdateBody) -> Event:
        """Parse with the library's models.

        Raises:
            Unreadable: the update does not match them.
        """
        ...

    def parts(self, message: Outgoing) -> list[Outgoing]:
        """Split a message into parts that are sent by one call each; the last one counts as the message."""
        ...

    async def send(self, message: Outgoing) -> Sent:
        """Send one part of a message; edit or delete a message.

        Raises:
            SendError: see the tree above.
        """
        ...

    async def answer(self, press_id: str, answer: Answer) -> None:
        """Answer a pressed button, as best effort."""
        ...

    async def download(self, file_id: str, to: Path, limit: int) -> None:
        """Download a file from the messenger into `to`.

        Raises:
            Refused: it is larger than `limit` bytes or gone.
            TryLater: the messenger is busy or broken.
        """
        ...

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates pushed to `url`; an empty `url` returns to `fetch`."""
        ...

    async def webhook_info(self) -> dict[str, Any]: ...
