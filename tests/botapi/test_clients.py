"""The two real clients use the server as they would use Telegram."""

from collections.abc import AsyncIterator

import pytest
import telegram
from aiogram import Bot as AiogramBot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import BotCommand, BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto

from tests.botapi import JPEG, Bot, BotApiServer, Person


@pytest.fixture
async def aiogram(server: BotApiServer, bot: Bot) -> AsyncIterator[AiogramBot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    yield AiogramBot(bot.token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    await (await session.create_session()).close()


@pytest.fixture
async def ptb(server: BotApiServer, bot: Bot) -> AsyncIterator[telegram.Bot]:
    client = telegram.Bot(bot.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")
    async with client:
        yield client


async def test_aiogram_talks_and_edits(aiogram: AiogramBot, chat: Person) -> None:
    await chat.says("路灯坏了")
    updates = await aiogram.get_updates(allowed_updates=["message", "callback_query"])
    message = updates[-1].message
    assert message is not None
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="受理", callback_data="a")]])
    card = await message.reply("<b>工单</b> 1", reply_markup=keyboard)
    assert card.reply_to_message is not None
    tap = await chat.taps("受理")
    query = (await aiogram.get_updates(offset=updates[-1].update_id + 1, timeout=5))[0].callback_query
    assert query is not None
    assert query.data == "a"
    await query.answer("好的", show_alert=True)
    assert (await tap.answered()).alert
    await card.edit_text("<i>已受理</i>")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await card.edit_text("<i>已受理</i>")
    with pytest.raises(TelegramBadRequest, match="can't parse entities"):
        await card.edit_text("<i>已受理")
    await card.edit_reply_markup(reply_markup=keyboard)
    assert chat.buttons == ["受理"]
    await card.delete()
    assert chat.messages == []


async def test_aiogram_sends_and_fetches_files(aiogram: AiogramBot, chat: Person) -> None:
    picture = BufferedInputFile(JPEG, "lamp.jpg")
    sent = await aiogram.send_photo(chat.id, picture, caption="<b>图</b>")
    assert sent.photo is not None
    fetched = await aiogram.download(sent.photo[-1])
    assert fetched is not None
    assert fetched.read() == JPEG
    album = await aiogram.send_media_group(
        chat.id, [InputMediaPhoto(media=picture), InputMediaPhoto(media=sent.photo[-1].file_id, caption="二")]
    )
    assert [m.caption for m in album] == [None, "二"]
    document = await aiogram.send_document(chat.id, BufferedInputFile(b"a,b", "台账.csv"))
    assert document.document is not None
    assert document.document.file_name == "台账.csv"
    await aiogram.send_voice(chat.id, BufferedInputFile(b"OggS", "v.ogg"))
    copied = await aiogram.copy_message(chat.id, chat.id, sent.message_id, caption="抄")
    assert chat.chat.messages[copied.message_id].text == "抄"
    await sent.edit_caption(caption="新")
    await sent.forward(chat.id)
    assert chat.last.text == "新"


async def test_aiogram_asks_about_chats(server: BotApiServer, bot: Bot, aiogram: AiogramBot, chat: Person) -> None:
    group = server.group("网格群", forum=True)
    group.has(bot, "administrator")
    topic = await group.opens_topic("派单")
    await aiogram.send_message(group.id, "x", message_thread_id=topic.id)
    assert (await aiogram.get_chat(group.id)).title == "网格群"
    assert len(await aiogram.get_chat_administrators(group.id)) == 2
    assert (await aiogram.get_chat_member(group.id, bot.id)).status == "administrator"
    await aiogram.send_location(chat.id, 31.2, 121.5)
    await aiogram.send_chat_action(chat.id, "typing")
    await aiogram.set_my_commands([BotCommand(command="start", description="开始")])
    assert (await aiogram.get_my_commands())[0].description == "开始"
    await aiogram.set_my_description("楚邻")
    await aiogram.set_my_short_description("楚邻")
    await aiogram.leave_chat(group.id)
    with pytest.raises(TelegramForbiddenError, match="not a member"):
        await aiogram.send_message(group.id, "x")
    await aiogram.set_webhook("http://127.0.0.1:9/", secret_token="x")
    assert (await aiogram.get_webhook_info()).url == "http://127.0.0.1:9/"
    await aiogram.delete_webhook(drop_pending_updates=True)


async def test_ptb_talks_and_edits(ptb: telegram.Bot, chat: Person) -> None:
    await chat.says("路灯坏了")
    updates = await ptb.get_updates(allowed_updates=["message", "callback_query"])
    message = updates[-1].message
    assert message is not None
    keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("受理", callback_data="a")]])
    card = await message.reply_html("<b>工单</b> 1", reply_markup=keyboard, do_quote=True)
    assert card.reply_to_message is not None
    tap = await chat.taps("受理")
    query = (await ptb.get_updates(offset=updates[-1].update_id + 1, timeout=5))[0].callback_query
    assert query is not None
    await query.answer("好的")
    assert (await tap.answered()).text == "好的"
    await query.edit_message_text("已受理")
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
        await query.edit_message_text("已受理")
    await query.edit_message_reply_markup(keyboard)
    assert chat.buttons == ["受理"]
    await card.delete()
    assert chat.messages == []


async def test_ptb_sends_and_fetches_files(ptb: telegram.Bot, chat: Person) -> None:
    sent = await ptb.send_photo(chat.id, JPEG, caption="图")
    file = await ptb.get_file(sent.photo[-1])
    assert bytes(await file.download_as_bytearray()) == JPEG
    album = await ptb.send_media_group(
        chat.id, [telegram.InputMediaPhoto(JPEG), telegram.InputMediaPhoto(sent.photo[-1], caption="二")]
    )
    assert [m.caption for m in album] == [None, "二"]
    document = await ptb.send_document(chat.id, b"a,b", filename="台账.csv")
    assert document.document is not None
    assert document.document.file_name == "台账.csv"
    await ptb.send_voice(chat.id, b"OggS")
    copied = await ptb.copy_message(chat.id, chat.id, sent.message_id, caption="抄")
    assert chat.chat.messages[copied.message_id].text == "抄"
    await sent.edit_caption("新")
    await sent.forward(chat.id)
    assert chat.last.text == "新"


async def test_ptb_asks_about_chats(server: BotApiServer, bot: Bot, ptb: telegram.Bot, chat: Person) -> None:
    group = server.group("网格群", forum=True)
    group.has(bot, "administrator")
    topic = await group.opens_topic("派单")
    await ptb.send_message(group.id, "x", message_thread_id=topic.id)
    assert (await ptb.get_chat(group.id)).title == "网格群"
    assert len(await ptb.get_chat_administrators(group.id)) == 2
    assert (await ptb.get_chat_member(group.id, bot.id)).status == "administrator"
    await ptb.send_location(chat.id, 31.2, 121.5)
    await ptb.send_chat_action(chat.id, "typing")
    await ptb.set_my_commands([("start", "开始")])
    assert (await ptb.get_my_commands())[0].description == "开始"
    await ptb.set_my_description("楚邻")
    await ptb.set_my_short_description("楚邻")
    await ptb.leave_chat(group.id)
    with pytest.raises(telegram.error.Forbidden, match="not a member"):
        await ptb.send_message(group.id, "x")
    await ptb.set_webhook("http://127.0.0.1:9/", secret_token="x")
    assert (await ptb.get_webhook_info()).url == "http://127.0.0.1:9/"
    await ptb.delete_webhook(drop_pending_updates=True)


async def test_raw_updates_are_fetched_before_they_are_parsed(ptb: telegram.Bot, chat: Person) -> None:
    with pytest.warns(telegram.warnings.PTBUserWarning, match="do_api_request"):
        raw = await ptb.do_api_request("getUpdates", api_kwargs={"timeout": 0})
    assert raw[0]["message"]["text"] == "/start"
    assert raw[0]["message"]["from"]["id"] == chat.account.id
