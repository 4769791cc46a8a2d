"""What both Telegram libraries share: reading a raw update's envelope, models to events, errors by their words.

Imports neither library: their update models carry the same names, which the contract tests hold them to.
"""

from datetime import UTC, datetime
from typing import Any

from bot.channels.port import Envelope, NotEditable, RawUpdateBody, Refused, SendError, TryLater, Unreachable
from handlers.event import Address, Event, EventKind, File, FileKind, Location
from ledger.words import storable

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
ANONYMOUS_ADMIN = 1087968824
LONGEST_TEXT = 8000
GONE = ("bot was blocked", "user is deactivated", "bot was kicked", "bot is not a member", "chat not found",
        "not enough rights to send", "have no rights to send", "can't initiate conversation")  # fmt: skip
NOT_EDITABLE = ("message to edit not found", "message can't be edited", "there is no text in the message to edit",
                "message_id_invalid")  # fmt: skip
UNCHANGED = "message is not modified"


# --- intake: the raw dict --------------------------------------------------------------------------------------------


def envelope(raw: RawUpdateBody, username: str) -> Envelope:
    """Read update id and chat without models; of a group only what is addressed to the bot is kept."""
    update_id = raw.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not -(2**63) <= update_id < 2**63:
        return Envelope(-1, 0, ours=False)
    kind, part = next(((k, raw[k]) for k in ALLOWED_UPDATES if isinstance(raw.get(k), dict)), ("", {}))
    message = part.get("message") if kind == "callback_query" else part
    chat = message.get("chat") if isinstance(message, dict) else None
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    if not isinstance(chat_id, int) or not -(2**63) <= chat_id < 2**63:
        # nothing to order it by: kept all the same, so that somebody can look at it
        return Envelope(update_id, 0, ours=True)
    private = isinstance(chat, dict) and chat.get("type") == "private"
    ours = private or kind in ("callback_query", "my_chat_member") or _addressed(part, username)
    return Envelope(update_id, chat_id, ours)


def _addressed(message: dict[str, Any], username: str) -> bool:
    """Whether a group message is meant for the bot: a command, a mention, an answer to it, or the group moved."""
    if "migrate_to_chat_id" in message or "migrate_from_chat_id" in message:
        return True
    text = message.get("text") or message.get("caption") or ""
    if not isinstance(text, str):
        return True
    command, _, target = text.partition(" ")[0].partition("@")
    if command.startswith("/"):
        return not target or target.casefold() == username.casefold()
    if username and f"@{username}".casefold() in text.casefold():
        return True
    reply = message.get("reply_to_message")
    author = reply.get("from") if isinstance(reply, dict) else None
    return isinstance(author, dict) and str(author.get("username", "")).casefold() == username.casefold()


# --- models to events ------------------------------------------------------------------------------------------------


def event_of(update: Any, bot: str, username: str) -> Event:
    """Turn an update model of either library into an event."""
    if update.callback_query is not None:
        return _press(update.callback_query, bot)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, bot)
    if update.edited_message is not None:
        return _message(update.edited_message, bot, username, edited=True)
    if update.message is not None:
        return _message(update.message, bot, username, edited=False)
    return Event(EventKind.IGNORED, Address(bot, 0), None, datetime.now(UTC))


def _press(query: Any, bot: str) -> Event:
    message = query.message
    chat = message.chat.id if message is not None else query.from_user.id
    return Event(
        EventKind.PRESS,
        Address(bot, chat, _topic(message)),
        query.from_user.id,
        datetime.now(UTC),
        name=_name(query.from_user),
        private=message is None or message.chat.type == "private",
        message_id=message.message_id if message is not None else None,
        press=query.data or "",
        press_id=query.id,
    )


def _membership(member: Any, bot: str) -> Event:
    gone = member.new_chat_member.status in ("kicked", "left")
    return Event(
        EventKind.BLOCKED if gone else EventKind.UNBLOCKED,
        Address(bot, member.chat.id),
        member.from_user.id,
        _utc(member.date),
        private=member.chat.type == "private",
    )


