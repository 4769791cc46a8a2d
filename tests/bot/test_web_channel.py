"""The web chat as a channel: what only it has; what all channels share is in the contract tests."""

from pathlib import Path
from typing import Any

import pytest

from bot.channels.port import Choice, Conflict, Moved, NotEditable, Outgoing, Refused, SendFile, Unreachable, Unreadable
from bot.channels.web import WebChannel
from bot.channels.webchat import Change
from handlers.event import EventKind, FileKind, Location
from handlers.reply import Answer

CHAT, GROUP = 7, -50


@pytest.fixture
def channel() -> WebChannel:
    return WebChannel("resident")


def photo(channel: WebChannel, **more: Any) -> None:
    file = channel.messenger.hold_file(b"\xff\xd8", FileKind.PHOTO, "a.jpg")
    channel.messenger.says(CHAT, CHAT, files=(file,), **more)


async def only(channel: WebChannel):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """The one event that waits."""
    raw = await channel.fetch(None, 0)
    assert len(raw) == 1
    return channel.parse(raw[0])


async def test_updates_stay_until_a_later_fetch_confirms_them(channel: WebChannel) -> None:
    channel.messenger.says(CHAT, CHAT, text="一")
    channel.messenger.says(CHAT, CHAT, text="二")
    first = await channel.fetch(None, 0)
    assert [raw["text"] for raw in first] == ["一", "二"]
    assert await channel.fetch(None, 0) == first
    assert [raw["text"] for raw in await channel.fetch(first[1]["update_id"], 0)] == ["二"]
    assert await channel.fetch(first[1]["update_id"] + 1, 0) == []


async def test_a_second_poller_is_refused(channel: WebChannel) -> None:
    channel._fetching = True
    with pytest.raises(Conflict):
        await channel.fetch(None, 1)


async def test_text_and_command_are_told_apart(channel: WebChannel) -> None:
    channel.messenger.says(CHAT, CHAT, text="路灯坏了\x00", name="王\ud800阿姨")
    channel.messenger.says(CHAT, CHAT, text="/start abc-123")
    channel.messenger.says(CHAT, CHAT, text="/help@other_bot")
    text, command, foreign = [channel.parse(raw) for raw in await channel.fetch(None, 0)]
    assert (text.kind, text.text, text.name, text.account) == (EventKind.TEXT, "路灯坏了�", "王�阿姨", CHAT)
    assert (command.kind, command.command, command.argument) == (EventKind.COMMAND, "start", "abc-123")
    assert foreign.kind is EventKind.IGNORED


async def test_a_photo_carries_its_caption_album_and_size(channel: WebChannel) -> None:
    photo(channel, text="就是这里", album="a1")
    event = await only(channel)
    assert (event.kind, event.text, event.album) == (EventKind.MEDIA, "就是这里", "a1")
    assert (event.files[0].kind, event.files[0].size, event.files[0].media_type) == (FileKind.PHOTO, 2, "image/jpeg")


async def test_voice_and_place_are_events(channel: WebChannel) -> None:
    voice = channel.messenger.hold_file(b"OggS", FileKind.VOICE)
    channel.messenger.says(CHAT, CHAT, files=(voice,))
    channel.messenger.says(CHAT, CHAT, location=Location(30.2, 115.0))
    spoken, here = [channel.parse(raw) for raw in await channel.fetch(None, 0)]
    assert spoken.files[0].kind is FileKind.VOICE
    assert (here.kind, here.location) == (EventKind.LOCATION, Location(30.2, 115.0))


async def test_an_edit_names_the_message_that_it_changes(channel: WebChannel) -> None:
    said = channel.messenger.says(CHAT, CHAT, text="三栋")
    channel.messenger.edits(CHAT, CHAT, said.id, "四栋")
    edit = channel.parse((await channel.fetch(None, 0))[1])
    assert (edit.kind, edit.text, edit.message_id) == (EventKind.EDIT, "四栋", said.id)
    assert channel.messenger.chat(CHAT)[0].edited


async def test_a_press_is_answered_where_it_was_made(channel: WebChannel) -> None:
    seen: list[Change] = []
    channel.messenger.watch.append(seen.append)
    press_id = channel.messenger.presses(CHAT, CHAT, 3, "1.abc")
    event = await only(channel)
    assert (event.kind, event.press, event.press_id) == (EventKind.PRESS, "1.abc", press_id)
    await channel.answer(press_id, Answer("好了", alert=True))
    await channel.answer(press_id, Answer("twice"))
    assert [(change.chat, change.answer) for change in seen] == [(CHAT, Answer("好了", alert=True))]


