"""What the bot sends, as people on every channel see it."""

import pytest

from bot.channels.port import Moved, NotEditable, Outgoing, Refused, Unreachable
from handlers.event import FileKind
from tests.botapi import JPEG
from tests.channels.desk import PICTURES, Desk, Phone
from tests.channels.telegram_desk import TelegramDesk


@pytest.fixture
async def wang(desk: Desk) -> Phone:
    """A resident who has written once."""
    phone = desk.person()
    await phone.says("路灯坏了")
    await desk.raw()
    return phone


async def test_a_text_is_shown_as_it_is(desk: Desk, wang: Phone) -> None:
    sent = await desk.says(wang.chat, "<b>收到</b> *好* & [谢谢](x)")
    [shown] = wang.shown()
    assert (shown.id, shown.text, shown.buttons) == (sent, "<b>收到</b> *好* & [谢谢](x)", [])


async def test_buttons_stand_in_their_rows(desk: Desk, wang: Phone) -> None:
    await desk.says(wang.chat, "登记吗？", "同意", "不要")
    assert wang.shown()[0].buttons == [["同意"], ["不要"]]


async def test_a_message_of_ours_changes_in_place(desk: Desk, wang: Phone) -> None:
    sent = await desk.says(wang.chat, "待受理", "受理")
    assert await desk.says(wang.chat, "已受理", "派单", edit=sent) == sent
    [shown] = wang.shown()
    assert (shown.text, shown.buttons) == ("已受理", [["派单"]])
    await desk.says(wang.chat, "已办结", edit=sent)
    assert wang.shown()[0].buttons == []


async def test_a_change_that_changes_nothing_is_well(desk: Desk, wang: Phone) -> None:
    sent = await desk.says(wang.chat, "待受理", "受理")
    assert await desk.says(wang.chat, "待受理", "受理", edit=sent) == sent


async def test_what_is_not_there_or_not_ours_cannot_be_changed(desk: Desk, wang: Phone) -> None:
    theirs = await wang.says("我的话")
    for message in (987654, theirs):
        with pytest.raises(NotEditable):
            await desk.says(wang.chat, "新", edit=message)


async def test_a_message_of_ours_is_taken_away_and_what_is_not_there_cannot_be(desk: Desk, wang: Phone) -> None:
    sent = await desk.says(wang.chat, "收回的照片")
    await desk.sends(Outgoing(wang.chat, 0, "", edit=sent, gone=True))
    assert not wang.shown()
    with pytest.raises(NotEditable):
        await desk.sends(Outgoing(wang.chat, 0, "", edit=sent, gone=True))


@pytest.mark.parametrize("kind", list(FileKind))
async def test_a_file_goes_out_with_words_and_buttons_and_again_without_an_upload(
    desk: Desk, wang: Phone, kind: FileKind
) -> None:
    file = desk.file(kind, JPEG, "台账.jpg")
    sent = await desk.sends(Outgoing(wang.chat, 0, "这是台账", files=[file]))
    file_id = sent.file_ids[file.digest]
    desk.files.path(file.digest).unlink()
    again = desk.file(kind, JPEG, "台账.jpg", file_id)
    desk.files.path(again.digest).unlink()
    await desk.sends(Outgoing(wang.chat, 0, "", files=[again]))
    first, second = wang.shown()
    assert (first.text, first.kind, first.content) == ("这是台账", kind, JPEG)
    assert (second.text, second.kind, second.content) == ("", kind, JPEG)
    assert first.id == sent.message_id


async def test_several_files_go_out_together(desk: Desk, wang: Phone) -> None:
    files = [desk.file("photo", picture) for picture in PICTURES]
    sent = await desk.sends(Outgoing(wang.chat, 0, "三张照片", files=files))
    assert sent.file_ids.keys() == {file.digest for file in files}
    assert wang.shown()[0].text == "三张照片"
    assert wang.shown()[0].id == sent.message_id


async def test_a_file_that_is_gone_is_refused(desk: Desk, wang: Phone) -> None:
    for kind in ("photo", "document"):
        file = desk.file(kind, b"content")
        desk.files.path(file.digest).unlink()
        with pytest.raises(Refused):
            await desk.sends(Outgoing(wang.chat, 0, "", files=[file]))
    assert wang.shown() == []


