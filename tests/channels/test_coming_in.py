"""What people do, as every channel hands it over."""

import traceback
from datetime import UTC, datetime

import pytest

from bot.channels.port import Unreadable
from handlers.event import EventKind, FileKind, Location
from handlers.reply import Answer
from tests.botapi import JPEG
from tests.channels.desk import PICTURES, Desk


async def test_a_text_comes_with_who_where_and_when(desk: Desk) -> None:
    wang = desk.person()
    sent = await wang.says("三单元门口的路灯坏了")
    event = await desk.one()
    assert (event.kind, event.text, event.private) == (EventKind.TEXT, "三单元门口的路灯坏了", True)
    assert (event.address.bot, event.address.chat, event.address.topic) == ("resident", wang.chat, 0)
    assert (event.account, event.name, event.message_id) == (wang.account, "王婆婆", sent)
    assert event.at.tzinfo is not None
    assert abs((datetime.now(UTC) - event.at).total_seconds()) < 10


async def test_updates_are_ordered_and_confirmed_by_the_next_fetch(desk: Desk) -> None:
    wang = desk.person()
    for text in ("一", "二"):
        await wang.says(text)
    assert [e.text for _, e in await desk.taken()] == ["一", "二"]
    await wang.says("三")
    assert [e.text for _, e in await desk.taken()] == ["三"]
    assert await desk.raw() == []


async def test_what_is_not_confirmed_comes_again(desk: Desk) -> None:
    await desk.person().says("一")
    first = await desk.channel.fetch(None, 0)
    assert await desk.channel.fetch(None, 0) == first
    assert len({desk.channel.envelope(raw).update_id for raw in first}) == 1


@pytest.mark.parametrize("kind", list(FileKind))
async def test_a_file_comes_with_its_kind_and_words_and_can_be_fetched(desk: Desk, kind: FileKind) -> None:
    content = JPEG if kind is FileKind.PHOTO else b"content"
    sent = await desk.person().sends(kind, content, "门口这样", "照片.pdf")
    event = await desk.one()
    assert (event.kind, event.text, event.message_id) == (EventKind.MEDIA, "门口这样", sent)
    [file] = event.files
    assert (file.kind, file.size) == (kind, len(content))
    assert file.id
    assert file.unique_id
    assert kind is not FileKind.DOCUMENT or file.name == "照片.pdf"
    scratch = desk.files.scratch()
    await desk.channel.download(file.id, scratch, len(content))
    assert scratch.read_bytes() == content


async def test_the_parts_of_an_album_share_its_id(desk: Desk) -> None:
    await desk.person().sends_album(PICTURES, "5栋后面垃圾成山")
    events = [event for _, event in await desk.taken()]
    assert [e.kind for e in events] == [EventKind.MEDIA] * 3
    assert [e.text for e in events] == ["5栋后面垃圾成山", "", ""]
    assert len({e.album for e in events}) == 1
    assert events[0].album
    assert len({e.files[0].unique_id for e in events}) == 3


async def test_a_photo_alone_is_no_album(desk: Desk) -> None:
    await desk.person().sends(FileKind.PHOTO, JPEG)
    assert (await desk.one()).album is None


async def test_a_place_comes_in_degrees(desk: Desk) -> None:
    await desk.person().is_at(30.2, 115.1)
    event = await desk.one()
    assert (event.kind, event.location) == (EventKind.LOCATION, Location(30.2, 115.1))


async def test_an_edit_carries_the_whole_new_text_under_the_old_id(desk: Desk) -> None:
    wang = desk.person()
    sent = await wang.says("三单元的灯坏了")
    await wang.edits(sent, "四单元的灯坏了")
    [(_, first), (_, second)] = await desk.taken()
    assert (first.kind, second.kind) == (EventKind.TEXT, EventKind.EDIT)
    assert (second.text, second.message_id) == ("四单元的灯坏了", first.message_id)


async def test_a_pressed_button_comes_with_its_data_and_is_answered(desk: Desk) -> None:
    wang = desk.person()
    await wang.says("路灯坏了")
    shown = await desk.says(wang.chat, "登记吗？", "同意", "不要")
    await desk.raw()
    spinner = await wang.taps("不要")
    event = await desk.one()
    assert (event.kind, event.press, event.account) == (EventKind.PRESS, "data-不要", wang.account)
    assert (event.address.chat, event.private, event.message_id) == (wang.chat, True, shown)
    await desk.channel.answer(event.press_id, Answer("好的", alert=True))
    assert await spinner.word() == ("好的", True)


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("/help", "help", ""),
        ("/Start AQAAAAE_x-y", "start", "AQAAAAE_x-y"),
        ("/start  12 号楼 ", "start", "12 号楼"),
        ("/start\n12", "start", "12"),
    ],
)
async def test_a_command_comes_apart_from_its_argument(desk: Desk, text: str, command: str, argument: str) -> None:
    await desk.person().says(text)
    event = await desk.one()
    assert (event.kind, event.command, event.argument) == (EventKind.COMMAND, command, argument)
    assert event.text == ""


@pytest.mark.parametrize("text", ["/3栋路灯坏了", "/", "// 坏了", "／help"])
async def test_words_behind_a_slip_of_the_finger_are_words(desk: Desk, text: str) -> None:
    await desk.person().says(text)
    event = await desk.one()
    assert (event.kind, event.text) == (EventKind.TEXT, text)


