"""Text of an outgoing message: cleaned, parsed, measured.

The order is Telegram's: markup first, then white space, then the length, in
UTF-16 units of what remains.
"""

import re
from typing import Any

from tests.botapi.codec import utf16_len
from tests.botapi.entities import with_found
from tests.botapi.errors import bad_request
from tests.botapi.html import parse_html
from tests.botapi.params import Params

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100

_REMOVED = re.compile("[\r\u2028-\u202e]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")

Formatted = tuple[str, list[dict[str, Any]]]


def clean(text: str) -> str:
    """Drop what Telegram drops: control characters and text direction."""
    if text.isprintable():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    return _CONTROL.sub(" ", _REMOVED.sub("", text))


def formatted(params: Params, *, lenient_ampersand: bool) -> Formatted:
    """Return the message text of a call, 1 to 4096 units long."""
    text, entities = _parsed(params, "text", "entities", lenient=lenient_ampersand)
    if not text:
        raise bad_request("message text is empty")
    if utf16_len(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def caption(params: Params, *, lenient_ampersand: bool) -> Formatted:
    """Return the caption of a call, 0 to 1024 units long."""
    text, entities = _parsed(
        params,
        "caption",
        "caption_entities",
        lenient=lenient_ampersand,
    )
    if utf16_len(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return text, entities


def _parsed(params: Params, key: str, marks: str, *, lenient: bool) -> Formatted:
    text = clean(params.text(key))
    mode = params.text("parse_mode").lower()
    if mode == "html":
        text, entities = parse_html(text, lenient_ampersand=lenient)
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        entities = _given(params, marks, utf16_len(text))
    text, entities = _trimmed(text, entities)
    return text, with_found(text, entities)[:ENTITY_LIMIT]


def _given(params: Params, marks: str, length: int) -> list[dict[str, Any]]:
    """Return the entities the client computed itself."""
    entities = params.array(marks, dict)
    for entity in entities:
        if not all(isinstance(entity.get(key), int) for key in ("offset", "length")):
            raise bad_request("can't parse MessageEntity: offset and length must be of type Number")
        end = entity["offset"] + entity["length"]
        if end > length:
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity['offset']} ends "
                f"after the end of the text at UTF-16 offset {end}"
            )
    return entities


def _trimmed(text: str, entities: list[dict[str, Any]]) -> Formatted:
    """Cut white space at both ends and move the entities along."""
    left = len(text) - len(text.lstrip())
    text = text.strip()
    if not entities:
        return text, entities
    length, kept = utf16_len(text), []
    for entity in entities:
        start = max(entity["offset"] - left, 0)
        end = min(entity["offset"] + entity["length"] - left, length)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept
