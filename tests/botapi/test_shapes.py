"""Every kind of update and reply is read by two independent parsers.

Not only without an error: no field may be left over that a parser does not know
(a misspelt one would be), and none it needs may be missing.
"""

import json
from collections.abc import Iterator
from typing import Any

import pydantic
import pytest
import telegram
from aiogram.types import (
    ChatFullInfo,
    File,
    Message,
    ResultChatMemberUnion,
    TelegramObject,
    Update,
    User,
    WebhookInfo,
)

from tests.botapi import JPEG, Bot, BotApiServer, Group, Person
from tests.botapi.rawbot import RawBot

NEWER_THAN_PTB = {"can_send_welcome_messages"}
"""Fields of Bot API 10.1 and later: aiogram 3.31 asks for them, PTB 22.8 does not know them."""


@pytest.fixture
async def chat(server: BotApiServer, bot: Bot) -> Person:
    return server.user("王婆婆", username="wang_po", last_name="秀英", language_code="zh").private(bot)


@pytest.fixture
async def group(server: BotApiServer, bot: Bot) -> Group:
    made = server.group("网格群", forum=True, username="grid")
    made.has(bot, "administrator")
    return made


def _strays(value: object, path: str = "") -> Iterator[str]:
    """Name the fields aiogram did not know."""
    if isinstance(value, TelegramObject):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name, part in value:
            yield from _strays(part, f"{path}.{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _strays(part, f"{path}[{number}]")


def _ptb_strays(value: object, path: str = "") -> Iterator[str]:
    """Name the fields PTB did not know."""
    if isinstance(value, telegram.TelegramObject):
        yield from (f"{path}.{name}" for name in value.api_kwargs if name not in NEWER_THAN_PTB)
        for name in value._get_attrs_names(include_private=False):
            yield from _ptb_strays(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, tuple | list):
        for number, part in enumerate(value):
            yield from _ptb_strays(part, f"{path}[{number}]")


def _check(raw: Any, model: Any, ptb_class: Any) -> None:
    parsed = pydantic.TypeAdapter(model).validate_python(raw)
    assert list(_strays(parsed)) == []
    ours = ptb_class.de_json(json.loads(json.dumps(raw)), None)
    assert list(_ptb_strays(ours)) == []


async def test_every_kind_of_update(server: BotApiServer, bot: Bot, api: RawBot, chat: Person, group: Group) -> None:
    await api.updates(allowed_updates=["message", "edited_message", "callback_query", "my_chat_member", "chat_member"])
    await chat.starts("x")
    said = await chat.says("/help@x_bot https://a.cn @abc #灯 +8613900001111 a@b.cn")
    await chat.edits(said, "另")
    await chat.says("回", reply_to=said)
    await chat.sends_photo(JPEG, "#灯")
    await chat.sends_album(2)
    await chat.sends_voice()
    await chat.sends_video()
    await chat.sends_document()
    await chat.sends_location(31.2, 121.5)
    await chat.shares_contact("13900001111")
    await chat.forwards(said)
    await api.does("sendMessage", chat_id=chat.id, text="x", reply_markup=_all_buttons())
    card = (await chat.taps("受理")).callback
    assert card.bot_id == bot.id
    chat.presses(chat.last, "x", inaccessible=True)
    await chat.blocks()
    await chat.unblocks()

    topic = await group.opens_topic("派单")
    worker = server.user("李工").in_group(group, topic)
    await worker.says("收到")
    await group.closes_topic(topic)
    boss = server.user("书记").in_group(group, anonymous=True)
    await worker.forwards(await boss.says("通知"))
    await group.adds(server.user("路人").account)
    for change in (group.promotes, group.demotes, group.restricts, group.kicks, group.loses):
        await change(worker.account)
    await group.demotes(bot)
    await group.kicks(bot)

    small = server.group("小群", kind="group")
    await small.adds(bot)
    await small.upgrades()

    updates = await api.updates()
    assert len(updates) == bot.queue.total
    kinds = {kind for update in updates for kind in update if kind != "update_id"}
    assert kinds == {"message", "edited_message", "callback_query", "my_chat_member", "chat_member"}
    for update in updates:
        _check(update, Update, telegram.Update)
    assert server.crashes == []


def _all_buttons() -> dict[str, Any]:
    return {
        "inline_keyboard": [
            [{"text": "受理", "callback_data": "a"}, {"text": "网页", "url": "https://a.cn"}],
            [{"text": "复制", "copy_text": {"text": "x"}}, {"text": "应用", "web_app": {"url": "https://a.cn"}}],
        ],
    }


REPLIES: list[tuple[str, dict[str, Any], Any]] = [
    ("getMe", {}, (User, telegram.User)),
    (
        "sendMessage",
        {"text": "<b>x</b>", "parse_mode": "HTML", "reply_markup": _all_buttons()},
        (Message, telegram.Message),
    ),
    ("sendMessage", {"text": "x", "link_preview_options": {"is_disabled": True}}, (Message, telegram.Message)),
    ("sendLocation", {"latitude": 1.5, "longitude": 2}, (Message, telegram.Message)),
    ("getWebhookInfo", {}, (WebhookInfo, telegram.WebhookInfo)),
    ("getChat", {}, (ChatFullInfo, telegram.ChatFullInfo)),
]


@pytest.mark.parametrize(("method", "params", "models"), REPLIES)
async def test_every_kind_of_reply(
    api: RawBot, chat: Person, method: str, params: dict[str, Any], models: tuple[Any, Any]
) -> None:
    await chat.starts()
    _check(await api.does(method, chat_id=chat.id, **params), *models)


async def test_replies_about_groups_and_files(
    server: BotApiServer, bot: Bot, api: RawBot, chat: Person, group: Group
) -> None:
    _check(await api.does("getChat", chat_id=group.id), ChatFullInfo, telegram.ChatFullInfo)
    for status in ("creator", "administrator", "member", "restricted", "left", "kicked"):
        group.has(chat.account, status)
        member = await api.does("getChatMember", chat_id=group.id, user_id=chat.account.id)
        _check(member, ResultChatMemberUnion, telegram.ChatMember)
    await chat.sends_document()
    document = (await api.updates())[-1]["message"]["document"]
    _check(await api.does("getFile", file_id=document["file_id"]), File, telegram.File)
    await api.does("setWebhook", url="http://127.0.0.1:9/", allowed_updates=["message"])
    await server.world.pulse.until(lambda: bot.webhook and bot.webhook.error, 5)
    _check(await api.does("getWebhookInfo"), WebhookInfo, telegram.WebhookInfo)


@pytest.mark.parametrize(
    "spoil",
    [{"date": "yesterday"}, {"chat": None}, {"forward_origin": {"type": "from_mars", "date": 1}}],
    ids=lambda spoil: next(iter(spoil)),
)
async def test_a_spoilt_update_is_poison_to_at_least_one_parser(
    server: BotApiServer, bot: Bot, api: RawBot, chat: Person, spoil: dict[str, Any]
) -> None:
    await chat.says("x")
    good = (await api.updates())[0]
    server.push_raw(bot, {"message": good["message"] | spoil})
    bad = (await api.updates())[1]
    refused = 0
    for parse in (Update.model_validate, lambda raw: telegram.Update.de_json(raw, None)):
        parse(good)
        try:
            parse(bad)
        except Exception:  # noqa: BLE001 - each parser has its own errors
            refused += 1
    assert refused
