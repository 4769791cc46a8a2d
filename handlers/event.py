"""What came in from a chat, whichever messenger it was."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What happened. `EDIT` carries the whole new text; `MOVED` is a group that became a supergroup."""

    TEXT = "text"
    MEDIA = "media"
    LOCATION = "location"
    EDIT = "edit"
    PRESS = "press"
    COMMAND = "command"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    MOVED = "moved"
    IGNORED = "ignored"


class FileKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class File:
    """A file that the messenger holds. `id` is only good for the bot that received it; `size` in bytes.

    `message_id` is the message it came in, where that is another than its event's (a part of an album, of a draft).
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
    """Where a message goes or came from. `topic` 0: no topic."""

    bot: str
    chat: int
    topic: int = 0


@dataclass(frozen=True, slots=True)
class Quoted:
    """What somebody else said: the message that this one answers, or that it forwards. `account` None: hidden."""

    account: int | None
    name: str = ""
    text: str = ""


@dataclass(slots=True)  # not frozen, for the one who parses it also says which update it was
class Event:
    """One thing that a person did. Which fields are set depends on `kind`.

    `text` is storable (no NUL, no lone surrogates) and holds the caption of media. `command` is without slash and
    lower case, `argument` what stood behind it. `press` is the data of the button, `press_id` what is answered.
    `album` names the media group. `private`: not a group. `account` None: an anonymous admin or a channel.
    `replied_to` is the id of the message of ours that this one answers; `quoted` holds the words of somebody else that
    it answers or forwards. `private_chat`: where this person can be reached alone, if they have opened the bot.
    `at` is the messenger's time of the message (of the one under the button), `taken_at` when the update reached us.
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
