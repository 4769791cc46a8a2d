"""Corners of Telegram's updates that the server's people do not come to: read alike by both libraries."""

import traceback
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.port import Unreadable
from bot.channels.telegram_bot import TelegramBot
from handlers.event import Event, EventKind, File, FileKind, Quoted
from tests.channels.telegram_desk import LIBRARIES, TelegramDesk, offline

WANG: dict[str, Any] = {"id": 7_100_000_001, "is_bot": False, "first_name": "王", "last_name": "婆婆"}
BOT = {"id": 123456, "is_bot": True, "first_name": "楚邻", "username": "chulin_bot"}
ANONYMOUS = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHAT = {"id": 7_100_000_001, "type": "private", "first_name": "王"}
GROUP = {"id": -1_002_000_000_001, "type": "supergroup", "title": "网格群"}
SECRET = "王婆婆" + "的秘密"
MESSAGE = {"message_id": 5, "date": 1_760_000_000, "chat": CHAT, "from": WANG}
IN_GROUP = {**MESSAGE, "chat": GROUP}


@pytest.fixture(params=[*LIBRARIES])
def reader(request: pytest.FixtureRequest) -> TelegramBot:
    return offline(request.param)


def message(**fields: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {**MESSAGE, **fields}}


def press(**fields: Any) -> dict[str, Any]:
    query = {"id": "40", "from": WANG, "chat_instance": "1", "data": "b1", "message": {**MESSAGE, "from": BOT}}
    return {"update_id": 1, "callback_query": {**query, **fields}}


def member(status: str, **more: Any) -> dict[str, Any]:
    now = {"status": status, "user": BOT, **more}
    change = {"chat": GROUP, "from": WANG, "date": 1, "old_chat_member": {"status": "left", "user": BOT}}
    return {"update_id": 1, "my_chat_member": {**change, "new_chat_member": now}}


def test_the_name_and_the_time_are_the_senders(reader: TelegramBot) -> None:
    event = reader.parse(message(text="x"))
    assert event.name == "王 婆婆"
    assert event.at == datetime.fromtimestamp(1_760_000_000, UTC)


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("audio", {"duration": 3, "mime_type": "audio/mpeg", "file_name": "a.mp3"}, FileKind.DOCUMENT),
        ("video_note", {"duration": 3, "length": 240}, FileKind.VIDEO),
        ("video", {"duration": 3, "width": 1, "height": 1}, FileKind.VIDEO),
    ],
)
def test_every_kind_of_recording_is_kept(
    reader: TelegramBot, kind: str, fields: dict[str, Any], expected: FileKind
) -> None:
    file = {"file_id": "f", "file_unique_id": "u", **fields}
    event = reader.parse(message(**{kind: file}))
    assert event.kind is EventKind.MEDIA
    assert event.files == (File(expected, "f", "u", None, fields.get("mime_type"), fields.get("file_name")),)


@pytest.mark.parametrize("number", ["+8613900001111", "8613900001111", "13900001111"])
def test_a_shared_contact_is_a_number_and_a_name_in_words(reader: TelegramBot, number: str) -> None:
    contact = {"phone_number": number, "first_name": "王芳"}
    event = reader.parse(message(contact=contact))
    assert (event.kind, event.text) == (EventKind.TEXT, "13900001111 王芳")
    assert reader.parse(message(chat=GROUP, contact=contact)).kind is EventKind.IGNORED, "a group need not see it"


def test_the_largest_of_a_photos_sizes_is_taken(reader: TelegramBot) -> None:
    sizes = [{"file_id": f"f{n}", "file_unique_id": f"u{n}", "width": n, "height": n} for n in (90, 1280)]
    assert reader.parse(message(photo=sizes)).files[0].id == "f1280"


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(("given", "kept"), [(DOCX, DOCX), ("x" * 101, None)])
def test_an_office_documents_type_is_kept_and_one_too_long_is_left_out(
    reader: TelegramBot, given: str, kept: str | None
) -> None:
    file = {"file_id": "f", "file_unique_id": "u", "file_name": "表\x00.docx", "mime_type": given}
    [found] = reader.parse(message(document=file)).files
    assert (found.media_type, found.name) == (kept, "表\ufffd.docx")


STICKER = {
    "file_id": "f",
    "file_unique_id": "u",
    "type": "regular",
    "width": 1,
    "height": 1,
    "is_animated": False,
    "is_video": False,
}


@pytest.mark.parametrize("content", [{"sticker": STICKER}, {"dice": {"emoji": "🎲", "value": 1}}])
def test_what_somebody_sends_that_cannot_be_read_is_no_word_and_no_notice(
    reader: TelegramBot, content: dict[str, Any]
) -> None:
    assert reader.parse(message(**content)).kind is EventKind.OTHER


