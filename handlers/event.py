"""Events: what came in from a chat, on any messenger."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """The kind of an event. `EDIT` has the whole new text; `MOVED`: a group became a supergroup.

    `OTHER`: something that a person sent and the bot cannot read, such as a sticker; `IGNORED`: a notice.
    """

    TEXT = "text"
    MEDIA = "media"
    LOCATION = "location"
    EDIT = "edit"
    PRESS = "press"
    COMMAND = "command"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    MOVED = "moved"
    OTHER = "other"
    IGNORED = "ignored"


class FileKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class File:
    """A file held by the messenger. `id` is valid only for the bot that received it; `size` is in bytes.

    `message_id`: the message it came in, if that is not the event's own (a part of an album or of a draft).
    """

    kind: FileKind
    id: str
    unique_id: str
    size: int | None = None
    media_type: str | None = None
    name: str | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Address:
    """A chat of a bot, or a topic in it. `topic` 0: no topic."""

    bot: str
    chat: int
    topic: int = 0


@dataclass(frozen=True, slots=True)
class Quoted:
    """Somebody else's message, which this one replies to or forwards. `account` None: hidden."""

    account: int | None
    name: str = ""
    text: str = ""


@dataclass(slots=True)  # not frozen: the update id is set after parsing
class Event:
    """One thing that a person did. Which fields are set depends on `kind`.

    Attributes:
        account: the person's account; None: an anonymous admin or a channel.
        at: the messenger's time of the message, or of the message with the pressed button.
        private: the chat is not a group.
        text: the text or caption, without NUL and lone surrogates.
        album: id of the media group.
        command: in lower case, without the slash; `argument` is the text after it.
        press: data of the pressed button; `press_id` is needed to answer the press.
        replied_to: id of our message that this one replies to.
        quoted: somebody else's message that this one replies to or forwards.
        private_chat: the chat in which this person can be reached alone, if they have started the bot.
        new_chat: the new id of a group that moved.
        taken_at: when the update reached us.
    """

    kind: EventKind
    address: Address
    account: int | None
    at: datetime
    name: str = ""
    private: bool = True
    message_id: int | None = None
    text: str = ""
    files: tuple[File, ...] = ()
    album: str | None = None
    location: Location | None = None
    command: str = ""
    argument: str = ""
    press: str = ""
    press_id: str = ""
    replied_to: int | None = None
    forwarded: bool = False
    quoted: Quoted | None = None
    private_chat: int | None = None
    new_chat: int | None = None
    update_id: int = field(default=0)
    taken_at: datetime | None = field(default=None)
