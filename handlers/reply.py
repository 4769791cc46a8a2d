"""What goes out: plain texts with buttons and files, to a chat, as a new message or in place of an older one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Any

from handlers.event import Address


class Priority(IntEnum):
    """Classes of messages; the first goes out first, so a survey never delays an alarm."""

    EMERGENCY = 0
    INTERACTIVE = 1
    NOTICE = 2
    BROADCAST = 3


class Showing(StrEnum):
    """How a logical message gets into the chat."""

    IN_PLACE = "in_place"
    """Changes what stands there, else is sent."""
    ANEW = "anew"
    """Is sent to the end of the chat; later ones change it there."""
    ONLY_EDIT = "only_edit"
    """Changes what stands there or is on its way there; where nothing is, nothing is sent."""
    CLOSE = "close"
    """The last word in place of what stands there; what is still on its way there is not sent any more."""
    GONE = "gone"
    """What stands there is deleted, and what is still on its way there is not sent any more."""


@dataclass(slots=True)  # not frozen: a dozen are made for every message, at a third of the time
class Button:
    """A choice. Pressing it runs `action` with `data` on `case_no` of `community_id`.

    `account`: only this person may press; None: whoever has the right to `action`. `once`: good for one press.
    """

    label: str
    action: str
    community_id: int = 0
    case_no: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    account: int | None = None
    once: bool = False


Rows = tuple[tuple[Button, ...], ...]


def in_rows(buttons: Sequence[Button], width: int = 2) -> Rows:
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file to send: stored under `digest` in the attachment store, or a picture of ours (`path` inside it)."""

    kind: str
    digest: str
    name: str


@dataclass(slots=True)
class Reply:
    """One message to be delivered, as plain text: what residents wrote is never read as markup.

    `logical` names what the message shows (`card:<community>:<case>`): the first is sent, later ones edit it, an older
    one not sent yet is skipped; see `Showing`. `key` makes a message unique for ever; without it each reply is sent.
    `cause` (`case:<community>:<no>:<event>`) lets an undo cancel it while it waits for `delay`.
    """

    to: Address
    text: str
    rows: Rows = ()
    files: tuple[OutFile, ...] = ()
    priority: Priority = Priority.INTERACTIVE
    logical: str | None = None
    showing: Showing = Showing.IN_PLACE
    key: str | None = None
    cause: str | None = None
    delay: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Answer:
    """The short word over a pressed button; `alert` shows it as a window that has to be closed."""

    text: str
    alert: bool = False
