"""Reply markup: inline keyboards and reply keyboards, checked as sent."""

import re
from typing import Any

from tests.botapi.errors import bad_request
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
_OTHERS = ("keyboard", "remove_keyboard", "force_reply")


def read_markup(value: Any) -> Json | None:
    """Return the markup with its empty parts dropped; 400 if it is wrong."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in value:
        rows = _rows(value["inline_keyboard"], _inline_button)
        return {"inline_keyboard": rows} if rows else None
    if "keyboard" in value:
        return {**value, "keyboard": _rows(value["keyboard"], _plain_button)}
    if any(name in value for name in _OTHERS):
        return value
    return None


def _rows(rows: Any, read: Any) -> list[list[Json]]:
    if not isinstance(rows, list):
        raise bad_request('can\'t parse inline keyboard: Field "inline_keyboard" must be of type Array')
    kept = [[read(button) for button in row] for row in rows if row]
    if any(len(row) > ROW_LIMIT for row in kept):
        raise bad_request("BUTTON_ROW_TOO_LONG")
    if sum(map(len, kept)) > BUTTON_LIMIT:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return kept


def _plain_button(button: Any) -> Json:
    if isinstance(button, str):
        return {"text": button}
    if isinstance(button, dict) and button.get("text"):
        return {k: v for k, v in button.items() if v is not None}
    raise bad_request("can't parse keyboard button: Object expected")


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: Object expected")
    kept = {k: v for k, v in button.items() if v is not None}
    if not str(kept.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: Button text is empty")
    if not kept.keys() & _ACTIONS:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    _check_action(kept)
    return kept


def _check_action(button: Json) -> None:
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not _URL.fullmatch(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