async def test_in_a_group_only_what_is_addressed_to_the_bot_is_kept(channel: WebChannel) -> None:
    said = channel.messenger
    ours = await channel.send(Outgoing(GROUP, 0, "新的诉求"))
    said.says(GROUP, 5, text="今天天气好")
    said.says(GROUP, 5, text="/here")
    said.says(GROUP, 5, text="@resident 看一下")
    said.says(GROUP, 5, text="办好了", replied_to=ours.message_id)
    raw = await channel.fetch(None, 0)
    assert [channel.envelope(one).ours for one in raw] == [False, True, True, True]
    events = [channel.parse(one) for one in raw]
    assert not any(event.private for event in events)
    assert events[2].text == "看一下"


async def test_blocking_and_moving_are_told_and_felt(channel: WebChannel) -> None:
    channel.messenger.blocks(CHAT, CHAT)
    with pytest.raises(Unreachable):
        await channel.send(Outgoing(CHAT, 0, "在吗"))
    channel.messenger.blocks(CHAT, CHAT, blocked=False)
    await channel.send(Outgoing(CHAT, 0, "在吗"))
    channel.messenger.moves(GROUP, -60)
    with pytest.raises(Moved) as moved:
        await channel.send(Outgoing(GROUP, 0, "在吗"))
    assert moved.value.new_chat == -60
    kinds = [channel.parse(raw).kind for raw in await channel.fetch(None, 0)]
    assert kinds == [EventKind.BLOCKED, EventKind.UNBLOCKED, EventKind.MOVED]


async def test_only_own_messages_are_edited_in_place(channel: WebChannel) -> None:
    theirs = channel.messenger.says(CHAT, CHAT, text="路灯坏了")
    sent = await channel.send(Outgoing(CHAT, 0, "待受理", [[Choice("受理", "1.a")]]))
    again = await channel.send(Outgoing(CHAT, 0, "已受理", edit=sent.message_id))
    assert again.message_id == sent.message_id
    assert [message.text for message in channel.messenger.chat(CHAT)] == ["路灯坏了", "已受理"]
    for wrong in (theirs.id, 999):
        with pytest.raises(NotEditable):
            await channel.send(Outgoing(CHAT, 0, "改别人的", edit=wrong))


async def test_a_file_goes_up_once_and_down_again(channel: WebChannel, tmp_path: Path) -> None:
    path = tmp_path / "digest"
    path.write_bytes(b"PK\x03\x04")
    file = SendFile("document", "周报.xlsx", "d1", path)
    sent = await channel.send(Outgoing(CHAT, 0, "周报", files=[file]))
    path.unlink()
    known = SendFile("document", "周报.xlsx", "d1", path, sent.file_ids["d1"])
    again = await channel.send(Outgoing(CHAT, 0, "周报", files=[known]))
    assert again.file_ids == sent.file_ids
    await channel.download(sent.file_ids["d1"], tmp_path / "copy", 10)
    assert (tmp_path / "copy").read_bytes() == b"PK\x03\x04"
    with pytest.raises(Refused):
        await channel.download(sent.file_ids["d1"], tmp_path / "copy", 3)
    with pytest.raises(Refused):
        await channel.send(Outgoing(CHAT, 0, "没了", files=[file]))


@pytest.mark.parametrize(
    "message",
    [
        Outgoing(CHAT, 0, "长" * 4097),
        Outgoing(CHAT, 0, "😀" * 2049),
        Outgoing(CHAT, 0, ""),
        Outgoing(CHAT, 0, "按钮", [[Choice("好", "键" * 22)]]),
    ],
)
async def test_what_no_messenger_takes_is_refused(channel: WebChannel, message: Outgoing) -> None:
    with pytest.raises(Refused):
        await channel.send(message)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "dance"},
        {"chat": "7"},
        {"at": "soon"},
        {"at": 1e30},
        {"chat": 2**64},
        {"account": -1},
        {"latitude": 91.0, "longitude": 0.0, "kind": "location"},
        {"files": [{"kind": "hologram", "id": "x", "unique_id": "x", "size": 1}]},
        {"text": None},
    ],
)
async def test_a_malformed_update_is_unreadable_and_its_words_stay_out_of_the_reason(
    channel: WebChannel, wrong: dict[str, object]
) -> None:
    raw = {"update_id": 1, "kind": "text", "chat": 7, "account": 7, "at": 1.0, "text": "SECRET", **wrong}
    assert channel.envelope(raw).update_id == 1
    with pytest.raises(Unreadable) as reason:
        channel.parse(raw)
    assert "SECRET" not in str(reason.value)


@pytest.mark.parametrize("raw", [{}, {"update_id": "x"}, {"update_id": 2**70}, {"update_id": True}])
async def test_an_update_without_an_id_is_not_kept(channel: WebChannel, raw: dict[str, object]) -> None:
    assert not channel.envelope(raw).ours
