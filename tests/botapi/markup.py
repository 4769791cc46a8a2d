"""Reply markup: inline keyboards and reply keyboards, checked as sent."""

import re
from collections.abc import Callable
from typing import Any

from tests.botapi.errors import ApiError, bad_request
from tests.botapi.state import Json

DATA_BYTES = 64
ROW_LIMIT = 8
BUTTON_LIMIT = 100
_URL = re.compile(r"(?:https?|tg|ton|tonsite)://\S+|[\w-]+(?:\.[\w-]+)+\S*")
_ACTIONS = {
    "callback_data", "url", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat",
    "copy_text", "callback_game", "pay", "disabled",
}  # fmt: skip
_OTHERS = ("remove_keyboard", "force_reply")


def read_markup(value: Any) -> Json | None:
    """Return the markup with its empty parts dropped; 400 if it is wrong."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if value.get("keyboard"):
        rows = _rows(value["keyboard"], "keyboard", _plain_button)
        return {**value, "keyboard": rows} if rows else None
    if value.get("inline_keyboard"):
        rows = _rows(value["inline_keyboard"], "inline_keyboard", _inline_button)
        return {"inline_keyboard": rows} if rows else None
    if any(value.get(name) for name in _OTHERS):
        return value
    return None


def _rows(rows: Any, field: str, read: Callable[[Any], Json]) -> list[list[Json]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{field}" must be an Array of Arrays')
    kept = [[read(button) for button in row] for row in rows if row]
    if any(len(row) > ROW_LIMIT for row in kept):
        raise bad_request("BUTTON_ROW_TOO_LONG")
    if sum(map(len, kept)) > BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return kept


def _plain_button(button: Any) -> Json:
    if isinstance(button, str):
        return {"text": button}
    if isinstance(button, dict) and button.get("text"):
        return _present(button)
    raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _bad_button("InlineKeyboardButton must be an Object")
    kept = _present(button)
    if not str(kept.get("text", "")).strip():
        raise _bad_button("Button text is empty")
    if not kept.keys() & _ACTIONS:
        raise _bad_button("Text buttons are unallowed in the inline keyboard")
    _check_action(kept)
    return kept


def _bad_button(text: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {text}")


def _present(button: Json) -> Json:
    """Drop what a client sent as null."""
    return {k: v for k, v in button.items() if v is not None}


def _check_action(button: Json) -> None:
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not _URL.fullmatch(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