async def test_a_topic_is_written_to(desk: Desk) -> None:
    topic = await desk.open_topic()
    li = desk.member(topic=topic)
    await li.says("/here")
    await desk.says(li.chat, "YA-1", topic=topic)
    [shown] = li.shown()
    assert (shown.text, shown.topic) == ("YA-1", topic)


@pytest.mark.parametrize("character", ["灯", "😀"])
async def test_a_text_may_be_as_long_as_the_channel_says_and_no_longer(desk: Desk, wang: Phone, character: str) -> None:
    units = 2 if character > "\uffff" else 1
    longest = character * (desk.channel.abilities.text_limit // units)
    await desk.says(wang.chat, longest)
    assert wang.shown()[0].text == longest
    with pytest.raises(Refused):
        await desk.says(wang.chat, longest + character)


async def test_a_caption_may_be_as_long_as_the_channel_says_and_no_longer(desk: Desk, wang: Phone) -> None:
    file = desk.file("photo", JPEG)
    longest = "灯" * desk.channel.abilities.caption_limit
    await desk.sends(Outgoing(wang.chat, 0, longest, files=[file]))
    assert wang.shown()[0].text == longest
    with pytest.raises(Refused):
        await desk.sends(Outgoing(wang.chat, 0, longest + "灯", files=[file]))


async def test_an_empty_message_is_refused(desk: Desk, wang: Phone) -> None:
    with pytest.raises(Refused):
        await desk.says(wang.chat, "")


async def test_who_has_blocked_the_bot_cannot_be_reached(desk: Desk, wang: Phone) -> None:
    await wang.blocks()
    with pytest.raises(Unreachable):
        await desk.says(wang.chat, "收到")
    await wang.unblocks()
    await desk.says(wang.chat, "收到")


async def test_a_group_that_moved_tells_its_new_id(desk: Desk) -> None:
    li = desk.member()
    await li.says("/here")
    old, new = await desk.move_group()
    with pytest.raises(Moved) as caught:
        await desk.says(old, "YA-1")
    assert caught.value.new_chat == new


async def test_a_file_larger_than_the_limit_is_refused(desk: Desk, wang: Phone) -> None:
    await wang.sends(FileKind.DOCUMENT, b"x" * 101)
    [file] = (await desk.one()).files
    scratch = desk.files.scratch()
    with pytest.raises(Refused):
        await desk.channel.download(file.id, scratch, 100)
    assert scratch.read_bytes() == b""


async def test_a_file_that_nobody_knows_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused):
        await desk.channel.download("unknown", desk.files.scratch(), 100)


# --- Telegram only ---------------------------------------------------------------------------------------------------


async def test_an_album_has_one_id_and_its_buttons_follow_it(telegram: TelegramDesk) -> None:
    wang = telegram.person()
    await wang.says("路灯坏了")
    files = [telegram.file("photo", picture) for picture in PICTURES]
    await telegram.sends(Outgoing(wang.chat, 0, "三张照片", files=files))
    assert len({shown.album for shown in wang.shown()}) == 1
    sent = await telegram.says(wang.chat, "看看", "好的", files=files)
    last = wang.shown()[-1]
    assert (last.id, last.text, last.buttons, len(wang.shown())) == (sent, "看看", [["好的"]], 7)


async def test_files_that_cannot_share_an_album_go_one_after_another(telegram: TelegramDesk) -> None:
    wang = telegram.person()
    await wang.says("路灯坏了")
    kinds = ["photo", "video", "document", "voice", "voice"]
    files = [telegram.file(kind, JPEG + bytes([n])) for n, kind in enumerate(kinds)]
    sent = await telegram.sends(Outgoing(wang.chat, 0, "办好了", files=files))
    assert [shown.kind for shown in wang.shown()] == kinds
    assert [shown.text for shown in wang.shown()] == ["办好了", "", "", "", ""]
    assert len(sent.file_ids) == 5
    assert telegram.server.calls("sendMediaGroup")[0].result
    assert len(telegram.server.calls("sendVoice")) == 2


