"""Privacy mode: what a bot that is not an administrator reads in groups."""

from tests.botapi.entities import cut
from tests.botapi.state import Bot, Json, Message

_POSTED = frozenset({"text", "location", "contact"})


def is_hidden_from(bot: Bot, message: Message) -> bool:
    """Whether privacy mode keeps a message from the bot.

    Commands, mentions of the bot, replies to it and service messages come
    through; an administrator reads everything.
    """
    member = message.chat.members.get(bot.id)
    if not bot.privacy or member is None or member.status == "administrator":
        return False
    if message.reply_to is not None and message.reply_to.sender_id == bot.id:
        return False
    if message.media is None and not message.body.keys() & _POSTED:
        return False
    return not _addresses(message.body, bot.username)


def _addresses(body: Json, username: str) -> bool:
    """Whether the text has a command for, or a mention of, this bot."""
    text = body.get("text") or body.get("caption") or ""
    entities = body.get("entities") or body.get("caption_entities") or []
    return any(_points_at(cut(text, e).lower(), e["type"], f"@{username}".lower()) for e in entities)


def _points_at(words: str, kind: str, at_name: str) -> bool:
    if kind == "mention":
        return words == at_name
    return kind == "bot_command" and ("@" not in words or words.endswith(at_name))
