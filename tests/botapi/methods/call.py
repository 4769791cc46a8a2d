"""What every method is given, and what those that post have in common."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.botapi.content import Formatted, caption, formatted
from tests.botapi.errors import bad_request
from tests.botapi.files import StoredFile
from tests.botapi.markup import read_markup
from tests.botapi.params import Params
from tests.botapi.state import Bot, Chat, Json
from tests.botapi.wire import quoted
from tests.botapi.world import World


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of one bot."""

    world: World
    bot: Bot
    params: Params

    def text(self) -> Formatted:
        """Return the text to send, with its entities."""
        lenient = self.world.rules.lenient_ampersand
        return formatted(self.params, lenient_ampersand=lenient)

    def caption_of(self, params: Params) -> Json:
        """Return the caption part of a message, empty if there is none."""
        lenient = self.world.rules.lenient_ampersand
        text, entities = caption(params, lenient_ampersand=lenient)
        part: Json = {"caption": text} if text else {}
        if text and entities:
            part["caption_entities"] = entities
        return part

    def inline_markup(self) -> Json | None:
        """Return the inline keyboard, the only markup an edit may have."""
        markup = read_markup(self.params.json("reply_markup"))
        if markup is not None and "inline_keyboard" not in markup:
            raise bad_request("inline keyboard expected")
        return markup


Handler: TypeAlias = Callable[[ApiCall], Any | Awaitable[Any]]


def posting_chat(call: ApiCall, right: str = "can_send_messages") -> Chat:
    """Return the chat to post to, if this bot may post such things there."""
    chat = call.world.writable(call.bot, call.params.text("chat_id"))
    if chat.is_group:
        _check_right(chat, call.bot, right)
    return chat


_RIGHTS = {
    "can_send_messages": "text messages",
    "can_send_photos": "photos",
    "can_send_documents": "documents",
    "can_send_voice_notes": "voice notes",
    "can_send_videos": "videos",
}


def _check_right(chat: Chat, bot: Bot, right: str) -> None:
    member = chat.members[bot.id]
    if member.status in {"administrator", "creator"}:
        return
    if member.status == "restricted":
        allowed = bool(member.flags.get(right))
    else:
        allowed = bool(chat.permissions.get(right, True))
    if not allowed:
        raise bad_request(f"not enough rights to send {_RIGHTS[right]} to the chat")


def thread_of(call: ApiCall, chat: Chat) -> Json:
    """Return the topic part of a message; 400 if there is no such topic."""
    wanted = call.params.integer("message_thread_id")
    if not wanted:
        return {}
    topic = chat.topics.get(wanted)
    if topic is None or topic.deleted:
        raise bad_request("message thread not found")
    if topic.closed and chat.members[call.bot.id].status != "administrator":
        raise bad_request("TOPIC_CLOSED")
    return {"message_thread_id": wanted, "is_topic_message": True}


def _reply_wanted(params: Params) -> tuple[int, bool]:
    """Return the message to reply to, and whether to send without it."""
    reply = params.object("reply_parameters")
    wanted = Params(reply).integer("message_id") or params.integer("reply_to_message_id")
    lenient = reply.get("allow_sending_without_reply")
    return wanted, bool(lenient) or params.flag("allow_sending_without_reply")


def _reply_of(bot: Bot, chat: Chat, wanted: int, *, lenient: bool) -> Json:
    """Return the replied message, one level deep; 400 if it is gone."""
    found = chat.find(wanted)
    if found is not None:
        return {"reply_to_message": quoted(bot, found)}
    if not wanted or lenient:
        return {}
    raise bad_request("message to be replied not found")


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked place for a message: all but its content."""

    call: ApiCall
    chat: Chat
    frame: Json
    keyboard: Json | None

    def post(self, content: Json, media: StoredFile | None = None) -> Json:
        """Put the message into the chat and return its JSON."""
        body = {**self.frame, **content}
        if self.keyboard is not None:
            if "inline_keyboard" in self.keyboard:
                body["reply_markup"] = self.keyboard
            else:
                self.chat.reply_keyboard = self.keyboard
        message = self.chat.add(body, self.call.bot.id)
        message.at = self.call.world.clock()
        message.media = media
        return message.body


def draft(call: ApiCall, right: str = "can_send_messages") -> Draft:
    """Check all but the content, which Telegram looks at first.

    Its order: reply parameters and markup as JSON, then chat, rights, replied
    message and topic.
    """
    wanted, lenient = _reply_wanted(call.params)
    keyboard = read_markup(call.params.json("reply_markup"))
    chat = posting_chat(call, right)
    frame: Json = {
        "message_id": 0,
        "from": call.bot.account.json(),
        "chat": chat.json(),
        "date": call.world.now(),
        **_reply_of(call.bot, chat, wanted, lenient=lenient),
        **thread_of(call, chat),
    }
    if call.params.flag("protect_content"):
        frame["has_protected_content"] = True
    return Draft(call, chat, frame, keyboard)
