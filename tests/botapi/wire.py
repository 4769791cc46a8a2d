"""Messages as one bot reads them: its own file ids, one level of reply."""

from tests.botapi.files import media_json
from tests.botapi.state import Bot, Json, Message

NOT_COPIED = frozenset(
    {
        "message_id", "from", "chat", "date", "reply_to_message", "edit_date",
        "reply_markup", "message_thread_id", "is_topic_message",
        "media_group_id", "sender_chat", "forward_origin",
    },
)  # fmt: skip
"""What belongs to a message's place and time, not to its content."""


def rendered(bot: Bot, message: Message) -> Json:
    """Return the message with the file ids this bot may use."""
    if message.media is None and message.reply_to is None:
        return message.body
    body = dict(message.body)
    if message.media is not None:
        body |= media_json(bot, message.media)
    if message.reply_to is not None:
        body["reply_to_message"] = quoted(bot, message.reply_to)
    return body


def quoted(bot: Bot, message: Message) -> Json:
    """Return a message as it stands inside another: without its own reply."""
    body = rendered(bot, message)
    return {k: v for k, v in body.items() if k != "reply_to_message"}


def forward_origin(message: Message) -> Json:
    """Return where a message comes from: the first author, if forwarded."""
    body = message.body
    if "forward_origin" in body:
        origin: Json = body["forward_origin"]
        return origin
    if "sender_chat" in body:
        return {
            "type": "chat",
            "date": body["date"],
            "sender_chat": body["sender_chat"],
        }
    return {"type": "user", "date": body["date"], "sender_user": body["from"]}
