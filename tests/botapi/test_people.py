"""The user side: what people do reaches the bot, and what the bot does is seen."""

import asyncio
from typing import Any

import pytest

from tests.botapi import Bot, BotApiServer, NotSeenError, Person
from tests.botapi.rawbot import RawBot


@pytest.fixture
async def chat(server: BotApiServer, bot: Bot) -> Person:
    return server.user("王婆婆").private(bot)


def _buttons(*labels: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": f"do:{label}"}] for label in labels]}


async def test_words_arrive_with_their_entities(api: RawBot, chat: Person) -> None:
    await chat.starts("b12")
    await chat.says("电话13900001111")
    start, words = [u["message"] for u in await api.updates()]
    assert start["text"] == "/start b12"
    assert start["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert words["entities"] == [{"type": "phone_number", "offset": 2, "length": 11}]
    with pytest.raises(ValueError, match="Telegram does not open"):
        await chat.starts("x" * 65)
    with pytest.raises(ValueError, match="4096 units"):
        await chat.says("灯" * 4097)


async def test_an_album_is_several_messages_with_one_group(api: RawBot, chat: Person) -> None:
    await chat.sends_album(3, "路灯")
    messages = [u["message"] for u in await api.updates()]
    assert len({m["media_group_id"] for m in messages}) == 1
    assert [m.get("caption") for m in messages] == ["路灯", None, None]
    assert [len(m["photo"]) for m in messages] == [4, 4, 4]


async def test_an_edit_and_a_forward_arrive(server: BotApiServer, bot: Bot, api: RawBot, chat: Person) -> None:
    said = await chat.says("路灯怀了")
    await chat.edits(said, "路灯坏了")
    await server.user("李工").private(bot).forwards(said)
    photo = await chat.sends_photo(caption="一")
    await chat.edits(photo, "二")
    updates = await api.updates()
    assert [next(k for k in u if k != "update_id") for u in updates] == [
        "message",
        "edited_message",
        "message",
        "message",
        "edited_message",
    ]
    assert updates[1]["edited_message"]["text"] == "路灯坏了"
    assert updates[1]["edited_message"]["message_id"] == said.id
    assert updates[2]["message"]["forward_origin"]["sender_user"]["first_name"] == "王婆婆"
    assert updates[4]["edited_message"]["caption"] == "二"


async def test_a_person_waits_for_an_answer_and_not_for_an_old_one(api: RawBot, chat: Person) -> None:
    await chat.says("一")
    await api.does("sendMessage", chat_id=chat.id, text="收到")
    assert (await chat.sees("收到")).text == "收到"
    await chat.says("二")
    with pytest.raises(NotSeenError, match="waited for text '收到' and sees"):
        await chat.sees("收到", seconds=0)
    assert chat.has("收到")
    assert (await chat.sees("收到", anywhere=True)).text == "收到"

    waiting = asyncio.create_task(chat.sees("收到"))
    await asyncio.sleep(0)
    second = await api.does("sendMessage", chat_id=chat.id, text="再次收到")
    assert (await waiting).id == second["message_id"]


async def test_an_edit_is_seen_and_the_former_text_remembered(api: RawBot, chat: Person) -> None:
    await chat.says("一")
    sent = await api.does("sendMessage", chat_id=chat.id, text="处理中")
    await api.does("editMessageText", chat_id=chat.id, message_id=sent["message_id"], text="已办结")
    seen = await chat.sees("已办结")
    assert seen.earlier == ["处理中"]
    assert not chat.has("处理中")
    await api.does("deleteMessage", chat_id=chat.id, message_id=sent["message_id"])
    await chat.sees_gone(seen)
    with pytest.raises(NotSeenError, match="no bot has written"):
        _ = chat.last


async def test_a_tap_presses_the_newest_button_of_that_name(api: RawBot, chat: Person) -> None:
    await chat.says("一")
    old = await api.does("sendMessage", chat_id=chat.id, text="卡1", reply_markup=_buttons("受理", "退回"))
    new = await api.does("sendMessage", chat_id=chat.id, text="卡2", reply_markup=_buttons("✅ 受理"))
    await chat.taps("受理")
    await chat.taps("✅ 受理")
    await chat.taps("✅")
    await chat.taps("退回", chat.chat.messages[old["message_id"]])
    queries = [u["callback_query"] for u in (await api.updates())[1:]]
    assert [q["message"]["message_id"] for q in queries] == [
        old["message_id"],
        new["message_id"],
        new["message_id"],
        old["message_id"],
    ]
    assert [q["data"] for q in queries] == ["do:受理", "do:✅ 受理", "do:✅ 受理", "do:退回"]
    with pytest.raises(NotSeenError, match="button '办结'"):
        await chat.taps("办结", seconds=0)
    with pytest.raises(NotSeenError, match="not answered"):
        await (await chat.taps("退回")).answered(seconds=0)


async def test_a_tap_waits_for_its_button(api: RawBot, chat: Person) -> None:
    await chat.says("一")
    tap = asyncio.create_task(chat.taps("受理"))
    await asyncio.sleep(0)
    await api.does("sendMessage", chat_id=chat.id, text="卡", reply_markup=_buttons("受理"))
    assert (await tap).callback.bot_id == chat.bot.id if chat.bot else False


async def test_a_link_button_sends_the_bot_nothing(api: RawBot, chat: Person) -> None:
    await chat.says("一")
    link = {"inline_keyboard": [[{"text": "打开", "url": "https://a.cn"}]]}
    await api.does("sendMessage", chat_id=chat.id, text="x", reply_markup=link)
    with pytest.raises(NotSeenError, match="sends the bot nothing"):
        await chat.taps("打开")


async def test_a_reply_keyboard_says_its_label(api: RawBot, chat: Person) -> None:
    await chat.says("一")
    keyboard = {"keyboard": [["报修"], [{"text": "进度"}]]}
    sent = await api.does("sendMessage", chat_id=chat.id, text="请选", reply_markup=keyboard)
    assert "reply_markup" not in sent
    assert chat.keyboard == ["报修", "进度"]
    assert (await (await chat.taps("报修")).answered()).answered
    assert (await api.updates())[-1]["message"]["text"] == "报修"
    await api.does("sendMessage", chat_id=chat.id, text="x", reply_markup={"remove_keyboard": True})
    assert chat.keyboard == []


async def test_a_press_on_a_deleted_message_is_inaccessible(api: RawBot, chat: Person) -> None:
    await chat.says("一")
    await api.does("sendMessage", chat_id=chat.id, text="卡", reply_markup=_buttons("受理"))
    card = chat.last
    await api.does("deleteMessage", chat_id=chat.id, message_id=card.id)
    chat.presses(card, "do:受理")
    chat.presses(card, "forged:1")
    forged = (await api.updates())[-1]["callback_query"]
    assert forged["message"] == {"chat": chat.chat.json(), "message_id": card.id, "date": 0}
    assert forged["data"] == "forged:1"


async def test_blocking_is_told_and_ends_the_talk(api: RawBot, chat: Person) -> None:
    await chat.says("一")
    await chat.blocks()
    with pytest.raises(ValueError, match="has blocked this bot"):
        await chat.says("二")
    await chat.starts()
    kinds = [(u.get("my_chat_member") or {}).get("new_chat_member", {}).get("status") for u in await api.updates()]
    assert kinds == [None, "kicked", "member", None]


async def test_two_bots_have_separate_dialogues(server: BotApiServer, bot: Bot, api: RawBot, chat: Person) -> None:
    staff = server.bot("工单")
    other = server.user("王婆婆").private(staff)
    await other.says("给工单")
    assert await api.updates() == []
    assert await api.refused("sendMessage", chat_id=chat.id, text="x") == "Bad Request: chat not found"
    assert server.bot("工单") is staff
    assert staff.token != bot.token
    assert server.user("王婆婆").private(bot) is chat


async def test_raw_updates_go_through_as_they_are(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    server.push_raw(bot, {"message": {"date": "never"}})
    server.push_raw(bot, b'{"update_id": "no number"}')
    server.push_raw(bot, {"update_id": 900_000_000, "poll": "\ud800"})
    server.push_raw(bot, {"message": 10**30})
    first, second, third, fourth = await api.updates()
    assert first["message"] == {"date": "never"}
    assert second == {"update_id": "no number"}
    assert third["poll"] == "\ud800"
    assert (fourth["update_id"], fourth["message"]) == (900_000_001, 10**30)
    await api.updates(offset=900_000_001)
    assert bot.queue.waiting == 1
