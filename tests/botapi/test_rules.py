"""What the server refuses, and in which words: the product decides by them."""

import json
import random
from typing import Any

import pytest

from tests.botapi import Bot, BotApiServer, Person
from tests.botapi.methods import METHODS
from tests.botapi.rawbot import RawBot


def _keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def _button(text: str = "受理", **action: str) -> dict[str, Any]:
    return {"text": text, **(action or {"callback_data": "x"})}


@pytest.mark.parametrize("text", ["灯" * 4096, "😀" * 2048, "<b>" + "灯" * 4096 + "</b>", "x"])
async def test_a_text_of_up_to_4096_units_after_parsing_is_sent(api: RawBot, chat: Person, text: str) -> None:
    assert await api.does("sendMessage", chat_id=chat.id, text=text, parse_mode="HTML")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "message text is empty"),
        ("  \n ", "message text is empty"),
        ("<b></b>", "message text is empty"),
        ("灯" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("a < b", 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
    ],
)
async def test_other_texts_are_refused(api: RawBot, chat: Person, text: str, complaint: str) -> None:
    refusal = await api.refused("sendMessage", chat_id=chat.id, text=text, parse_mode="HTML")
    assert refusal == f"Bad Request: {complaint}"


async def test_a_text_is_cleaned_as_telegram_does(api: RawBot, chat: Person) -> None:
    sent = await api.does("sendMessage", chat_id=chat.id, text=" \n一\r\x00二\u202e\u2068三\u2069\n ")
    assert sent["text"] == "一 二\u2068三\u2069"
    refused = await api.call("sendMessage", chat_id=chat.id, text="\ud800")
    assert refused.description == "Bad Request: strings must be encoded in UTF-8"


async def test_entities_move_with_the_trimmed_text(api: RawBot, chat: Person) -> None:
    sent = await api.does("sendMessage", chat_id=chat.id, text="  <b>粗 </b>", parse_mode="HTML")
    assert (sent["text"], sent["entities"]) == ("粗", [{"type": "bold", "offset": 0, "length": 1}])
    refusal = await api.refused(
        "sendMessage", chat_id=chat.id, text="短", entities=[{"type": "bold", "offset": 0, "length": 9}]
    )
    assert refusal.startswith("Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text")


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        (_keyboard([_button(callback_data="灯" * 22)]), "BUTTON_DATA_INVALID"),
        (_keyboard([_button(callback_data="")]), "BUTTON_DATA_INVALID"),
        (_keyboard([_button()] * 9), "BUTTON_ROW_TOO_LONG"),
        (_keyboard(*[[_button()]] * 101), "reply markup is too long"),
        (_keyboard([{"text": "x"}]), "Text buttons are unallowed in the inline keyboard"),
        (_keyboard([_button(text=" ")]), "Button text is empty"),
        (_keyboard([_button(url="没有")]), "Wrong HTTP URL"),
        (_keyboard(["x"]), "InlineKeyboardButton must be an Object"),  # type: ignore[list-item]
        ([], "object expected as reply markup"),
        ({"inline_keyboard": []}, None),
        ({"inline_keyboard": {}}, None),
        (_keyboard({}), "must be an Array of Arrays"),  # type: ignore[arg-type]
        ("{", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
    ],
)
async def test_buttons_have_limits(api: RawBot, chat: Person, markup: object, complaint: str | None) -> None:
    answer = await api.call("sendMessage", chat_id=chat.id, text="x", reply_markup=markup)
    if complaint is None:
        assert answer.result
    else:
        assert complaint in answer.description


async def test_callback_data_of_64_bytes_passes(api: RawBot, chat: Person) -> None:
    markup = _keyboard([_button(callback_data="灯" * 21 + "x")], [])
    sent = await api.does("sendMessage", chat_id=chat.id, text="x", reply_markup=json.dumps(markup))
    assert len(sent["reply_markup"]["inline_keyboard"]) == 1


async def test_an_edit_must_change_something(api: RawBot, chat: Person) -> None:
    sent = await api.does("sendMessage", chat_id=chat.id, text="一", reply_markup=_keyboard([_button()]))
    place = {"chat_id": chat.id, "message_id": sent["message_id"]}
    same = {"text": "一", "reply_markup": _keyboard([_button()])}
    assert (await api.refused("editMessageText", **place, **same)).startswith("Bad Request: message is not modified")

    edited = await api.does("editMessageText", **place, text="一")
    assert "reply_markup" not in edited, "buttons left out are removed"
    assert edited["edit_date"]
    assert (await api.refused("editMessageReplyMarkup", **place)).startswith("Bad Request: message is not modified")
    assert await api.does("editMessageReplyMarkup", **place, reply_markup=_keyboard([_button("派单")]))
    assert chat.buttons == ["派单"]