@pytest.mark.parametrize("content", [{"sticker": {}}, {"contact": {}}, {"new_chat_title": "x"}, {"dice": {}}, {}])
def test_what_is_none_of_ours_is_ignored_or_set_aside(reader: TelegramBot, content: dict[str, Any]) -> None:
    try:
        event = reader.parse(message(**content))
    except Unreadable:
        return
    assert event.kind is EventKind.IGNORED


def test_kinds_of_updates_that_nobody_asked_for_are_ignored(reader: TelegramBot) -> None:
    raw = {"update_id": 1, "poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": [], "user": WANG}}
    assert reader.parse(raw).kind is EventKind.IGNORED


def test_a_forwarded_message_says_so(reader: TelegramBot) -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    assert reader.parse(message(text="x", forward_origin=origin)).forwarded
    assert not reader.parse(message(text="x")).forwarded


def test_who_said_a_forwarded_message_is_told_where_they_let_it_be(reader: TelegramBot) -> None:
    known = {"type": "user", "date": 1, "sender_user": WANG}
    assert reader.parse(message(text="x", forward_origin=known)).quoted == Quoted(WANG["id"], "王 婆婆")
    hidden = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    assert reader.parse(message(text="x", forward_origin=hidden)).quoted == Quoted(None)


def test_the_message_that_is_handed_in_is_read_with_its_author(reader: TelegramBot) -> None:
    said = {**IN_GROUP, "message_id": 4, "text": "路灯坏了"}
    raw: dict[str, Any] = {"update_id": 1, "message": {**IN_GROUP, "text": "/登记", "reply_to_message": said}}
    assert reader.envelope(raw).ours
    event = reader.parse(raw)
    assert (event.kind, event.command) == (EventKind.COMMAND, "登记")
    assert event.quoted == Quoted(WANG["id"], "王 婆婆", "路灯坏了")
    assert event.private_chat == WANG["id"]
    raw["message"]["reply_to_message"] = {**said, "from": ANONYMOUS}
    assert reader.parse(raw).quoted == Quoted(None, "", "路灯坏了")
    other = {"update_id": 1, "message": {**IN_GROUP, "text": "/登记@other_bot"}}
    assert not reader.envelope(other).ours
    plain = {"update_id": 1, "message": {**IN_GROUP, "text": "路灯坏了"}}
    assert not reader.envelope(plain).ours


def test_an_edit_that_is_no_edit_of_words_is_ignored(reader: TelegramBot) -> None:
    place = {"latitude": 30.2, "longitude": 115.1}
    raw = {"update_id": 1, "edited_message": {**MESSAGE, "edit_date": 1, "location": place}}
    assert reader.parse(raw).kind is EventKind.IGNORED


def test_an_edited_command_is_an_edit(reader: TelegramBot) -> None:
    raw = {"update_id": 1, "edited_message": {**MESSAGE, "edit_date": 1, "text": "/start"}}
    event = reader.parse(raw)
    assert (event.kind, event.text, event.command) == (EventKind.EDIT, "/start", "")


@pytest.mark.parametrize(
    "sender", [{"from": ANONYMOUS, "sender_chat": GROUP}, {"from": ANONYMOUS}, {"from": WANG, "sender_chat": GROUP}]
)
def test_who_speaks_as_a_group_has_no_account_and_no_name(reader: TelegramBot, sender: dict[str, Any]) -> None:
    event = reader.parse(message(chat=GROUP, text="/here", **sender))
    assert (event.account, event.name) == (None, "")


def test_a_message_of_nobody_has_no_account(reader: TelegramBot) -> None:
    raw = message(chat=GROUP, text="x")
    del raw["message"]["from"]
    assert reader.parse(raw).account is None


def test_an_anonymous_admin_presses_without_an_account(reader: TelegramBot) -> None:
    event = reader.parse(press(**{"from": ANONYMOUS}))
    assert (event.kind, event.account, event.press) == (EventKind.PRESS, None, "b1")


def test_a_button_on_a_message_out_of_reach_is_pressed_all_the_same(reader: TelegramBot) -> None:
    event = reader.parse(press(message={"chat": GROUP, "message_id": 9, "date": 0}))
    assert (event.address.chat, event.message_id, event.private) == (GROUP["id"], 9, False)


def test_a_button_in_a_topic_belongs_there(reader: TelegramBot) -> None:
    there = {**IN_GROUP, "from": BOT, "message_thread_id": 3, "is_topic_message": True}
    assert reader.parse(press(message=there)).address.topic == 3


def test_a_thread_of_answers_is_no_topic(reader: TelegramBot) -> None:
    assert reader.parse(message(chat=GROUP, text="x", message_thread_id=3)).address.topic == 0


def test_a_button_without_its_message_is_answered_to_the_person(reader: TelegramBot) -> None:
    raw = press()
    del raw["callback_query"]["message"]
    event = reader.parse(raw)
    assert (event.address.chat, event.private, event.message_id) == (WANG["id"], True, None)


@pytest.mark.parametrize("data", ["坏\x00", "\ud83d", "x" * 5000, None])
def test_a_forged_button_is_read(reader: TelegramBot, data: str | None) -> None:
    pressed = reader.parse(press(data=data)).press
    pressed.encode()
    assert "\x00" not in pressed
    assert len(pressed) <= 64


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (member("kicked", until_date=0), EventKind.BLOCKED),
        (member("left"), EventKind.BLOCKED),
        (member("member"), EventKind.UNBLOCKED),
    ],
)
def test_a_bot_thrown_out_of_a_group_hears_of_it(reader: TelegramBot, raw: dict[str, Any], kind: EventKind) -> None:
    event = reader.parse(raw)
    assert (event.kind, event.private, event.address.chat) == (kind, False, GROUP["id"])


def test_both_ends_of_a_move_tell_the_same(reader: TelegramBot) -> None:
    old = {"id": -4_100_000_001, "type": "group", "title": "网格群"}
    left = reader.parse(message(chat=old, migrate_to_chat_id=GROUP["id"]))
    came = reader.parse(message(chat=GROUP, migrate_from_chat_id=old["id"]))
    for event in (left, came):
        assert (event.kind, event.address.chat, event.new_chat) == (EventKind.MOVED, old["id"], GROUP["id"])


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("@chulin_bot 路灯坏了", True),
        ("请看@Chulin_Bot谢谢", True),
        ("@chulin_bots 路灯坏了", False),
        ("a@chulin_bot.cn", False),
        ("/here@chulin_bot\n谢谢", True),
        ("/here@chulin_bots", False),
        ("/3栋路灯坏了", False),
        ("路灯 /here", False),
    ],
)
def test_a_group_message_is_ours_if_it_names_the_bot(reader: TelegramBot, text: str, ours: bool) -> None:
    assert reader.envelope(message(chat=GROUP, text=text)).ours is ours


def test_the_caption_of_a_picture_may_name_the_bot(reader: TelegramBot) -> None:
    assert reader.envelope(message(chat=GROUP, caption="@chulin_bot 看")).ours
    assert not reader.envelope(message(chat=GROUP, caption="看")).ours


def test_an_answer_to_a_person_without_a_username_is_not_ours(reader: TelegramBot) -> None:
    reader._username = ""
    assert not reader.envelope(message(chat=GROUP, text="好", reply_to_message={**IN_GROUP, "text": "x"})).ours


def test_presses_and_moves_of_groups_are_always_ours(reader: TelegramBot) -> None:
    assert reader.envelope(press(message={**IN_GROUP, "from": BOT})).ours
    assert reader.envelope(member("member")).ours
    assert reader.envelope(message(chat=GROUP, migrate_from_chat_id=-4)).ours


@pytest.mark.parametrize(
    "broken",
    [
        {"date": SECRET},
        {"from": {"id": SECRET}},
        {"forward_origin": SECRET},
        {"text": {SECRET: 1}},
        {"photo": [{"file_id": SECRET}]},
        {"location": {"latitude": 1e9, "longitude": 0}},
        {"document": {"file_id": "f" * 301, "file_unique_id": "u"}},
        {"message_id": 2**63},
        {"chat": {"id": 2**63, "type": "private"}},
    ],
)
def test_what_cannot_be_read_is_set_aside_without_its_words(reader: TelegramBot, broken: dict[str, Any]) -> None:
    with pytest.raises(Unreadable) as caught:
        reader.parse(message(**{"text": SECRET, **broken}))
    assert str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_aiogram_names_the_field_that_is_wrong() -> None:
    with pytest.raises(Unreadable, match=r"^message\.date: "):
        offline("aiogram").parse(message(text="x", date="never"))


def test_what_cannot_be_kept_says_why(reader: TelegramBot) -> None:
    with pytest.raises(Unreadable, match="not a place on earth"):
        reader.parse(message(location={"latitude": 91.5, "longitude": 0}))


async def test_poison_in_a_batch_stops_nothing_else(telegram: TelegramDesk) -> None:
    wang = telegram.person()
    await wang.says("一")
    poison: list[dict[str, Any] | bytes] = [
        {"message": {"date": "never", "text": "x"}},
        {"message": {**MESSAGE, "text": "x", "forward_origin": {"type": "unheard_of"}}},
        {"message": None},
        {"callback_query": {"id": 5}},
        {"message": {**MESSAGE, "text": "坏\ud83d了"}},
        b'{"update_id": "x"}',
        b"[1]",
        b"7",
    ]
    for update in poison:
        telegram.server.push_raw(telegram.bot, update)
    await wang.says("二")
    events: list[Event | str] = []
    for raw in await telegram.raw():
        try:
            events.append(telegram.channel.parse(raw))
        except Unreadable as error:
            events.append(str(error))
    texts = [event.text for event in events if isinstance(event, Event)]
    assert texts[0] == "一"
    assert texts[-1] == "二"
    assert sum(isinstance(event, str) for event in events) >= 2
    assert await telegram.raw() == []