async def test_more_files_than_an_album_holds_all_arrive(telegram: TelegramDesk) -> None:
    wang = telegram.person()
    await wang.says("路灯坏了")
    files = [telegram.file("document", bytes([n])) for n in range(21)]
    await telegram.sends(Outgoing(wang.chat, 0, "", files=files))
    assert [shown.content for shown in wang.shown()] == [bytes([n]) for n in range(21)]


async def test_a_file_id_of_another_kind_or_bot_is_replaced_by_the_file(telegram: TelegramDesk) -> None:
    wang = telegram.person()
    await wang.says("路灯坏了")
    sent = await telegram.sends(Outgoing(wang.chat, 0, "", files=[telegram.file("photo", JPEG)]))
    [photo] = sent.file_ids.values()
    for kind, file_id in (("document", photo), ("photo", "AgACAgForeign")):
        file = telegram.file(kind, JPEG, "x.jpg", file_id)
        again = await telegram.sends(Outgoing(wang.chat, 0, "", files=[file]))
        assert again.file_ids[file.digest] not in (photo, file_id)
        assert wang.shown()[-1].kind == kind


async def test_a_stale_file_id_repeats_nothing_that_went_out_before_it(telegram: TelegramDesk) -> None:
    wang = telegram.person()
    await wang.says("路灯坏了")
    files = [telegram.file("photo", JPEG), telegram.file("voice", b"OggS", "v.ogg", "AwACAgForeign")]
    await telegram.sends(Outgoing(wang.chat, 0, "办好了", files=files))
    assert [(shown.kind, shown.text) for shown in wang.shown()] == [("photo", "办好了"), ("voice", "")]


async def test_what_was_for_a_deleted_topic_reaches_the_group(telegram: TelegramDesk) -> None:
    topic = await telegram.open_topic()
    li = telegram.member()
    await telegram.group.deletes_topic(telegram._topics[topic])
    await telegram.says(li.chat, "YA-1", topic=topic)
    assert [(shown.text, shown.topic) for shown in li.shown()] == [("YA-1", 0)]


async def test_a_file_that_telegram_holds_back_is_refused(telegram: TelegramDesk) -> None:
    phone = telegram.person()
    await phone.person.sends_document(b"x", "big.bin", size=20 * 1024 * 1024 + 1)
    [file] = (await telegram.one()).files
    with pytest.raises(Refused, match=r"(?i)file is too big"):
        await telegram.channel.download(file.id, telegram.files.scratch(), 1 << 40)


async def test_a_file_that_is_longer_than_it_said_is_refused(telegram: TelegramDesk) -> None:
    await telegram.person().person.sends_document(b"x" * 101, "liar.bin", size=10)
    [file] = (await telegram.one()).files
    scratch = telegram.files.scratch()
    with pytest.raises(Refused, match="too large"):
        await telegram.channel.download(file.id, scratch, 100)
    assert scratch.read_bytes() == b""


async def test_links_are_shown_without_a_preview(telegram: TelegramDesk) -> None:
    wang = telegram.person()
    await wang.says("路灯坏了")
    await telegram.says(wang.chat, "https://example.org")
    [call] = telegram.server.calls("sendMessage")
    assert "is_disabled" in str(call.params["link_preview_options"])


async def test_a_text_that_cannot_be_encoded_is_refused(telegram: TelegramDesk) -> None:
    wang = telegram.person()
    await wang.says("路灯坏了")
    with pytest.raises(Refused):
        await telegram.says(wang.chat, "坏\ud83d了")


async def test_the_webhook_is_set_shown_and_removed(telegram: TelegramDesk) -> None:
    await telegram.channel.set_webhook("http://127.0.0.1:9/telegram/resident", "s" * 32)
    hook = telegram.bot.webhook
    assert hook is not None
    assert (hook.url, hook.secret) == ("http://127.0.0.1:9/telegram/resident", "s" * 32)
    info = await telegram.channel.webhook_info()
    assert (info["url"], info["pending_update_count"]) == (hook.url, 0)
    await telegram.channel.set_webhook("", "")
    assert telegram.bot.webhook is None
    assert (await telegram.channel.webhook_info())["url"] == ""