async def test_a_blocked_bot_hears_of_it_and_of_the_end_of_it(desk: Desk) -> None:
    wang = desk.person()
    await wang.says("路灯坏了")
    await wang.blocks()
    await wang.unblocks()
    kinds = [(e.kind, e.account, e.address.chat, e.private) for _, e in await desk.taken()][1:]
    assert kinds == [
        (EventKind.BLOCKED, wang.account, wang.chat, True),
        (EventKind.UNBLOCKED, wang.account, wang.chat, True),
    ]


# --- groups ----------------------------------------------------------------------------------------------------------


async def test_group_talk_is_not_kept(desk: Desk) -> None:
    li = desk.member()
    await li.says("今天天气不错")
    await li.says("看看这个 @someone_else")
    assert [envelope.ours for envelope, _ in await desk.taken()] == [False] * 2


async def test_a_command_in_a_group_is_kept(desk: Desk) -> None:
    li = desk.member()
    await li.says("/here")
    await li.says(f"/queue@{desk.bot_name} 急")
    events = [(envelope.ours, event) for envelope, event in await desk.taken()]
    assert [(ours, e.kind, e.command, e.argument) for ours, e in events] == [
        (True, EventKind.COMMAND, "here", ""),
        (True, EventKind.COMMAND, "queue", "急"),
    ]
    assert not events[0][1].private


async def test_a_command_for_another_bot_is_ignored_everywhere(desk: Desk) -> None:
    await desk.person().says(f"/start@{desk.other_bot('x')}")
    assert (await desk.one()).kind is EventKind.IGNORED


async def test_a_mention_in_a_group_is_kept_and_the_name_dropped(desk: Desk) -> None:
    await desk.member().says(f"@{desk.bot_name} 3栋路灯坏了")
    event = await desk.one()
    assert (event.kind, event.text) == (EventKind.TEXT, "3栋路灯坏了")


async def test_an_answer_to_the_bot_in_a_group_is_kept_and_says_to_what(desk: Desk) -> None:
    li = desk.member()
    await li.says("/here")
    card = await desk.says(li.chat, "YA-1 路灯坏了")
    await li.says("已经修好", reply_to=card)
    [_, (envelope, event)] = await desk.taken()
    assert envelope.ours
    assert (event.text, event.replied_to) == ("已经修好", card)


async def test_an_answer_to_somebody_else_in_a_group_is_not_kept(desk: Desk) -> None:
    first = await desk.member().says("谁去看看")
    await desk.member("小陈").says("我去", reply_to=first)
    assert [envelope.ours for envelope, _ in await desk.taken()] == [False, False]


async def test_a_topic_has_its_number(desk: Desk) -> None:
    topic = await desk.open_topic()
    await desk.member(topic=topic).says("/here")
    event = await desk.one()
    assert event.address.topic == topic


async def test_talk_in_a_topic_is_not_an_answer_to_the_bot(desk: Desk) -> None:
    topic = await desk.open_topic()
    await desk.member(topic=topic).says("今天谁值班")
    assert [(envelope.ours, event.replied_to) for envelope, event in await desk.taken()] == [(False, None)]


async def test_an_anonymous_admin_has_no_account(desk: Desk) -> None:
    await desk.member("书记", anonymous=True).says("/here")
    event = await desk.one()
    assert (event.kind, event.account) == (EventKind.COMMAND, None)


async def test_a_group_that_moved_says_from_where_to_where(desk: Desk) -> None:
    old, new = await desk.move_group()
    events = await desk.taken()
    assert events
    for envelope, event in events:
        assert envelope.ours
        assert (event.kind, event.address.chat, event.new_chat) == (EventKind.MOVED, old, new)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["坏\x00了", "坏\ud83d了", "\udfff"])
async def test_what_no_database_can_hold_is_replaced(desk: Desk, text: str) -> None:
    await desk.person().says(text)
    event = await desk.one()
    assert event.kind is EventKind.TEXT
    assert "\ufffd" in event.text
    assert "\x00" not in event.text
    event.text.encode()


async def test_blank_words_are_nothing(desk: Desk) -> None:
    await desk.person().says(" \n ")
    assert (await desk.one()).kind is EventKind.IGNORED


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": 7},
        {"update_id": "7", "message": []},
        {"update_id": 10**30},
        {"update_id": True},
        {"update_id": 7, "message": {"chat": {"id": 10**30, "type": "private"}}},
        {"update_id": 7, "kind": "text", "chat": None, "at": "never"},
        {"update_id": 7, "message": {"date": "never", "text": "王婆婆的话"}},
        {"update_id": 7, "callback_query": {"id": None, "data": "王婆婆的话"}},
    ],
)
def test_an_envelope_can_be_read_of_anything_and_no_refusal_repeats_a_word(desk: Desk, raw: dict[str, object]) -> None:
    envelope = desk.channel.envelope(raw)
    assert -(2**63) <= envelope.update_id < 2**63
    assert -(2**63) <= envelope.chat < 2**63
    refusal = ""
    try:
        event = desk.channel.parse(raw)
    except Unreadable as error:
        refusal = "".join(traceback.format_exception(error))
    else:
        assert event.kind is EventKind.IGNORED
    assert "王婆婆" not in refusal
