"""Updates of any shape: parsed, or set aside with a reason that repeats nothing of them."""

import copy
import json
import traceback
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.port import Channel, Unreadable
from bot.channels.web import WebChannel
from handlers.event import Event, EventKind, FileKind
from tests.channels.telegram_desk import offline

WORDS = "王婆婆住三单元"
USER = {"id": 7_100_000_001, "is_bot": False, "first_name": WORDS, "last_name": WORDS, "username": "wang"}
CHAT = {"id": 7_100_000_001, "type": "private", "first_name": WORDS}
GROUP = {"id": -1_002_000_000_001, "type": "supergroup", "title": WORDS, "is_forum": True}
FILE = {"file_id": "AgACAgUA", "file_unique_id": "AQAD", "file_size": 35}
MESSAGE = {"message_id": 5, "date": 1_760_000_000, "chat": CHAT, "from": USER}
TELEGRAM: list[dict[str, Any]] = [
    {"message": {**MESSAGE, "text": WORDS, "entities": [{"type": "bold", "offset": 0, "length": 2}]}},
    {"message": {**MESSAGE, "chat": GROUP, "text": f"/here@chulin_bot {WORDS}", "message_thread_id": 3,
                 "is_topic_message": True, "reply_to_message": {**MESSAGE, "chat": GROUP, "text": WORDS}}},
    {"message": {**MESSAGE, "photo": [{**FILE, "width": 90, "height": 90}], "caption": WORDS, "media_group_id": "13"}},
    {"message": {**MESSAGE, "voice": {**FILE, "duration": 3, "mime_type": "audio/ogg"}}},
    {"message": {**MESSAGE, "document": {**FILE, "file_name": WORDS, "mime_type": "application/pdf"}}},
    {"message": {**MESSAGE, "location": {"latitude": 30.2, "longitude": 115.1}}},
    {"message": {**MESSAGE, "text": WORDS, "forward_origin": {"type": "user", "date": 1, "sender_user": USER}}},
    {"message": {**MESSAGE, "chat": GROUP, "sender_chat": GROUP, "text": WORDS}},
    {"message": {**MESSAGE, "chat": GROUP, "migrate_to_chat_id": -1_002_000_000_002}},
    {"edited_message": {**MESSAGE, "edit_date": 1_760_000_001, "text": WORDS}},
    {"callback_query": {"id": "40", "from": USER, "chat_instance": "1", "data": WORDS,
                        "message": {**MESSAGE, "text": WORDS}}},
    {"callback_query": {"id": "40", "from": USER, "chat_instance": "1", "data": WORDS,
                        "message": {"chat": CHAT, "message_id": 5, "date": 0}}},
    {"my_chat_member": {"chat": CHAT, "from": USER, "date": 1_760_000_000,
                        "old_chat_member": {"status": "member", "user": USER},
                        "new_chat_member": {"status": "kicked", "user": USER, "until_date": 0}}},
]  # fmt: skip
SAID = {"chat": 1001, "account": 1001, "name": WORDS, "at": 1_760_000_000.5, "message_id": 5}
WEB_FILE = {"kind": "photo", "id": "resident-1", "unique_id": "u1", "size": 3, "media_type": "image/png", "name": WORDS}
WEB: list[dict[str, Any]] = [
    {"kind": "text", **SAID, "text": WORDS},
    {"kind": "text", **SAID, "chat": -4, "group": True, "to_us": True, "topic": 3, "text": f"/here {WORDS}"},
    {"kind": "media", **SAID, "files": [WEB_FILE], "text": WORDS, "album": "a1"},
    {"kind": "location", **SAID, "latitude": 30.2, "longitude": 115.1},
    {"kind": "edit", **SAID, "text": WORDS},
    {"kind": "press", **SAID, "press": WORDS, "press_id": "p1"},
    {"kind": "moved", **SAID, "new_chat": -5},
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -(2**63) - 1, 10**30, -1, 0])
    | st.floats()
    | st.sampled_from([WORDS, "", "\x00", "\ud83d", "x" * 9000, "kicked", "supergroup"])
    | st.text(st.characters(exclude_categories=()), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([WORDS, "id", "type", "date"]), inner),
    max_leaves=6,
)
GONE = object()


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        found += _paths(part, (*path, name))
    return found


@st.composite
def broken(draw: st.DrawFn, templates: list[dict[str, Any]]) -> dict[str, Any]:
    """A good update with a few of its parts replaced or taken away."""
    raw = {"update_id": draw(st.integers(0, 2**31)), **copy.deepcopy(draw(st.sampled_from(templates)))}
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(_paths(raw)))
        place: Any = raw
        for step in way:
            place = place[step]
        new = draw(st.just(GONE) | ANYTHING)
        if new is not GONE:
            place[last] = new
        elif isinstance(place, dict):
            del place[last]
        if not raw:
            break
    return raw


CHANNELS: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "aiogram": (lambda: offline("aiogram"), TELEGRAM),
    "ptb": (lambda: offline("ptb"), TELEGRAM),
    "web": (lambda: WebChannel("resident"), WEB),
}


@pytest.mark.parametrize("name", list(CHANNELS))
def test_a_good_update_of_every_kind_is_parsed(name: str) -> None:
    make, templates = CHANNELS[name]
    channel = make()
    for number, template in enumerate(templates):
        event = channel.parse({"update_id": number, **template})
        assert event.kind is not EventKind.IGNORED
        _is_sound(event)


@pytest.mark.parametrize("name", list(CHANNELS))
def test_a_broken_update_is_parsed_or_set_aside_without_a_word_of_it(name: str) -> None:
    make, templates = CHANNELS[name]
    channel: Channel = make()

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(broken(templates))
    def holds(raw: dict[str, Any]) -> None:
        stored = json.loads(json.dumps(raw))
        envelope = channel.envelope(stored)
        assert -(2**63) <= envelope.update_id < 2**63
        assert -(2**63) <= envelope.chat < 2**63
        refusal = ""
        try:
            event = channel.parse(stored)
        except Unreadable as error:
            refusal = "".join(traceback.format_exception(error))
        else:
            _is_sound(event)
        assert WORDS not in refusal

    holds()


def _is_sound(event: Event) -> None:
    """Whatever a database of either kind can hold, and of the types that handlers rely on."""
    address = event.address
    numbers = [address.chat, address.topic, event.account, event.message_id, event.replied_to, event.new_chat]
    numbers += [file.size for file in event.files]
    for number in numbers:
        assert number is None or (type(number) is int and -(2**63) <= number < 2**63)
    texts = [event.name, event.text, event.command, event.argument, event.press, event.press_id, event.album or ""]
    texts += [part or "" for file in event.files for part in (file.id, file.unique_id, file.media_type, file.name)]
    for text in texts:
        assert type(text) is str
        assert "\x00" not in text
        text.encode()
    assert len(event.text) <= 8000
    assert all(len(f.id) <= 300 and len(f.unique_id) <= 100 and len(f.media_type or "") <= 100 for f in event.files)
    assert event.at.tzinfo is not None
    assert all(isinstance(file.kind, FileKind) for file in event.files)
    place = event.location
    assert place is None or (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180)
