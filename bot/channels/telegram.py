"""Reading Telegram: the envelope of a raw update, and update models as events.

Imports neither library: the models of both carry the same names, which the contract tests hold them to.
"""

import re
from datetime import UTC, datetime
from typing import Any

from bot.channels.port import Envelope, RawUpdateBody
from bot.channels.validation import Unfit, key, number, whole, words
from handlers.event import Address, Event, EventKind, File, FileKind, Location, Quoted

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
ANONYMOUS_ADMIN = 1087968824
LONGEST_TEXT = 8000
LONGEST_NAME = 64
LONGEST_PHONE = 32
LONGEST_DATA = 64
LONGEST_ID, LONGEST_UNIQUE_ID, LONGEST_TYPE = 300, 100, 100
CHINA = re.compile(r"^\+?86(?=1\d{10}$)")
"""The country in front of a mobile number, which nobody here writes."""
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32}|登记)(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL)
FILES = {
    "voice": FileKind.VOICE,
    "video": FileKind.VIDEO,
    "video_note": FileKind.VIDEO,
    "audio": FileKind.DOCUMENT,
    "document": FileKind.DOCUMENT,
}

UNREADABLE = ("sticker", "dice", "poll", "story", "game", "paid_media", "checklist", "giveaway")
"""What people send without words, file or place; anything else of this kind is a notice of the messenger."""


# --- intake: the raw dict --------------------------------------------------------------------------------------------


def envelope(raw: RawUpdateBody, username: str) -> Envelope:
    """Read update id and chat without models; of a group only what is addressed to the bot is kept."""
    update_id = whole(raw.get("update_id"))
    if update_id is None:
        return Envelope(-1, 0, ours=False)
    kind, part = _content(raw)
    message = part.get("message") if kind == "callback_query" else part
    chat = message.get("chat") if isinstance(message, dict) else None
    chat_id = whole(chat.get("id")) if isinstance(chat, dict) else None
    if not isinstance(chat, dict) or chat_id is None:
        # nothing to order it by: kept all the same, so that somebody can look at it
        return Envelope(update_id, 0, ours=True)
    private = chat.get("type") == "private"
    ours = private or kind in ("callback_query", "my_chat_member") or _addressed(part, username)
    return Envelope(update_id, chat_id, ours, _words_in(part))


def _words_in(part: dict[str, Any]) -> str:
    words = part.get("text") or part.get("caption")
    return words if isinstance(words, str) else ""


def _content(raw: RawUpdateBody) -> tuple[str, dict[str, Any]]:
    """What kind of update it is, and its content."""
    for kind in ALLOWED_UPDATES:
        if isinstance(part := raw.get(kind), dict):
            return kind, part
    return "", {}


def _addressed(message: dict[str, Any], username: str) -> bool:
    """Whether a group message is meant for the bot: a command, a mention, an answer to it, or the group moved."""
    if "migrate_to_chat_id" in message or "migrate_from_chat_id" in message:
        return True
    text, caption = message.get("text", ""), message.get("caption", "")
    if not isinstance(text, str) or not isinstance(caption, str):
        return True
    if command := COMMAND.fullmatch(text.strip()):
        return command[2] is None or _same(command[2], username)
    if username and _mention(username).search(text or caption):
        return True
    reply = message.get("reply_to_message")
    if not isinstance(reply, dict) or "forum_topic_created" in reply:  # every message of a topic answers its first
        return False
    author = reply.get("from")
    return isinstance(author, dict) and _same(author.get("username"), username)


# --- models to events ------------------------------------------------------------------------------------------------


def event_of(update: Any, bot: str, username: str) -> Event:
    """Turn an update model of either library into an event.

    Raises:
        Unfit, TypeError, AttributeError: something in it is of the wrong kind; neither library is strict everywhere.
    """
    if update.callback_query is not None:
        return _press(update.callback_query, bot)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, bot)
    message = update.edited_message or update.message
    if message is None:
        return Event(EventKind.IGNORED, Address(bot, 0), None, datetime.now(UTC))
    if message.migrate_to_chat_id or message.migrate_from_chat_id:
        return _moved(message, bot)
    return _message(message, bot, username, edited=update.edited_message is not None)


def _press(query: Any, bot: str) -> Event:
    message = query.message
    return Event(
        EventKind.PRESS,
        Address(bot, number(message.chat.id if message is not None else query.from_user.id), _topic(message)),
        None if query.from_user.id == ANONYMOUS_ADMIN else number(query.from_user.id),
        datetime.now(UTC),
        name=_name(query.from_user),
        private=message is None or message.chat.type == "private",
        message_id=number(message.message_id) if message is not None else None,
        press=words(query.data, LONGEST_DATA),
        press_id=key(query.id),
        private_chat=number(query.from_user.id),
    )


def _membership(member: Any, bot: str) -> Event:
    now = member.new_chat_member
    gone = now.status in ("kicked", "left") or (now.status == "restricted" and not now.is_member)
    return Event(
        EventKind.BLOCKED if gone else EventKind.UNBLOCKED,
        Address(bot, number(member.chat.id)),
        number(member.from_user.id),
        _utc(member.date),
        private=member.chat.type == "private",
    )


def _moved(message: Any, bot: str) -> Event:
    """A group got a new id. Both ends of the move say so; one may be missed."""
    here, to, since = message.chat.id, message.migrate_to_chat_id, message.migrate_from_chat_id
    old, new = (here, to) if to else (since, here)
    return Event(
        EventKind.MOVED, Address(bot, number(old)), None, _utc(message.date), private=False, new_chat=number(new)
    )


def _message(message: Any, bot: str, username: str, *, edited: bool) -> Event:
    text = _text(message)
    files = _files(message)
    command = COMMAND.fullmatch(text.strip()) if message.text and not edited else None
    kind = _kind(message, text, files, command, username, edited=edited)
    sender = message.from_user
    anonymous = sender is None or sender.id == ANONYMOUS_ADMIN or message.sender_chat is not None
    return Event(
        kind,
        Address(bot, number(message.chat.id), _topic(message)),
        None if anonymous else number(sender.id),
        _utc(message.date),
        name="" if anonymous else _name(sender),
        private=message.chat.type == "private",
        message_id=number(message.message_id),
        text="" if command else _without_mention(text, username),
        files=files,
        album=key(message.media_group_id) if message.media_group_id else None,
        location=_location(message.location) if message.location else None,
        command=command[1].casefold() if command else "",
        argument=(command[3] or "").strip() if command else "",
        replied_to=_answered(message.reply_to_message, username),
        forwarded=message.forward_origin is not None,
        quoted=_quoted(message, username),
        private_chat=None if anonymous else number(sender.id),
    )


def _text(message: Any) -> str:
    """What is written in a message. In private a shared contact counts as its number and name, as if typed."""
    contact = message.contact if message.chat.type == "private" else None
    if contact is None:
        return words(message.text or message.caption, LONGEST_TEXT)
    phone, name = words(contact.phone_number, LONGEST_PHONE), words(contact.first_name, LONGEST_NAME)
    return f"{CHINA.sub('', phone)} {name}".rstrip()


def _kind(
    message: Any,
    text: str,
    files: tuple[File, ...],
    command: re.Match[str] | None,
    username: str,
    *,
    edited: bool,
) -> EventKind:
    if edited:
        return EventKind.EDIT if text else EventKind.IGNORED
    if command:
        ours = command[2] is None or _same(command[2], username)
        return EventKind.COMMAND if ours else EventKind.IGNORED
    if files:
        return EventKind.MEDIA
    if message.location:
        return EventKind.LOCATION
    if text.strip():
        return EventKind.TEXT
    return EventKind.OTHER if any(getattr(message, name, None) for name in UNREADABLE) else EventKind.IGNORED


def _files(message: Any) -> tuple[File, ...]:
    if message.photo:
        return (_file(FileKind.PHOTO, message.photo[-1], "image/jpeg"),)
    for name, kind in FILES.items():
        file = getattr(message, name)
        if file is not None:
            return (_file(kind, file, getattr(file, "mime_type", None)),)
    return ()


def _file(kind: FileKind, file: Any, media_type: str | None) -> File:
    fits = media_type is not None and len(media_type) <= LONGEST_TYPE
    name = getattr(file, "file_name", None)
    return File(
        kind,
        key(file.file_id, LONGEST_ID),
        key(file.file_unique_id, LONGEST_UNIQUE_ID),
        number(file.file_size) if file.file_size is not None else None,
        words(media_type, LONGEST_TYPE) if fits else None,
        words(name, LONGEST_NAME) if name else None,
    )


def _location(place: Any) -> Location:
    latitude, longitude = float(place.latitude), float(place.longitude)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - degrees; refuses NaN, too
        raise Unfit("not a place on earth")
    return Location(latitude, longitude)


def _answered(reply: Any, username: str) -> int | None:
    """The id of the message of ours that a message answers."""
    author = reply.from_user if reply is not None else None
    return number(reply.message_id) if author is not None and _same(author.username, username) else None


def _quoted(message: Any, username: str) -> Quoted | None:
    """Somebody else's words: those that a message forwards, else those that it answers; never a bot's."""
    if (origin := message.forward_origin) is not None:
        author = getattr(origin, "sender_user", None)
        return Quoted(None if author is None or author.is_bot else number(author.id), _name(author) if author else "")
    answered = message.reply_to_message
    author = answered.from_user if answered is not None else None
    if answered is None or author is None:
        return None
    hidden = author.id == ANONYMOUS_ADMIN or answered.sender_chat is not None
    if author.is_bot and not hidden:
        return None
    text = _without_mention(words(answered.text or answered.caption, LONGEST_TEXT), username)
    return Quoted(None if hidden else number(author.id), "" if hidden else _name(author), text)


def _topic(message: Any) -> int:
    return number(message.message_thread_id or 0) if getattr(message, "is_topic_message", False) else 0


def _name(user: Any) -> str:
    return words(f"{user.first_name or ''} {user.last_name or ''}".strip(), LONGEST_NAME)


def _without_mention(text: str, username: str) -> str:
    """Drop the mention that only says "you, bot"."""
    return _mention(username).sub("", text, count=1).strip() if username and "@" in text else text


def _mention(username: str) -> re.Pattern[str]:
    """The bot's name where it is not part of a longer one."""
    return re.compile(rf"(?<!\w)@{re.escape(username)}(?!\w)", re.IGNORECASE | re.ASCII)


def _same(name: object, username: str) -> bool:
    return bool(username) and isinstance(name, str) and name.casefold() == username.casefold()


def _utc(moment: Any) -> datetime:
    """Aware UTC; an old message that cannot be reached any more has 0 instead of a date."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else datetime.now(UTC)
