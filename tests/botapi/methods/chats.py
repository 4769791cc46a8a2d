"""Methods about chats and members, and the texts of a bot's profile."""

import re
from typing import Any

from tests.botapi.errors import bad_request
from tests.botapi.membership import member_changed
from tests.botapi.methods.call import ApiCall, Handler
from tests.botapi.rights import member_json
from tests.botapi.state import Account, Chat, Json, Member

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
COMMANDS_LIMIT = 100
DESCRIPTION_LIMIT = 256
PROFILE_LIMITS = {
    "description": 512,
    "short_description": 120,
    "name": 64,
}
_GIFTS = (
    "unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
    "gifts_from_channels",
)  # fmt: skip


def get_chat(call: ApiCall) -> Json:
    """Return all there is to know about a chat."""
    chat = _chat(call)
    full: Json = chat.json() | {
        "accent_color_id": 2,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if chat.is_group:
        full["permissions"] = {"can_send_messages": True, **chat.permissions}
    return full


def _chat(call: ApiCall) -> Chat:
    """Return a readable chat; a group the bot was removed from is not one."""
    chat = call.world.find_chat(call.bot, call.params.text("chat_id"))
    return call.world.writable(call.bot, str(chat.id)) if chat.is_group else chat


def _group(call: ApiCall) -> Chat:
    chat = _chat(call)
    if not chat.is_group:
        raise bad_request("there are no administrators in the private chat")
    return chat


def get_chat_member(call: ApiCall) -> Json:
    """Return somebody's place in a chat."""
    chat, user_id = _chat(call), call.params.integer("user_id")
    if member := chat.members.get(user_id):
        return member_json(member)
    account = call.world.accounts.get(user_id)
    if account is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_json(_stranger(chat, account))


def _stranger(chat: Chat, account: Account) -> Member:
    return Member(account, "left" if chat.is_group else "member")


def get_chat_administrators(call: ApiCall) -> list[Json]:
    """Return owner and administrators; other bots are left out."""
    return [
        member_json(member)
        for member in _group(call).members.values()
        if member.status in {"creator", "administrator"}
        and (not member.account.is_bot or member.account.id == call.bot.id)
    ]


def get_chat_member_count(call: ApiCall) -> int:
    """Return how many are in the chat."""
    chat = _chat(call)
    return sum(m.present for m in chat.members.values()) if chat.is_group else 2


def leave_chat(call: ApiCall) -> bool:
    """Leave a group."""
    chat = _group(call)
    member_changed(call.world, chat, call.bot.account, call.bot.account, "left")
    return True


def _scope(call: ApiCall) -> tuple[str, ...]:
    scope = call.params.object("scope") or {"type": "default"}
    parts = (scope.get("type"), scope.get("chat_id", ""), scope.get("user_id", ""))
    return ("commands", *map(str, parts), call.params.text("language_code"))


def set_my_commands(call: ApiCall) -> bool:
    """Set the menu of commands of one scope and language."""
    commands = call.params.array("commands", dict)
    if len(commands) > COMMANDS_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        _check_command(command)
    call.bot.texts[_scope(call)] = commands
    return True


def _check_command(command: Json) -> None:
    if not _COMMAND.fullmatch(str(command.get("command", "")).lstrip("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(str(command.get("description", ""))) <= DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def get_my_commands(call: ApiCall) -> list[Json]:
    """Return the menu of one scope and language."""
    commands: list[Json] = call.bot.texts.get(_scope(call), [])
    return commands


def delete_my_commands(call: ApiCall) -> bool:
    """Remove the menu of one scope and language."""
    call.bot.texts.pop(_scope(call), None)
    return True


def _setter(field: str) -> Handler:
    def set_text(call: ApiCall) -> bool:
        text = call.params.text(field)
        if len(text) > PROFILE_LIMITS[field]:
            raise bad_request(f"{field.upper()}_TOO_LONG")
        call.bot.texts[field, call.params.text("language_code")] = text
        return True

    return set_text


def _getter(field: str) -> Handler:
    def get_text(call: ApiCall) -> dict[str, Any]:
        language = call.params.text("language_code")
        default = call.bot.account.first_name if field == "name" else ""
        texts = call.bot.texts
        text = texts.get((field, language)) or texts.get((field, ""), default)
        return {field: text}

    return get_text


METHODS: dict[str, Handler] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
    "setMyName": _setter("name"),
    "getMyName": _getter("name"),
}