async def test_only_own_messages_that_exist_can_be_edited(api: RawBot, chat: Person) -> None:
    theirs = await chat.says("我的话")
    place = {"chat_id": chat.id, "text": "x"}
    assert await api.refused("editMessageText", **place, message_id=999) == "Bad Request: message to edit not found"
    assert await api.refused("editMessageText", **place, message_id=theirs.id) == "Bad Request: message can't be edited"
    sent = await api.does("sendMessage", **place)
    assert (
        await api.refused("editMessageCaption", chat_id=chat.id, message_id=sent["message_id"], caption="x")
        == "Bad Request: there is no caption in the message to edit"
    )


async def test_a_message_can_be_deleted_once(api: RawBot, chat: Person) -> None:
    sent = await api.does("sendMessage", chat_id=chat.id, text="x")
    place = {"chat_id": chat.id, "message_id": sent["message_id"]}
    assert await api.does("deleteMessage", **place)
    assert await api.refused("deleteMessage", **place) == "Bad Request: message to delete not found"
    assert await api.refused("editMessageText", **place, text="y") == "Bad Request: message to edit not found"
    theirs = await chat.says("x")
    assert await api.does("deleteMessages", chat_id=chat.id, message_ids=[theirs.id, 999])
    assert theirs.deleted


async def test_messages_older_than_two_days_stay() -> None:
    now = 1_800_000_000.0
    async with BotApiServer(clock=lambda: now) as server, RawBot(server.url, server.bot().token) as api:
        person = server.user("王婆婆").private(server.bot())
        await person.starts()
        sent = await api.does("sendMessage", chat_id=person.id, text="x")
        now += 48 * 3600 + 1
        refusal = await api.refused("deleteMessage", chat_id=person.id, message_id=sent["message_id"])
        assert refusal == "Bad Request: message can't be deleted"


async def test_a_reply_needs_its_message(api: RawBot, chat: Person) -> None:
    asked = await chat.says("几时修？")
    sent = await api.does("sendMessage", chat_id=chat.id, text="明天", reply_parameters={"message_id": asked.id})
    assert sent["reply_to_message"]["text"] == "几时修？"
    nested = await api.does("sendMessage", chat_id=chat.id, text="x", reply_to_message_id=sent["message_id"])
    assert "reply_to_message" not in nested["reply_to_message"]

    gone = {"message_id": 999}
    refusal = await api.refused("sendMessage", chat_id=chat.id, text="x", reply_parameters=gone)
    assert refusal == "Bad Request: message to be replied not found"
    lenient = gone | {"allow_sending_without_reply": True}
    assert await api.does("sendMessage", chat_id=chat.id, text="x", reply_parameters=lenient)


async def test_chats_the_bot_cannot_reach(server: BotApiServer, bot: Bot, api: RawBot, chat: Person) -> None:
    send = {"text": "x"}
    assert await api.refused("sendMessage", **send) == "Bad Request: chat_id is empty"
    for unknown in (1, "abc", "@nobody"):
        assert await api.refused("sendMessage", **send, chat_id=unknown) == "Bad Request: chat not found"

    group = server.group("业主群")
    group.has(bot)
    neighbour = server.user("李工")
    neighbour.in_group(group)
    refusal = await api.refused("sendMessage", **send, chat_id=neighbour.id)
    assert refusal == "Forbidden: bot can't initiate conversation with a user"

    await chat.blocks()
    answer = await api.call("sendMessage", **send, chat_id=chat.id)
    assert (answer.status, answer.description) == (403, "Forbidden: bot was blocked by the user")
    await chat.unblocks()
    assert await api.does("sendMessage", **send, chat_id=chat.id)
    chat.account.deactivated = True
    assert await api.refused("sendMessage", **send, chat_id=chat.id) == "Forbidden: user is deactivated"


async def test_a_button_press_is_answered_once_and_in_time(server: BotApiServer, api: RawBot, chat: Person) -> None:
    await api.does("sendMessage", chat_id=chat.id, text="x", reply_markup=_keyboard([_button("受理")]))
    tap = await chat.taps("受理")
    query_id = tap.callback.id
    assert await api.does("answerCallbackQuery", callback_query_id=query_id, text="好", show_alert=True)
    answer = await tap.answered()
    assert (answer.text, answer.alert) == ("好", True)

    too_late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await api.refused("answerCallbackQuery", callback_query_id=query_id) == too_late
    assert await api.refused("answerCallbackQuery", callback_query_id="123") == too_late
    (await chat.taps("受理")).expires()
    later = await chat.taps("受理")
    server.rules.callback_seconds = -1
    assert await api.refused("answerCallbackQuery", callback_query_id=later.callback.id) == too_late