def _message(message: Any, bot: str, username: str, *, edited: bool) -> Event:
    text = storable(message.text or message.caption or "")[:LONGEST_TEXT]
    kind, command, argument = _kind_of(message, text, edited=edited)
    sender = message.from_user
    anonymous = sender is None or sender.id == ANONYMOUS_ADMIN or message.sender_chat is not None
    reply = message.reply_to_message
    return Event(
        kind,
        Address(bot, message.chat.id, _topic(message)),
        None if anonymous else sender.id,
        _utc(message.date),
        name=_name(sender),
        private=message.chat.type == "private",
        message_id=message.message_id,
        text=_without_mention(text, username) if kind is not EventKind.COMMAND else "",
        files=_files(message),
        album=str(message.media_group_id) if message.media_group_id else None,
        location=Location(message.location.latitude, message.location.longitude) if message.location else None,
        command=command,
        argument=argument,
        replied_to=reply.message_id if reply is not None else None,
        forwarded=getattr(message, "forward_origin", None) is not None,
        new_chat=message.migrate_to_chat_id,
    )


def _kind_of(message: Any, text: str, *, edited: bool) -> tuple[EventKind, str, str]:
    """Kind, and command with its argument."""
    if message.migrate_to_chat_id:
        return EventKind.MOVED, "", ""
    if edited:
        return (EventKind.EDIT if text else EventKind.IGNORED), "", ""
    if text.startswith("/") and len(text) > 1 and message.text:
        command, _, argument = text[1:].partition(" ")
        return EventKind.COMMAND, command.partition("@")[0].casefold(), argument.strip()
    if _files(message):
        return EventKind.MEDIA, "", ""
    if message.location:
        return EventKind.LOCATION, "", ""
    return (EventKind.TEXT if text else EventKind.IGNORED), "", ""


def _files(message: Any) -> tuple[File, ...]:
    if message.photo:
        largest = message.photo[-1]
        return (File(FileKind.PHOTO, largest.file_id, largest.file_unique_id, largest.file_size, "image/jpeg"),)
    for kind in (FileKind.VOICE, FileKind.VIDEO, FileKind.DOCUMENT):
        file = getattr(message, kind)
        if file is not None:
            name = getattr(file, "file_name", None)
            return (File(kind, file.file_id, file.file_unique_id, file.file_size, file.mime_type, name),)
    return ()


def _topic(message: Any) -> int:
    return (getattr(message, "message_thread_id", None) or 0) if getattr(message, "is_topic_message", False) else 0


def _name(user: Any) -> str:
    if user is None:
        return ""
    return storable(f"{user.first_name or ''} {user.last_name or ''}").strip()[:64]


def _without_mention(text: str, username: str) -> str:
    """Drop the mention that only says "you, bot"."""
    position = text.casefold().find(f"@{username}".casefold()) if username else -1
    return text if position < 0 else (text[:position] + text[position + len(username) + 1 :]).strip()


def _utc(moment: Any) -> datetime:
    """Aware UTC; an old message that cannot be reached any more has 0 instead of a date."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else datetime.now(UTC)


# --- sending ---------------------------------------------------------------------------------------------------------


def keyboard(rows: Any) -> dict[str, Any] | None:
    """The inline keyboard for rows of choices."""
    if not rows:
        return None
    return {"inline_keyboard": [[{"text": c.label, "callback_data": c.data} for c in row] for row in rows]}


def refused(description: str) -> SendError:
    """What a 400 or 403 means, by its words (the Bot API gives no codes)."""
    words = description.casefold()
    if any(phrase in words for phrase in NOT_EDITABLE):
        return NotEditable(description)
    if any(phrase in words for phrase in GONE):
        return Unreachable(description)
    return Refused(description)


def later(retry_after: float) -> TryLater:
    return TryLater("too many requests", float(retry_after))


