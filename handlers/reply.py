"""Replies: plain text with buttons and files, sent as a new message or in place of an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Any

from handlers.event import Address


class Priority(IntEnum):
    """Priority classes, the first sent first, so that a survey never delays an alarm."""

    EMERGENCY = 0
    INTERACTIVE = 1
    NOTICE = 2
    BROADCAST = 3


class Showing(StrEnum):
    """How a logical message is shown in the chat."""

    IN_PLACE = "in_place"
    """Edit the message that is shown; if there is none, send it."""
    ANEW = "anew"
    """Send it as a new message, which later versions edit."""
    ONLY_EDIT = "only_edit"
    """Edit the message that is shown or queued; if there is none, send nothing."""
    CLOSE = "close"
    """Edit the message that is shown for the last time; queued versions are not sent any more."""
    GONE = "gone"
    """Delete the message that is shown; queued versions are not sent any more."""


@dataclass(slots=True)  # not frozen: a dozen are made for every message, and frozen ones take three times as long
class Button:
    """A choice. Pressing it runs `action` with `data` on case `case_no` of `community_id`.

    `account`: only this person may press it; None: whoever may take the action. `once`: it works once.
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
    """A file to send, stored under `digest` in the attachment store."""

    kind: str
    digest: str
    name: str


@dataclass(slots=True)
class Reply:
    """One message to be delivered, as plain text: residents' words are never interpreted as markup.

    Attributes:
        logical: a name for what the message shows (`card:<community>:<case>`). The first message under a name is sent,
            later ones edit it, and outdated ones that still wait are skipped; see `showing`.
        key: makes the message unique for ever: a second one with the same key is not sent.
        cause: what caused it (`case:<community>:<no>:<event>`); an undo cancels it by this while it waits for `delay`.
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
    """The short answer to a pressed button; `alert` shows it in a window that has to be closed."""

    text: str
    alert: bool = False
