"""Methods that change or remove messages and answer button presses."""

from tests.botapi.errors import bad_request
from tests.botapi.methods.call import ApiCall, Handler
from tests.botapi.state import Chat, Json, Message

ANSWER_LIMIT = 200
DELETE_SECONDS = 48 * 3600
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


def edit_message_text(call: ApiCall) -> Json:
    """Replace the text and the buttons of an own message."""
    text, entities = call.text()
    message = _editable(call)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return _apply(call, message, {"text": text, "entities": entities})


def edit_message_caption(call: ApiCall) -> Json:
    """Replace the caption and the buttons of an own message."""
    part = call.caption_of(call.params)
    message = _editable(call)
    if "text" in message.body or "location" in message.body:
        raise bad_request("there is no caption in the message to edit")
    return _apply(
        call,
        message,
        {
            "caption": part.get("caption"),
            "caption_entities": part.get("caption_entities"),
        },
    )


def edit_message_reply_markup(call: ApiCall) -> Json:
    """Replace or remove the buttons of an own message."""
    return _apply(call, _editable(call), {})


def _editable(call: ApiCall) -> Message:
    chat = call.world.writable(call.bot, call.params.text("chat_id"))
    message = chat.find(call.params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender_id != call.bot.id or "forward_origin" in message.body:
        raise bad_request("message can't be edited")
    return message


def _apply(call: ApiCall, message: Message, change: Json) -> Json:
    """Write the new content; 400 if all stays as it was."""
    wanted = {**change, "reply_markup": call.inline_markup()}
    body = message.body
    if all((body.get(key) or None) == (new or None) for key, new in wanted.items()):
        raise bad_request(_NOT_MODIFIED)
    before = message.text
    body = {k: v for k, v in body.items() if k not in wanted}
    body |= {k: v for k, v in wanted.items() if v}
    message.body = body | {"edit_date": call.world.now()}
    if message.text != before:
        message.earlier.append(before)
    message.chat.touch(message)
    return message.body


def delete_message(call: ApiCall) -> bool:
    """Remove a message: an own one, one of a dialogue, or as administrator."""
    chat = call.world.writable(call.bot, call.params.text("chat_id"))
    return _delete(call, chat, call.params.integer("message_id"))


def _delete(call: ApiCall, chat: Chat, message_id: int) -> bool:
    message = chat.find(message_id)
    if message is None:
        raise bad_request("message to delete not found")
    too_old = call.world.now() - message.body["date"] > DELETE_SECONDS
    if too_old or not _may_delete(call, chat, message):
        raise bad_request("message can't be deleted")
    message.deleted = True
    chat.touch(message)
    return True


def _may_delete(call: ApiCall, chat: Chat, message: Message) -> bool:
    if not chat.is_group or message.sender_id == call.bot.id:
        return True
    member = chat.members[call.bot.id]
    return member.status == "administrator" and bool(
        member.flags.get("can_delete_messages"),
    )


def delete_messages(call: ApiCall) -> bool:
    """Remove up to 100 messages; those not found are skipped."""
    chat = call.world.writable(call.bot, call.params.text("chat_id"))
    for message_id in call.params.array("message_ids", int):
        if chat.find(message_id) is not None:
            _delete(call, chat, message_id)
    return True


def answer_callback_query(call: ApiCall) -> bool:
    """Stop the button's spinner; 400 if unknown, answered or too old."""
    query = call.world.callbacks.get(call.params.text("callback_query_id"))
    age_limit = call.world.rules.callback_seconds
    if (
        query is None
        or query.bot_id != call.bot.id
        or query.answered
        or query.expired
        or call.world.clock() - query.pressed_at > age_limit
    ):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = call.params.text("text")
    if len(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answered, query.text = True, text
    query.alert = call.params.flag("show_alert")
    query.url = call.params.text("url")
    query.pulse.beat()
    return True


METHODS: dict[str, Handler] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
}
