"""The port that every channel implements, and the errors that it may raise.

ChannelError
├── Unreadable        a raw update that its library cannot parse: set aside, never blocks its lane
└── SendError
    ├── TryLater      the messenger is busy or broken: after `seconds`
    ├── Unreachable   blocked, kicked, deleted: stop sending to this chat
    ├── Moved         the group is now `new_chat`
    ├── NotEditable   the shown message cannot be edited any more: send anew
    └── Refused       this message will never be accepted
Conflict              somebody else polls with the same token
BadToken              the messenger does not know the token
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from handlers.event import Event
from handlers.reply import Answer

RawUpdateBody = dict[str, Any]


class ChannelError(Exception):
    """Something between us and a messenger."""


class Unreadable(ChannelError):
    """A raw update that cannot be parsed."""


class Conflict(ChannelError):
    """Another process polls with the same token."""


class BadToken(ChannelError):
    """The messenger does not know the token."""


class SendError(ChannelError):
    """A message that was not accepted."""


class TryLater(SendError):
    """Busy or broken: again after `seconds`. Whose limit it is, the bot's or the chat's, is not said."""

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
    """What is to be changed is gone or too old."""


class Refused(SendError):
    """Refused for good, with the messenger's reason."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do. `text_limit` in UTF-16 code units."""

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
    """Where the bytes of a file come from; a path is one."""

    def read_bytes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SendFile:
    """A file to send: `file_id` if this bot has sent or received it before, else the bytes in `stored`."""

    kind: str
    name: str
    digest: str
    stored: Readable
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a channel sends it. `edit`: the message id of ours that it replaces; `gone`: that is deleted."""

    chat: int
    topic: int
    text: str
    rows: Sequence[Sequence[Choice]] = ()
    files: Sequence[SendFile] = ()
    edit: int | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What the messenger says of a message that it took: its id, and file ids by digest."""

    message_id: int
    file_ids: dict[str, str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What intake has to know of a raw update before it is parsed. `ours`: it concerns the bot and is kept.

    `words` are what somebody wrote, as they came: only for a quick look at who cannot wait.
    """

    update_id: int
    chat: int
    ours: bool
    words: str = ""


class Channel(Protocol):
    """One bot on one messenger. `name` is the bot's name in the house (resident, staff)."""

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
        """Raw updates from `offset` on, which confirms all before it; waits up to `timeout` seconds.

        Raises:
            Conflict, TryLater, BadToken
        """
        ...

    def envelope(self, raw: RawUpdateBody) -> Envelope:
        """Read the few fields that intake needs; never raises on a dict."""
        ...

    def parse(self, raw: RawUpdateBody) -> Event:
        """Parse with the library's models.

        Raises:
            Unreadable: the update does not fit them.
        """
        ...

    async def send(self, message: Outgoing) -> Sent:
        """Send, edit or delete one message.

        Raises:
            SendError: see the tree above.
        """
        ...

    async def answer(self, press_id: str, answer: Answer) -> None:
        """Answer a pressed button; best effort."""
        ...

    async def download(self, file_id: str, to: Path, limit: int) -> None:
        """Write a file that the messenger holds to `to`.

        Raises:
            Refused: it is larger than `limit` bytes or gone.
            TryLater: the messenger is busy or broken.
        """
        ...

    async def set_webhook(self, url: str, secret: str) -> None:
        """Let updates be pushed to `url`; an empty one goes back to `fetch`."""
        ...

    async def webhook_info(self) -> dict[str, Any]: ...
