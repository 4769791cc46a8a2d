"""Methods that post text and places, and those that post again."""

from typing import Any

from tests.botapi.errors import bad_request
from tests.botapi.methods.call import (
    ApiCall,
    Handler,
    draft,
    posting_chat,
    thread_of,
)
from tests.botapi.state import Chat, Json, Message
from tests.botapi.wire import NOT_COPIED, forward_origin, rendered

_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice",
    "upload_voice", "upload_document", "choose_sticker", "find_location",
    "record_video_note", "upload_video_note",
}  # fmt: skip


def send_message(call: ApiCall) -> Json:
    """Post a text of 1 to 4096 units."""
    text, entities = call.text()
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if options := call.params.json("link_preview_options"):
        content["link_preview_options"] = options
    return draft(call).post(content)


def send_location(call: ApiCall) -> Json:
    """Post a place."""
    latitude = call.params.number("latitude")
    longitude = call.params.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong location specified")
    return draft(call).post(
        {"location": {"latitude": latitude, "longitude": longitude}},
    )


def send_chat_action(call: ApiCall) -> bool:
    """Show "typing…"; nothing stays in the chat."""
    chat = posting_chat(call)
    thread_of(call, chat)
    if call.params.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def copy_message(call: ApiCall) -> Json:
    """Post a message's content as one's own; the new id is all one gets."""
    source = _source(call, "copy")
    content = _content(call, source)
    if "caption" in call.params:
        content.pop("caption_entities", None)
        content |= call.caption_of(call.params)
    return {"message_id": draft(call).post(content, source.media)["message_id"]}


def forward_message(call: ApiCall) -> Json:
    """Post a message with the name of its author."""
    source = _source(call, "forward")
    return draft(call).post(
        {**_content(call, source), "forward_origin": forward_origin(source)},
        source.media,
    )


def _source(call: ApiCall, verb: str) -> Message:
    chat: Chat = call.world.find_chat(call.bot, call.params.text("from_chat_id"))
    message = chat.find(call.params.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {verb} not found")
    if message.body.get("has_protected_content"):
        raise bad_request(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return message


def _content(call: ApiCall, message: Message) -> Json:
    body = rendered(call.bot, message)
    return {k: v for k, v in body.items() if k not in NOT_COPIED}


METHODS: dict[str, Handler] = {
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendChatAction": send_chat_action,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
}


def message_ids(result: Any) -> list[int]:
    """Return the ids of the messages in a method's result."""
    parts = result if isinstance(result, list) else [result]
    return [p["message_id"] for p in parts if isinstance(p, dict) and "message_id" in p]
