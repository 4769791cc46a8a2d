"""What the pretended Telegram knows: bots, chats, members, messages.

Plain data with the few look-ups everybody needs. Rules live with the methods,
user actions in people.py and groups.py.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.botapi.pulse import Pulse
from tests.botapi.updates import DEFAULT_KINDS, UpdateQueue

if TYPE_CHECKING:
    from tests.botapi.files import StoredFile
    from tests.botapi.webhook import Webhook

Json = dict[str, Any]
ChatType = Literal["private", "group", "supergroup", "channel"]
PRESENT = frozenset({"creator", "administrator", "member", "restricted"})


@dataclass(slots=True)
class Account:
    """A person or a bot as others see it."""

    id: int
    first_name: str
    username: str = ""
    last_name: str = ""
    language_code: str = ""
    is_bot: bool = False
    phone: str = ""
    deactivated: bool = False

    def json(self) -> Json:
        """Return the Bot API ``User``."""
        user: Json = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
        }
        for name in ("last_name", "username", "language_code"):
            if value := getattr(self, name):
                user[name] = value
        return user


@dataclass(slots=True)
class Member:
    """A place in a group, with the flags of that status."""

    account: Account
    status: str = "member"
    flags: Json = field(default_factory=dict)

    @property
    def present(self) -> bool:
        """Whether the account sees the group's messages."""
        return self.status in PRESENT and self.flags.get("is_member", True)


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is that of the message that opened it."""

    id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """A message with its edits applied; ``body`` is its Bot API JSON."""

    chat: "Chat"
    id: int
    body: Json
    sender_id: int
    deleted: bool = False
    media: "StoredFile | None" = None
    reply_to: "Message | None" = None
    at: float = 0.0
    changed: int = 0
    earlier: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Text or caption, as the reader sees it."""
        text = self.body.get("text") or self.body.get("caption") or ""
        return str(text)

    @property
    def button_rows(self) -> list[list[Json]]:
        """The inline buttons, row by row."""
        rows: list[list[Json]] = self.body.get("reply_markup", {}).get(
            "inline_keyboard",
            [],
        )
        return rows

    @property
    def buttons(self) -> list[str]:
        """The labels of the inline buttons, in reading order."""
        return [b["text"] for row in self.button_rows for b in row]

    @property
    def thread_id(self) -> int:
        """The forum topic, or 0."""
        return int(self.body.get("message_thread_id", 0))


@dataclass(slots=True, eq=False)
class Chat:
    """A private dialogue, a group or a supergroup."""

    id: int
    type: ChatType
    info: Json
    next_id: Iterator[int]
    messages: dict[int, Message] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    latest: dict[int, Message] = field(default_factory=dict)
    pulse: Pulse = field(default_factory=Pulse)
    changes: int = 0
    keep: int = 0
    started: bool = True
    blocked: bool = False
    migrated_to: int = 0
    is_forum: bool = False
    permissions: Json = field(default_factory=dict)
    reply_keyboard: Json | None = None

    @property
    def is_group(self) -> bool:
        """Whether it has members."""
        return self.type in {"group", "supergroup"}

    def json(self) -> Json:
        """Return the Bot API ``Chat``."""
        return self.info

    def find(self, message_id: int) -> Message | None:
        """Return a message that still exists."""
        message = self.messages.get(message_id)
        return None if message is None or message.deleted else message

    def add(self, body: Json, sender_id: int) -> Message:
        """Give the message its number and keep it."""
        number = next(self.next_id)
        body["message_id"] = number
        message = Message(self, number, body, sender_id)
        self.messages[number] = message
        if self.keep and len(self.messages) > self.keep:
            oldest = next(iter(self.messages))
            del self.messages[oldest]
            self.latest.pop(oldest, None)
        self.touch(message)
        return message

    def touch(self, message: Message) -> None:
        """Note that a reader now sees something else."""
        self.changes += 1
        message.changed = self.changes
        self.latest.pop(message.id, None)
        self.latest[message.id] = message
        self.pulse.beat()

    def changed_since(self, mark: int) -> Iterator[Message]:
        """Return what still stands of the changes after a mark, newest first."""
        for message in reversed(self.latest.values()):
            if message.changed <= mark:
                return
            if not message.deleted:
                yield message

    def visible(self) -> list[Message]:
        """Return the messages nobody deleted, oldest first."""
        return [m for m in self.messages.values() if not m.deleted]


@dataclass(slots=True, eq=False)
class Callback:
    """A pressed button that waits for its answer."""

    id: str
    bot_id: int
    pressed_at: float
    answered: bool = False
    expired: bool = False
    text: str = ""
    alert: bool = False
    url: str = ""
    pulse: Pulse = field(default_factory=Pulse)


@dataclass(slots=True, eq=False)
class Bot:
    """A bot account with all that belongs to its token."""

    account: Account
    token: str
    queue: UpdateQueue
    privacy: bool = False
    allowed: frozenset[str] = DEFAULT_KINDS
    allowed_named: list[str] | None = None
    dialogs: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, "StoredFile"] = field(default_factory=dict)
    paths: dict[str, "StoredFile"] = field(default_factory=dict)
    texts: dict[tuple[str, ...], Any] = field(default_factory=dict)
    message_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    polls: int = 0
    logged_out: bool = False
    webhook: "Webhook | None" = None

    @property
    def id(self) -> int:
        """The bot's user id."""
        return self.account.id

    @property
    def username(self) -> str:
        """The bot's name without the at sign."""
        return self.account.username