async def test_places_and_actions_are_checked(api: RawBot, chat: Person) -> None:
    assert await api.does("sendLocation", chat_id=chat.id, latitude=31.2, longitude=121.5)
    assert "wrong location" in await api.refused("sendLocation", chat_id=chat.id, latitude=91, longitude=0)
    assert "longitude" in await api.refused("sendLocation", chat_id=chat.id, latitude=9)
    assert await api.does("sendChatAction", chat_id=chat.id, action="typing")
    assert "parameter action" in await api.refused("sendChatAction", chat_id=chat.id, action="sleeping")


async def test_messages_are_copied_without_and_forwarded_with_their_author(api: RawBot, chat: Person) -> None:
    theirs = await chat.sends_photo(caption="就是这盏")
    source = {"chat_id": chat.id, "from_chat_id": chat.id}
    copy = await api.does("copyMessage", **source, message_id=theirs.id, caption="见图")
    assert list(copy) == ["message_id"]
    assert chat.last.text == "见图"
    forwarded = await api.does("forwardMessage", **source, message_id=theirs.id)
    assert forwarded["forward_origin"]["sender_user"]["first_name"] == "王婆婆"
    again = await api.does("forwardMessage", **source, message_id=forwarded["message_id"])
    assert again["forward_origin"] == forwarded["forward_origin"]
    assert await api.refused("copyMessage", **source, message_id=999) == "Bad Request: message to copy not found"
    protected = await api.does("sendMessage", chat_id=chat.id, text="x", protect_content=True)
    refusal = await api.refused("forwardMessage", **source, message_id=protected["message_id"])
    assert refusal == "Bad Request: message can't be forwarded"


async def test_menus_and_profile_texts_are_kept(api: RawBot, chat: Person) -> None:
    menu = [{"command": "start", "description": "开始"}]
    assert await api.does("setMyCommands", commands=menu)
    assert await api.does("getMyCommands") == menu
    assert await api.does("getMyCommands", scope={"type": "chat", "chat_id": chat.id}) == []
    assert await api.does("deleteMyCommands")
    assert await api.does("getMyCommands") == []
    bad = [{"command": "Start!", "description": "x"}]
    assert await api.refused("setMyCommands", commands=bad) == "Bad Request: BOT_COMMAND_INVALID"
    blank = [{"command": "start", "description": ""}]
    assert "DESCRIPTION_INVALID" in await api.refused("setMyCommands", commands=blank)
    assert "TOO_MUCH" in await api.refused("setMyCommands", commands=menu * 101)

    assert await api.does("setMyDescription", description="楚邻")
    assert await api.does("getMyDescription") == {"description": "楚邻"}
    assert await api.does("setMyShortDescription", short_description="短", language_code="zh")
    assert await api.does("getMyShortDescription") == {"short_description": ""}
    assert "TOO_LONG" in await api.refused("setMyShortDescription", short_description="长" * 121)
    assert await api.does("getMyName") == {"name": "楚邻"}


async def test_a_broken_request_is_refused_not_crashed_on(server: BotApiServer, api: RawBot) -> None:
    assert api._session is not None
    headers = {"Content-Type": "application/json"}
    async with api._session.post(f"{api.base}/getMe", data=b"{", headers=headers) as reply:
        assert (reply.status, (await reply.json())["ok"]) == (400, False)
    async with api._session.get(f"{server.url}/elsewhere") as reply:
        assert reply.status == 404
    assert server.crashes == []


NONSENSE: list[Any] = [
    None, "", 0, -1, 10**30, 1.5, True, [], {}, ["a"], [None], {"a": 1}, "[", "{}", '{"type": 1}', "nan", "\x00", "<b>",
    [{"type": 1}] * 2, [{"offset": "a"}], {"inline_keyboard": [[{"text": 1, "callback_data": 5}]]},
    {"keyboard": [[None]]},
]  # fmt: skip
FIELDS = [
    "message_id", "text", "caption", "parse_mode", "entities", "reply_markup", "reply_parameters", "message_thread_id",
    "media", "photo", "latitude", "action", "from_chat_id", "callback_query_id", "file_id", "user_id", "commands",
    "scope", "name", "offset", "limit", "allowed_updates", "message_ids",
]  # fmt: skip


async def test_nonsense_of_every_kind_is_refused_not_crashed_on(
    server: BotApiServer, api: RawBot, chat: Person
) -> None:
    draw = random.Random(20)
    for name, _ in METHODS.values():
        for _ in range(10 if name != "logOut" else 0):
            params = {field: draw.choice(NONSENSE) for field in draw.sample(FIELDS, 6)}
            answer = await api.call(name, **{"chat_id": chat.id, **params})
            assert answer.status in {200, 400, 403, 409}
    assert server.crashes == []
